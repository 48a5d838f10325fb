/* SPDX-License-Identifier: MIT */
/* Many threads on one session: leader and followers, replies in any order, cancels that race with completion. */
#include "caller.h"
#include <ioferry/sys.h>

#define THREADS 8
#define CALLS   400

/* A host that answers in random order, from two threads. */
struct shuffler {
	pthread_mutex_t mutex;
	uint64_t tags[256], values[256];
	unsigned n;
	bool stop;
	struct fake_host *host;
};

static void shelve(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	struct shuffler *shuffler = fake_host_context(host);

	pthread_mutex_lock(&shuffler->mutex);
	if (request->op == IOF_OP_CANCEL) {
		for (unsigned i = 0; i < shuffler->n; i++) {
			if (shuffler->tags[i] != iof_get_u64(payload))
				continue;
			fake_host_reply(host, shuffler->tags[i], IOF_STATUS_INTERRUPTED, 0, EINTR, NULL, 0);
			shuffler->n--;
			shuffler->tags[i] = shuffler->tags[shuffler->n];
			shuffler->values[i] = shuffler->values[shuffler->n];
			break;
		}
	} else if (length == 8) {
		shuffler->tags[shuffler->n] = request->tag;
		shuffler->values[shuffler->n++] = iof_get_u64(payload);
	}
	pthread_mutex_unlock(&shuffler->mutex);
}

static void *answer_at_random(void *context)
{
	struct shuffler *shuffler = context;
	unsigned seed = 1;

	while (!__atomic_load_n(&shuffler->stop, __ATOMIC_ACQUIRE)) {
		uint64_t tag = 0, value = 0;
		unsigned i;

		pthread_mutex_lock(&shuffler->mutex);
		if (shuffler->n) {
			i = (unsigned)rand_r(&seed) % shuffler->n;
			tag = shuffler->tags[i];
			value = shuffler->values[i];
			shuffler->n--;
			shuffler->tags[i] = shuffler->tags[shuffler->n];
			shuffler->values[i] = shuffler->values[shuffler->n];
		}
		pthread_mutex_unlock(&shuffler->mutex);
		if (tag)
			fake_host_reply(shuffler->host, tag, IOF_STATUS_COMPLETED, 0, 0, &value, sizeof value);
		else
			usleep(50);
	}
	return NULL;
}

struct worker {
	pthread_t thread;
	struct iof_session *session;
	unsigned number, completed, interrupted, wrong;
	bool cancels;
};

static void *work(void *context)
{
	struct worker *worker = context;
	unsigned seed = worker->number;

	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t value = (uint64_t)worker->number << 32 | i;
		struct test_call call;

		if (submit(worker->session, &call, ECHO, value, true) < 0) {
			worker->wrong++;
			continue;
		}
		if (worker->cancels && rand_r(&seed) % 2)
			iof_session_cancel(worker->session, &call.call);
		if (iof_session_wait(worker->session, &call.call, rand_r(&seed) % 2) < 0 || times_done(&call) != 1) {
			worker->wrong++;
			continue;
		}
		if (call.reply.status == IOF_STATUS_INTERRUPTED)
			worker->interrupted++;
		else if (call.reply.status == IOF_STATUS_COMPLETED && call.length == 8 &&
			 memcmp(call.payload, &value, 8) == 0)
			worker->completed++;
		else
			worker->wrong++;
	}
	return NULL;
}

static void run_workers(bool cancels, bool with_server);

static void each_of_many_threads_gets_its_own_replies(void **state)
{
	(void)state;
	run_workers(false, false);
}

static void completion_and_cancel_may_race(void **state)
{
	(void)state;
	run_workers(true, false);
}

static void a_service_thread_reads_beside_the_others(void **state)
{
	(void)state;
	run_workers(false, true);
}

static void *serve(void *session)
{
	return (void *)(intptr_t)iof_session_serve(session, NULL, NULL);
}

static void run_workers(bool cancels, bool with_server)
{
	struct shuffler shuffler = {.mutex = PTHREAD_MUTEX_INITIALIZER};
	struct fake_options options = {.handle = shelve, .context = &shuffler, .keep_replies = 16};
	struct fake_host *host = fake_host_start(&options);
	struct iof_session *session = session_to(host, NULL);
	struct worker workers[THREADS] = {0};
	unsigned completed = 0, interrupted = 0;
	pthread_t answerers[2], server;

	shuffler.host = host;
	for (unsigned i = 0; i < 2; i++)
		pthread_create(&answerers[i], NULL, answer_at_random, &shuffler);
	if (with_server)
		pthread_create(&server, NULL, serve, session);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.session = session, .number = i + 1, .cancels = cancels};
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].wrong, 0);
		completed += workers[i].completed;
		interrupted += workers[i].interrupted;
	}
	assert_int_equal(completed + interrupted, THREADS * CALLS);
	assert_true(completed > 0);
	if (cancels)
		assert_true(interrupted > 0);
	__atomic_store_n(&shuffler.stop, true, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(answerers[i], NULL);
	iof_session_destroy(session);
	if (with_server) {
		void *result;

		pthread_join(server, &result);
		assert_ptr_equal(result, NULL);
	}
	fake_host_stop(host);
}

static void swallow(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	(void)host, (void)request, (void)payload, (void)length;
}

struct waiter {
	pthread_t thread;
	struct iof_session *session;
	struct test_call call;
	int result;
	bool over; /* atomic */
};

static void *wait_for_call(void *context)
{
	struct waiter *waiter = context;

	waiter->result = iof_session_wait(waiter->session, &waiter->call.call, true);
	__atomic_store_n(&waiter->over, true, __ATOMIC_RELEASE);
	return NULL;
}

static void start_waiter(struct waiter *waiter, struct iof_session *session)
{
	*waiter = (struct waiter){.session = session, .result = 1};
	assert_int_equal(submit(session, &waiter->call, HOLD, 0, true), 0);
	pthread_create(&waiter->thread, NULL, wait_for_call, waiter);
	usleep(20000); /* most likely asleep; the test holds without */
}

static bool is_over(const struct waiter *waiter)
{
	return __atomic_load_n(&waiter->over, __ATOMIC_ACQUIRE);
}

static void finish_waiter(struct fake_host *host, struct waiter *waiter)
{
	fake_host_reply(host, waiter->call.call.tag, IOF_STATUS_COMPLETED, 0, 0, NULL, 0);
	wait_for(is_over(waiter));
	pthread_join(waiter->thread, NULL);
	assert_int_equal(waiter->result, 0);
}

static void the_leader_hands_over_when_its_own_reply_came(void **state)
{
	(void)state;
	static const unsigned orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 0, 1, 3}};

	for (unsigned k = 0; k < 4; k++) {
		struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
		struct iof_session *session = session_to(host, NULL);
		struct waiter waiters[4];

		for (unsigned i = 0; i < 4; i++)
			start_waiter(&waiters[i], session);
		for (unsigned i = 0; i < 4; i++) {
			finish_waiter(host, &waiters[orders[k][i]]);
			for (unsigned rest = i + 1; rest < 4; rest++)
				assert_false(is_over(&waiters[orders[k][rest]]));
		}
		iof_session_destroy(session);
		fake_host_stop(host);
	}
}

static void loss_ends_leader_and_followers(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
	struct iof_session *session = session_to(host, NULL);
	struct waiter waiters[4];

	for (unsigned i = 0; i < 4; i++)
		start_waiter(&waiters[i], session);
	fake_host_hang_up(host);
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(waiters[i].thread, NULL);
		assert_int_equal(waiters[i].call.reply.status, IOF_STATUS_LOST);
		assert_int_equal(times_done(&waiters[i].call), 1);
	}
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void count_event(void *context, iof_handle handle, uint32_t revents)
{
	(void)handle, (void)revents;
	__atomic_add_fetch((unsigned *)context, 1, __ATOMIC_RELEASE);
}

static void the_service_thread_brings_events_before_during_and_after_calls(void **state)
{
	(void)state;
	unsigned events = 0;
	struct iof_session_options options = {.event = count_event, .context = &events};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
	struct iof_session *session = session_to(host, &options);
	struct waiter waiter;
	pthread_t server;
	void *result;

	pthread_create(&server, NULL, serve, session);
	fake_host_event(host, 1, 1);
	wait_for(__atomic_load_n(&events, __ATOMIC_ACQUIRE) == 1);
	start_waiter(&waiter, session);
	fake_host_event(host, 1, 1);
	wait_for(__atomic_load_n(&events, __ATOMIC_ACQUIRE) == 2);
	finish_waiter(host, &waiter);
	fake_host_event(host, 1, 1);
	wait_for(__atomic_load_n(&events, __ATOMIC_ACQUIRE) == 3);
	fake_host_hang_up(host);
	pthread_join(server, &result);
	assert_int_equal((intptr_t)result, -ENODEV);
	assert_true(iof_session_is_lost(session));
	iof_session_destroy(session);
	fake_host_stop(host);
}

static bool want_two(void *context)
{
	return ++*(unsigned *)context < 2;
}

static void *serve_two(void *session)
{
	unsigned asked = 0;
	int result = iof_session_serve(session, want_two, &asked);

	return (void *)(intptr_t)(result ? result : (int)asked);
}

static void the_service_thread_goes_when_it_is_not_wanted(void **state)
{
	(void)state;
	unsigned events = 0;
	struct iof_session_options options = {.event = count_event, .context = &events};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
	struct iof_session *session = session_to(host, &options);
	pthread_t server;
	void *result;

	pthread_create(&server, NULL, serve_two, session);
	for (unsigned i = 1; i <= 2; i++) {
		fake_host_event(host, 1, 1);
		wait_for(__atomic_load_n(&events, __ATOMIC_ACQUIRE) == i);
	}
	pthread_join(server, &result);
	assert_int_equal((intptr_t)result, 2);
	assert_false(iof_session_is_lost(session));
	iof_session_destroy(session);
	fake_host_stop(host);
}

/* Requests larger than a socket's buffer, from several threads, to a host that reads slowly. */
static void slow_echo(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	usleep(500);
	fake_host_reply(host, request->tag, IOF_STATUS_COMPLETED, (int32_t)length, 0, payload, 16);
}

static void *send_large(void *context)
{
	struct worker *worker = context;
	size_t length = 900000;
	uint8_t *bytes = calloc(1, length);
	struct iof_request request = {.op = IOF_OP_IOCTL, .command = ECHO};
	struct iovec payload = {.iov_base = bytes, .iov_len = length};

	for (unsigned i = 0; i < 10; i++) {
		struct test_call call = {.call = {.done = test_call_done, .waited = true}};
		int r;

		memset(bytes, (int)(worker->number * 16 + i), length);
		while ((r = iof_session_submit(worker->session, &call.call, &request, &payload, 1)) == -EAGAIN)
			usleep(1000);
		if (r < 0 || iof_session_wait(worker->session, &call.call, true) < 0 || call.reply.result != 900000 ||
		    call.length != 16 || memcmp(call.payload, bytes, 16) != 0)
			worker->wrong++;
	}
	free(bytes);
	return NULL;
}

static void large_requests_wait_for_the_socket_and_block_nobody(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = slow_echo});
	struct iof_session *session = session_to(host, NULL);
	struct worker workers[4] = {0};

	for (unsigned i = 0; i < 4; i++) {
		workers[i] = (struct worker){.session = session, .number = i + 1};
		pthread_create(&workers[i].thread, NULL, send_large, &workers[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].wrong, 0);
	}
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void hold_or_echo(struct fake_host *host, const struct iof_request *request, const uint8_t *payload,
			 size_t length)
{
	if (request->command == ECHO)
		slow_echo(host, request, payload, length);
}

static void a_large_request_is_written_while_another_thread_sleeps_as_the_reader(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = hold_or_echo});
	struct iof_session *session = session_to(host, NULL);
	struct worker worker = {.session = session, .number = 1};
	struct waiter waiter;

	start_waiter(&waiter, session);
	send_large(&worker);
	assert_int_equal(worker.wrong, 0);
	assert_false(is_over(&waiter));
	finish_waiter(host, &waiter);
	iof_session_destroy(session);
	fake_host_stop(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_many_threads_gets_its_own_replies),
		cmocka_unit_test(completion_and_cancel_may_race),
		cmocka_unit_test(a_service_thread_reads_beside_the_others),
		cmocka_unit_test(the_leader_hands_over_when_its_own_reply_came),
		cmocka_unit_test(loss_ends_leader_and_followers),
		cmocka_unit_test(the_service_thread_brings_events_before_during_and_after_calls),
		cmocka_unit_test(the_service_thread_goes_when_it_is_not_wanted),
		cmocka_unit_test(large_requests_wait_for_the_socket_and_block_nobody),
		cmocka_unit_test(a_large_request_is_written_while_another_thread_sleeps_as_the_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
