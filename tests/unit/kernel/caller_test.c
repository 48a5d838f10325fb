/* SPDX-License-Identifier: MIT */
#include "guest/kernel/caller.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static void test_syscall_line(void **state)
{
	struct caller_syscall call;

	(void)state;
	assert_int_equal(caller_syscall_parse("16 0x3 0xc0045401 0x7ffe0010 0x0 0x0 0x0 0x7ffe0000 0x7f00\n", &call),
			 0);
	assert_int_equal(call.number, 16);
	assert_int_equal(call.argument[0], 3);
	assert_int_equal(call.argument[1], 0xc0045401);
	assert_int_equal(call.argument[2], 0x7ffe0010);
}

static void test_other_lines(void **state)
{
	struct caller_syscall call;

	(void)state;
	assert_int_equal(caller_syscall_parse("running\n", &call), -EAGAIN);
	assert_int_equal(caller_syscall_parse("-1 0x7ffe0000 0x7f00\n", &call), -EPROTO);
	assert_int_equal(caller_syscall_parse("-1 0x7ffe0000 0x7f00 0x0 0x0\n", &call), -EPROTO);
	assert_int_equal(caller_syscall_parse("", &call), -EPROTO);
	assert_int_equal(caller_syscall_parse("16 0x3", &call), -EPROTO);
}

static void test_kinds(void **state)
{
	struct caller_syscall call = {SYS_read, {5, 0xffffff8000001000, 20}};
	struct caller_io io;

	(void)state;
	assert_int_equal(caller_io_from_syscall(&call, CALLER_READ, &io), 0);
	assert_int_equal(io.layout, IOF_LAYOUT_LP64);
	assert_int_equal(io.fd, 5);
	assert_true(io.address == 0xffffff8000001000);
	assert_int_equal(io.count, 20);
	assert_int_equal(caller_io_from_syscall(&call, CALLER_WRITE, &io), -EOPNOTSUPP);
	call.number = SYS_readv;
	assert_int_equal(caller_io_from_syscall(&call, CALLER_READ, &io), -EOPNOTSUPP);
}

/* The registers of a 32-bit caller may hold more than its 32 bits. */
static void test_narrow_caller(void **state)
{
#if defined(__x86_64__) || defined(__aarch64__)
	struct caller_syscall call = {4, {6, 0xdead00001000, 0xdead00000014}};
	struct caller_io io;

	(void)state;
	assert_int_equal(caller_io_from_syscall(&call, CALLER_WRITE, &io), 0);
	assert_int_not_equal(io.layout, IOF_LAYOUT_LP64);
	assert_true(io.address == 0x1000);
	assert_int_equal(io.count, 20);
	assert_int_equal(caller_io_from_syscall(&call, CALLER_READ, &io), -EOPNOTSUPP);
#else
	(void)state;
	print_message("skipped: no 32-bit callers on this architecture\n");
#endif
}

static void test_flags(void **state)
{
	(void)state;
	assert_int_equal(caller_flags_parse("pos:\t0\nflags:\t0104002\nmnt_id:\t15\n"), 0104002);
	assert_int_equal(caller_flags_parse("flags:\t02\n"), 2);
	assert_int_equal(caller_flags_parse("pos:\t0\nmyflags:\t0104002\n"), -EPROTO);
	assert_int_equal(caller_flags_parse("pos:\t0\n"), -EPROTO);
	assert_int_equal(caller_flags_parse(""), -EPROTO);
}

struct sleeper {
	int pipe[2];
	char buffer[8];
	pid_t tid;
};

static void *sleep_in_read(void *context)
{
	struct sleeper *sleeper = context;

	__atomic_store_n(&sleeper->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	return read(sleeper->pipe[0], sleeper->buffer, sizeof(sleeper->buffer)) == 1 ? sleeper : NULL;
}

/* A real thread that sleeps in read(): everything about its call, and its descriptor's flags as they change. */
static void test_sleeping_thread(void **state)
{
	struct sleeper sleeper = {.tid = 0};
	struct caller_io io;
	pthread_t thread;
	void *result;
	int ret;

	(void)state;
	assert_int_equal(pipe(sleeper.pipe), 0);
	assert_int_equal(pthread_create(&thread, NULL, sleep_in_read, &sleeper), 0);
	while (!__atomic_load_n(&sleeper.tid, __ATOMIC_ACQUIRE))
		usleep(1000);
	for (int turn = 0; turn < 100; turn++) {
		ret = caller_io(sleeper.tid, CALLER_READ, &io);
		if (ret != -EAGAIN && ret != -EOPNOTSUPP)
			break;
		usleep(10000);
	}
	if (ret == -EPERM || ret == -EACCES) {
		print_message("skipped: /proc/TID/syscall is not readable here\n");
	} else {
		assert_int_equal(ret, 0);
		assert_int_equal(io.fd, sleeper.pipe[0]);
		assert_true(io.address == (uint64_t)(uintptr_t)sleeper.buffer);
		assert_int_equal(io.count, sizeof(sleeper.buffer));
		assert_int_equal(caller_flags(sleeper.tid, io.fd) & O_NONBLOCK, 0);
		assert_int_equal(fcntl(sleeper.pipe[0], F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(caller_flags(sleeper.tid, io.fd) & O_NONBLOCK, O_NONBLOCK);
		assert_int_equal(caller_flags(sleeper.tid, 9999), -ENOENT);
	}
	assert_int_equal(write(sleeper.pipe[1], "x", 1), 1);
	pthread_join(thread, &result);
	assert_non_null(result);
	close(sleeper.pipe[0]);
	close(sleeper.pipe[1]);
}

static void test_no_thread(void **state)
{
	struct caller_io io;

	(void)state;
	assert_int_equal(caller_io(0, CALLER_READ, &io), -ESRCH);
	assert_int_equal(caller_io(INT32_MAX, CALLER_READ, &io), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syscall_line), cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_kinds),        cmocka_unit_test(test_narrow_caller),
		cmocka_unit_test(test_flags),        cmocka_unit_test(test_sleeping_thread),
		cmocka_unit_test(test_no_thread),
	};

	return cmocka_run_group_tests_name("caller", tests, NULL, NULL);
}
