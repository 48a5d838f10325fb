/* SPDX-License-Identifier: MIT */
/* Signal handlers, with and without SA_RESTART, and cancelled threads, in waits of leader and follower. */
#include "caller.h"
#include <fcntl.h>
#include <ioferry/sys.h>

/* ThreadSanitizer keeps signals back until a libc function that it knows blocks; the engine calls none. */
#if defined(__SANITIZE_THREAD__)
#define KEEPS_SIGNALS_BACK true
#elif defined(__has_feature)
#define KEEPS_SIGNALS_BACK __has_feature(thread_sanitizer)
#else
#define KEEPS_SIGNALS_BACK false
#endif

/* AddressSanitizer takes the frames that a cancelled thread has left for still in use. */
#pragma weak __asan_handle_no_return
extern void __asan_handle_no_return(void);

static int handled; /* atomic */

static void count_signal(int number)
{
	(void)number;
	__atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
}

static int times_handled(void)
{
	return __atomic_load_n(&handled, __ATOMIC_ACQUIRE);
}

static void handle_with(void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	__atomic_store_n(&handled, 0, __ATOMIC_RELEASE);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

/* Answers a cancel with INTERRUPTED; everything else is the test's. */
static void hold(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	(void)length;
	if (request->op == IOF_OP_CANCEL)
		fake_host_reply(host, iof_get_u64(payload), IOF_STATUS_INTERRUPTED, 0, EINTR, NULL, 0);
}

struct waiter {
	pthread_t thread;
	struct iof_session *session;
	struct test_call call;
	bool restartable;
	int result, tid; /* tid: atomic, 0 at first */
	bool over;       /* atomic */
};

static void *wait_for_call(void *context)
{
	struct waiter *waiter = context;

	__atomic_store_n(&waiter->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	waiter->result = iof_session_wait(waiter->session, &waiter->call.call, waiter->restartable);
	__atomic_store_n(&waiter->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_over(const struct waiter *waiter)
{
	return __atomic_load_n(&waiter->over, __ATOMIC_ACQUIRE);
}

/* Whether the thread sleeps in the kernel, by its state in /proc. */
static bool sleeps(const struct waiter *waiter)
{
	int tid = __atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE);
	char path[64], text[512], *at;
	ssize_t n;
	int fd;

	if (!tid)
		return false;
	snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strrchr(text, ')');
	return at && at[1] == ' ' && at[2] == 'S';
}

static void start_waiter(struct waiter *waiter, struct iof_session *session, bool restartable, void *(*body)(void *))
{
	*waiter = (struct waiter){.session = session, .restartable = restartable, .result = 1};
	assert_int_equal(submit(session, &waiter->call, HOLD, 0, true), 0);
	pthread_create(&waiter->thread, NULL, body, waiter);
	wait_for(sleeps(waiter));
}

static void release(struct fake_host *host, struct waiter *waiter)
{
	fake_host_reply(host, waiter->call.call.tag, IOF_STATUS_COMPLETED, 5, 0, NULL, 0);
	pthread_join(waiter->thread, NULL);
	assert_int_equal(waiter->result, 0);
	assert_int_equal(waiter->call.reply.result, 5);
}

/* A signal to the first (leader) or second (follower) of two waiting threads. */
static void signal_one(bool follower, bool restartable, int flags, bool ends)
{
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, NULL);
	struct waiter waiters[2], *target = &waiters[follower], *other = &waiters[!follower];

	handle_with(count_signal, flags);
	start_waiter(&waiters[0], session, restartable, wait_for_call);
	start_waiter(&waiters[1], session, restartable, wait_for_call);
	pthread_kill(target->thread, SIGUSR1);
	wait_for(times_handled() == 1);
	if (ends) {
		wait_for(is_over(target));
		pthread_join(target->thread, NULL);
		assert_int_equal(target->result, -EINTR);
		assert_int_equal(times_done(&target->call), 0);
		/* The call is still in flight; cancelled, it comes to an end by the thread that waits on. */
		assert_int_equal(iof_session_cancel(session, &target->call.call), 0);
		wait_for(times_done(&target->call) == 1);
		assert_int_equal(target->call.reply.status, IOF_STATUS_INTERRUPTED);
	} else {
		wait_for(sleeps(target));
		usleep(10000);
		assert_false(is_over(target));
		release(host, target);
	}
	assert_false(is_over(other));
	release(host, other);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_restartable_wait_goes_on_after_SA_RESTART(void **state)
{
	(void)state;
	signal_one(false, true, SA_RESTART, false);
	signal_one(true, true, SA_RESTART, false);
}

static void a_restartable_wait_ends_without_SA_RESTART(void **state)
{
	(void)state;
	signal_one(false, true, 0, true);
	signal_one(true, true, 0, true);
}

static void any_handler_ends_a_wait_that_does_not_restart(void **state)
{
	(void)state;
	signal_one(false, false, SA_RESTART, true);
	signal_one(true, false, SA_RESTART, true);
	signal_one(false, false, 0, true);
	signal_one(true, false, 0, true);
}

static void an_interrupted_call_can_be_waited_for_again(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, NULL);
	struct waiter waiter;

	handle_with(count_signal, 0);
	start_waiter(&waiter, session, true, wait_for_call);
	pthread_kill(waiter.thread, SIGUSR1);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.result, -EINTR);
	iof_session_cancel(session, &waiter.call.call);
	assert_int_equal(iof_session_wait(session, &waiter.call.call, true), 0);
	assert_int_equal(waiter.call.reply.status, IOF_STATUS_INTERRUPTED);
	iof_session_destroy(session);
	fake_host_stop(host);
}

struct opener {
	struct iof_session *session;
	int result;
};

static void *open_slow(void *context)
{
	struct opener *opener = context;
	uint64_t handle;

	opener->result = iof_session_open(opener->session, "slow", 0, &handle, NULL);
	return NULL;
}

static void an_interrupted_open_is_cancelled(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, NULL);
	struct opener opener = {.session = session};
	pthread_t thread;

	handle_with(count_signal, 0);
	pthread_create(&thread, NULL, open_slow, &opener);
	wait_for(fake_host_seen(host).requests == 2);
	usleep(20000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	assert_int_equal(opener.result, -EINTR);
	assert_int_equal(fake_host_seen(host).cancels, 1);
	iof_session_destroy(session);
	fake_host_stop(host);
}

/* As a front end does it: signals and cancellation only while the engine sleeps. */
static void let_signals_in(void *context, bool asleep)
{
	sigset_t set;

	(void)context;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(asleep ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

static struct iof_session *handler_session;
static struct fake_host *handler_host;
static int handler_result;
static uint64_t outer_tag;

static bool answer_outer;

/* Calls, and has the host answer the outer call first, so that the nested wait reads that answer. */
static void call_from_handler(int number)
{
	struct test_call call;

	(void)number;
	handler_result = submit(handler_session, &call, ECHO, 1, true);
	if (answer_outer)
		fake_host_reply(handler_host, outer_tag, IOF_STATUS_COMPLETED, 5, 0, NULL, 0);
	fake_host_reply(handler_host, call.call.tag, IOF_STATUS_COMPLETED, 6, 0, NULL, 0);
	if (handler_result == 0)
		handler_result = iof_session_wait(handler_session, &call.call, true);
	if (handler_result == 0 && call.reply.result != 6)
		handler_result = -EPROTO;
	__atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
}

static void nested(bool restartable, int flags, bool twice)
{
	struct iof_session_options options = {.asleep = let_signals_in};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, &options);
	struct waiter waiter;

	handler_session = session;
	handler_host = host;
	handler_result = 1;
	answer_outer = !twice;
	handle_with(call_from_handler, flags);
	let_signals_in(NULL, false);
	start_waiter(&waiter, session, restartable, wait_for_call);
	outer_tag = waiter.call.call.tag;
	pthread_kill(waiter.thread, SIGUSR1);
	if (twice) {
		wait_for(times_handled() == 1);
		assert_int_equal(handler_result, 0);
		answer_outer = true;
		pthread_kill(waiter.thread, SIGUSR1);
	}
	pthread_join(waiter.thread, NULL);
	assert_int_equal(times_handled(), twice ? 2 : 1);
	assert_int_equal(handler_result, 0);
	assert_int_equal(times_done(&waiter.call), 1);
	assert_int_equal(waiter.result, 0); /* done beats interrupted */
	let_signals_in(NULL, true);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_handler_may_call_where_it_interrupted_the_reader(void **state)
{
	(void)state;
	nested(true, SA_RESTART, false);
	nested(true, 0, false);
	nested(false, SA_RESTART, false);
	nested(true, SA_RESTART, true);
}

static uint64_t leader_tag;
static bool leader_first;
static struct waiter *leader;

/* The interrupted thread follows; the leader's reply comes before the handler waits, or while it does. */
static void call_from_handler_of_follower(int number)
{
	struct test_call call;

	(void)number;
	if (leader_first) {
		fake_host_reply(handler_host, leader_tag, IOF_STATUS_COMPLETED, 5, 0, NULL, 0);
		for (int tries = 0; tries < 5000 && !is_over(leader); tries++)
			usleep(1000);
	}
	handler_result = submit(handler_session, &call, ECHO, 1, true);
	if (!leader_first)
		fake_host_reply(handler_host, leader_tag, IOF_STATUS_COMPLETED, 5, 0, NULL, 0);
	fake_host_reply(handler_host, call.call.tag, IOF_STATUS_COMPLETED, 6, 0, NULL, 0);
	if (handler_result == 0)
		handler_result = iof_session_wait(handler_session, &call.call, true);
	if (handler_result == 0 && call.reply.result != 6)
		handler_result = -EPROTO;
	__atomic_add_fetch(&handled, 1, __ATOMIC_RELEASE);
}

static void nested_follower(bool first)
{
	struct iof_session_options options = {.asleep = let_signals_in};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, &options);
	struct waiter waiters[2];

	handler_session = session;
	handler_host = host;
	handler_result = 1;
	leader_first = first;
	leader = &waiters[0];
	handle_with(call_from_handler_of_follower, SA_RESTART);
	let_signals_in(NULL, false);
	start_waiter(&waiters[0], session, true, wait_for_call);
	start_waiter(&waiters[1], session, true, wait_for_call);
	leader_tag = waiters[0].call.call.tag;
	pthread_kill(waiters[1].thread, SIGUSR1);
	pthread_join(waiters[0].thread, NULL);
	wait_for(times_handled() == 1);
	assert_int_equal(handler_result, 0);
	release(host, &waiters[1]);
	let_signals_in(NULL, true);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_handler_may_call_where_it_interrupted_a_follower(void **state)
{
	(void)state;
	nested_follower(false);
	nested_follower(true);
}

/* pthread_cancel() */

static void let_cancel_in(void *context, bool asleep)
{
	int before;

	(void)context;
	pthread_setcanceltype(asleep ? PTHREAD_CANCEL_ASYNCHRONOUS : PTHREAD_CANCEL_DEFERRED, &before);
}

static void leave(void *context)
{
	struct waiter *waiter = context;

	if (__asan_handle_no_return)
		__asan_handle_no_return();
	waiter->result = iof_session_leave(waiter->session, &waiter->call.call);
}

static void *wait_until_cancelled(void *context)
{
	struct waiter *waiter = context;

	pthread_cleanup_push(leave, waiter);
	wait_for_call(waiter);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel_one(bool follower)
{
	struct iof_session_options options = {.asleep = let_cancel_in};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
	struct iof_session *session = session_to(host, &options);
	struct waiter waiters[2], *target = &waiters[follower], *other = &waiters[!follower];
	void *result;

	start_waiter(&waiters[0], session, true, wait_until_cancelled);
	start_waiter(&waiters[1], session, true, wait_until_cancelled);
	pthread_cancel(target->thread);
	pthread_join(target->thread, &result);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(target->result, false); /* still in flight */
	assert_int_equal(times_done(&target->call), 0);
	iof_session_cancel(session, &target->call.call);
	wait_for(times_done(&target->call) == 1); /* by the other one's reading */
	release(host, other);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_cancelled_thread_gives_up_what_it_held(void **state)
{
	(void)state;
	cancel_one(false);
	cancel_one(true);
}

static void a_reply_that_came_with_the_cancel_is_not_lost(void **state)
{
	(void)state;
	struct iof_session_options options = {.asleep = let_cancel_in};

	for (unsigned i = 0; i < 200; i++) {
		struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold});
		struct iof_session *session = session_to(host, &options);
		struct waiter waiter;
		void *result;

		start_waiter(&waiter, session, true, wait_until_cancelled);
		fake_host_reply(host, waiter.call.call.tag, IOF_STATUS_COMPLETED, 5, 0, NULL, 0);
		if (i % 3)
			sched_yield();
		pthread_cancel(waiter.thread);
		pthread_join(waiter.thread, &result);
		if (result == PTHREAD_CANCELED && !waiter.result)
			wait_for((iof_session_process(session), times_done(&waiter.call) == 1));
		assert_int_equal(times_done(&waiter.call), 1);
		assert_int_equal(waiter.call.reply.result, 5);
		iof_session_destroy(session);
		fake_host_stop(host);
	}
}

/* A jump out of the wait, at the moment at which the sleep has taken the reply from the socket. */
static __thread sigjmp_buf *jump_target;

static void jump_out(void *context, bool asleep)
{
	(void)context;
	if (!asleep && jump_target)
		siglongjmp(*jump_target, 1);
}

static void a_reply_that_the_abandoned_sleep_took_is_not_lost(void **state)
{
	(void)state;
	struct iof_session_options options = {.asleep = jump_out};
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, &options);
	struct test_call call;
	sigjmp_buf target;

	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	jump_target = &target;
	if (!sigsetjmp(target, 0)) {
		iof_session_wait(session, &call.call, true);
		fail_msg("no jump");
	}
	jump_target = NULL;
	assert_true(iof_session_leave(session, &call.call));
	assert_int_equal(times_done(&call), 1);
	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, false), 0);
	iof_session_destroy(session);
	fake_host_stop(host);
}

int main(void)
{
	if (KEEPS_SIGNALS_BACK) {
		puts("skipped: ThreadSanitizer does not deliver signals during raw system calls");
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restartable_wait_goes_on_after_SA_RESTART),
		cmocka_unit_test(a_restartable_wait_ends_without_SA_RESTART),
		cmocka_unit_test(any_handler_ends_a_wait_that_does_not_restart),
		cmocka_unit_test(an_interrupted_call_can_be_waited_for_again),
		cmocka_unit_test(an_interrupted_open_is_cancelled),
		cmocka_unit_test(a_handler_may_call_where_it_interrupted_the_reader),
		cmocka_unit_test(a_handler_may_call_where_it_interrupted_a_follower),
		cmocka_unit_test(a_cancelled_thread_gives_up_what_it_held),
		cmocka_unit_test(a_reply_that_came_with_the_cancel_is_not_lost),
		cmocka_unit_test(a_reply_that_the_abandoned_sleep_took_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
