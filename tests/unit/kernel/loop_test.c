/* SPDX-License-Identifier: MIT */
#include "guest/kernel/loop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

struct note {
	struct loop *loop;
	struct loop_timer timer;
	unsigned ran;
	unsigned *order;
};

static void expired(void *context)
{
	struct note *note = context;

	note->ran = ++*note->order;
}

static void again(void *context)
{
	struct note *note = context;

	expired(note);
	if (note->ran < 3)
		loop_timer_set(note->loop, &note->timer, 1);
}

static void turn_until(struct loop *loop, const unsigned *order, unsigned wanted)
{
	for (int i = 0; i < 100 && *order < wanted; i++)
		assert_int_equal(loop_turn(loop), 0);
	assert_int_equal(*order, wanted);
}

static void test_timers(void **state)
{
	unsigned order = 0;
	struct loop loop;
	struct note note[3];

	(void)state;
	assert_int_equal(loop_init(&loop), 0);
	for (unsigned i = 0; i < 3; i++)
		note[i] = (struct note){&loop, {.expired = expired, .context = &note[i]}, 0, &order};
	loop_timer_set(&loop, &note[0].timer, 30);
	loop_timer_set(&loop, &note[1].timer, 10);
	loop_timer_set(&loop, &note[2].timer, 20);
	loop_timer_clear(&note[2].timer);
	loop_timer_clear(&note[2].timer); /* twice does nothing */
	turn_until(&loop, &order, 2);
	assert_int_equal(note[1].ran, 1);
	assert_int_equal(note[0].ran, 2);
	assert_int_equal(note[2].ran, 0);
	assert_null(loop.timers);
	loop_fini(&loop);
}

static void test_timer_sets_itself(void **state)
{
	unsigned order = 0;
	struct loop loop;
	struct note note = {&loop, {.expired = again, .context = &note}, 0, &order};

	(void)state;
	assert_int_equal(loop_init(&loop), 0);
	loop_timer_set(&loop, &note.timer, 1);
	loop_timer_set(&loop, &note.timer, 2); /* anew, not twice */
	turn_until(&loop, &order, 3);
	loop_fini(&loop);
}

static void readable(void *context, uint32_t events)
{
	assert_true(events & EPOLLIN);
	++*(unsigned *)context;
}

static void test_sources(void **state)
{
	unsigned count = 0;
	struct loop loop;
	struct loop_source source = {.ready = readable, .context = &count};
	struct loop_timer timer = {.expired = (void (*)(void *))loop_timer_clear, .context = &timer};
	int fds[2];

	(void)state;
	assert_int_equal(loop_init(&loop), 0);
	assert_int_equal(pipe(fds), 0);
	source.fd = fds[0];
	assert_int_equal(loop_watch(&loop, &source, EPOLLIN), 0);
	assert_int_equal(loop_watch(&loop, &source, EPOLLIN), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(loop_turn(&loop), 0);
	assert_int_equal(count, 1);
	loop_forget(&loop, &source);
	loop_forget(&loop, &source);
	loop_timer_set(&loop, &timer, 5);
	assert_int_equal(loop_turn(&loop), 0);
	assert_int_equal(count, 1);
	close(fds[0]);
	close(fds[1]);
	loop_fini(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_timer_sets_itself),
		cmocka_unit_test(test_sources),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
