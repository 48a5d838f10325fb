/* SPDX-License-Identifier: MIT */
/*
 * read() and write(). Bytes travel in the FUSE request itself. Where an interface counts in records, the request
 * holds too few bytes: the records are then moved between the caller's own buffer, whose address its sleeping
 * system call tells, and the host; the FUSE reply carries the first bytes of the same data.
 *
 * FUSE cuts what is longer than 128 KiB into several requests, of which those after the first have an offset
 * (a device's reads and writes otherwise never have). They are answered with 0 bytes, so that the caller sees a
 * short count: it is one call of the driver, as natively, and never one that waits for what nobody asked for.
 */
#include "front.h"
#include "guest/common/records.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static void fail_io(struct call *call, int error)
{
	fuse_reply_err(call->req, call_header_error(error));
}

static int scatter(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	int ret = iof_scatter(call->walk, payload, length, reply->result, reply->error, call->memory);

	if (ret != -EPROTO)
		return -ret;
	node_log(call->node, IOF_LOG_ERR, "the host's reply to read or write does not fit the request: %s",
		 iof_walk_reason(call->walk));
	return EIO;
}

/* The number to return, or a negative errno. */
static ssize_t finish_io(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	int error = call_error(reply), failed = 0;

	if (reply->status == IOF_STATUS_COMPLETED && call->memory)
		failed = scatter(call, reply, payload, length);
	if (error || failed)
		return -(error ? error : failed);
	return records_result(call->io, call->abi, call->size, reply->result);
}

static void finish_read(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	ssize_t count = finish_io(call, reply, payload, length);
	int error = count < 0 ? (int)-count : 0;

	/* FUSE copies these bytes over the start of the records: they must be the same ones. */
	if (!error && call->io->count_records)
		error = -memory_process_vm_read(call->tid, call->address, call->bytes, (size_t)count);
	if (error)
		call->fail(call, error);
	else
		fuse_reply_buf(call->req, (const char *)call->bytes, (size_t)count);
}

static void finish_write(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	ssize_t count = finish_io(call, reply, payload, length);

	if (count < 0)
		call->fail(call, (int)-count);
	else
		fuse_reply_write(call->req, (size_t)count);
}

/* Where a record's layout depends on the caller's ABI, or its buffer is needed, its system call has to be looked at. */
static bool needs_look(const struct iof_io *io)
{
	bool same = true;

	for (unsigned layout = 0; layout < IOF_LAYOUTS; layout++)
		same &= iof_type_is_canonical(io->record, layout | IOF_NATIVE_ORDER);
	return !same || io->count_records;
}

/* Says why a caller cannot be served. */
static void say_unreachable(const struct call *call, int error)
{
	node_log(call->node, IOF_LOG_WARNING,
		 "read and write of %s %s, which needs a look at the caller (thread %d): %s; %s",
		 call->file->interface->name,
		 call->io->count_records ? "count in records" : "depend on the caller's ABI", (int)call->tid,
		 error == -EOPNOTSUPP ? "it came by another system call than read() or write()" : strerror(-error),
		 call->node->front->kind->options.manual);
}

static bool is_read(const struct call *call)
{
	return call->io == &call->file->interface->read;
}

static int gather(struct call *call, const void **payload, size_t *length)
{
	uint32_t records = records_asked(call->io, call->abi, call->size);
	uint64_t address = MEMORY_BUFFER_BASE;
	int ret;

	if (call->io->count_records) {
		memory_process_vm_init(&call->vm, call->tid);
		call->memory = &call->vm.memory;
		address = call->address;
	} else {
		memory_buffer_init(&call->buffer, is_read(call) ? call->bytes : (void *)(uintptr_t)call->from,
				   call->size);
		call->memory = &call->buffer.memory;
	}
	ret = iof_gather_records(call->walk, call->io, call->abi, address, records, call->memory, payload, length);
	if (ret == -EFAULT && call->io->count_records && call->vm.error != -EFAULT)
		say_unreachable(call, call->vm.error);
	return ret;
}

static void submit(struct call *call)
{
	struct iof_request request = {.op = is_read(call) ? IOF_OP_READ : IOF_OP_WRITE};
	const void *payload;
	size_t length;
	int ret = gather(call, &payload, &length);

	if (ret) {
		call_refuse(call, -ret);
		return;
	}
	/* What a write brings back can only be stored where the caller's own buffer is known. */
	if (!is_read(call) && !call->io->count_records)
		call->memory = NULL;
	request.handle = call->file->handle;
	request.flags = call->file->nonblock ? IOF_REQUEST_NONBLOCK : 0;
	request.reply_max = (uint32_t)(IOF_REPLY_SIZE + iof_walk_reply_max(call->walk));
	call_submit(call, &request, payload, length);
}

static void looked(struct call *call, int error, const struct caller_io *io)
{
	if (error) {
		say_unreachable(call, error);
		call_refuse(call, EOPNOTSUPP);
		return;
	}
	call->abi = (iof_abi)io->layout | IOF_NATIVE_ORDER;
	call->address = io->address;
	submit(call);
}

/* The bytes of the FUSE request are gone when it is looked at again. */
static void keep_bytes(struct call *call)
{
	if (!call_bytes(call)) {
		call_refuse(call, ENOMEM);
		return;
	}
	memcpy(call->bytes, call->from, call->size);
	call->from = call->bytes;
}

static void run(struct call *call, enum caller_operation operation)
{
	call_interruptible(call, true);
	if (!needs_look(call->io))
		submit(call);
	else if (call_look(call, operation, looked) && operation == CALLER_WRITE && !call->io->count_records)
		keep_bytes(call);
}

/* Whether both sides know the operation alike. */
static bool carried(const struct file *file, enum caller_operation operation)
{
	const struct iof_session *session = file->node->front->link.session;

	return operation == CALLER_READ ? iof_session_carries_read(session, file->device)
					: iof_session_carries_write(session, file->device);
}

/* What is common to both. NULL: answered. */
static struct call *begin(fuse_req_t req, size_t size, struct fuse_file_info *info, enum caller_operation operation)
{
	struct file *file = file_of(info);
	const struct iof_io *io;
	struct call *call;

	if (!file || !file_alive(file)) {
		fuse_reply_err(req, ENODEV);
		return NULL;
	}
	if (!file->interface->nonblock_at_open)
		file->nonblock = info->flags & O_NONBLOCK;
	io = operation == CALLER_READ ? &file->interface->read : &file->interface->write;
	if (!io->record || !carried(file, operation)) {
		fuse_reply_err(req, EINVAL); /* as of a driver without this operation */
		return NULL;
	}
	call = call_begin(file->node, file, req, operation == CALLER_READ ? finish_read : finish_write, fail_io);
	if (!call)
		return NULL;
	call->io = io;
	call->size = size < MEMORY_BYTES ? size : MEMORY_BYTES;
	call->address = 0;
	call->tid = fuse_req_ctx(req)->pid;
	return call;
}

void front_read(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct call *call;

	if (offset > 0) {
		fuse_reply_buf(req, NULL, 0);
		return;
	}
	call = begin(req, size, info, CALLER_READ);
	if (!call)
		return;
	if (!call_bytes(call)) {
		call_refuse(call, ENOMEM);
		return;
	}
	memset(call->bytes, 0, call->size); /* no other caller's bytes, whatever the host returns */
	run(call, CALLER_READ);
}

void front_write(fuse_req_t req, const char *bytes, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct call *call;

	if (offset > 0) {
		fuse_reply_write(req, 0);
		return;
	}
	call = begin(req, size, info, CALLER_WRITE);
	if (!call)
		return;
	call->from = (const uint8_t *)bytes;
	run(call, CALLER_WRITE);
}
