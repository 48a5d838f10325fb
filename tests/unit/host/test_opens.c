/* SPDX-License-Identifier: MIT */
/* Handles, tokens, and guests apart from each other. */
#include "guest.h"

#include <errno.h>
#include <ioferry/log.h>
#include <poll.h>
#include <string.h>

static void a_stale_handle_names_nothing(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000), later;
	iof_handle old = guest_open(&guest, "fake0", NULL, NULL), young;
	uint64_t tag;

	(void)state;
	guest_close(&guest, old);
	young = guest_open(&guest, "fake0", NULL, NULL);
	assert_int_equal((uint32_t)old, (uint32_t)young); /* the same place */
	assert_int_not_equal(old, young);
	tag = guest_ioctl(&guest, old, FAKE_FAST, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENODEV);
	tag = guest_send(&guest, (struct iof_request){.op = IOF_OP_CLOSE, .handle = old}, NULL, 0);
	guest_expect(&guest, tag, IOF_STATUS_REFUSED, -1, ENODEV);
	assert_int_equal(guest_fast(&guest, young, 1), 2);
	/* Nor do those of another session, or of one that has ended. */
	later = guest_begin(engine, 1000);
	(void)guest_open(&later, "fake0", NULL, NULL);
	tag = guest_ioctl(&later, young, FAKE_FAST, 0);
	guest_expect(&later, tag, IOF_STATUS_REFUSED, -1, ENODEV);
	guest_end(&guest);
	guest_end(&later);
	test_engine_end(engine);
}

static void handles_are_capped(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	iof_handle handle = 0;
	uint32_t error;

	(void)state;
	limits.handles = 3;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	for (int i = 0; i < 3; i++)
		handle = guest_open(&guest, "fake0", NULL, NULL);
	assert_int_equal(guest_open(&guest, "fake0", NULL, &error), 0);
	assert_int_equal(error, EMFILE);
	assert_int_equal(fake->opens, 3); /* refused before the driver's open */
	guest_close(&guest, handle);
	(void)guest_open(&guest, "fake0", NULL, NULL);
	guest_end(&guest);
	test_engine_end(engine);
}

static void the_release_comes_after_the_last_call(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	uint64_t tag = guest_ioctl(&guest, handle, FAKE_WAIT, 4);

	(void)state;
	fake_wait_for(&fake->waiting, 1);
	guest_close(&guest, handle);
	assert_int_equal(fake->closes, 0);
	fake_release(fake, 1);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 4, 0);
	fake_wait_for(&fake->closes, 1);
	guest_end(&guest);
	test_engine_end(engine);
}

static const char *_Atomic held;

/* Holds a thread up that has answered a call, as a busy machine may. */
static void hold_up(void *context, enum iof_log_level level, const char *line)
{
	const char *words;

	(void)context;
	(void)level;
	while ((words = held) && strstr(line, words))
		(void)poll(NULL, 0, 1);
}

static int hold_up_threads(void **state)
{
	(void)state;
	iof_log_setup(hold_up, NULL, IOF_LOG_INFO);
	return 0;
}

/* What only one may have open can be opened again once close() has returned. */
static void a_close_does_not_wait_for_a_thread_that_has_answered(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct answer answer;
	uint64_t tag;

	(void)state;
	engine_set_trace(engine, true);
	held = " FAKE_WAIT ";
	tag = guest_ioctl(&guest, handle, FAKE_WAIT, 4);
	fake_wait_for(&fake->waiting, 1);
	assert_int_equal(guest_fast(&guest, handle, 1), 2); /* another thread is the reader now */
	fake_release(fake, 1);
	guest_expect(&guest, tag, IOF_STATUS_COMPLETED, 4, 0);
	guest_close(&guest, handle);
	assert_int_equal(fake->closes, 1);
	held = " poll ";
	handle = guest_open(&guest, "fake0", NULL, NULL);
	fake->poll_waits = 1;
	(void)guest_send_poll(&guest, handle, POLLIN, true);
	fake_wait_for(&fake->waiting, 1);
	assert_int_equal(guest_fast(&guest, handle, 1), 2);
	fake_release(fake, 1);
	guest_receive(&guest, &answer);
	guest_close(&guest, handle);
	assert_int_equal(fake->closes, 2);
	held = NULL;
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_forked_child_attaches(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest parent = guest_begin(engine, 1000), child = guest_begin(engine, 1000);
	struct guest stranger = guest_begin(engine, 1001);
	iof_handle handle, attached;
	uint64_t token, other;
	uint32_t error;

	(void)state;
	handle = guest_open(&parent, "fake0", &token, NULL);
	assert_int_equal(guest_share(&parent, token), 0);
	guest_close(&parent, handle);
	assert_int_equal(guest_attach(&stranger, token, &error), 0);
	assert_int_equal(error, ENODEV);
	assert_int_equal(guest_share(&stranger, token), ENODEV);
	attached = guest_attach(&child, token, &error);
	assert_int_equal(error, 0);
	assert_int_equal(guest_fast(&child, attached, 1), 2);
	assert_int_equal(fake->opens, 1);
	guest_close(&child, attached);
	assert_int_equal(fake->closes, 1); /* the attach took the share: nothing lingers */
	assert_int_equal(guest_attach(&child, token, &error), 0);
	assert_int_equal(error, ENODEV);
	handle = guest_open(&parent, "fake0", &other, NULL);
	assert_int_not_equal(other, token);
	guest_close(&parent, handle);
	assert_int_equal(guest_attach(&child, other, &error), 0);
	assert_int_equal(error, ENODEV); /* closed, and not shared */
	guest_end(&parent);
	guest_end(&child);
	guest_end(&stranger);
	test_engine_end(engine);
}

static void shares_are_counted(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest parent = guest_begin(engine, 1000), child = guest_begin(engine, 1000);
	iof_handle handle, first, second;
	uint64_t token;
	uint32_t error;

	(void)state;
	handle = guest_open(&parent, "fake0", &token, NULL);
	first = guest_attach(&child, token, &error); /* no share to take, and none is owed later */
	assert_int_equal(error, 0);
	guest_close(&child, first);
	for (int i = 0; i < 3; i++)
		assert_int_equal(guest_share(&parent, token), 0);
	guest_close(&parent, handle);
	first = guest_attach(&child, token, &error);
	assert_int_equal(error, 0);
	guest_close(&child, first);
	assert_int_equal(fake->closes, 0);
	second = guest_attach(&child, token, &error);
	assert_int_equal(error, 0);
	guest_close(&child, second);
	assert_int_equal(fake->closes, 0);
	fake_wait_for(&fake->closes, 1); /* nobody comes for the third: after five seconds */
	assert_int_equal(guest_attach(&child, token, &error), 0);
	assert_int_equal(error, ENODEV);
	guest_end(&parent);
	guest_end(&child);
	test_engine_end(engine);
}

/* A forked child attaches while its parent holds the open, whatever has been shared for others. */
static void an_attach_beside_shares_takes_none(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest parent = guest_begin(engine, 1000), child = guest_begin(engine, 1000);
	iof_handle handle, attached;
	uint64_t token;
	uint32_t error;

	(void)state;
	handle = guest_open(&parent, "fake0", &token, NULL);
	assert_int_equal(guest_share(&parent, token), 0);
	attached = guest_attach_beside(&child, token, &error);
	assert_int_equal(error, 0);
	guest_close(&child, attached);
	guest_close(&parent, handle);
	assert_int_equal(fake->closes, 0);
	attached = guest_attach(&child, token, &error);
	assert_int_equal(error, 0);
	guest_close(&child, attached);
	assert_int_equal(fake->closes, 1);
	guest_end(&parent);
	guest_end(&child);
	test_engine_end(engine);
}

static void a_refused_attach_takes_no_share(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest parent, child;
	struct engine *engine;
	struct fake *fake;
	iof_handle handle, other;
	uint64_t token;
	uint32_t error;

	(void)state;
	limits.handles = 1;
	engine = test_engine(&limits, &fake);
	parent = guest_begin(engine, 1000);
	child = guest_begin(engine, 1000);
	handle = guest_open(&parent, "fake0", &token, NULL);
	other = guest_open(&child, "fake0", NULL, NULL);
	assert_int_equal(guest_share(&parent, token), 0);
	guest_close(&parent, handle);
	assert_int_equal(guest_attach(&child, token, &error), 0);
	assert_int_equal(error, EMFILE);
	guest_close(&child, other);
	assert_int_not_equal(guest_attach(&child, token, &error), 0);
	assert_int_equal(error, 0);
	guest_end(&parent);
	guest_end(&child);
	test_engine_end(engine);
}

static void shares_are_capped(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest guest, other;
	struct engine *engine;
	struct fake *fake;
	iof_handle handle;
	uint64_t token, first = 0;

	(void)state;
	limits.handles = 3;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	other = guest_begin(engine, 1001);
	for (int i = 0; i < 3; i++) {
		handle = guest_open(&guest, "fake0", &token, NULL);
		assert_int_equal(guest_share(&guest, token), 0);
		guest_close(&guest, handle);
		first = i ? first : token;
	}
	assert_int_equal(fake->open_files, 3);
	handle = guest_open(&guest, "fake0", &token, NULL);
	assert_int_equal(guest_share(&guest, token), EMFILE);
	assert_int_equal(guest_share(&guest, first), 0); /* it is shared already */
	guest_close(&guest, handle);
	fake_wait_for(&fake->closes, 1);
	(void)guest_open(&other, "fake0", &token, NULL);
	assert_int_equal(guest_share(&other, token), 0); /* another guest's do not count */
	guest_end(&guest);
	guest_end(&other);
	test_engine_end(engine);
}

static void sessions_are_capped(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest guests[4];
	struct engine *engine;
	struct fake *fake;
	struct guest extra;

	(void)state;
	limits.sessions = 4;
	limits.sessions_per_guest = 2;
	engine = test_engine(&limits, &fake);
	for (unsigned i = 0; i < 4; i++)
		guests[i] = guest_begin(engine, 1000 + i / 2);
	assert_int_equal(engine_sessions(engine), 4);
	for (unsigned i = 0; i < 4; i++)
		guest_end(&guests[i]);
	for (int i = 0; i < 2000 && engine_sessions(engine); i++)
		(void)poll(NULL, 0, 10);
	extra = guest_begin(engine, 1000); /* there is room again */
	guest_end(&extra);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stale_handle_names_nothing),
		cmocka_unit_test(handles_are_capped),
		cmocka_unit_test(the_release_comes_after_the_last_call),
		cmocka_unit_test_setup(a_close_does_not_wait_for_a_thread_that_has_answered, hold_up_threads),
		cmocka_unit_test(a_forked_child_attaches),
		cmocka_unit_test(shares_are_counted),
		cmocka_unit_test(an_attach_beside_shares_takes_none),
		cmocka_unit_test(a_refused_attach_takes_no_share),
		cmocka_unit_test(shares_are_capped),
		cmocka_unit_test(sessions_are_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
