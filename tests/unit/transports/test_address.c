/* SPDX-License-Identifier: MIT */
#include "transports/stream/address.h"
#include <errno.h>
#include <ioferry/transport.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void schemes_lead_to_their_transports(void **state)
{
	(void)state;
	char reason[512];
	const char *rest;

	for (size_t i = 0; iof_transports[i]; i++) {
		char address[64];

		snprintf(address, sizeof address, "%s:rest:1", iof_transports[i]->scheme);
		assert_ptr_equal(iof_transport_find(address, &rest, reason, sizeof reason), iof_transports[i]);
		assert_string_equal(rest, "rest:1");
	}
}

static void unknown_schemes_are_answered_with_the_known_ones(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "unix", "uni:x", "unixx:x", ":x", "/run/socket", "VSOCK:1:2"};
	char reason[512];
	const char *rest;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		reason[0] = '\0';
		assert_null(iof_transport_find(bad[i], &rest, reason, sizeof reason));
		for (size_t k = 0; iof_transports[k]; k++)
			assert_non_null(strstr(reason, iof_transports[k]->address_help));
	}
	/* a short buffer is cut, not overrun */
	assert_null(iof_transport_find("nonsense:x", &rest, reason, 20));
	assert_true(strlen(reason) < 20);
	assert_null(iof_transport_find("nonsense:x", &rest, NULL, 0));
}

static void the_last_colon_separates_the_port(void **state)
{
	(void)state;
	char head[16];
	uint32_t port;

	assert_int_equal(iof_address_port("a:b:4294967295", head, sizeof head, &port), 0);
	assert_string_equal(head, "a:b");
	assert_int_equal(port, UINT32_MAX);
	assert_int_equal(iof_address_port("0123456789abcde:1", head, sizeof head, &port), 0);
	assert_int_equal(iof_address_port("0123456789abcdef:1", head, sizeof head, &port), -ENAMETOOLONG);
	assert_int_equal(iof_address_port("a:-1", head, sizeof head, &port), -EINVAL);
	assert_int_equal(iof_address_port("a: 1", head, sizeof head, &port), -EINVAL);
	assert_int_equal(iof_address_port("a:99999999999999999999999", head, sizeof head, &port), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemes_lead_to_their_transports),
		cmocka_unit_test(unknown_schemes_are_answered_with_the_known_ones),
		cmocka_unit_test(the_last_colon_separates_the_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
