/* SPDX-License-Identifier: MIT */
/* Replies are kept until they are acknowledged, and sent again when asked for. */
#include "guest.h"

#include <string.h>

static void reap(struct guest *guest, uint64_t tag)
{
	uint8_t payload[8];

	iof_put_u64(payload, tag);
	(void)guest_send(guest, (struct iof_request){.op = IOF_OP_REAP}, payload, sizeof(payload));
}

static void a_kept_reply_comes_again_as_it_was(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct answer first[3], again;
	uint64_t tags[3];

	(void)state;
	(void)guest_fast(&guest, handle, 1);
	guest.acknowledges = false;
	for (uint64_t i = 0; i < 3; i++) { /* each reply stands where the next call's is packed */
		tags[i] = guest_ioctl(&guest, handle, FAKE_WORD, 10 * i);
		guest_receive(&guest, &first[i]);
		assert_int_equal(iof_get_u32(first[i].payload), 10 * i + 1);
	}
	for (unsigned i = 3; i-- > 0;) {
		reap(&guest, tags[i]);
		guest_receive(&guest, &again);
		assert_memory_equal(&again.reply, &first[i].reply, sizeof(again.reply));
		assert_int_equal(again.length, first[i].length);
		assert_memory_equal(again.payload, first[i].payload, again.length);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

static void an_acknowledged_reply_is_gone(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct answer answer;
	uint64_t tag;

	(void)state;
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 1);
	guest_receive(&guest, &answer);
	(void)guest_send(&guest, (struct iof_request){.op = IOF_OP_ACK}, NULL, 0);
	reap(&guest, tag);
	reap(&guest, 12345);
	guest_expect_silence(&guest, 20);
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	guest_end(&guest);
	test_engine_end(engine);
}

static void numbers_follow_the_order_of_replies(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct answer answer;

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	fake_release(fake, 20);
	for (uint64_t i = 0; i < 20; i++) {
		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.seq, 3 + i); /* after those of hello and open */
	}
	guest_end(&guest);
	test_engine_end(engine);
}

static void bytes_promised_are_capped(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct iof_request request = {.op = IOF_OP_IOCTL, .command = FAKE_WAIT, .reply_max = 20000};
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	uint8_t payload[8] = {0};
	struct answer answer;
	uint64_t tag;

	(void)state;
	limits.reply_bytes = 50000;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	request.handle = guest_open(&guest, "fake0", NULL, NULL);
	(void)guest_send(&guest, request, payload, 8);
	(void)guest_send(&guest, request, payload, 8);
	fake_wait_for(&fake->waiting, 2);
	tag = guest_send(&guest, request, payload, 8);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.status, IOF_STATUS_REFUSED);
	assert_int_equal(guest_fast(&guest, request.handle, 1), 2); /* a small one fits */
	fake_release(fake, 2);
	guest_receive(&guest, &answer);
	guest_receive(&guest, &answer);
	/* What was promised and not used is free again. */
	(void)guest_send(&guest, request, payload, 8);
	fake_wait_for(&fake->waiting, 1);
	fake_release(fake, 1);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
	guest_end(&guest);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_reply_comes_again_as_it_was),
		cmocka_unit_test(an_acknowledged_reply_is_gone),
		cmocka_unit_test(numbers_follow_the_order_of_replies),
		cmocka_unit_test(bytes_promised_are_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
