/* SPDX-License-Identifier: MIT */
/* Calls that do not wait: what comes back, and what is refused. */
#include "guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static void results_and_errnos(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct iof_request request = {.op = IOF_OP_IOCTL, .handle = handle, .flags = IOF_REQUEST_NONBLOCK};
	struct answer answer;
	uint64_t tag;

	(void)state;
	assert_int_equal(guest_fast(&guest, handle, 41), 42);
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 5);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.result, 7);
	assert_int_equal(answer.length, 4);
	assert_int_equal(iof_get_u32(answer.payload), 6);
	tag = guest_ioctl(&guest, handle, FAKE_FAILS, 0);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, -1, 257);
	tag = guest_ioctl(&guest, handle, FAKE_NONBLOCK, 0);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 0, 0);
	request.command = FAKE_NONBLOCK;
	tag = guest_send(&guest, request, NULL, 0);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 1, 0);
	guest_close(&guest, handle);
	assert_int_equal(fake->closes, 1);
	guest_end(&guest);
	test_engine_end(engine);
}

static void reads_and_writes_count_as_the_interface_does(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct iof_request request = {.op = IOF_OP_READ, .handle = handle};
	struct answer answer;
	uint8_t payload[16] = {5};

	(void)state;
	(void)guest_send(&guest, request, payload, 8);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.error, 0);
	assert_int_equal(answer.reply.result, 3); /* records */
	assert_int_equal(answer.length, 12);
	assert_int_equal(iof_get_u32(answer.payload + 8), 102);
	request.op = IOF_OP_WRITE;
	payload[0] = 2;
	(void)guest_send(&guest, request, payload, 16);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.error, 0);
	assert_int_equal(answer.reply.result, 8); /* bytes */
	guest_end(&guest);
	test_engine_end(engine);
}

static void refused_before_the_driver(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct iof_request read = {.op = IOF_OP_READ, .handle = handle};
	struct iof_request small = {.op = IOF_OP_IOCTL, .handle = handle, .command = FAKE_WORD, .reply_max = 33};
	struct iof_request list = {.op = IOF_OP_IOCTL, .handle = handle, .command = FAKE_LIST};
	uint8_t payload[24] = {0xa1, 0x86, 0x01};
	uint64_t tag;

	(void)state;
	tag = guest_ioctl(&guest, handle, 0xdead, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENOTTY);
	tag = guest_ioctl(&guest, handle, FAKE_NEVER, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENOTTY);
	tag = guest_ioctl(&guest, handle + 1, FAKE_FAST, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENODEV);
	tag = guest_send(&guest, read, payload, 8); /* 100001 records, at most 100000 */
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EINVAL);
	iof_put_u64(payload, 3);
	tag = guest_send(&guest, read, payload, 9); /* a byte too many */
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EPROTO);
	tag = guest_send(&guest, small, payload, 4);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, E2BIG);
	/* The bound of the IDL: its errno. */
	payload[0] = 5;
	tag = guest_send(&guest, list, payload, 4);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EINVAL);
	/* The driver's count above the capacity: nothing of it travels. */
	payload[0] = 2;
	tag = guest_send(&guest, list, payload, 12);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EIO);
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_reply_that_does_not_fit_fails_that_call_only(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_connect(engine, 1000);
	struct iof_request read = {.op = IOF_OP_READ, .reply_max = 1u << 30};
	struct answer answer;
	uint8_t payload[8];
	unsigned devices;
	uint64_t tag;

	(void)state;
	guest.message_max = 4096;
	assert_int_equal(guest_hello(&guest, fake_interface.hash, 0, &devices), 0);
	read.handle = guest_open(&guest, "fake0", NULL, NULL);
	/* Above the message that both sides take, whatever the guest now says that it takes. */
	iof_put_u64(payload, 2000);
	tag = guest_send(&guest, read, payload, 8);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, E2BIG);
	/* Above what it says that it takes. */
	iof_put_u64(payload, 100);
	read.reply_max = IOF_REPLY_SIZE + 399;
	tag = guest_send(&guest, read, payload, 8);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, E2BIG);
	assert_int_equal(fake->reads, 0); /* what a driver gave would be lost */
	read.reply_max++;
	(void)guest_send(&guest, read, payload, 8);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
	assert_int_equal(answer.length, 400);
	/* The greatest that fits. */
	iof_put_u64(payload, 1016);
	read.reply_max = UINT32_MAX;
	(void)guest_send(&guest, read, payload, 8);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.result, 1016);
	assert_int_equal(answer.reply.length, 4096);
	guest_end(&guest);
	test_engine_end(engine);
}

static void commands_that_differ_are_disabled(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_connect(engine, 1000);
	unsigned devices;
	iof_handle handle;
	uint64_t tag;

	(void)state;
	assert_int_equal(guest_hello(&guest, fake_interface.hash + 1, 0xbad, &devices), 0);
	assert_int_equal(devices, 1);
	handle = guest_open(&guest, "fake0", NULL, NULL);
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 5);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENOTTY);
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	/* A later hello decides anew. */
	assert_int_equal(guest_hello(&guest, fake_interface.hash, 0, &devices), 0);
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 5);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 7, 0);
	guest_end(&guest);
	test_engine_end(engine);
}

static void denied_commands_and_guests(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct device_set *set = engine_devices(engine);
	struct guest guest = guest_begin(engine, 1000), other;
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct guest_policy guests = {.given = true};
	struct command_policy commands = {0};
	unsigned devices;
	uint32_t error;
	uint64_t tag;

	(void)state;
	commands.deny = calloc(1, sizeof(char *));
	commands.deny[0] = strdup("FAKE_D*");
	commands.n_deny = 1;
	guests.rules = calloc(1, sizeof(*guests.rules));
	guests.rules[0] = (struct guest_rule){.has_uid = true, .uid = 1001};
	guests.n_rules = 1;
	device_set_policy(set->devices[0], &guests, &commands);
	device_set_put(set);
	/* New rules hold for new calls and new opens; the open stays. */
	tag = guest_ioctl(&guest, handle, FAKE_DENIED, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EPERM);
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	assert_int_equal(guest_open(&guest, "fake0", NULL, &error), 0);
	assert_int_equal(error, ENODEV);
	assert_int_equal(guest_open(&guest, "fake9", NULL, &error), 0);
	assert_int_equal(error, ENODEV);
	assert_int_equal(guest_hello(&guest, fake_interface.hash, 0, &devices), 0);
	assert_int_equal(devices, 0);
	other = guest_begin(engine, 1001);
	assert_int_not_equal(guest_open(&other, "fake0", NULL, &error), 0);
	guest_end(&guest);
	guest_end(&other);
	test_engine_end(engine);
}

static void many_messages_in_one_write_keep_their_order(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	enum { COUNT = 100, SIZE = IOF_REQUEST_SIZE + 8 };
	uint8_t bytes[COUNT * SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct iof_request request = {.length = SIZE,
					      .op = IOF_OP_IOCTL,
					      .tag = 1000 + i,
					      .handle = handle,
					      .command = i % 3 ? FAKE_FAST : FAKE_WORD,
					      .reply_max = 64};

		if (i % 3 == 0)
			request.length -= 4; /* messages of odd lengths */
		iof_request_encode(&request, bytes + i * SIZE);
		iof_put_u64(bytes + i * SIZE + IOF_REQUEST_SIZE, i);
	}
	for (size_t i = 0, used = 0; i < COUNT; i++) {
		size_t length = i % 3 ? SIZE : SIZE - 4;

		memmove(bytes + used, bytes + i * SIZE, length);
		used += length;
		if (i == COUNT - 1)
			guest_send_bytes(&guest, bytes, used);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		struct answer answer;

		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.tag, 1000 + i);
		assert_int_equal(answer.reply.error, 0);
		assert_int_equal(answer.reply.result, i % 3 ? (int)i + 1 : 7);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

/* A session learns that there is something to ask for, and asks. */
static void a_change_of_devices_is_told(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000), other = guest_begin(engine, 1001);
	struct answer answer;
	unsigned devices = 9;

	(void)state;
	engine_set_devices(engine, device_set_create(NULL, 0));
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.status, IOF_STATUS_EVENT);
	assert_int_equal(answer.reply.tag, IOF_EVENT_DEVICES);
	guest_receive(&other, &answer);
	assert_int_equal(answer.reply.tag, IOF_EVENT_DEVICES);
	assert_int_equal(guest_hello(&guest, fake_interface.hash, 0, &devices), 0);
	assert_int_equal(devices, 0);
	guest_end(&guest);
	guest_end(&other);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_and_errnos),
		cmocka_unit_test(reads_and_writes_count_as_the_interface_does),
		cmocka_unit_test(refused_before_the_driver),
		cmocka_unit_test(a_reply_that_does_not_fit_fails_that_call_only),
		cmocka_unit_test(commands_that_differ_are_disabled),
		cmocka_unit_test(denied_commands_and_guests),
		cmocka_unit_test(many_messages_in_one_write_keep_their_order),
		cmocka_unit_test(a_change_of_devices_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
