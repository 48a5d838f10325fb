/* SPDX-License-Identifier: MIT */
/**
 * @file netlink_test.c
 * What the kernel says of an interface: a whole message, cut ones, wrong ones; and the real loopback interface.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/backends/socketcan/netlink.h"

#include <errno.h>
#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

struct text {
	_Alignas(struct nlmsghdr) uint8_t bytes[512];
	size_t length;
};

static size_t put(struct text *text, unsigned short type, const void *data, size_t length)
{
	size_t at = text->length;
	struct rtattr attribute = {.rta_len = (unsigned short)RTA_LENGTH(length), .rta_type = type};

	memcpy(text->bytes + at, &attribute, sizeof(attribute));
	if (data)
		memcpy(text->bytes + at + sizeof(attribute), data, length);
	text->length += RTA_SPACE(length);
	return at;
}

static void end(struct text *text, size_t nest)
{
	unsigned short length = (unsigned short)(text->length - nest);

	memcpy(text->bytes + nest, &length, sizeof(length));
}

/* A CAN interface at 250 kbit/s, error passive, with 135 and 7 errors. */
static void make_message(struct text *text)
{
	struct can_bittiming timing = {.bitrate = 250000};
	struct can_berr_counter counter = {.txerr = 135, .rxerr = 7};
	uint32_t state = CAN_STATE_ERROR_PASSIVE;
	struct nlmsghdr header = {.nlmsg_type = RTM_NEWLINK};
	struct ifinfomsg info = {.ifi_index = 42, .ifi_flags = IFF_UP};
	size_t link, data;

	memset(text, 0, sizeof(*text));
	memcpy(text->bytes + NLMSG_HDRLEN, &info, sizeof(info));
	text->length = NLMSG_SPACE(sizeof(info));
	put(text, IFLA_IFNAME, "can0", 5);
	link = put(text, IFLA_LINKINFO | NLA_F_NESTED, NULL, 0);
	put(text, IFLA_INFO_KIND, "can", 3); /* the kernel sends it without its NUL */
	data = put(text, IFLA_INFO_DATA | NLA_F_NESTED, NULL, 0);
	put(text, IFLA_CAN_BITTIMING, &timing, sizeof(timing));
	put(text, IFLA_CAN_STATE, &state, sizeof(state));
	put(text, IFLA_CAN_BERR_COUNTER, &counter, sizeof(counter));
	end(text, data);
	end(text, link);
	header.nlmsg_len = (uint32_t)text->length;
	memcpy(text->bytes, &header, sizeof(header));
}

static void whole_message(void **state)
{
	struct socketcan_link link;
	struct text text;

	(void)state;
	make_message(&text);
	assert_int_equal(socketcan_link_parse(text.bytes, text.length, &link), 0);
	assert_int_equal(link.index, 42);
	assert_true(link.up);
	assert_string_equal(link.kind, "can");
	assert_int_equal(link.bit_rate, 250000);
	assert_true(link.has_state);
	assert_int_equal(link.state, CAN_STATE_ERROR_PASSIVE);
	assert_int_equal(link.tx_errors, 135);
	assert_int_equal(link.rx_errors, 7);
}

/* Each cut and each changed byte: nothing is read outside (a sanitizer sees it), nothing loops. */
static void damaged_messages(void **state)
{
	struct socketcan_link link;
	struct text text;

	(void)state;
	make_message(&text);
	for (size_t length = 0; length < text.length; length++) {
		uint8_t *exact = malloc(length ? length : 1);

		assert_non_null(exact);
		memcpy(exact, text.bytes, length);
		assert_int_equal(socketcan_link_parse(exact, length, &link), -EPROTO);
		free(exact);
	}
	for (size_t at = 0; at < text.length; at++) {
		uint8_t *exact = malloc(text.length);

		assert_non_null(exact);
		for (unsigned value = 0; value < 256; value++) {
			memcpy(exact, text.bytes, text.length);
			exact[at] = (uint8_t)value;
			(void)socketcan_link_parse(exact, text.length, &link);
			assert_true(memchr(link.kind, 0, sizeof(link.kind)) != NULL);
		}
		free(exact);
	}
}

static void real_interfaces(void **state)
{
	struct socketcan_link link;
	int err = socketcan_link_get("lo", &link);

	(void)state;
	if (err == -EAFNOSUPPORT || err == -EPERM) {
		print_message("no routing socket here: %s\n", strerror(-err));
		skip();
	}
	assert_int_equal(err, 0);
	assert_int_equal(link.index, if_nametoindex("lo"));
	assert_int_equal(link.bit_rate, 0);
	assert_int_equal(socketcan_link_get("no-such-if", &link), -ENODEV);
	assert_int_equal(socketcan_link_get("a-name-that-is-too-long", &link), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_message),
		cmocka_unit_test(damaged_messages),
		cmocka_unit_test(real_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
