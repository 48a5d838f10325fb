/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * What the parts of the session engine share:
 *
 *     engine.c    sessions of the daemon
 *     ticker.c    what is done late: cancels again, backlogs, ends of shares, hellos that do not come
 *     account.c   what a guest uses, over all its sessions
 *     closers.c   releases of opens that nobody may wait for
 *     session.c   threads of a session and the reader's role
 *     inbox.c     messages that came together
 *     cancel.c    calls in drivers, and how a cancel gets at them
 *     dispatch.c  a message to a checked job
 *     execute.c   a job to a reply
 *     control.c   hello, open, attach, share
 *     agreement.c commands that both sides mean the same by
 *     status.c    what `ioferry status` shows
 *     trace.c     what `ioferry trace` shows
 *     call_text.c a call as a line
 *     handles.c   handles of a session
 *     opens.c     opens of the host, tokens
 *     readiness.c who is told when an open becomes ready
 *     replies.c   replies until they are acknowledged
 *
 * Locks, in the order in which they may be taken: engine->lock, session->lock, open->arm_lock, a backend's own,
 * open->poll_lock, replies->lock, a link's own. Innermost, with nothing taken inside: open_registry->lock,
 * device->lock, accounts->lock, engine->ticker_lock, engine->log_lock,
 * engine->trace.lock.
 */
#ifndef IOFERRY_HOST_SESSION_H
#define IOFERRY_HOST_SESSION_H

#include "host/session/engine.h"
#include "host/session/opens.h"
#include "host/session/replies.h"
#include "host/session/trace.h"
#include <ioferry/control.h>
#include <ioferry/log.h>
#include <ioferry/marshal.h>
#include <time.h>

struct session;

struct engine {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* a session or a closer has gone */
	struct engine_limits limits;
	struct device_set *devices;
	struct session *sessions;
	unsigned n_sessions;
	unsigned n_closing, n_closers; /* opens that are being released, or are to be, elsewhere; threads for that */
	uint64_t next_session;
	uint64_t started_ms;
	bool stopping;

	pthread_mutex_t ticker_lock;
	pthread_cond_t ticker_called;
	bool ticker_work, ticker_ends;
	pthread_t ticker;

	struct open_registry opens;
	struct accounts accounts;
	pthread_mutex_t log_lock;
	struct iof_log_limit log_limit; /* of all sessions: a guest may come in again and again */
	struct trace trace;
	_Atomic uint64_t takeovers;
};

/* A handle's place. The generation grows with each use, so that a stale handle never names a younger open. */
struct handle {
	uint32_t generation;
	bool reserved; /* an open is under way */
	struct open_file *open;
	struct poll_waiter waiter;
	uint64_t since_ms;
};

/* What a guest knows of an interface. */
struct agreement {
	const struct iof_interface *interface;
	bool *differs; /* by command; NULL: all are the same */
	bool read_differs, write_differs;
};

/* One call, from its message to its reply. */
struct job {
	bool pending;
	struct iof_request request;
	struct device *device;    /* reference; NULL: control */
	struct call_count *count; /* NULL: not counted */
	struct open_file *open;   /* reference, given up before the reply */
	const struct iof_command *command;
	uint64_t argument;
	void *buffer;
	uint32_t records;
	uint32_t events;
	bool arm;
	int refused; /* errno; the job is not run */
	size_t reserved;
	struct iof_control_arena arena;
	const Ioferry__ControlRequest *control;

	struct host_call call;
	uint64_t began_us;
	bool started; /* the driver was entered */
	bool traced;  /* what was sent is remembered in the walk */
};

/* A thread of a session. */
struct worker {
	struct session *session;
	struct worker *next;
	pthread_t thread;
	struct iof_walk *walk;
	uint64_t lent; /* seq of the reply whose payload is in the walk; 0: none */
	bool reader;
	uint64_t operation; /* of the guarded operation */
	struct job job;

	/* session->lock: */
	bool returning; /* counted in session->n_returning */
	bool in_driver; /* the job can be cancelled */
	unsigned signals;
	uint64_t signal_at_ms;
};

enum role { ROLE_READER, ROLE_WATCHER, ROLE_SPARE, ROLE_LEAVES };

struct session {
	struct engine *engine;
	struct session *next, **link_in_engine; /* engine->lock */
	uint64_t id;
	struct iof_link *link;
	struct iof_peer peer;
	struct account *account; /* the session is counted there */
	char *address;
	char client[64];
	uint32_t abi;
	uint64_t began_ms;
	uint32_t message_max;
	_Atomic bool greeted;
	uint64_t hello_until_ms; /* the ticker's */
	bool stranger;           /* engine->lock; no device admits the guest */
	struct engine_limits limits;
	struct replies replies;
	struct agreement *agreements; /* the reader's */
	size_t n_agreements;
	_Atomic uint64_t messages_in, bytes_in;

	/* The reader's. */
	uint8_t *inbox;
	size_t inbox_size, inbox_used, inbox_next;
	struct worker *receiving;
	int receive_error;

	/* The reader's role. */
	int timer;
	_Atomic uint64_t operation; /* that the reader is in; 0: none, or the role was taken over */
	uint64_t operations;        /* the reader's */
	_Atomic bool watched;       /* a standby watches the timer, or was called to */
	_Atomic bool ended;
	_Atomic bool backlog; /* the link wants to write */

	pthread_mutex_t lock;
	pthread_cond_t called; /* spares wait here */
	struct worker *workers;
	unsigned n_workers, n_spares;
	unsigned n_returning; /* have left their driver, will not wait again, and will be spares */
	bool call_watcher;    /* the next spare becomes the watcher */
	struct handle *handles;
	struct iof_log_limit log_limit, trace_limit; /* engine->log_lock */
	struct trace_reader *trace_reader;           /* engine->trace.lock */
};

uint64_t clock_ms(void);
uint64_t clock_us(void);
struct timespec timespec_of_ms(uint64_t ms);

/* engine.c */
/* The last thread of the session leaves: frees it. */
void engine_session_gone(struct session *session);

/* ticker.c */
int ticker_start(struct engine *engine);
void ticker_stop(struct engine *engine);
/* Any thread, with any lock held. */
void engine_wake_ticker(struct engine *engine);

/* closers.c */
/* open_destroy() in a thread of its own, for callers that must not wait. */
void engine_close_elsewhere(struct engine *engine, struct open_file *open);
/* Starts closers that could not be started before. False: some still could not. */
bool engine_retry_closers(struct engine *engine);

/* session.c */
/* @p account has the session counted already, and still has when this fails. */
int session_create(struct engine *engine, struct iof_link *link, const char *address, struct account *account,
		   struct session **result);
void session_destroy(struct session *session);
/* Begins with one thread, the reader. */
int session_start(struct session *session);
/* Rate-limited; begins with who the guest is. */
void session_log(struct session *session, enum iof_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* After a send: notes a backlog, ends the link if it is dead or full. */
void session_sent(struct session *session, int result);
/* Sends an event. In any thread, with any lock held: only sends. */
void session_push(struct session *session, uint64_t tag, uint32_t revents);
/* Around an operation that may wait. Negative: no standby would be left, and the operation must not begin. -EBUSY: the
 * session has all its threads; -EDQUOT: the guest has; else what pthread_create() says. */
int guard_enter(struct worker *worker);
void guard_leave(struct worker *worker);
/* Drops a reference to an open; the release of the last one is guarded. */
void worker_put_open(struct worker *worker, struct open_file *open);

/* inbox.c: messages that came together with the one that is being run. In the reader. */
int inbox_append(struct session *session, const uint8_t *bytes, size_t length);
/* The next message, where it lies until the inbox is cleared or appended to. False: none. */
bool inbox_take(struct session *session, const uint8_t **bytes, size_t *length);
void inbox_clear(struct session *session);
/* Whether one of the next messages cancels the call of @p tag. */
bool inbox_has_cancel(const struct session *session, uint64_t tag);

/* cancel.c */
/* Around a guarded operation that can be cancelled: from here on a cancel reaches the job, until driver_leave(), which
 * tells whether one did. -ECANCELED: one has come already, and the operation must not begin; else negative as
 * guard_enter(). */
int driver_enter(struct worker *worker);
bool driver_leave(struct worker *worker);
/* Cancels the running call of @p tag; one that is not running any more is left alone. */
void session_cancel(struct session *session, uint64_t tag);
/* Sends the signal again to those that have not left their driver. True: some have not. */
bool session_repeat_cancels(struct session *session, uint64_t now_ms);
/* Cancels the worker's call. session->lock is held: the call cannot end while its backend is told. */
void worker_cancel(struct worker *worker);

/* dispatch.c. 0, or a negative errno that ends the session. @p bytes are not used after it returned. */
int job_prepare(struct worker *worker, const uint8_t *bytes, size_t length);
/* Drops the job's reference to its open. Before the reply: a guest that has it may close, and open again what only one
 * may have open. */
void job_put_open(struct worker *worker);
/* Frees what the job holds. */
void job_drop(struct worker *worker);

/* execute.c */
/* "CAN_IOCTL_STATUS", "read", "open" */
const char *job_name(const struct job *job);
void job_execute(struct worker *worker);
void job_reply(struct worker *worker, enum iof_status status, int64_t result, uint32_t error, const void *payload,
	       size_t length, bool lent);
/* One line, for those who want it, for a call that has been answered. */
void job_trace(struct worker *worker, enum iof_status status, int64_t result, uint32_t error);
/* Why driver_enter() failed with @p error. */
void job_log_busy(struct worker *worker, int error);
void job_refuse(struct worker *worker, int error);
/* The answer to a call that was cancelled: interrupted, or never started. */
void job_cut(struct worker *worker);

/* control.c */
void control_execute(struct worker *worker);
void control_reply(struct worker *worker, Ioferry__ControlReply *reply);

/* agreement.c. In the reader. */
int agreements_make(struct session *session, const Ioferry__Hello *hello, const struct device_set *set);
void agreements_clear(struct session *session);
/* Whether the guest's command is the host's, by hash. NULL command: read, or write. */
bool agreement_carries(const struct session *session, const struct iof_interface *interface,
		       const struct iof_command *command, bool write);

/* status.c */
void status_execute(struct worker *worker);

/* handles.c; session->lock is not held. */
int handles_create(struct session *session);
/* A free place, reserved. -EMFILE. */
int handle_reserve(struct session *session, struct handle **handle);
/* Puts an open (whose reference is taken over) into the place. 0: the session has ended. */
iof_handle handle_fill(struct session *session, struct handle *handle, struct open_file *open);
void handle_unreserve(struct session *session, struct handle *handle);
/* The open behind a handle, with a reference; NULL: stale or unknown. */
struct open_file *handle_get(struct session *session, iof_handle id);
/* Begins an armed poll of the handle; of one that is stale or unknown nothing will come. handle_answered() must follow.
 */
void handle_ask(struct session *session, iof_handle id, struct poll_question *question, uint32_t events);
/* poll_answered(), unless the handle was closed meanwhile. */
void handle_answered(struct session *session, iof_handle id, struct poll_question *question);
/* Takes the handle away: its open with the handle's reference; NULL: stale or unknown. */
struct open_file *handle_take(struct session *session, iof_handle id);
/* As handle_take() of any handle that is left; NULL: none. */
struct open_file *handle_take_any(struct session *session);

#endif
