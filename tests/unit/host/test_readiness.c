/* SPDX-License-Identifier: MIT */
/* Who is told when an open becomes ready, and how often. */
#include "guest.h"

#include <poll.h>

static void expect_event(struct guest *guest, iof_handle handle, int revents)
{
	struct answer answer;

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.status, IOF_STATUS_EVENT);
	assert_int_equal(answer.reply.tag, handle);
	assert_int_equal(answer.reply.seq, 0);
	assert_int_equal(answer.reply.result, revents);
}

static void an_event_does_not_overtake_the_answer_that_promises_it(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	fake->soon = POLLIN;
	assert_int_equal(guest_poll(&guest, handle, POLLIN, true), 0);
	expect_event(&guest, handle, POLLIN);
	fake->soon = 0;
	guest_end(&guest);
	test_engine_end(engine);
}

static void one_event_for_one_arm(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	assert_int_equal(guest_poll(&guest, handle, POLLIN, true), 0);
	fake_set_ready(fake, POLLOUT);
	guest_expect_silence(&guest, 20);
	fake_set_ready(fake, POLLIN);
	expect_event(&guest, handle, POLLIN);
	fake_set_ready(fake, 0);
	fake_set_ready(fake, POLLIN);
	guest_expect_silence(&guest, 20); /* not armed again */
	assert_int_equal(guest_poll(&guest, handle, POLLIN | POLLOUT, true), POLLIN);
	fake_set_ready(fake, 0);
	fake_set_ready(fake, POLLIN);
	guest_expect_silence(&guest, 20); /* it was ready: nothing was armed */
	fake_set_ready(fake, 0);
	assert_int_equal(guest_poll(&guest, handle, POLLIN, false), 0);
	assert_int_equal(guest_poll(&guest, handle, POLLIN, true), 0);
	guest_close(&guest, handle);
	fake_set_ready(fake, POLLIN);
	guest_expect_silence(&guest, 20); /* a closed handle tells nothing */
	guest_end(&guest);
	test_engine_end(engine);
}

static void both_sessions_on_one_open_are_told(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest parent = guest_begin(engine, 1000), child = guest_begin(engine, 1000);
	iof_handle handle, attached;
	uint64_t token;
	uint32_t error;

	(void)state;
	handle = guest_open(&parent, "fake0", &token, NULL);
	attached = guest_attach(&child, token, &error);
	assert_int_equal(guest_poll(&parent, handle, POLLIN, true), 0);
	assert_int_equal(guest_poll(&child, attached, POLLOUT, true), 0);
	fake_set_ready(fake, POLLIN);
	expect_event(&parent, handle, POLLIN);
	expect_event(&child, attached, POLLIN); /* spurious for it, and it polls again */
	assert_int_equal(guest_poll(&child, attached, POLLOUT, true), 0);
	fake_set_ready(fake, POLLIN | POLLOUT);
	expect_event(&child, attached, POLLOUT);
	guest_expect_silence(&parent, 10);
	guest_end(&parent);
	guest_end(&child);
	test_engine_end(engine);
}

/* As guest_poll(), past events: two arms may bring one or two. */
static uint32_t poll_past_events(struct guest *guest, iof_handle handle, uint32_t events)
{
	uint64_t tag = guest_send_poll(guest, handle, events, true);
	struct answer answer;

	do
		guest_receive(guest, &answer);
	while (answer.reply.status == IOF_STATUS_EVENT);
	assert_int_equal(answer.reply.tag, tag);
	return (uint32_t)answer.reply.result;
}

static void arms_add_up(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	/* The second question does not take the first one's place, */
	assert_int_equal(guest_poll(&guest, handle, POLLIN, true), 0);
	assert_int_equal(guest_poll(&guest, handle, POLLOUT, true), 0);
	fake_set_ready(fake, POLLIN);
	expect_event(&guest, handle, POLLIN);
	/* nor does one that is answered at once. */
	fake_set_ready(fake, POLLOUT);
	assert_int_equal(poll_past_events(&guest, handle, POLLIN), 0);
	assert_int_equal(poll_past_events(&guest, handle, POLLIN | POLLOUT), POLLOUT);
	fake_set_ready(fake, POLLIN);
	expect_event(&guest, handle, POLLIN);
	guest_end(&guest);
	test_engine_end(engine);
}

/* A question that waits in the driver's poll(), and one that begins meanwhile; then another thing becomes ready, of
 * which the second must be told. */
static void two_questions(struct guest *guest, struct fake *fake, unsigned meanwhile, uint32_t first_answer)
{
	iof_handle handle = guest_open(guest, "fake0", NULL, NULL);
	uint32_t answers[2] = {UINT32_MAX, UINT32_MAX};
	struct answer answer;
	uint64_t tag;

	fake->poll_waits = 1;
	tag = guest_send_poll(guest, handle, POLLIN, true);
	fake_wait_for(&fake->waiting, 1);
	(void)guest_send_poll(guest, handle, POLLOUT, true);
	/* The session goes on, and the second question is being served. */
	for (uint64_t fast = guest_ioctl(guest, handle, FAKE_FAST, 1);;) {
		guest_receive(guest, &answer);
		if (answer.reply.tag == fast)
			break;
		answers[answer.reply.tag - tag] = (uint32_t)answer.reply.result;
	}
	fake_set_ready(fake, meanwhile);
	fake_release(fake, 1);
	while (answers[0] == UINT32_MAX || answers[1] == UINT32_MAX) {
		guest_receive(guest, &answer);
		assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
		answers[answer.reply.tag - tag] = (uint32_t)answer.reply.result;
	}
	assert_int_equal(answers[0], first_answer);
	assert_int_equal(answers[1], 0);
	fake_set_ready(fake, POLLOUT);
	expect_event(guest, handle, POLLOUT);
}

/* The first one knows nothing of the second when it sets the backend's notification. */
static void a_question_does_not_undo_one_that_began_later(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);

	(void)state;
	two_questions(&guest, fake, 0, 0);
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_question_that_is_answered_at_once_does_not_disarm_another(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);

	(void)state;
	two_questions(&guest, fake, POLLIN, POLLIN);
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_handle_that_is_closed_meanwhile_tells_nothing(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL), next;
	struct answer answer;

	(void)state;
	fake->poll_waits = 1;
	(void)guest_send_poll(&guest, handle, POLLIN, true);
	fake_wait_for(&fake->waiting, 1);
	guest_close(&guest, handle);
	next = guest_open(&guest, "fake0", NULL, NULL);
	assert_int_equal((uint32_t)next, (uint32_t)handle); /* the same place */
	fake_release(fake, 1);
	guest_receive(&guest, &answer);
	assert_int_equal(answer.reply.result, POLLNVAL);
	fake_set_ready(fake, POLLIN);
	guest_expect_silence(&guest, 20);
	guest_end(&guest);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_does_not_overtake_the_answer_that_promises_it),
		cmocka_unit_test(one_event_for_one_arm),
		cmocka_unit_test(both_sessions_on_one_open_are_told),
		cmocka_unit_test(arms_add_up),
		cmocka_unit_test(a_question_does_not_undo_one_that_began_later),
		cmocka_unit_test(a_question_that_is_answered_at_once_does_not_disarm_another),
		cmocka_unit_test(a_handle_that_is_closed_meanwhile_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
