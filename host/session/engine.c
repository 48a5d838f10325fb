/* SPDX-License-Identifier: MIT */
#include "host/session/engine.h"

#include "host/session/session.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 2 };

uint64_t clock_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us() / 1000;
}

static struct timespec timespec_of_ms(uint64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
}

void engine_wake_ticker(struct engine *engine)
{
	(void)pthread_mutex_lock(&engine->ticker_lock);
	engine->ticker_work = true;
	(void)pthread_cond_signal(&engine->ticker_called);
	(void)pthread_mutex_unlock(&engine->ticker_lock);
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

/* True: there is more to do soon. @p next_ms gets when a share ends. */
static bool tick(struct engine *engine, uint64_t *next_ms)
{
	uint64_t now = clock_ms();
	struct open_file *expired;
	bool more = false;

	(void)pthread_mutex_lock(&engine->lock);
	for (struct session *session = engine->sessions; session; session = session->next) {
		more |= flush_backlog(session);
		more |= session_repeat_cancels(session, now);
	}
	(void)pthread_mutex_unlock(&engine->lock);
	while ((expired = open_expired(&engine->opens, now, next_ms)))
		if (open_put(&engine->opens, expired))
			engine_close_elsewhere(engine, expired);
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

static void create_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(condition, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

static void ignore(int signal)
{
	(void)signal;
}

struct engine *engine_create(const struct engine_limits *limits)
{
	/* Without SA_RESTART: a driver that was asked to stop must come back with EINTR. It is no real-time signal,
	 * because those queue: a thread in an uninterruptible sleep would find hundreds when it wakes. */
	struct sigaction action = {.sa_handler = ignore};
	struct engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return NULL;
	engine->devices = device_set_create(NULL, 0);
	if (!engine->devices)
		goto fail;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(ENGINE_CANCEL_SIGNAL, &action, NULL);
	engine->limits = *limits;
	engine->started_ms = clock_ms();
	(void)pthread_mutex_init(&engine->lock, NULL);
	(void)pthread_mutex_init(&engine->ticker_lock, NULL);
	(void)pthread_mutex_init(&engine->log_lock, NULL);
	create_condition(&engine->changed);
	create_condition(&engine->ticker_called);
	open_registry_create(&engine->opens);
	if (pthread_create(&engine->ticker, NULL, ticker_main, engine))
		goto fail;
	return engine;
fail:
	device_set_put(engine->devices);
	free(engine);
	return NULL;
}

bool engine_stop(struct engine *engine, int timeout_ms)
{
	struct timespec until = timespec_of_ms(clock_ms() + (uint64_t)timeout_ms);
	bool all;

	(void)pthread_mutex_lock(&engine->lock);
	engine->stopping = true;
	for (struct session *session = engine->sessions; session; session = session->next)
		session->link->ops->shutdown(session->link);
	while (engine->n_sessions || engine->n_closers)
		if (pthread_cond_timedwait(&engine->changed, &engine->lock, &until) == ETIMEDOUT)
			break;
	all = !engine->n_sessions && !engine->n_closers;
	(void)pthread_mutex_unlock(&engine->lock);
	return all;
}

void engine_destroy(struct engine *engine)
{
	uint64_t next_ms;

	(void)pthread_mutex_lock(&engine->ticker_lock);
	engine->ticker_ends = true;
	(void)pthread_cond_signal(&engine->ticker_called);
	(void)pthread_mutex_unlock(&engine->ticker_lock);
	(void)pthread_join(engine->ticker, NULL);
	for (struct open_file *open; (open = open_expired(&engine->opens, UINT64_MAX, &next_ms));)
		if (open_put(&engine->opens, open))
			open_destroy(open);
	device_set_put(engine->devices);
	open_registry_destroy(&engine->opens);
	(void)pthread_cond_destroy(&engine->changed);
	(void)pthread_cond_destroy(&engine->ticker_called);
	(void)pthread_mutex_destroy(&engine->lock);
	(void)pthread_mutex_destroy(&engine->ticker_lock);
	(void)pthread_mutex_destroy(&engine->log_lock);
	free(engine);
}

void engine_set_limits(struct engine *engine, const struct engine_limits *limits)
{
	(void)pthread_mutex_lock(&engine->lock);
	engine->limits = *limits;
	(void)pthread_mutex_unlock(&engine->lock);
}

void engine_set_devices(struct engine *engine, struct device_set *set)
{
	struct device_set *old;

	(void)pthread_mutex_lock(&engine->lock);
	old = engine->devices;
	engine->devices = set;
	(void)pthread_mutex_unlock(&engine->lock);
	device_set_put(old);
}

struct device_set *engine_devices(struct engine *engine)
{
	struct device_set *set;

	(void)pthread_mutex_lock(&engine->lock);
	set = device_set_get(engine->devices);
	(void)pthread_mutex_unlock(&engine->lock);
	return set;
}

void engine_set_trace(struct engine *engine, bool trace)
{
	atomic_store(&engine->trace, trace);
}

/* engine->lock is held. */
static bool has_room(const struct engine *engine, const struct iof_peer *peer)
{
	unsigned of_guest = 0;

	for (const struct session *session = engine->sessions; session; session = session->next)
		of_guest += peer_same(&session->peer, peer);
	return !engine->stopping && engine->n_sessions < engine->limits.sessions &&
	       of_guest < engine->limits.sessions_per_guest;
}

int engine_accept(struct engine *engine, struct iof_link *link, const char *address)
{
	struct session *session = NULL;
	int error;

	(void)pthread_mutex_lock(&engine->lock);
	error = has_room(engine, link->ops->peer(link)) ? 0 : -EUSERS;
	if (!error)
		error = session_create(engine, link, address, &session);
	if (error) {
		(void)pthread_mutex_unlock(&engine->lock);
		link->ops->destroy(link);
		return error;
	}
	session->id = ++engine->next_session;
	session->next = engine->sessions;
	session->link_in_engine = &engine->sessions;
	if (session->next)
		session->next->link_in_engine = &session->next;
	engine->sessions = session;
	engine->n_sessions++;
	error = session_start(session);
	(void)pthread_mutex_unlock(&engine->lock);
	if (error)
		engine_session_gone(session);
	return error;
}

void engine_session_gone(struct session *session)
{
	struct engine *engine = session->engine;

	(void)pthread_mutex_lock(&engine->lock);
	*session->link_in_engine = session->next;
	if (session->next)
		session->next->link_in_engine = session->link_in_engine;
	(void)pthread_mutex_unlock(&engine->lock);
	session_destroy(session);
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_sessions--;
	(void)pthread_cond_broadcast(&engine->changed);
	(void)pthread_mutex_unlock(&engine->lock);
}

struct closer {
	struct engine *engine;
	struct open_file *open;
};

static void *closer_main(void *context)
{
	struct closer *closer = context;
	struct engine *engine = closer->engine;

	open_destroy(closer->open);
	free(closer);
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers--;
	(void)pthread_cond_broadcast(&engine->changed);
	(void)pthread_mutex_unlock(&engine->lock);
	return NULL;
}

void engine_close_elsewhere(struct engine *engine, struct open_file *open)
{
	struct closer *closer = malloc(sizeof(*closer));
	pthread_attr_t attributes;
	pthread_t thread;
	int error = closer ? 0 : ENOMEM;

	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers++;
	(void)pthread_mutex_unlock(&engine->lock);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (!error) {
		*closer = (struct closer){.engine = engine, .open = open};
		error = pthread_create(&thread, &attributes, closer_main, closer);
	}
	(void)pthread_attr_destroy(&attributes);
	if (!error)
		return;
	/* No thread to be had: a release that waits is better than one that never comes. */
	free(closer);
	open_destroy(open);
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers--;
	(void)pthread_mutex_unlock(&engine->lock);
}

unsigned engine_sessions(struct engine *engine)
{
	unsigned count;

	(void)pthread_mutex_lock(&engine->lock);
	count = engine->n_sessions;
	(void)pthread_mutex_unlock(&engine->lock);
	return count;
}

uint64_t engine_takeovers(struct engine *engine)
{
	return atomic_load(&engine->takeovers);
}
