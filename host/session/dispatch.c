/* SPDX-License-Identifier: MIT */
/* A message to a checked job. Everything here comes from a hostile guest until it is a job. */
#include "host/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int reject(struct session *session, const char *what, unsigned op)
{
	session_log(session, IOF_LOG_WARNING, "sent %s (operation %u); the session ends", what, op);
	return -EPROTO;
}

/* The walk is about to be used again: a reply in it that is not acknowledged yet is copied. */
static struct iof_walk *own_walk(struct worker *worker)
{
	if (worker->lent)
		replies_settle(&worker->session->replies, worker->lent);
	worker->lent = 0;
	return worker->walk;
}

static void refuse_unpack(struct worker *worker, int error, const char *what)
{
	worker->job.refused = -error;
	session_log(worker->session, error == -EPROTO ? IOF_LOG_WARNING : IOF_LOG_NOTICE, "%s %s: refused: %s",
		    worker->job.device->name, what, iof_walk_reason(worker->walk));
}

/* A reply that the guest does not take would be lost, and with it what the driver did. */
static void check_reply_fits(struct worker *worker, const char *what)
{
	struct job *job = &worker->job;
	size_t most = IOF_REPLY_SIZE + iof_walk_reply_max(worker->walk);

	if (most <= job->request.reply_max)
		return;
	job->refused = E2BIG;
	session_log(worker->session, IOF_LOG_WARNING,
		    "%s %s: refused: the reply may have %zu bytes, of which the guest takes %" PRIu32,
		    job->device->name, what, most, job->request.reply_max);
}

static void explain_undeclared(struct worker *worker)
{
	const struct job *job = &worker->job;
	uint32_t number = job->request.command;

	if (device_unknown_is_new(job->device, number))
		iof_log(IOF_LOG_WARNING,
			"%s: ioctl 0x%08" PRIx32 " (type 0x%02" PRIx32 ", nr %" PRIu32 ", size %" PRIu32
			") is not declared, so it gives ENOTTY: declare it in the IDL file of interface '%s' "
			"(docs/idl.md) and build both sides",
			job->device->name, number, number >> 8 & 0xff, number & 0xff, number >> 16 & 0x3fff,
			job->device->interface->name);
}

/* 0 or the errno with which the command is refused. */
static int check_command(struct worker *worker)
{
	struct job *job = &worker->job;
	const struct iof_interface *interface = job->device->interface;

	job->command = iof_interface_command(interface, IOF_LAYOUT_LP64, job->request.command);
	if (!job->command) {
		job->count = &job->device->undeclared;
		explain_undeclared(worker);
		return ENOTTY;
	}
	job->count = &job->device->counts[job->command - interface->commands];
	if (job->command->argument == IOF_ARG_UNSUPPORTED)
		return ENOTTY;
	if (!agreement_carries(worker->session, interface, job->command, false))
		return ENOTTY;
	if (atomic_load_explicit(&job->device->denied[job->command - interface->commands], memory_order_relaxed)) {
		session_log(worker->session, IOF_LOG_NOTICE, "%s %s: refused: denied by 'commands' of the device",
			    job->device->name, job->command->name);
		return EPERM;
	}
	return 0;
}

static void prepare_ioctl(struct worker *worker, const uint8_t *payload, size_t length)
{
	struct job *job = &worker->job;
	int error;

	job->refused = check_command(worker);
	if (job->refused)
		return;
	error = iof_unpack(own_walk(worker), job->command, job->request.command, payload, length,
			   job->request.flags & IOF_REQUEST_NULL, &job->argument);
	if (error)
		refuse_unpack(worker, error, job->command->name);
	else
		check_reply_fits(worker, job->command->name);
}

static void prepare_records(struct worker *worker, const uint8_t *payload, size_t length, bool write)
{
	struct job *job = &worker->job;
	const struct iof_interface *interface = job->device->interface;
	const struct iof_io *io = write ? &interface->write : &interface->read;
	int error;

	job->count = &job->device->operations[write ? DEVICE_WRITE : DEVICE_READ];
	if (!io->record) {
		job->refused = EINVAL; /* as the kernel answers where a driver has no such method */
		return;
	}
	if (!agreement_carries(worker->session, interface, NULL, write)) {
		job->refused = EINVAL;
		return;
	}
	if (write ? job->device->write_denied : job->device->read_denied) {
		job->refused = EPERM;
		return;
	}
	error = iof_unpack_records(own_walk(worker), io, payload, length, &job->records, &job->buffer);
	if (error)
		refuse_unpack(worker, error, write ? "write" : "read");
	else
		check_reply_fits(worker, write ? "write" : "read");
}

static int prepare_poll(struct worker *worker, const uint8_t *payload, size_t length)
{
	struct job *job = &worker->job;

	if (length != 8)
		return reject(worker->session, "a poll of a wrong length", IOF_OP_POLL);
	job->count = &job->device->operations[DEVICE_POLL];
	job->events = iof_get_u32(payload);
	job->arm = iof_get_u32(payload + 4) != 0;
	return 0;
}

static int prepare_control(struct worker *worker, const uint8_t *payload, size_t length)
{
	struct session *session = worker->session;
	struct job *job = &worker->job;
	int error = iof_control_arena_create(&job->arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS);

	if (error)
		return error;
	error = iof_control_unpack_request(&job->arena, payload, length, &job->control);
	if (error) {
		iof_control_arena_destroy(&job->arena);
		return reject(session, "a control message that cannot be read", IOF_OP_CONTROL);
	}
	if (!session->greeted && job->control->what_case != IOFERRY__CONTROL_REQUEST__WHAT_HELLO) {
		iof_control_arena_destroy(&job->arena);
		job->control = NULL;
		return reject(session, "no hello first", IOF_OP_CONTROL);
	}
	return 0;
}

/* Operations on a handle. */
static int prepare_call(struct worker *worker, const uint8_t *payload, size_t length)
{
	struct job *job = &worker->job;

	if (job->request.op == IOF_OP_CLOSE)
		return 0; /* the handle is taken when the job runs */
	job->open = handle_get(worker->session, job->request.handle);
	if (!job->open) {
		session_log(worker->session, IOF_LOG_NOTICE,
			    "refused: operation %u on handle %016" PRIx64 ", which is not open", job->request.op,
			    job->request.handle);
		job->refused = ENODEV;
		return 0;
	}
	job->device = device_get(job->open->device);
	if (job->request.op == IOF_OP_POLL)
		return prepare_poll(worker, payload, length);
	if (job->refused)
		return 0;
	if (job->request.op == IOF_OP_IOCTL)
		prepare_ioctl(worker, payload, length);
	else
		prepare_records(worker, payload, length, job->request.op == IOF_OP_WRITE);
	return 0;
}

/* Makes sure that there will be room for the reply, before anything is done. */
static int reserve_reply(struct worker *worker)
{
	struct session *session = worker->session;
	struct job *job = &worker->job;
	uint16_t op = job->request.op;
	bool always = op == IOF_OP_CLOSE || op == IOF_OP_POLL || op == IOF_OP_CONTROL;
	int error;

	if (op != IOF_OP_CLOSE && op != IOF_OP_POLL && job->request.reply_max < IOF_REPLY_SIZE)
		return reject(session, "a call that takes no reply", op);
	job->reserved = always ? 0 : job->request.reply_max - IOF_REPLY_SIZE;
	error = replies_reserve(&session->replies, job->reserved, always);
	if (error == -EAGAIN) {
		job->refused = EAGAIN;
		job->reserved = 0;
		error = replies_reserve(&session->replies, 0, true);
	}
	if (error)
		session_log(session, IOF_LOG_WARNING, "does not acknowledge its replies; the session ends");
	return error;
}

/* Messages without a reply. 1: it was none. */
static int serve_at_once(struct session *session, const struct iof_request *request, const uint8_t *payload,
			 size_t length)
{
	int result;

	switch (request->op) {
	case IOF_OP_ACK: return 0;
	case IOF_OP_CANCEL:
	case IOF_OP_REAP:
		if (length != 8)
			return reject(session, "a tag of a wrong length", request->op);
		if (request->op == IOF_OP_CANCEL) {
			session_cancel(session, iof_get_u64(payload));
			return 0;
		}
		result = replies_send_again(&session->replies, iof_get_u64(payload));
		if (result != -ENOENT)
			session_sent(session, result);
		return 0;
	default: return 1;
	}
}

int job_prepare(struct worker *worker, const uint8_t *bytes, size_t length)
{
	struct session *session = worker->session;
	struct job *job = &worker->job;
	struct iof_request request;
	int error;

	error = iof_request_decode(bytes, length, session->message_max, &request);
	if (error || request.length != length)
		return reject(session, "a malformed header", length >= 6 ? bytes[4] : 0);
	if (!session->greeted && request.op != IOF_OP_CONTROL)
		return reject(session, "no hello first", request.op);
	if (replies_ack(&session->replies, request.ack) < 0)
		return reject(session, "an acknowledgement of replies that were not made", request.op);
	if (worker->lent && request.ack >= worker->lent) {
		worker->lent = 0;
		(void)iof_walk_trim(worker->walk, false);
	}
	bytes += IOF_REQUEST_SIZE;
	length -= IOF_REQUEST_SIZE;
	error = serve_at_once(session, &request, bytes, length);
	if (error <= 0)
		return error;

	memset(job, 0, sizeof(*job));
	job->request = request;
	/* The link takes no more, whatever the guest says that it takes. */
	if (request.reply_max > session->message_max)
		job->request.reply_max = session->message_max;
	job->call = (struct host_call){.tag = request.tag, .nonblock = request.flags & IOF_REQUEST_NONBLOCK};
	error = reserve_reply(worker);
	if (!error)
		error = request.op == IOF_OP_CONTROL ? prepare_control(worker, bytes, length)
						     : prepare_call(worker, bytes, length);
	if (!error)
		job->pending = true;
	else
		job_drop(worker);
	return error;
}

void job_put_open(struct worker *worker)
{
	if (worker->job.open)
		worker_put_open(worker, worker->job.open);
	worker->job.open = NULL;
}

void job_drop(struct worker *worker)
{
	struct job *job = &worker->job;

	job->pending = false;
	if (job->control)
		iof_control_arena_destroy(&job->arena);
	job->control = NULL;
	job_put_open(worker);
	device_put(job->device);
	job->device = NULL;
	(void)iof_walk_trim(worker->walk, worker->lent != 0);
}
