/* SPDX-License-Identifier: MIT */
/* What has to be done at some later time, in one thread that sleeps until then. */
#include "host/session/session.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

enum { TICK_MS = 2, RETRY_MS = 100 };

void engine_wake_ticker(struct engine *engine)
{
	(void)pthread_mutex_lock(&engine->ticker_lock);
	engine->ticker_work = true;
	(void)pthread_cond_signal(&engine->ticker_called);
	(void)pthread_mutex_unlock(&engine->ticker_lock);
}

static void no_later_than(uint64_t *next_ms, uint64_t ms)
{
	if (ms < *next_ms)
		*next_ms = ms;
}

/* Writes what a link kept back. True: some is left. */
static bool flush_backlog(struct session *session)
{
	int result;

	if (!atomic_exchange(&session->backlog, false))
		return false;
	result = session->link->ops->flush(session->link);
	if (result)
		session_sent(session, result);
	return result > 0;
}

static void end_without_hello(struct session *session, uint64_t now_ms, uint64_t *next_ms)
{
	if (atomic_load(&session->greeted) || session->hello_until_ms == UINT64_MAX)
		return;
	if (now_ms < session->hello_until_ms) {
		no_later_than(next_ms, session->hello_until_ms);
		return;
	}
	session->hello_until_ms = UINT64_MAX;
	session_log(session, IOF_LOG_WARNING, "no hello within %u ms; the session ends", session->limits.hello_ms);
	session->link->ops->shutdown(session->link);
}

/* True: there is more to do soon. @p next_ms gets when there will be more in any case. */
static bool tick(struct engine *engine, uint64_t *next_ms)
{
	uint64_t now = clock_ms();
	struct open_file *expired;
	bool more = false;

	while ((expired = open_expired(&engine->opens, now, next_ms)))
		if (open_put(&engine->opens, expired))
			engine_close_elsewhere(engine, expired);
	if (!engine_retry_closers(engine))
		no_later_than(next_ms, now + RETRY_MS);
	(void)pthread_mutex_lock(&engine->lock);
	for (struct session *session = engine->sessions; session; session = session->next) {
		more |= flush_backlog(session);
		more |= session_repeat_cancels(session, now);
		end_without_hello(session, now, next_ms);
	}
	(void)pthread_mutex_unlock(&engine->lock);
	return more;
}

/* Waits for work, at the latest until @p until_ms. False: the engine ends. */
static bool wait_for_work(struct engine *engine, uint64_t until_ms)
{
	struct timespec until = timespec_of_ms(until_ms);
	bool goes_on;

	(void)pthread_mutex_lock(&engine->ticker_lock);
	while (!engine->ticker_work && !engine->ticker_ends) {
		if (until_ms == UINT64_MAX)
			(void)pthread_cond_wait(&engine->ticker_called, &engine->ticker_lock);
		else if (pthread_cond_timedwait(&engine->ticker_called, &engine->ticker_lock, &until) == ETIMEDOUT)
			break;
	}
	engine->ticker_work = false;
	goes_on = !engine->ticker_ends;
	(void)pthread_mutex_unlock(&engine->ticker_lock);
	return goes_on;
}

static void *ticker_main(void *context)
{
	struct engine *engine = context;
	uint64_t next_ms = UINT64_MAX;
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, NULL);
	while (wait_for_work(engine, next_ms)) {
		while (tick(engine, &next_ms)) {
			struct timespec pause = timespec_of_ms(TICK_MS);

			(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
		}
	}
	return NULL;
}

int ticker_start(struct engine *engine)
{
	return -pthread_create(&engine->ticker, NULL, ticker_main, engine);
}

void ticker_stop(struct engine *engine)
{
	(void)pthread_mutex_lock(&engine->ticker_lock);
	engine->ticker_ends = true;
	(void)pthread_cond_signal(&engine->ticker_called);
	(void)pthread_mutex_unlock(&engine->ticker_lock);
	(void)pthread_join(engine->ticker, NULL);
}
