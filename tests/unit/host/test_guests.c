/* SPDX-License-Identifier: MIT */
/* What one guest may have of the daemon, however many sessions it begins, and that others do not notice. */
#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <ioferry/log.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int no_threads; /* the system gives none */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char logged[1 << 16];

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context)
{
	return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, run, context);
}

static void note_line(void *context, enum iof_log_level level, const char *line)
{
	size_t used;

	(void)context;
	(void)level;
	(void)pthread_mutex_lock(&log_lock);
	used = strlen(logged);
	(void)snprintf(logged + used, sizeof(logged) - used, "%s\n", line);
	(void)pthread_mutex_unlock(&log_lock);
}

static int clear_log(void **state)
{
	(void)state;
	logged[0] = '\0';
	return 0;
}

static void expect_line(const char *words)
{
	const char *found;

	(void)pthread_mutex_lock(&log_lock);
	found = strstr(logged, words);
	(void)pthread_mutex_unlock(&log_lock);
	if (!found)
		print_message("no '%s' in:\n%s", words, logged);
	assert_non_null(found);
}

static unsigned threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned count = 0;

	assert_non_null(tasks);
	while (readdir(tasks))
		count++;
	(void)closedir(tasks);
	return count;
}

static void wait_for_sessions(struct engine *engine, unsigned wanted)
{
	for (int i = 0; i < 2000 && engine_sessions(engine) != wanted; i++)
		(void)poll(NULL, 0, 10);
	assert_int_equal(engine_sessions(engine), wanted);
}

static void a_session_without_a_hello_ends(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest good, silent, slow;
	struct engine *engine;
	struct fake *fake;
	iof_handle handle;

	(void)state;
	limits.hello_ms = 200;
	engine = test_engine(&limits, &fake);
	silent = guest_connect(engine, 1000);
	slow = guest_connect(engine, 1001);
	guest_send_bytes(&slow, "\x30\0\0\0\1\0\0", 7); /* and no more of it */
	good = guest_begin(engine, 1002);
	handle = guest_open(&good, "fake0", NULL, NULL);
	guest_expect_end(&silent);
	guest_expect_end(&slow);
	wait_for_sessions(engine, 1);
	expect_line("unix:uid=1000 session 1: no hello within 200 ms");
	assert_int_equal(guest_fast(&good, handle, 1), 2);
	guest_end(&silent);
	guest_end(&slow);
	guest_end(&good);
	test_engine_end(engine);
}

static void a_refused_hello_is_none(void **state)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Hello hello = IOFERRY__HELLO__INIT;
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;

	(void)state;
	limits.hello_ms = 100;
	engine = test_engine(&limits, &fake);
	guest = guest_connect(engine, 1000);
	hello.version_min = hello.version_max = IOF_PROTOCOL_VERSION + 1;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_HELLO;
	request.hello = &hello;
	(void)guest_send_control(&guest, &request);
	guest_expect_end(&guest);
	guest_end(&guest);
	test_engine_end(engine);
}

static void one_guest_cannot_use_up_the_sessions(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest guests[3], other, root;
	struct engine *engine;
	struct fake *fake;
	char reason[256];

	(void)state;
	limits.sessions = 4;
	limits.sessions_per_guest = 3;
	engine = test_engine(&limits, &fake);
	for (int i = 0; i < 3; i++)
		guests[i] = guest_connect(engine, 1000);
	assert_int_equal(guest_try(engine, 1000, &other, reason, sizeof(reason)), -EUSERS);
	assert_string_equal(reason, "unix:uid=1000: it has 3 sessions ('sessions_per_guest')");
	guest_end(&guests[0]);
	wait_for_sessions(engine, 2);
	guests[0] = guest_begin(engine, 1001);
	other = guest_begin(engine, 1002);
	assert_int_equal(guest_try(engine, 1003, &root, reason, sizeof(reason)), -EUSERS);
	assert_string_equal(reason, "unix:uid=1003: there are 4 sessions ('sessions')");
	root = guest_begin(engine, 0); /* has to be able to look */
	guest_end(&root);
	guest_end(&other);
	for (int i = 0; i < 3; i++)
		guest_end(&guests[i]);
	test_engine_end(engine);
}

static void allow(struct engine *engine, uid_t first, size_t count)
{
	struct device_set *set = engine_devices(engine);
	struct guest_policy guests = {.given = true, .n_rules = count};

	guests.rules = calloc(count, sizeof(*guests.rules));
	assert_non_null(guests.rules);
	for (size_t i = 0; i < count; i++)
		guests.rules[i] = (struct guest_rule){.has_uid = true, .uid = first + (uid_t)i};
	device_set_policy(set->devices[0], &guests, &(struct command_policy){0});
	engine_set_devices(engine, set);
}

static void strangers_get_few_sessions(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest first, second, third, guest;
	struct engine *engine;
	struct fake *fake;
	char reason[256];

	(void)state;
	limits.strangers = 2;
	engine = test_engine(&limits, &fake);
	allow(engine, 1000, 1);
	first = guest_begin(engine, 2000);
	second = guest_begin(engine, 2001);
	assert_int_equal(guest_try(engine, 2002, &third, reason, sizeof(reason)), -EUSERS);
	assert_string_equal(reason, "unix:uid=2002: 'allow' of no device names it, and there are 2 sessions of such "
				    "guests ('strangers')");
	for (int i = 0; i < 5; i++) { /* those that are named do not notice */
		guest = guest_begin(engine, 1000);
		(void)guest_open(&guest, "fake0", NULL, NULL);
		guest_end(&guest);
	}
	wait_for_sessions(engine, 2);
	/* A new configuration makes a guest of a stranger, and the other way round. */
	allow(engine, 2000, 1);
	third = guest_begin(engine, 2002);
	assert_int_equal(guest_try(engine, 1000, &guest, reason, sizeof(reason)), -EUSERS);
	guest_end(&first);
	guest_end(&second);
	guest_end(&third);
	test_engine_end(engine);
}

/* Calls that wait, until one is refused; how many there are. */
static int block_all(struct guest *guest, struct fake *fake, iof_handle handle, int waiting)
{
	for (int blocked = 0;; blocked++) {
		uint64_t tag = guest_ioctl(guest, handle, FAKE_WAIT, 0);
		struct pollfd poll_fd = {.fd = guest->fd, .events = POLLIN};

		while (poll(&poll_fd, 1, 1) == 0)
			if (fake->waiting > waiting + blocked)
				break;
		if (fake->waiting > waiting + blocked)
			continue;
		guest_expect(guest, tag, IOF_STATUS_REFUSED, -1, EAGAIN);
		return blocked;
	}
}

static void threads_are_capped_over_all_sessions(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest first, second, other;
	struct engine *engine;
	struct fake *fake;
	iof_handle handle, handle2, handle3;
	struct answer answer;

	(void)state;
	limits.threads_per_guest = 6;
	engine = test_engine(&limits, &fake);
	first = guest_begin(engine, 1000);
	second = guest_begin(engine, 1000);
	other = guest_begin(engine, 1001);
	handle = guest_open(&first, "fake0", NULL, NULL);
	handle2 = guest_open(&second, "fake0", NULL, NULL);
	handle3 = guest_open(&other, "fake0", NULL, NULL);
	/* Six threads, of which the second session has two. */
	assert_int_equal(block_all(&first, fake, handle, 0), 3);
	expect_line("unix:uid=1000 session 1: fake0 FAKE_WAIT: refused: all 6 threads of the guest's sessions are busy "
		    "('threads_per_guest')");
	/* With its own two the second one goes on, */
	assert_int_equal(block_all(&second, fake, handle2, 3), 1);
	assert_int_equal(guest_fast(&second, handle2, 5), 6);
	/* and so does one that begins now. */
	guest_end(&second);
	fake_wait_for(&fake->waiting, 3);
	second = guest_begin(engine, 1000);
	handle2 = guest_open(&second, "fake0", NULL, NULL);
	assert_int_equal(block_all(&second, fake, handle2, 3), 1);
	/* Another guest has as many as if it were alone. */
	assert_int_equal(block_all(&other, fake, handle3, 4), 5);
	fake_release(fake, 9);
	for (int i = 0; i < 3; i++)
		guest_receive(&first, &answer);
	guest_end(&second);
	guest_end(&other);
	wait_for_sessions(engine, 1);
	/* What threads were given back can be had again. */
	assert_int_equal(block_all(&first, fake, handle, 0), 5);
	guest_end(&first);
	test_engine_end(engine);
}

static void opens_are_capped_over_all_sessions(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest first, second, other;
	struct engine *engine;
	struct fake *fake;
	iof_handle handle;
	uint32_t error;

	(void)state;
	limits.opens_per_guest = 3;
	engine = test_engine(&limits, &fake);
	first = guest_begin(engine, 1000);
	second = guest_begin(engine, 1000);
	other = guest_begin(engine, 1001);
	handle = guest_open(&first, "fake0", NULL, NULL);
	(void)guest_open(&first, "fake0", NULL, NULL);
	(void)guest_open(&second, "fake0", NULL, NULL);
	assert_int_equal(guest_open(&second, "fake0", NULL, &error), 0);
	assert_int_equal(error, EMFILE);
	expect_line("unix:uid=1000 session 2: refused: the guest's sessions have 3 opens ('opens_per_guest')");
	assert_int_equal(fake->opens, 3);
	(void)guest_open(&other, "fake0", NULL, NULL);
	guest_close(&first, handle);
	(void)guest_open(&second, "fake0", NULL, NULL);
	guest_end(&first);
	guest_end(&second);
	guest_end(&other);
	test_engine_end(engine);
}

enum { HANDLES = 9 };

static void open_all(struct guest *guest, iof_handle handles[HANDLES])
{
	for (int i = 0; i < HANDLES; i++)
		handles[i] = guest_open(guest, "fake0", NULL, NULL);
}

static void threads_that_close_are_capped(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	iof_handle handles[HANDLES], handle;
	struct guest guest, other;
	struct engine *engine;
	struct fake *fake;
	unsigned before;

	(void)state;
	limits.threads = 2;
	limits.threads_per_guest = 4;
	engine = test_engine(&limits, &fake);
	other = guest_begin(engine, 1001);
	handle = guest_open(&other, "fake0", NULL, NULL);
	guest = guest_begin(engine, 1000);
	open_all(&guest, handles);
	assert_int_equal(block_all(&guest, fake, handles[0], 0), 1); /* no standby is left to run a close */
	fake->close_waits = 1;
	before = threads();
	for (int i = 1; i < HANDLES; i++)
		guest_close(&guest, handles[i]);
	assert_int_equal(threads(), before + 2); /* two has the session */
	fake_wait_for(&fake->waiting, 3);
	expect_line(" closes wait until drivers have let go of others: the guest has its 4 threads "
		    "('threads_per_guest'), 2 of them in closes");
	assert_int_equal(guest_fast(&guest, handles[0], 1), 2);
	assert_int_equal(guest_fast(&other, handle, 1), 2);
	fake_release(fake, HANDLES);
	fake_wait_for(&fake->closes, HANDLES - 1);
	fake->close_waits = 0;
	guest_end(&guest);
	guest_end(&other);
	test_engine_end(engine);
}

static void without_threads_closes_wait_and_calls_fail(void **state)
{
	iof_handle handles[HANDLES];
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	int blocked;

	(void)state;
	open_all(&guest, handles);
	no_threads = 1;
	blocked = block_all(&guest, fake, handles[0], 0);
	expect_line(
		"fake0 FAKE_WAIT: refused: the system gives no thread: Resource temporarily unavailable (TasksMax of "
		"the unit?)");
	fake->close_waits = 1;
	for (int i = 1; i < HANDLES; i++)
		guest_close(&guest, handles[i]);
	assert_int_equal(guest_fast(&guest, handles[0], 1), 2); /* its thread waits for no driver */
	assert_int_equal(fake->closes, 0);
	no_threads = 0;
	fake_release(fake, blocked + HANDLES - 1);
	fake_wait_for(&fake->closes, HANDLES - 1);
	fake->close_waits = 0;
	guest_end(&guest);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_session_without_a_hello_ends, clear_log),
		cmocka_unit_test_setup(a_refused_hello_is_none, clear_log),
		cmocka_unit_test_setup(one_guest_cannot_use_up_the_sessions, clear_log),
		cmocka_unit_test_setup(strangers_get_few_sessions, clear_log),
		cmocka_unit_test_setup(threads_are_capped_over_all_sessions, clear_log),
		cmocka_unit_test_setup(opens_are_capped_over_all_sessions, clear_log),
		cmocka_unit_test_setup(threads_that_close_are_capped, clear_log),
		cmocka_unit_test_setup(without_threads_closes_wait_and_calls_fail, clear_log),
	};

	iof_log_setup(note_line, NULL, IOF_LOG_NOTICE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
