/* SPDX-License-Identifier: MIT */
/* Calls in drivers, and how a cancel gets at them. */
#include "host/session/session.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SIGNAL_MS = 2,       /* between signals to a thread that is to leave its driver */
	SIGNALS_A_PACE = 16, /* after so many the pause is doubled */
	DOUBLINGS = 6,       /* at most, for one that does not listen */
};

static void unmark(struct worker *worker)
{
	(void)pthread_mutex_lock(&worker->session->lock);
	worker->in_driver = false;
	(void)pthread_mutex_unlock(&worker->session->lock);
}

/* Marked before the guard: as soon as the timer runs another thread may read a cancel of this call, and a cancel that
 * finds nothing is forgotten. */
int driver_enter(struct worker *worker)
{
	struct session *session = worker->session;
	struct job *job = &worker->job;
	int error;

	if (worker->reader && inbox_has_cancel(session, job->request.tag))
		return -ECANCELED;
	job->began_us = clock_us();
	(void)pthread_mutex_lock(&session->lock);
	worker->in_driver = true;
	worker->signals = 0;
	(void)pthread_mutex_unlock(&session->lock);
	error = guard_enter(worker);
	if (error) {
		unmark(worker);
		return error;
	}
	if (__atomic_load_n(&job->call.cancelled, __ATOMIC_RELAXED)) {
		(void)driver_leave(worker);
		return -ECANCELED;
	}
	job->started = true;
	return 0;
}

bool driver_leave(struct worker *worker)
{
	struct session *session = worker->session;
	unsigned signals;
	bool cancelled;

	(void)pthread_mutex_lock(&session->lock);
	worker->in_driver = false;
	signals = worker->signals;
	cancelled = __atomic_load_n(&worker->job.call.cancelled, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&session->lock);
	/* A signal may have been sent after the driver was left, and must not end the wait of the next call. No
	 * more are sent now; the ones that were are delivered when a system call returns. */
	if (signals)
		(void)syscall(SYS_getppid);
	guard_leave(worker);
	return cancelled;
}

/* session->lock is held. */
static void signal_worker(struct worker *worker, uint64_t now_ms)
{
	unsigned doublings = worker->signals++ / SIGNALS_A_PACE;

	worker->signal_at_ms = now_ms + ((uint64_t)SIGNAL_MS << (doublings < DOUBLINGS ? doublings : DOUBLINGS));
	(void)pthread_kill(worker->thread, ENGINE_CANCEL_SIGNAL);
}

void worker_cancel(struct worker *worker)
{
	struct job *job = &worker->job;

	if (__atomic_exchange_n(&job->call.cancelled, 1, __ATOMIC_SEQ_CST))
		return;
	if (job->open && job->open->file && job->device->backend_device->backend->cancel)
		job->device->backend_device->backend->cancel(job->open->file, &job->call);
	signal_worker(worker, clock_ms());
}

void session_cancel(struct session *session, uint64_t tag)
{
	bool found = false;

	(void)pthread_mutex_lock(&session->lock);
	for (struct worker *worker = session->workers; worker && !found; worker = worker->next) {
		found = worker->in_driver && worker->job.request.tag == tag;
		if (found)
			worker_cancel(worker);
	}
	(void)pthread_mutex_unlock(&session->lock);
	if (found)
		engine_wake_ticker(session->engine);
}

bool session_repeat_cancels(struct session *session, uint64_t now_ms)
{
	bool more = false;

	(void)pthread_mutex_lock(&session->lock);
	for (struct worker *worker = session->workers; worker; worker = worker->next) {
		if (!worker->in_driver || !worker->signals)
			continue;
		more = true;
		if (worker->signal_at_ms <= now_ms)
			signal_worker(worker, now_ms);
	}
	(void)pthread_mutex_unlock(&session->lock);
	return more;
}
