/* SPDX-License-Identifier: MIT */
/* Calls that wait, and calls that are cancelled. */
#include "guest.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

static void a_blocked_call_delays_no_other(void **state)
{
	enum { BLOCKED = 50 };
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	uint64_t first = 0;
	bool seen[BLOCKED] = {false};

	(void)state;
	for (int i = 0; i < BLOCKED; i++) {
		uint64_t tag = guest_ioctl(&guest, handle, FAKE_WAIT, (uint64_t)i);

		first = i ? first : tag;
	}
	/* These answers come though none of the calls before them has ended. */
	assert_int_equal(guest_fast(&guest, handle, 5), 6);
	assert_int_equal(guest_poll(&guest, handle, POLLIN, false), 0);
	fake_wait_for(&fake->waiting, BLOCKED);
	assert_true(engine_takeovers(engine) >= BLOCKED);
	fake_release(fake, BLOCKED);
	for (int i = 0; i < BLOCKED; i++) {
		struct answer answer;

		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
		assert_int_equal((uint64_t)answer.reply.result, answer.reply.tag - first);
		assert_false(seen[answer.reply.result]);
		seen[answer.reply.result] = true;
	}
	guest_end(&guest);
	test_engine_end(engine);
}

static void beyond_the_cap_calls_fail_at_once(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	iof_handle handle, second;
	uint64_t tags[3], tag;

	(void)state;
	limits.threads = 4;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	handle = guest_open(&guest, "fake0", NULL, NULL);
	second = guest_open(&guest, "fake0", NULL, NULL);
	for (int i = 0; i < 3; i++)
		tags[i] = guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	tag = guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EAGAIN);
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, EAGAIN);
	/* What is trusted not to wait, and what ends calls, gets through. */
	assert_int_equal(guest_fast(&guest, handle, 5), 6);
	assert_int_equal(guest_poll(&guest, handle, POLLIN, true), 0);
	guest_close(&guest, second);
	fake_wait_for(&fake->closes, 1);
	fake_wait_for(&fake->waiting, 3);
	guest_cancel(&guest, tags[1]);
	guest_expect(&guest, tags[1], IOF_STATUS_INTERRUPTED, -1, EINTR);
	/* Its thread serves again. */
	tag = guest_ioctl(&guest, handle, FAKE_WORD, 8);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 7, 0);
	fake_release(fake, 2);
	for (int i = 0; i < 2; i++) {
		struct answer answer;

		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

/* The answer to a call that a cancel met on its way into the driver. */
static void expect_cut(struct guest *guest, uint64_t tag)
{
	struct answer answer;

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.error, EINTR);
	assert_int_equal(answer.reply.result, -1);
	assert_true(answer.reply.status == IOF_STATUS_INTERRUPTED || answer.reply.status == IOF_STATUS_NEVER_STARTED);
}

static void a_cancel_ends_the_wait(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	uint64_t tag;

	(void)state;
	/* By a signal. */
	tag = guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	fake_wait_for(&fake->waiting, 1);
	guest_cancel(&guest, tag);
	guest_expect(&guest, tag, IOF_STATUS_INTERRUPTED, -1, EINTR);
	/* By the backend's method, for a wait that signals do not end. */
	tag = guest_ioctl(&guest, handle, FAKE_COND, 0);
	fake_wait_for(&fake->waiting, 1);
	guest_cancel(&guest, tag);
	guest_expect(&guest, tag, IOF_STATUS_INTERRUPTED, -1, EINTR);
	assert_int_equal(fake->cancels, 2);
	/* Before the call is in the driver. */
	for (int i = 0; i < 20; i++) {
		tag = guest_ioctl(&guest, handle, FAKE_COND, 0);
		guest_cancel(&guest, tag);
		expect_cut(&guest, tag);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

/* A standby that becomes the reader at once reads the cancel while the thread with the call is still on its way. */
static void a_cancel_finds_a_call_that_is_about_to_begin(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	iof_handle handle;

	(void)state;
	limits.takeover_us = 1;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	handle = guest_open(&guest, "fake0", NULL, NULL);
	for (int i = 0; i < 2000; i++) {
		uint64_t tag = guest_ioctl(&guest, handle, FAKE_COND, 0);

		guest_cancel(&guest, tag);
		expect_cut(&guest, tag);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

/* Messages that arrive together, as of a guest whose thread was interrupted before the host came to its call. */
struct batch {
	uint8_t bytes[1024];
	size_t used;
};

static void batch_add(struct batch *batch, struct iof_request request, const void *payload, size_t length)
{
	request.length = (uint32_t)(IOF_REQUEST_SIZE + length);
	request.reply_max = 4096;
	iof_request_encode(&request, batch->bytes + batch->used);
	memcpy(batch->bytes + batch->used + IOF_REQUEST_SIZE, payload, length);
	batch->used += request.length;
}

static void batch_add_call(struct batch *batch, iof_handle handle, uint32_t command, uint64_t tag)
{
	uint8_t payload[8] = {0};

	batch_add(batch, (struct iof_request){.op = IOF_OP_IOCTL, .handle = handle, .command = command, .tag = tag},
		  payload, sizeof(payload));
}

static void batch_add_cancel(struct batch *batch, uint64_t tag)
{
	uint8_t payload[8];

	iof_put_u64(payload, tag);
	batch_add(batch, (struct iof_request){.op = IOF_OP_CANCEL}, payload, sizeof(payload));
}

static void a_call_whose_cancel_has_come_is_never_started(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct batch batch = {0};

	(void)state;
	batch_add_call(&batch, handle, FAKE_COND, 100);
	batch_add_cancel(&batch, 100);
	guest_send_bytes(&guest, batch.bytes, batch.used);
	guest_expect(&guest, 100, IOF_STATUS_NEVER_STARTED, -1, EINTR);
	assert_int_equal(fake->cancels, 0); /* nobody was in the driver */
	/* Behind one that waits, and not mistaken for another call's cancel. */
	batch = (struct batch){0};
	batch_add_call(&batch, handle, FAKE_WAIT, 101);
	batch_add_call(&batch, handle, FAKE_COND, 102);
	batch_add_call(&batch, handle, FAKE_WORD, 104);
	batch_add_cancel(&batch, 103);
	batch_add_cancel(&batch, 102);
	guest_send_bytes(&guest, batch.bytes, batch.used);
	guest_expect(&guest, 102, IOF_STATUS_NEVER_STARTED, -1, EINTR);
	guest_expect(&guest, 104, IOF_STATUS_REFUSED, -1, EPROTO); /* its payload is no word; it was looked at */
	fake_release(fake, 1);
	guest_expect(&guest, 101, IOF_STATUS_COMPLETED, 0, 0);
	guest_end(&guest);
	test_engine_end(engine);
}

static void an_open_whose_cancel_has_come_is_never_started(void **state)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	Ioferry__Open open = IOFERRY__OPEN__INIT;
	struct batch batch = {0};
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	uint8_t payload[64];
	ssize_t length;

	(void)state;
	limits.handles = 1;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	open.device = (char *)(uintptr_t) "fake0";
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_OPEN;
	request.open = &open;
	length = iof_control_pack_request(&request, payload, sizeof(payload));
	assert_true(length > 0);
	batch_add(&batch, (struct iof_request){.op = IOF_OP_CONTROL, .tag = 100}, payload, (size_t)length);
	batch_add_cancel(&batch, 100);
	guest_send_bytes(&guest, batch.bytes, batch.used);
	guest_expect(&guest, 100, IOF_STATUS_NEVER_STARTED, -1, EINTR);
	assert_int_equal(fake->opens, 0);
	(void)guest_open(&guest, "fake0", NULL, NULL); /* the place is free */
	guest_end(&guest);
	test_engine_end(engine);
}

static void completion_beats_cancel(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	uint64_t tag;

	(void)state;
	tag = guest_ioctl(&guest, handle, FAKE_STUBBORN, 3);
	fake_wait_for(&fake->waiting, 1);
	guest_cancel(&guest, tag);
	guest_expect_silence(&guest, 30);
	fake_release(fake, 1);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 3, 0);
	/* After the end, and for a call that never was. */
	guest_cancel(&guest, tag);
	guest_cancel(&guest, 99999);
	assert_int_equal(guest_fast(&guest, handle, 5), 6);
	guest_expect_silence(&guest, 10);
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_cancel_does_not_hit_the_next_call(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct answer answer;
		uint64_t tag = guest_ioctl(&guest, handle, FAKE_WAIT, 1);

		if (i % 2)
			fake_wait_for(&fake->waiting, 1);
		fake_release(fake, 1);
		guest_cancel(&guest, tag);
		guest_receive(&guest, &answer);
		assert_int_equal(answer.reply.tag, tag);
		if (answer.reply.status == IOF_STATUS_COMPLETED)
			fake_release(fake, 1); /* else the byte is still there */
		tag = guest_ioctl(&guest, handle, FAKE_WAIT, 2);
		guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 2, 0);
	}
	guest_end(&guest);
	test_engine_end(engine);
}

static void an_open_that_waits_can_be_cancelled(void **state)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Open open = IOFERRY__OPEN__INIT;
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	uint64_t tag;

	(void)state;
	fake->open_waits = 1;
	open.device = (char *)(uintptr_t) "fake0";
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_OPEN;
	request.open = &open;
	tag = guest_send_control(&guest, &request);
	fake_wait_for(&fake->waiting, 1);
	assert_int_equal(guest_fast(&guest, handle, 5), 6);
	guest_cancel(&guest, tag);
	guest_expect(&guest, tag, IOF_STATUS_INTERRUPTED, -1, EINTR);
	assert_int_equal(fake->open_files, 1);
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_guest_that_dies_leaves_nothing(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		handle = guest_open(&guest, "fake0", NULL, NULL);
	(void)guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	(void)guest_ioctl(&guest, handle, FAKE_COND, 0);
	(void)guest_ioctl(&guest, handle, FAKE_STUBBORN, 0);
	fake_wait_for(&fake->waiting, 3);
	guest_end(&guest);
	/* All but the open whose call does not let go, and that one when it does. */
	fake_wait_for(&fake->open_files, 1);
	fake_wait_for(&fake->waiting, 1);
	assert_int_equal(engine_sessions(engine), 1);
	fake_release(fake, 1);
	fake_wait_for(&fake->open_files, 0);
	test_engine_end(engine);
	/* engine_stop() had to find no session left. */
}

static void the_engine_ends_with_calls_in_drivers(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	(void)guest_ioctl(&guest, handle, FAKE_WAIT, 0);
	fake_wait_for(&fake->waiting, 1);
	(void)guest_ioctl(&guest, handle, FAKE_STUBBORN, 0);
	fake_wait_for(&fake->waiting, 2);
	assert_false(engine_stop(engine, 50));
	fake_release(fake, 1);
	test_engine_end(engine);
	guest_end(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blocked_call_delays_no_other),
		cmocka_unit_test(beyond_the_cap_calls_fail_at_once),
		cmocka_unit_test(a_cancel_ends_the_wait),
		cmocka_unit_test(a_cancel_finds_a_call_that_is_about_to_begin),
		cmocka_unit_test(a_call_whose_cancel_has_come_is_never_started),
		cmocka_unit_test(an_open_whose_cancel_has_come_is_never_started),
		cmocka_unit_test(completion_beats_cancel),
		cmocka_unit_test(a_cancel_does_not_hit_the_next_call),
		cmocka_unit_test(an_open_that_waits_can_be_cancelled),
		cmocka_unit_test(a_guest_that_dies_leaves_nothing),
		cmocka_unit_test(the_engine_ends_with_calls_in_drivers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
