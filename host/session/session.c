/* SPDX-License-Identifier: MIT */
/* The threads of a session and the reader's role. */
#include "host/session/session.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	THREADS_OWN = 2,    /* threads that a session has however many its guest has */
	SPARE_SECONDS = 10, /* how long a thread that nobody needs stays */
	LOG_BURST = 20,
	LOG_INTERVAL_MS = 1000, /* lines about a session */
	LOG_BURST_ALL = 200,
	LOG_INTERVAL_ALL_MS = 100, /* and about all */
	STACK_BYTES = 1 << 20,
};

static void *worker_main(void *context);

void session_log(struct session *session, enum iof_log_level level, const char *format, ...)
{
	struct engine *engine = session->engine;
	uint32_t dropped = 0, dropped_of_all = 0;
	va_list arguments;
	char text[512];
	bool allowed;

	if (!iof_log_enabled(level))
		return;
	(void)pthread_mutex_lock(&engine->log_lock);
	allowed = iof_log_allowed(&session->log_limit, LOG_BURST, LOG_INTERVAL_MS, &dropped) &&
		  iof_log_allowed(&engine->log_limit, LOG_BURST_ALL, LOG_INTERVAL_ALL_MS, &dropped_of_all);
	(void)pthread_mutex_unlock(&engine->log_lock);
	if (!allowed)
		return;
	dropped += dropped_of_all;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (dropped)
		iof_log(level, "%s session %llu: %s (%u lines left out before)", session->peer.name,
			(unsigned long long)session->id, text, dropped);
	else
		iof_log(level, "%s session %llu: %s", session->peer.name, (unsigned long long)session->id, text);
}

int session_create(struct engine *engine, struct iof_link *link, const char *address, struct account *account,
		   struct session **result)
{
	struct session *session = calloc(1, sizeof(*session));
	int error = -ENOMEM;

	if (!session)
		return -ENOMEM;
	session->engine = engine;
	session->link = link;
	session->peer = *link->ops->peer(link);
	session->account = account;
	session->limits = engine->limits;
	session->began_ms = clock_ms();
	session->hello_until_ms = session->began_ms + session->limits.hello_ms;
	session->message_max = engine->limits.message < IOF_MESSAGE_MAX ? engine->limits.message : IOF_MESSAGE_MAX;
	session->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	session->address = strdup(address);
	if (session->timer < 0) {
		error = -errno;
		goto fail;
	}
	if (!session->address || handles_create(session) < 0)
		goto fail;
	error = replies_create(&session->replies, link, session->limits.replies, session->limits.reply_bytes);
	if (error)
		goto fail;
	(void)pthread_mutex_init(&session->lock, NULL);
	(void)pthread_cond_init(&session->called, NULL);
	*result = session;
	return 0;
fail:
	if (session->timer >= 0)
		(void)close(session->timer);
	free(session->handles);
	free(session->address);
	free(session);
	return error;
}

void session_destroy(struct session *session)
{
	session->link->ops->destroy(session->link);
	replies_destroy(&session->replies);
	trace_free(session);
	agreements_clear(session);
	(void)close(session->timer);
	(void)pthread_mutex_destroy(&session->lock);
	(void)pthread_cond_destroy(&session->called);
	free(session->inbox);
	free(session->handles);
	free(session->address);
	free(session);
}

struct start {
	struct worker *worker;
	enum role role;
};

static int create_thread(struct start *start)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	error = -pthread_create(&thread, &attributes, worker_main, start);
	(void)pthread_attr_destroy(&attributes);
	return error;
}

/* A session whose guest has used up its threads still reads, and can have one call in a driver. */
static bool take_thread(struct session *session)
{
	bool own = session->n_workers < THREADS_OWN;

	return account_take(session->account, ACCOUNT_THREADS, own ? UINT_MAX : session->limits.threads_per_guest);
}

/* session->lock is held, except for the first. 0; -EDQUOT: the guest's other sessions have its threads; -ENOMEM, or as
 * pthread_create(). */
static int spawn(struct session *session, enum role role)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct start *start = malloc(sizeof(*start));
	int error = -ENOMEM;

	if (!worker || !start)
		goto fail;
	worker->session = session;
	worker->walk = iof_walk_create(session->limits.message - IOF_REQUEST_SIZE);
	if (!worker->walk)
		goto fail;
	error = -EDQUOT;
	if (!take_thread(session))
		goto fail;
	*start = (struct start){.worker = worker, .role = role};
	worker->next = session->workers;
	session->workers = worker;
	session->n_workers++;
	error = create_thread(start);
	if (!error)
		return 0;
	session->workers = worker->next;
	session->n_workers--;
	account_give(session->account, ACCOUNT_THREADS);
fail:
	if (worker)
		iof_walk_destroy(worker->walk);
	free(worker);
	free(start);
	return error;
}

int session_start(struct session *session)
{
	return spawn(session, ROLE_READER);
}

static void set_timer(struct session *session, long nanoseconds)
{
	struct itimerspec when = {.it_value = {.tv_nsec = nanoseconds}};

	(void)timerfd_settime(session->timer, 0, &when, NULL);
}

/* Sees to it that a standby watches the timer. */
static int call_standby(struct session *session)
{
	int error = 0;

	(void)pthread_mutex_lock(&session->lock);
	if (atomic_load(&session->watched)) {
		/* a thread that came out of a driver has taken the place meanwhile */
	} else if (session->n_spares + session->n_returning && !session->call_watcher) {
		session->call_watcher = true;
		(void)pthread_cond_signal(&session->called);
	} else if (session->n_workers >= session->limits.threads) {
		error = -EBUSY;
	} else {
		error = spawn(session, ROLE_WATCHER);
	}
	if (!error)
		atomic_store(&session->watched, true);
	(void)pthread_mutex_unlock(&session->lock);
	return error;
}

int guard_enter(struct worker *worker)
{
	struct session *session = worker->session;
	int error;

	if (!worker->reader)
		return 0;
	if (!atomic_load(&session->watched)) {
		error = call_standby(session);
		if (error)
			return error;
	}
	worker->operation = ++session->operations;
	atomic_store(&session->operation, worker->operation);
	set_timer(session, (long)session->limits.takeover_us * 1000);
	return 0;
}

/* The role was taken over. A guest that has the reply may call again before this thread is a spare. */
static void begin_return(struct worker *worker)
{
	struct session *session = worker->session;

	worker->reader = false;
	(void)pthread_mutex_lock(&session->lock);
	worker->returning = true;
	session->n_returning++;
	(void)pthread_mutex_unlock(&session->lock);
}

void guard_leave(struct worker *worker)
{
	struct session *session = worker->session;
	uint64_t mine = worker->operation;

	if (!mine)
		return;
	worker->operation = 0;
	if (atomic_compare_exchange_strong(&session->operation, &mine, 0))
		set_timer(session, 0);
	else
		begin_return(worker);
}

void session_sent(struct session *session, int result)
{
	if (result == 0)
		return;
	if (result < 0) {
		if (result == -ENOBUFS)
			session_log(session, IOF_LOG_WARNING, "does not take its replies; the session ends");
		session->link->ops->shutdown(session->link);
		return;
	}
	atomic_store(&session->backlog, true);
	engine_wake_ticker(session->engine);
}

void session_push(struct session *session, uint64_t tag, uint32_t revents)
{
	struct iof_reply event = {
		.length = IOF_REPLY_SIZE,
		.status = IOF_STATUS_EVENT,
		.tag = tag,
		.result = (int32_t)revents,
	};
	uint8_t bytes[IOF_REPLY_SIZE];
	struct iovec part = {.iov_base = bytes, .iov_len = sizeof(bytes)};

	iof_reply_encode(&event, bytes);
	session_sent(session, session->link->ops->send(session->link, &part, 1));
}

void worker_put_open(struct worker *worker, struct open_file *open)
{
	struct engine *engine = worker->session->engine;

	if (!open_put(&engine->opens, open))
		return;
	/* One who returns was promised as a standby, and must not wait. */
	if (worker->returning || guard_enter(worker) < 0) {
		engine_close_elsewhere(engine, open);
		return;
	}
	open_destroy(open);
	guard_leave(worker);
}

/* In the reader: nothing more comes in. Calls in drivers are cancelled, handles closed. */
static void end_session(struct worker *worker)
{
	struct session *session = worker->session;
	struct open_file *open;

	session->link->ops->shutdown(session->link);
	worker->reader = false;
	(void)pthread_mutex_lock(&session->lock);
	atomic_store(&session->ended, true);
	for (struct worker *each = session->workers; each; each = each->next)
		if (each->in_driver)
			worker_cancel(each);
	(void)pthread_cond_broadcast(&session->called);
	set_timer(session, 1);
	(void)pthread_mutex_unlock(&session->lock);
	trace_end(session);
	engine_wake_ticker(session->engine);
	while ((open = handle_take_any(session)))
		worker_put_open(worker, open);
}

/* A message's bytes are gone when this returns. The first becomes the job, which runs after receive() has
 * returned, so that another thread can receive meanwhile; only what came together with it has to be copied. */
static void deliver(void *context, const uint8_t *bytes, size_t length)
{
	struct session *session = context;

	atomic_fetch_add_explicit(&session->messages_in, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&session->bytes_in, length, memory_order_relaxed);
	if (session->receive_error)
		return;
	if (session->receiving->job.pending || session->inbox_used)
		session->receive_error = inbox_append(session, bytes, length);
	else
		session->receive_error = job_prepare(session->receiving, bytes, length);
}

/* False: there is nothing in it. */
static bool prepare_from_inbox(struct worker *worker)
{
	struct session *session = worker->session;
	const uint8_t *bytes;
	size_t length;
	int error;

	if (!inbox_take(session, &bytes, &length))
		return false;
	error = job_prepare(worker, bytes, length);
	if (error) {
		session->receive_error = error;
		inbox_clear(session);
	}
	return true;
}

static void receive(struct worker *worker)
{
	struct session *session = worker->session;
	ssize_t result;

	inbox_clear(session);
	session->receiving = worker;
	result = session->link->ops->receive(session->link, true, deliver, session);
	if (result < 0 && result != -EINTR && result != -EAGAIN && !session->receive_error) {
		if (result == -EPROTO)
			session_log(session, IOF_LOG_WARNING,
				    "sent what is no message of at most %u bytes; the session ends",
				    session->message_max);
		session->receive_error = (int)result;
	}
}

/* A thread that may not be needed for long keeps no large reply for the guest; a copy is gone with its acknowledgement.
 */
static void drop_large_reply(struct worker *worker)
{
	if (!worker->lent || !iof_walk_trim(worker->walk, true))
		return;
	replies_settle(&worker->session->replies, worker->lent);
	worker->lent = 0;
	(void)iof_walk_trim(worker->walk, false);
}

static enum role after_driver(struct worker *worker)
{
	struct session *session = worker->session;
	enum role role = ROLE_SPARE;

	drop_large_reply(worker);
	(void)pthread_mutex_lock(&session->lock);
	session->n_returning -= worker->returning;
	worker->returning = false;
	if (atomic_load(&session->ended)) {
		role = ROLE_LEAVES;
	} else if (!atomic_load(&session->watched)) {
		atomic_store(&session->watched, true);
		role = ROLE_WATCHER;
	}
	(void)pthread_mutex_unlock(&session->lock);
	return role;
}

static enum role read_messages(struct worker *worker)
{
	struct session *session = worker->session;

	worker->reader = true;
	while (worker->reader) {
		if (worker->job.pending) {
			job_execute(worker);
			job_drop(worker);
		} else if (prepare_from_inbox(worker)) {
			continue;
		} else if (session->receive_error) {
			session_log(session, IOF_LOG_INFO, "ended: %s",
				    session->receive_error == -ENODEV ? "the guest left"
								      : strerror(-session->receive_error));
			end_session(worker);
			return ROLE_LEAVES;
		} else {
			receive(worker);
		}
	}
	return after_driver(worker);
}

static enum role watch(struct worker *worker)
{
	struct session *session = worker->session;
	uint64_t operation, expirations;

	while (!atomic_load(&session->ended)) {
		if (read(session->timer, &expirations, sizeof(expirations)) < 0)
			continue;
		operation = atomic_load(&session->operation);
		if (!operation || !atomic_compare_exchange_strong(&session->operation, &operation, 0))
			continue;
		atomic_store(&session->watched, false);
		atomic_fetch_add_explicit(&session->engine->takeovers, 1, memory_order_relaxed);
		return ROLE_READER;
	}
	return ROLE_LEAVES;
}

static enum role wait_as_spare(struct worker *worker)
{
	struct session *session = worker->session;
	enum role role = ROLE_LEAVES;
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += SPARE_SECONDS;
	(void)pthread_mutex_lock(&session->lock);
	session->n_spares++;
	while (!session->call_watcher && !atomic_load(&session->ended))
		if (pthread_cond_timedwait(&session->called, &session->lock, &until) == ETIMEDOUT)
			break;
	session->n_spares--;
	if (session->call_watcher && !atomic_load(&session->ended)) {
		session->call_watcher = false;
		role = ROLE_WATCHER;
	}
	(void)pthread_mutex_unlock(&session->lock);
	return role;
}

static void leave(struct worker *worker)
{
	struct session *session = worker->session;
	struct worker **link;
	bool last;

	if (worker->lent)
		replies_settle(&session->replies, worker->lent);
	(void)pthread_mutex_lock(&session->lock);
	for (link = &session->workers; *link != worker; link = &(*link)->next)
		;
	*link = worker->next;
	account_give(session->account, ACCOUNT_THREADS); /* the session is still counted there */
	last = --session->n_workers == 0;
	if (atomic_load(&session->ended)) /* the watcher's first call may have been undone by the reader's timer */
		set_timer(session, 1);
	(void)pthread_mutex_unlock(&session->lock);
	iof_walk_destroy(worker->walk);
	free(worker);
	if (last)
		engine_session_gone(session);
}

static void *worker_main(void *context)
{
	struct start start = *(struct start *)context;
	struct worker *worker = start.worker;
	sigset_t signals;

	free(context);
	(void)sigfillset(&signals);
	(void)sigdelset(&signals, ENGINE_CANCEL_SIGNAL);
	(void)pthread_sigmask(SIG_SETMASK, &signals, NULL);
	worker->thread = pthread_self();
	while (start.role != ROLE_LEAVES) {
		switch (start.role) {
		case ROLE_READER: start.role = read_messages(worker); break;
		case ROLE_WATCHER: start.role = watch(worker); break;
		default: start.role = wait_as_spare(worker); break;
		}
	}
	leave(worker);
	return NULL;
}
