/* SPDX-License-Identifier: MIT */
/* Guests that do not keep to the protocol: their session ends, and the others do not notice. */
#include "guest.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct bad {
	const char *what;
	bool before_hello;
	struct iof_request request; /* length 0: as long as it is */
	uint8_t payload[16];
	size_t length;
};

static const struct bad bads[] = {
	{"a call before the hello", true, {.op = IOF_OP_IOCTL, .tag = 1, .reply_max = 64}, {0}, 8},
	{"an open before the hello", true, {.op = IOF_OP_CONTROL, .tag = 1}, {0x12, 0}, 2},
	{"no operation", false, {.op = 0, .tag = 9}, {0}, 0},
	{"an unknown operation", false, {.op = IOF_OP_COUNT, .tag = 9}, {0}, 0},
	{"a length below the header's", false, {.length = 39, .op = IOF_OP_ACK}, {0}, 0},
	{"a length of four", false, {.length = 4, .op = IOF_OP_ACK}, {0}, 0},
	{"an oversized length", false, {.length = IOF_MESSAGE_MAX + 1, .op = IOF_OP_ACK}, {0}, 0},
	{"the greatest length", false, {.length = UINT32_MAX, .op = IOF_OP_ACK}, {0}, 0},
	{"tag 0", false, {.op = IOF_OP_CLOSE, .tag = 0}, {0}, 0},
	{"an acknowledgement of what was not sent", false, {.op = IOF_OP_ACK, .ack = 99}, {0}, 0},
	{"a cancel without a tag", false, {.op = IOF_OP_CANCEL}, {0}, 4},
	{"a reap with too much", false, {.op = IOF_OP_REAP, .tag = 9}, {0}, 9},
	{"garbage as control message", false, {.op = IOF_OP_CONTROL, .tag = 9}, {0xff, 0xff, 0xff, 0xff}, 4},
	{"a control message that ends early", false, {.op = IOF_OP_CONTROL, .tag = 9}, {0x12, 0x20, 0x0a}, 3},
	{"a call that takes no reply", false, {.op = IOF_OP_IOCTL, .tag = 9, .reply_max = 31}, {0}, 8},
};

static void each_ends_its_session_only(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest good = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&good, "fake0", NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		struct guest guest = bads[i].before_hello ? guest_connect(engine, 1001) : guest_begin(engine, 1001);
		struct iof_request request = bads[i].request;
		uint8_t bytes[IOF_REQUEST_SIZE + sizeof(bads[i].payload)];

		print_message("%s\n", bads[i].what);
		if (!bads[i].before_hello)
			(void)guest_open(&guest, "fake0", NULL, NULL);
		if (!request.length)
			request.length = (uint32_t)(IOF_REQUEST_SIZE + bads[i].length);
		iof_request_encode(&request, bytes);
		memcpy(bytes + IOF_REQUEST_SIZE, bads[i].payload, bads[i].length);
		guest_send_bytes(&guest, bytes, IOF_REQUEST_SIZE + bads[i].length);
		guest_expect_end(&guest);
		guest_end(&guest);
		fake_wait_for(&fake->open_files, 1);
		assert_int_equal(guest_fast(&good, handle, (int)i), (int)i + 1);
	}
	guest_end(&good);
	test_engine_end(engine);
}

static void a_poll_of_a_wrong_length_ends_the_session(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	(void)guest_send(&guest, (struct iof_request){.op = IOF_OP_POLL, .handle = handle}, "1234", 4);
	guest_expect_end(&guest);
	guest_end(&guest);
	fake_wait_for(&fake->open_files, 0);
	test_engine_end(engine);
}

static void a_message_cut_by_death_is_nothing(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);

	(void)state;
	(void)guest_open(&guest, "fake0", NULL, NULL);
	guest_send_bytes(&guest, "\x30\0\0\0\3\0\0", 7);
	guest_end(&guest);
	fake_wait_for(&fake->open_files, 0);
	test_engine_end(engine);
}

/* Any bytes: the engine must come through, and a good guest must not notice. */
static void noise(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest good = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&good, "fake0", NULL, NULL);
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct guest guest = guest_begin(engine, 1001);
		iof_handle own = guest_open(&guest, "fake0", NULL, NULL);
		struct iof_request request = {.handle = own, .reply_max = 256, .tag = 100};
		uint8_t bytes[IOF_REQUEST_SIZE + 64];

		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
		}
		/* A good header with a payload of noise, and a header that is partly noise. */
		request.op = (uint16_t)(1 + random % (IOF_OP_COUNT - 1));
		request.command = FAKE_FAST + (random >> 8) % 10;
		if (request.command >= FAKE_WAIT && request.command <= FAKE_COND)
			request.command = FAKE_WORD;
		request.length = IOF_REQUEST_SIZE + (random >> 16) % 64;
		if (round % 2)
			iof_request_encode(&request, bytes);
		else
			iof_put_u32(bytes, request.length);
		guest_send_bytes(&guest, bytes, request.length);
		guest_end(&guest);
		assert_int_equal(guest_fast(&good, handle, round), round + 1);
	}
	fake_wait_for(&fake->open_files, 1);
	guest_end(&good);
	test_engine_end(engine);
}

static void one_that_never_acknowledges(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	iof_handle handle;
	uint32_t refused = 0;
	uint8_t bytes[IOF_REQUEST_SIZE + 8];

	(void)state;
	limits.replies = 16;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	guest.acknowledges = false;
	handle = guest_open(&guest, "fake0", NULL, NULL);
	for (unsigned i = 0; i < 30; i++) {
		struct answer answer;
		uint64_t tag = guest_ioctl(&guest, handle, FAKE_FAST, 1);

		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.tag, tag);
		refused += answer.reply.status == IOF_STATUS_REFUSED;
		if (i < 14) /* 16 with the replies to hello and open */
			assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
		else
			assert_int_equal(answer.reply.error, EAGAIN);
	}
	assert_int_equal(refused, 16);
	/* It acknowledges after all, and goes on. */
	guest.acknowledges = true;
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	guest.acknowledges = false;
	iof_request_encode(&(struct iof_request){.length = sizeof(bytes),
						 .op = IOF_OP_IOCTL,
						 .tag = 5000,
						 .handle = handle,
						 .command = FAKE_FAST,
						 .reply_max = 64},
			   bytes);
	iof_put_u64(bytes + IOF_REQUEST_SIZE, 0);
	for (int i = 0; i < 40; i++)
		if (send(guest.fd, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0)
			break;
	guest_expect_end(&guest);
	guest_end(&guest);
	test_engine_end(engine);
}

/* It acknowledges what it never read, so that only the link's backlog can stop it. */
static void one_that_never_reads(void **state)
{
	enum { ENOUGH = 400000 };
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000), good = guest_begin(engine, 1001);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	iof_handle good_handle = guest_open(&good, "fake0", NULL, NULL);
	struct iof_request request = {.length = IOF_REQUEST_SIZE + 8,
				      .op = IOF_OP_IOCTL,
				      .handle = handle,
				      .command = FAKE_FAST,
				      .reply_max = 64};
	uint8_t bytes[IOF_REQUEST_SIZE + 8] = {0};
	uint64_t first = guest.arrived, sent;

	(void)state;
	for (sent = 0; sent < ENOUGH; sent++) {
		request.tag = 1000 + sent;
		/* All but some hundred at the end, which the host may not have made yet. */
		request.ack = sent > 300 ? first + sent - 300 : first;
		if (sent % 100 == 0)
			assert_int_equal(guest_fast(&good, good_handle, (int)sent), (int)sent + 1);
		iof_request_encode(&request, bytes);
		if (send(guest.fd, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0)
			break;
	}
	assert_true(sent < ENOUGH);
	assert_int_equal(guest_fast(&good, good_handle, 1), 2);
	fake_wait_for(&fake->open_files, 1);
	guest_end(&guest);
	guest_end(&good);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_ends_its_session_only),
		cmocka_unit_test(a_poll_of_a_wrong_length_ends_the_session),
		cmocka_unit_test(a_message_cut_by_death_is_nothing),
		cmocka_unit_test(noise),
		cmocka_unit_test(one_that_never_acknowledges),
		cmocka_unit_test(one_that_never_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
