/* SPDX-License-Identifier: MIT */
#include "host/session/engine.h"

#include "host/session/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

struct timespec timespec_of_ms(uint64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
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
	trace_create(&engine->trace);
	create_condition(&engine->changed);
	create_condition(&engine->ticker_called);
	open_registry_create(&engine->opens);
	accounts_create(&engine->accounts);
	if (ticker_start(engine) < 0)
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
	while (engine->n_sessions || engine->n_closing || engine->n_closers)
		if (pthread_cond_timedwait(&engine->changed, &engine->lock, &until) == ETIMEDOUT)
			break;
	all = !engine->n_sessions && !engine->n_closing && !engine->n_closers;
	(void)pthread_mutex_unlock(&engine->lock);
	return all;
}

void engine_destroy(struct engine *engine)
{
	uint64_t next_ms;

	ticker_stop(engine);
	/* It may have ended a share since engine_stop(). */
	(void)pthread_mutex_lock(&engine->lock);
	while (engine->n_closers)
		(void)pthread_cond_wait(&engine->changed, &engine->lock);
	(void)pthread_mutex_unlock(&engine->lock);
	for (struct open_file *open; (open = open_expired(&engine->opens, UINT64_MAX, &next_ms));)
		if (open_put(&engine->opens, open))
			open_destroy(open);
	device_set_put(engine->devices);
	open_registry_destroy(&engine->opens);
	accounts_destroy(&engine->accounts);
	(void)pthread_cond_destroy(&engine->changed);
	(void)pthread_cond_destroy(&engine->ticker_called);
	(void)pthread_mutex_destroy(&engine->lock);
	(void)pthread_mutex_destroy(&engine->ticker_lock);
	(void)pthread_mutex_destroy(&engine->log_lock);
	trace_destroy(&engine->trace);
	free(engine);
}

void engine_set_limits(struct engine *engine, const struct engine_limits *limits)
{
	(void)pthread_mutex_lock(&engine->lock);
	engine->limits = *limits;
	(void)pthread_mutex_unlock(&engine->lock);
}

/* engine->lock is held. */
static bool is_stranger(const struct engine *engine, const struct iof_peer *peer, const char *address)
{
	for (size_t i = 0; i < engine->devices->n_devices; i++)
		if (device_admits(engine->devices->devices[i], peer, address))
			return false;
	return !peer_is_own(peer);
}

void engine_set_devices(struct engine *engine, struct device_set *set)
{
	struct device_set *old;

	(void)pthread_mutex_lock(&engine->lock);
	old = engine->devices;
	engine->devices = set;
	for (struct session *session = engine->sessions; session; session = session->next) {
		session->stranger = is_stranger(engine, &session->peer, session->address);
		/* Also to those whose hello is under way: its answer may tell of the former ones. */
		session_push(session, IOF_EVENT_DEVICES, 0);
	}
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
	atomic_store(&engine->trace.logged, trace);
}

/* engine->lock is held. */
static unsigned strangers(const struct engine *engine)
{
	unsigned count = 0;

	for (const struct session *session = engine->sessions; session; session = session->next)
		count += session->stranger;
	return count;
}

/* Whether one more session may begin; if so it is counted. engine->lock is held. */
static int admit(struct engine *engine, const struct iof_peer *peer, bool stranger, struct account **account,
		 char *reason, size_t size)
{
	const struct engine_limits *limits = &engine->limits;
	int error = -EUSERS;

	if (engine->stopping)
		(void)snprintf(reason, size, "%s: the daemon is ending", peer->name);
	else if (engine->n_sessions >= limits->sessions && !peer_is_own(peer))
		(void)snprintf(reason, size, "%s: there are %u sessions ('sessions')", peer->name, engine->n_sessions);
	else if (stranger && strangers(engine) >= limits->strangers)
		(void)snprintf(reason, size,
			       "%s: 'allow' of no device names it, and there are %u sessions of such guests "
			       "('strangers')",
			       peer->name, limits->strangers);
	else
		error = account_begin_session(&engine->accounts, peer, limits->sessions_per_guest, account);
	if (error == -EUSERS && !reason[0])
		(void)snprintf(reason, size, "%s: it has %u sessions ('sessions_per_guest')", peer->name,
			       limits->sessions_per_guest);
	return error;
}

/* engine->lock is held. */
static void add_session(struct engine *engine, struct session *session)
{
	session->id = ++engine->next_session;
	session->next = engine->sessions;
	session->link_in_engine = &engine->sessions;
	if (session->next)
		session->next->link_in_engine = &session->next;
	engine->sessions = session;
	engine->n_sessions++;
}

int engine_accept(struct engine *engine, struct iof_link *link, const char *address, char *reason, size_t reason_size)
{
	struct iof_peer peer = *link->ops->peer(link);
	struct session *session = NULL;
	struct account *account;
	bool stranger;
	int error;

	reason[0] = '\0';
	(void)pthread_mutex_lock(&engine->lock);
	stranger = is_stranger(engine, &peer, address);
	error = admit(engine, &peer, stranger, &account, reason, reason_size);
	if (!error) {
		error = session_create(engine, link, address, account, &session);
		if (error)
			account_give(account, ACCOUNT_SESSIONS);
	}
	if (!error) {
		session->stranger = stranger;
		add_session(engine, session);
		error = session_start(session);
	}
	(void)pthread_mutex_unlock(&engine->lock);
	if (!session)
		link->ops->destroy(link);
	else if (error)
		engine_session_gone(session);
	else
		engine_wake_ticker(engine); /* it has to know until when there must be a hello */
	if (error && !reason[0])
		(void)snprintf(reason, reason_size, "%s: %s", peer.name, strerror(-error));
	return error;
}

void engine_session_gone(struct session *session)
{
	struct engine *engine = session->engine;
	struct account *account = session->account;

	(void)pthread_mutex_lock(&engine->lock);
	*session->link_in_engine = session->next;
	if (session->next)
		session->next->link_in_engine = session->link_in_engine;
	(void)pthread_mutex_unlock(&engine->lock);
	session_destroy(session);
	account_give(account, ACCOUNT_SESSIONS);
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_sessions--;
	(void)pthread_cond_broadcast(&engine->changed);
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
