/* SPDX-License-Identifier: MIT */
/* What a call costs the host, counted: system calls and allocations. Times are not asked. */
#include "guest.h"

#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

static atomic_int counting, receives, sends, others, timers, allocations, given_back, bytes_given_back;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
int __real_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);
int __real_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

/* The transport makes its system calls through syscall(). */
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_recvmmsg)
		atomic_fetch_add(&receives, counting);
	else if (number == SYS_sendmsg)
		atomic_fetch_add(&sends, counting);
	else
		atomic_fetch_add(&others, counting);
	return __real_syscall(number, a, b, c, d, e, f);
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
	atomic_fetch_add(&timers, counting);
	return __real_timerfd_settime(fd, flags, value, old);
}

int __wrap_madvise(void *at, size_t size, int advice)
{
	atomic_fetch_add(&given_back, counting);
	atomic_fetch_add(&bytes_given_back, (int)size);
	return __real_madvise(at, size, advice);
}

void *__wrap_malloc(size_t size)
{
	atomic_fetch_add(&allocations, counting);
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	atomic_fetch_add(&allocations, counting);
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	atomic_fetch_add(&allocations, counting);
	return __real_realloc(memory, size);
}

enum { CALLS = 100, ATTEMPTS = 50 };

/* Counts over CALLS calls, one after the other, in which no call was slow enough for a takeover. */
static void count_calls(struct engine *engine, struct guest *guest, iof_handle handle, uint32_t command)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		uint64_t takeovers = engine_takeovers(engine);

		receives = sends = others = timers = allocations = given_back = 0;
		counting = 1;
		for (int i = 0; i < CALLS; i++) {
			struct answer answer;

			(void)guest_ioctl(guest, handle, command, 1);
			guest_receive(guest, &answer);
			assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
		}
		counting = 0;
		if (engine_takeovers(engine) == takeovers)
			return;
	}
	fail_msg("the machine is too busy: in each of %d attempts some call took over 200 us", ATTEMPTS);
}

static void a_call_costs(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 1000);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	(void)guest_fast(&guest, handle, 1);
	/* One that is trusted not to wait: a read and a write. The reader may or may not be in its next read yet. */
	count_calls(engine, &guest, handle, FAKE_FAST);
	assert_int_equal(sends, CALLS);
	assert_in_range(receives, CALLS - 1, CALLS + 1);
	assert_int_equal(timers, 0);
	assert_int_equal(others, 0);
	assert_int_equal(allocations, 0);
	assert_int_equal(given_back, 0);
	/* One that may wait: the standby's timer on and off as well. */
	count_calls(engine, &guest, handle, FAKE_WORD);
	assert_int_equal(sends, CALLS);
	assert_in_range(receives, CALLS - 1, CALLS + 1);
	assert_int_equal(timers, 2 * CALLS);
	assert_int_equal(others, 0);
	assert_int_equal(allocations, 0);
	assert_int_equal(given_back, 0);
	guest_end(&guest);
	test_engine_end(engine);
}

static void wait_for_bytes(int wanted)
{
	struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < 20000 && bytes_given_back < wanted; i++)
		(void)nanosleep(&pause, NULL);
	assert_true(bytes_given_back >= wanted);
}

enum { LARGE_RECORDS = 100000, LARGE_BYTES = 4 * LARGE_RECORDS, PAGE_MOST = 65536 };

/* A session that once made a large call does not hold its memory for ever. */
static void large_call(bool waits)
{
	struct iof_request request = {.op = IOF_OP_READ, .reply_max = IOF_MESSAGE_MAX};
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct engine *engine;
	struct guest guest;
	struct fake *fake;
	struct iof_reply reply;
	uint8_t payload[8];

	limits.takeover_us = waits ? 1 : 500000;
	engine = test_engine(&limits, &fake);
	guest = guest_begin(engine, 1000);
	request.handle = guest_open(&guest, "fake0", NULL, NULL);
	bytes_given_back = 0;
	fake->read_waits = waits;
	iof_put_u64(payload, LARGE_RECORDS);
	(void)guest_send(&guest, request, payload, 8);
	if (waits) {
		fake_wait_for(&fake->waiting, 1);
		assert_int_equal(guest_fast(&guest, request.handle, 1), 2); /* another thread is the reader now */
		fake_release(fake, 1);
	}
	guest_receive_long(&guest, &reply);
	assert_int_equal(reply.result, LARGE_RECORDS);
	wait_for_bytes(LARGE_BYTES - PAGE_MOST); /* the driver's buffer, */
	(void)guest_send(&guest, (struct iof_request){.op = IOF_OP_ACK}, NULL, 0);
	wait_for_bytes(2 * (LARGE_BYTES - PAGE_MOST)); /* and the reply */
	guest_end(&guest);
	test_engine_end(engine);
}

static void a_large_call_leaves_no_memory_behind(void **state)
{
	(void)state;
	large_call(false); /* of the reader: its reply goes when it is acknowledged */
	large_call(true);  /* of another thread: it copies its reply at once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_costs),
		cmocka_unit_test(a_large_call_leaves_no_memory_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
