/* SPDX-License-Identifier: MIT */
#include "guest/preload/call.h"
#include "guest/common/commands.h"
#include "guest/common/outcome.h"
#include "guest/common/records.h"
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/memory.h"
#include "guest/preload/readiness.h"
#include "guest/preload/section.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/log.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>

#define CALLS_MAX   64 /* in flight at once in a process */
#define CALLS_READY 8  /* of these, made at the first open */

enum call_kind {
	KIND_OPEN,
	KIND_TRANSFER, /* the reply's payload goes to the application's memory */
	KIND_POLL,
	KIND_REARM, /* nobody waits for it */
};

struct shim_call {
	struct iof_call call; /* first: done() gets a pointer to it */
	struct iof_walk *walk;
	struct link *link;
	struct shim_file *file;
	_Atomic(bool) taken;
	_Atomic(bool) abandoned;
	_Atomic(bool) settled; /* of an abandoned call: the frame's side or the reply's side is through with it */
	enum call_kind kind;
	struct readiness_question question; /* of KIND_POLL and KIND_REARM */
	/* The reply. */
	int error; /* 0 or negative errno */
	int32_t result;
	iof_handle handle; /* of an open */
	uint64_t token;
};

static struct shim_call calls[CALLS_MAX];
static const size_t PAYLOAD_MAX = IOF_MESSAGE_MAX - IOF_REQUEST_SIZE;

/* Gives the object back with what it held. */
static void finish(struct shim_call *call)
{
	if (call->kind == KIND_OPEN && call->abandoned && !call->error)
		iof_session_close(call->link->session, call->handle);
	if (call->file)
		file_put(call->file);
	link_put(call->link);
	call->taken = false;
}

/* Runs in whichever thread reads the link. */
static void on_done(struct iof_call *iof, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct shim_call *call = (struct shim_call *)iof;
	int error = outcome_error(reply);

	call->result = reply->result;
	if (call->kind == KIND_OPEN && !error)
		error = iof_session_open_result(call->link->session, reply, payload, length, &call->handle,
						&call->token);
	if (call->kind == KIND_TRANSFER && !call->abandoned) {
		int stored = iof_scatter(call->walk, payload, length, reply->result, reply->error, &shim_memory);

		if (stored == -EPROTO)
			iof_log(IOF_LOG_ERR, "%s: the host's reply does not fit the call: %s", call->file->device->name,
				iof_walk_reason(call->walk));
		if (stored < 0)
			error = stored == -EPROTO ? -EIO : stored;
	}
	call->error = error;
	/* Now, and not when the thread that asked wakes up: an event that follows must find the answer taken in. */
	if (call->kind == KIND_POLL || call->kind == KIND_REARM)
		readiness_answered(call->file, &call->question, error ? error : (long)(uint32_t)call->result);
	if (call->kind == KIND_REARM) {
		finish(call);
		return;
	}
	if (call->abandoned && atomic_exchange(&call->settled, true))
		finish(call);
}

/* A free object, made ready; NULL: CALLS_MAX are in flight. Takes its own references to link and file. */
static struct shim_call *begin(enum call_kind kind, struct link *link, struct shim_file *file)
{
	for (unsigned i = 0; i < CALLS_MAX; i++) {
		struct shim_call *call = &calls[i];

		if (call->taken || atomic_exchange(&call->taken, true))
			continue;
		if (!call->walk)
			call->walk = iof_walk_create(PAYLOAD_MAX);
		if (!call->walk) {
			call->taken = false;
			return NULL;
		}
		call->call = (struct iof_call){.done = on_done, .waited = true};
		call->kind = kind;
		call->link = link_hold(link);
		call->file = file ? file_hold(file) : NULL;
		call->abandoned = call->settled = false;
		return call;
	}
	return NULL;
}

int call_pool_fill(void)
{
	for (unsigned i = 0; i < CALLS_READY; i++) {
		if (!calls[i].walk)
			calls[i].walk = iof_walk_create(PAYLOAD_MAX);
		if (!calls[i].walk)
			return -ENOMEM;
	}
	return 0;
}

void call_pool_forked(void)
{
	for (unsigned i = 0; i < CALLS_MAX; i++)
		calls[i].taken = false;
}

void call_cancel(struct shim_call *call)
{
	(void)iof_session_cancel(call->link->session, &call->call);
}

void call_abandon(struct shim_call *call)
{
	call->abandoned = true;
	if (iof_session_leave(call->link->session, &call->call)) {
		finish(call);
		return;
	}
	call_cancel(call);
	if (atomic_exchange(&call->settled, true))
		finish(call);
}

/* Sleeps until the reply is there; handlers run meanwhile. */
static void wait_for(struct section *section, struct shim_call *call, enum call_signals signals)
{
	struct iof_session *session = call->link->session;
	bool cancelled = false;

	section_call(section, call);
	section->sleepable = true;
	while (iof_session_wait(session, &call->call, signals != CALL_EINTR || cancelled) == -EINTR) {
		if (cancelled || signals == CALL_THROUGH)
			continue;
		call_cancel(call);
		cancelled = true;
	}
	section->sleepable = false;
	section_call(section, NULL);
}

/* Submits and waits. The reply's error, or 0 with call->result set. */
static int run(struct section *section, struct shim_call *call, const struct iof_request *request, const void *payload,
	       size_t length, enum call_signals signals)
{
	struct iovec part = {(void *)(uintptr_t)payload, length};
	int error = iof_session_submit(call->link->session, &call->call, request, &part, length ? 1 : 0);

	if (error)
		return error == -EAGAIN ? -ENOMEM : error;
	wait_for(section, call, signals);
	return call->error;
}

static enum call_signals signals_of(unsigned flags)
{
	if (!(flags & IOF_CMD_BLOCKING))
		return CALL_THROUGH;
	return flags & IOF_CMD_RESTART ? CALL_RESTART : CALL_EINTR;
}

static const struct iof_command *command_of(const struct shim_file *file, iof_abi abi, uint32_t number)
{
	static struct commands_said said; /* a process's: programs probe devices, some of them in a loop */
	const struct commands_place place = {
		.session = file->link->session,
		.device = file->device,
		.interface = file->device->interface,
		.name = file->device->name,
		.said = &said,
	};

	return commands_find(&place, IOF_ABI_LAYOUT(abi), number);
}

static struct iof_request request_of(uint16_t op, struct shim_file *file, int fd)
{
	const struct iof_interface *interface = file->device->interface;
	bool nonblock = interface && interface->nonblock_at_open ? file->flags & O_NONBLOCK : file_nonblock(file, fd);

	return (struct iof_request){.op = op, .flags = nonblock ? IOF_REQUEST_NONBLOCK : 0, .handle = file->handle};
}

static uint32_t reply_max(const struct shim_call *call)
{
	return (uint32_t)(IOF_REPLY_SIZE + iof_walk_reply_max(call->walk));
}

long call_ioctl(struct section *section, struct shim_file *file, int fd, iof_abi abi, unsigned long number,
		uint64_t argument)
{
	struct iof_request request = request_of(IOF_OP_IOCTL, file, fd);
	const struct iof_command *command;
	struct shim_call *call;
	const void *payload;
	size_t length;
	bool null;
	long error;

	if (file->dead)
		return -ENODEV;
	command = command_of(file, abi, (uint32_t)number);
	if (!command)
		return -ENOTTY;
	call = begin(KIND_TRANSFER, file->link, file);
	if (!call)
		return -ENOMEM;
	error = iof_gather(call->walk, command, (uint32_t)number, abi, argument, &shim_memory, &payload, &length,
			   &null);
	if (error) {
		iof_log(IOF_LOG_DEBUG, "%s: %s: %s", file->device->name, command->name, iof_walk_reason(call->walk));
		goto out;
	}
	request.flags = (uint16_t)(request.flags | (null ? IOF_REQUEST_NULL : 0));
	request.command = iof_command_number(command, (uint32_t)number);
	request.reply_max = reply_max(call);
	error = run(section, call, &request, payload, length, signals_of(command->flags));
	if (!error)
		error = outcome_result(call->result);
	readiness_stale(file);
out:
	finish(call);
	return error;
}

static ssize_t transfer(struct section *section, struct shim_file *file, int fd, uint16_t op, uintptr_t buffer,
			size_t count)
{
	const struct iof_interface *interface = file->device->interface;
	const struct iof_io *io = op == IOF_OP_READ ? &interface->read : &interface->write;
	uint32_t records = records_asked(io, IOF_ABI_NATIVE, count);
	struct iof_request request = request_of(op, file, fd);
	struct shim_call *call;
	const void *payload;
	size_t length;
	ssize_t error;

	if (count && !records)
		return -EINVAL;
	call = begin(KIND_TRANSFER, file->link, file);
	if (!call)
		return -ENOMEM;
	error = iof_gather_records(call->walk, io, IOF_ABI_NATIVE, buffer, records, &shim_memory, &payload, &length);
	if (error)
		goto out;
	request.reply_max = reply_max(call);
	error = run(section, call, &request, payload, length, signals_of(io->flags));
	if (!error)
		error = records_result(io, IOF_ABI_NATIVE, count, call->result);
	readiness_stale(file);
out:
	finish(call);
	return error;
}

ssize_t call_read(struct section *section, struct shim_file *file, int fd, void *buffer, size_t count)
{
	if ((file->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	if (file->dead)
		return -ENODEV;
	if (!iof_session_carries_read(file->link->session, file->device))
		return -EINVAL;
	return transfer(section, file, fd, IOF_OP_READ, (uintptr_t)buffer, count);
}

ssize_t call_write(struct section *section, struct shim_file *file, int fd, const void *buffer, size_t count)
{
	if ((file->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if (file->dead)
		return -ENODEV;
	if (!iof_session_carries_write(file->link->session, file->device))
		return -EINVAL;
	return transfer(section, file, fd, IOF_OP_WRITE, (uintptr_t)buffer, count);
}

int call_open(struct section *section, struct link *link, const char *device, int flags, iof_handle *handle,
	      uint64_t *token)
{
	struct shim_call *call = begin(KIND_OPEN, link, NULL);
	int error;

	if (!call)
		return -ENOMEM;
	error = iof_session_open_submit(link->session, &call->call, device, flags);
	if (!error) {
		wait_for(section, call, CALL_EINTR);
		error = call->error;
		*handle = call->handle;
		*token = call->token;
	}
	finish(call);
	return error;
}

static struct shim_call *poll_submit(enum call_kind kind, struct shim_file *file, uint32_t events, bool arm)
{
	struct iof_request request = {.op = IOF_OP_POLL, .handle = file->handle, .reply_max = IOF_REPLY_SIZE};
	struct shim_call *call = begin(kind, file->link, file);
	struct iovec part;
	uint8_t payload[8];

	if (!call)
		return NULL;
	call->call.waited = kind == KIND_POLL;
	call->question = (struct readiness_question){events, arm};
	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, arm);
	part = (struct iovec){payload, sizeof payload};
	if (!iof_session_submit(file->link->session, &call->call, &request, &part, 1))
		return call;
	finish(call);
	return NULL;
}

struct shim_call *call_poll_begin(struct shim_file *file, uint32_t events, bool arm)
{
	return poll_submit(KIND_POLL, file, events, arm);
}

void call_rearm(struct shim_file *file, uint32_t events)
{
	(void)poll_submit(KIND_REARM, file, events, true);
}

void call_poll_end(struct section *section, struct shim_call *call)
{
	wait_for(section, call, CALL_THROUGH);
	finish(call);
}
