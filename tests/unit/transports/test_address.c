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

static bool is_built(const char *scheme)
{
	for (size_t i = 0; iof_transports[i]; i++)
		if (strcmp(iof_transports[i]->scheme, scheme) == 0)
			return true;
	return false;
}

static void what_nothing_can_listen_at_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *rest, *reason; /* NULL: fine */
	} cases[] = {
		{"unix", "/run/ioferry.sock", NULL},
		{"unix", "", "1 to 107 bytes"},
		{"unix", "relative", "begins with '/'"},
		{"vsock", "any:7700", NULL},
		{"vsock", "2:4294967294", NULL},
		{"vsock", "any:4294967295", "with a port from 1 to 4294967294"},
		{"vsock", "any:0", "with a port from 1 to 4294967294"},
		{"vsock", "any:abc", "expected any:port or cid:port"},
		{"vsock", "any", "expected any:port or cid:port"},
		{"vsock", "x:1", "expected any:port or cid:port"},
		{"vsock", "", "expected any:port or cid:port"},
		{"vsock-unix", "/run/vm1.vsock:7700", NULL},
		{"vsock-unix", "/run/vm1.vsock", "expected /path:port"},
		{"vsock-unix", "/run/vm1.vsock:0", "with a port from 1 to 4294967294"},
		{"vsock-unix", "vm1.vsock:7700", "begins with '/'"},
	};
	char address[64], reason[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int r;

		if (!is_built(cases[i].scheme))
			continue;
		snprintf(address, sizeof address, "%s:%s", cases[i].scheme, cases[i].rest);
		reason[0] = '\0';
		r = iof_transport_check(address, reason, sizeof reason);
		if (cases[i].reason ? r >= 0 || !strstr(reason, cases[i].reason) : r != 0)
			fail_msg("%s: %d, %s", address, r, reason);
	}
	assert_int_equal(iof_transport_check("nonsense:x", reason, sizeof reason), -EINVAL);
	assert_non_null(strstr(reason, iof_host_transports[0]->address_help));
}

static void what_is_too_long_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *scheme, *port;
		int digits; /* that fit in a socket's path of 107 bytes */
	} cases[] = {{"unix", "", 106}, {"vsock-unix", ":7700", 101}};
	char address[300], reason[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (int digits = 90; is_built(cases[i].scheme) && digits < 250; digits++) {
			snprintf(address, sizeof address, "%s:/%0*d%s", cases[i].scheme, digits, 0, cases[i].port);
			assert_int_equal(iof_transport_check(address, reason, sizeof reason),
					 digits <= cases[i].digits ? 0 : -ENAMETOOLONG);
		}
	}
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
		cmocka_unit_test(what_nothing_can_listen_at_is_told),
		cmocka_unit_test(what_is_too_long_is_told),
		cmocka_unit_test(the_last_colon_separates_the_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
