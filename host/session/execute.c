/* SPDX-License-Identifier: MIT */
/* A checked job to a reply. */
#include "host/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A line a call says much for a few calls, and drowns everything for a stream of them. */
enum { TRACE_BURST = 1000, TRACE_INTERVAL_MS = 5, TRACE_LINE = 1000 };

const char *job_name(const struct job *job)
{
	static const char *const names[IOF_OP_COUNT] = {[IOF_OP_CONTROL] = "open",
							[IOF_OP_CLOSE] = "close",
							[IOF_OP_READ] = "read",
							[IOF_OP_WRITE] = "write",
							[IOF_OP_POLL] = "poll"};
	const char *name = names[job->request.op];

	if (job->command)
		return job->command->name;
	return name ? name : "undeclared";
}

static bool may_log(struct session *session)
{
	uint32_t dropped = 0;
	bool allowed;

	if (!atomic_load_explicit(&session->engine->trace.logged, memory_order_relaxed))
		return false;
	(void)pthread_mutex_lock(&session->engine->log_lock);
	allowed = iof_log_allowed(&session->trace_limit, TRACE_BURST, TRACE_INTERVAL_MS, &dropped);
	(void)pthread_mutex_unlock(&session->engine->log_lock);
	if (allowed && dropped)
		iof_log(IOF_LOG_INFO, "%s session %" PRIu64 ": %" PRIu32 " calls not shown", session->peer.name,
			session->id, dropped);
	return allowed;
}

void job_trace(struct worker *worker, enum iof_status status, int64_t result, uint32_t error)
{
	char line[TRACE_LINE];
	struct iof_text text = iof_text_make(line, sizeof(line));

	if (!trace_wants(worker))
		return;
	call_text(&text, worker, status, result, error);
	if (may_log(worker->session))
		iof_log(IOF_LOG_INFO, "%s", line);
	trace_line(worker, line);
}

static void count(const struct job *job, enum iof_status status, uint32_t error)
{
	struct call_count *counts = job->count;

	if (!counts)
		return;
	atomic_fetch_add_explicit(&counts->calls, 1, memory_order_relaxed);
	if (status == IOF_STATUS_REFUSED)
		atomic_fetch_add_explicit(&counts->refused, 1, memory_order_relaxed);
	else if (status == IOF_STATUS_INTERRUPTED || status == IOF_STATUS_NEVER_STARTED)
		atomic_fetch_add_explicit(&counts->interrupted, 1, memory_order_relaxed);
	else if (error)
		atomic_fetch_add_explicit(&counts->errors, 1, memory_order_relaxed);
	if (job->began_us)
		atomic_fetch_add_explicit(&counts->total_us, clock_us() - job->began_us, memory_order_relaxed);
}

void job_reply(struct worker *worker, enum iof_status status, int64_t result, uint32_t error, const void *payload,
	       size_t length, bool lent)
{
	struct session *session = worker->session;
	const struct job *job = &worker->job;
	struct iof_reply reply = {
		.status = (uint16_t)status,
		.tag = job->request.tag,
		.result = (int32_t)result,
		.error = error,
	};
	int sent;

	count(job, status, error);
	sent = replies_send(&session->replies, &reply, payload, length, job->reserved, lent ? &worker->lent : NULL);
	session_sent(session, sent);
}

void job_refuse(struct worker *worker, int error)
{
	worker->job.refused = error;
	job_reply(worker, IOF_STATUS_REFUSED, -1, (uint32_t)error, NULL, 0, false);
	if (worker->job.request.op != IOF_OP_CONTROL || worker->job.device)
		job_trace(worker, IOF_STATUS_REFUSED, -1, (uint32_t)error);
}

void job_cut(struct worker *worker)
{
	enum iof_status status = worker->job.started ? IOF_STATUS_INTERRUPTED : IOF_STATUS_NEVER_STARTED;

	job_reply(worker, status, -1, EINTR, NULL, 0, false);
	if (worker->job.traced || worker->job.request.op == IOF_OP_CONTROL)
		job_trace(worker, status, -1, EINTR);
}

/* Packs what the driver left and answers. @p result as the driver gave it. */
static void answer(struct worker *worker, int64_t result, bool cancelled)
{
	struct job *job = &worker->job;
	uint32_t error = result < 0 ? (uint32_t)-result : 0;
	enum iof_status status = cancelled && error == EINTR ? IOF_STATUS_INTERRUPTED : IOF_STATUS_COMPLETED;
	const void *payload = NULL;
	size_t length = 0;

	if (error)
		result = -1;
	if (iof_pack(worker->walk, (int32_t)result, error, &payload, &length) < 0) {
		session_log(worker->session, IOF_LOG_ERR, "%s %s: the driver's answer does not fit: %s",
			    job->device->name, job_name(job), iof_walk_reason(worker->walk));
		job_refuse(worker, EIO);
		return;
	}
	job_reply(worker, status, result, error, payload, length, length > 0);
	if (job->traced)
		job_trace(worker, status, result, error);
}

static int64_t call_backend(struct worker *worker)
{
	struct job *job = &worker->job;
	const struct host_backend *backend = job->device->backend_device->backend;
	struct host_file *file = job->open->file;
	const struct iof_io *io;
	size_t records;

	if (job->request.op == IOF_OP_IOCTL)
		return backend->ioctl(file, job->command, job->request.command, job->argument, &job->call);
	io = job->request.op == IOF_OP_READ ? &job->device->interface->read : &job->device->interface->write;
	records = io->count_records ? job->records : job->records * iof_type_size(io->record, IOF_ABI_NATIVE);
	return (job->request.op == IOF_OP_READ ? backend->read : backend->write)(file, job->buffer, records,
										 &job->call);
}

void job_log_busy(struct worker *worker, int error)
{
	const struct session *session = worker->session;
	const char *device = worker->job.device->name, *name = job_name(&worker->job);

	if (error == -EBUSY)
		session_log(worker->session, IOF_LOG_WARNING,
			    "%s %s: refused: all %u threads of the session are busy ('threads')", device, name,
			    session->limits.threads);
	else if (error == -EDQUOT)
		session_log(worker->session, IOF_LOG_WARNING,
			    "%s %s: refused: all %u threads of the guest's sessions are busy ('threads_per_guest')",
			    device, name, session->limits.threads_per_guest);
	else
		session_log(worker->session, IOF_LOG_WARNING,
			    "%s %s: refused: the system gives no thread: %s (TasksMax of the unit?)", device, name,
			    strerror(-error));
}

static void execute_call(struct worker *worker)
{
	struct job *job = &worker->job;
	bool waits = !job->command || !(job->command->flags & IOF_CMD_INLINE);
	int64_t result = 0;
	bool cancelled = false;
	int error;

	if (job->refused) {
		job_refuse(worker, job->refused);
		return;
	}
	job->traced = trace_wants(worker);
	if (job->traced)
		iof_walk_remember(worker->walk);
	if (!waits) {
		job->began_us = clock_us();
		answer(worker, call_backend(worker), false);
		return;
	}
	error = driver_enter(worker);
	if (!error) {
		result = call_backend(worker);
		cancelled = driver_leave(worker);
	}
	job_put_open(worker);
	if (!error) {
		answer(worker, result, cancelled);
	} else if (error == -ECANCELED) {
		job_cut(worker);
	} else {
		job_log_busy(worker, error);
		job_refuse(worker, EAGAIN);
	}
}

static void execute_poll(struct worker *worker)
{
	struct poll_question question;
	struct job *job = &worker->job;
	uint32_t ready;

	if (job->refused) {
		job_refuse(worker, job->refused);
		return;
	}
	job->began_us = clock_us();
	if (job->arm)
		handle_ask(worker->session, job->request.handle, &question, job->events);
	/* poll() of a driver may wait for a lock. Where no standby is left it still has to get through. */
	(void)guard_enter(worker);
	ready = poll_readiness(job->open, job->events, job->arm ? &question : NULL);
	guard_leave(worker);
	job_put_open(worker);
	job_reply(worker, IOF_STATUS_COMPLETED, (int32_t)ready, 0, NULL, 0, false);
	if (job->arm)
		handle_answered(worker->session, job->request.handle, &question);
	job_trace(worker, IOF_STATUS_COMPLETED, (int32_t)ready, 0);
}

static void execute_close(struct worker *worker)
{
	struct job *job = &worker->job;
	struct open_file *open = handle_take(worker->session, job->request.handle);

	if (!open) {
		job_refuse(worker, ENODEV);
		return;
	}
	job->device = device_get(open->device);
	job->count = &job->device->operations[DEVICE_CLOSE];
	job->began_us = clock_us();
	worker_put_open(worker, open);
	job_reply(worker, IOF_STATUS_COMPLETED, 0, 0, NULL, 0, false);
	job_trace(worker, IOF_STATUS_COMPLETED, 0, 0);
}

void job_execute(struct worker *worker)
{
	switch (worker->job.request.op) {
	case IOF_OP_CONTROL: control_execute(worker); break;
	case IOF_OP_CLOSE: execute_close(worker); break;
	case IOF_OP_POLL: execute_poll(worker); break;
	default: execute_call(worker); break;
	}
}
