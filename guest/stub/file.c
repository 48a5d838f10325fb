/* SPDX-License-Identifier: MIT */
#include "call.h"
#include "guest/common/commands.h"
#include "guest/common/outcome.h"
#include "guest/common/records.h"
#include <fcntl.h>
#include <ioferry/log.h>
#include <stdlib.h>
#include <string.h>

struct iof_file {
	struct iof_session *session;
	const struct iof_device *device;
	iof_handle handle;
	bool nonblock; /* atomic */
	struct stub_pool calls;
	struct commands_said said;
};

static const struct iof_device *find_device(struct iof_session *session, const char *name)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(session, &devices);

	for (size_t i = 0; i < n; i++)
		if (strcmp(devices[i].name, name) == 0)
			return devices[i].interface ? &devices[i] : NULL;
	return NULL;
}

int iof_file_open(struct iof_session *session, const char *device, int flags, struct iof_file **file)
{
	const struct iof_device *found = find_device(session, device);
	struct iof_file *made;
	int r;

	if (!found)
		return -ENODEV;
	made = calloc(1, sizeof *made);
	if (!made)
		return -ENOMEM;
	r = iof_session_open(session, device, flags, &made->handle, NULL);
	if (r < 0) {
		free(made);
		return r;
	}
	made->session = session;
	made->device = found;
	made->nonblock = flags & O_NONBLOCK;
	made->calls.max_payload = iof_session_message_max(session) - IOF_REQUEST_SIZE;
	*file = made;
	return 0;
}

void iof_file_close(struct iof_file *file)
{
	if (!file)
		return;
	iof_session_close(file->session, file->handle);
	stub_pool_destroy(&file->calls);
	free(file);
}

static struct iof_request request_for(const struct iof_file *file, enum iof_op op)
{
	bool nonblock = __atomic_load_n(&file->nonblock, __ATOMIC_RELAXED);

	return (struct iof_request){
		.op = (uint16_t)op,
		.handle = file->handle,
		.flags = nonblock ? IOF_REQUEST_NONBLOCK : 0,
	};
}

static uint32_t reply_max(const struct iof_walk *walk)
{
	return (uint32_t)(IOF_REPLY_SIZE + iof_walk_reply_max(walk));
}

static const struct iof_command *find_command(struct iof_file *file, uint32_t number)
{
	const struct commands_place place = {
		.session = file->session,
		.device = file->device,
		.interface = file->device->interface,
		.name = file->device->name,
		.said = &file->said,
	};

	return commands_find(&place, IOF_ABI_LAYOUT(IOF_ABI_NATIVE), number);
}

int iof_file_ioctl(struct iof_file *file, uint32_t number, void *argument)
{
	const struct iof_command *command = find_command(file, number);
	struct iof_request request = request_for(file, IOF_OP_IOCTL);
	struct stub_call *call;
	const void *payload;
	size_t length;
	bool null;
	int r;

	if (!command)
		return -ENOTTY;
	call = stub_call_get(&file->calls);
	if (!call)
		return -ENOMEM;
	r = iof_gather(call->walk, command, number, IOF_ABI_NATIVE, (uintptr_t)argument, &stub_memory, &payload,
		       &length, &null);
	if (r < 0) {
		iof_log(IOF_LOG_DEBUG, "%s %s: %s", file->device->name, command->name, iof_walk_reason(call->walk));
		goto out;
	}
	request.command = iof_command_number(command, number);
	request.flags |= null ? IOF_REQUEST_NULL : 0;
	request.reply_max = reply_max(call->walk);
	call->scatters = true;
	r = stub_call_run(call, file->session, &request, payload, length, command->flags);
	if (!r)
		r = (int)outcome_result(call->result);
out:
	stub_call_put(&file->calls, call);
	return r;
}

static ssize_t transfer(struct iof_file *file, enum iof_op op, const struct iof_io *io, void *buffer, size_t count)
{
	uint32_t records = records_asked(io, IOF_ABI_NATIVE, count);
	struct iof_request request = request_for(file, op);
	struct stub_call *call;
	const void *payload;
	size_t length;
	ssize_t r;

	if (count && !records)
		return -EINVAL;
	call = stub_call_get(&file->calls);
	if (!call)
		return -ENOMEM;
	r = iof_gather_records(call->walk, io, IOF_ABI_NATIVE, (uintptr_t)buffer, records, &stub_memory, &payload,
			       &length);
	if (r == 0) {
		request.reply_max = reply_max(call->walk);
		call->scatters = true;
		r = stub_call_run(call, file->session, &request, payload, length, io->flags);
	}
	if (!r)
		r = records_result(io, IOF_ABI_NATIVE, count, call->result);
	stub_call_put(&file->calls, call);
	return r;
}

ssize_t iof_file_read(struct iof_file *file, void *buffer, size_t count)
{
	if (!iof_session_carries_read(file->session, file->device))
		return -EINVAL;
	return transfer(file, IOF_OP_READ, &file->device->interface->read, buffer, count);
}

ssize_t iof_file_write(struct iof_file *file, void *buffer, size_t count)
{
	if (!iof_session_carries_write(file->session, file->device))
		return -EINVAL;
	return transfer(file, IOF_OP_WRITE, &file->device->interface->write, buffer, count);
}

int iof_file_poll(struct iof_file *file, uint32_t events, bool arm)
{
	struct iof_request request = request_for(file, IOF_OP_POLL);
	struct stub_call *call = stub_call_get(&file->calls);
	uint8_t payload[8];
	int r;

	if (!call)
		return -ENOMEM;
	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, arm);
	request.reply_max = IOF_REPLY_SIZE;
	call->scatters = false;
	r = stub_call_run(call, file->session, &request, payload, sizeof payload, 0);
	if (!r)
		r = (int)outcome_result(call->result);
	stub_call_put(&file->calls, call);
	return r;
}

iof_handle iof_file_handle(const struct iof_file *file)
{
	return file->handle;
}

const struct iof_device *iof_file_device(const struct iof_file *file)
{
	return file->device;
}

void iof_file_set_nonblock(struct iof_file *file, bool nonblock)
{
	if (!file->device->interface || !file->device->interface->nonblock_at_open)
		__atomic_store_n(&file->nonblock, nonblock, __ATOMIC_RELAXED);
}
