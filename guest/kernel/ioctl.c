/* SPDX-License-Identifier: MIT */
#include "front.h"
#include "guest/common/outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define IOCTL_COMPAT_X32 (1u << 5) /* FUSE_IOCTL_COMPAT_X32 of linux/fuse.h; libfuse's headers lack it */
#define RESULT_RESTART   (-512)    /* ERESTARTSYS: the kernel restarts the call or returns EINTR, as SA_RESTART says */

static const struct iof_command *command_of(const struct file *file, enum iof_layout layout, uint32_t number)
{
	struct node *node = file->node;
	const struct commands_place place = {
		.session = node->front->link.session,
		.device = file->device,
		.interface = file->interface,
		.name = node->path,
		.node = true,
		.said = &node->said,
	};

	return commands_find(&place, layout, number);
}

static enum iof_layout caller_layout(unsigned flags)
{
	if (flags & IOCTL_COMPAT_X32)
		return IOF_LAYOUT_EABI32_TIME64;
	if (!(flags & FUSE_IOCTL_COMPAT))
		return IOF_ABI_LAYOUT(IOF_ABI_NATIVE);
#if defined(__x86_64__)
	return IOF_LAYOUT_I386;
#else
	return IOF_LAYOUT_EABI32;
#endif
}

/* A driver's errno goes into the result: in the header the kernel would turn ENOSYS into ENOTTY. */
static void fail_ioctl(struct call *call, int error)
{
	fuse_reply_ioctl(call->req, -error, NULL, 0);
}

static int scatter(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	int ret = iof_scatter(call->walk, payload, length, reply->result, reply->error, call->memory);

	if (ret == -EPROTO) {
		node_log(call->node, IOF_LOG_ERR, "the host's reply to %s does not fit the request: %s",
			 call->command->name, iof_walk_reason(call->walk));
		return EIO;
	}
	return -ret;
}

static void finish_ioctl(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	bool cut_short = reply->status == IOF_STATUS_INTERRUPTED || reply->status == IOF_STATUS_NEVER_STARTED;
	bool ran = reply->status == IOF_STATUS_COMPLETED || (reply->status == IOF_STATUS_INTERRUPTED && length);
	int error = call_error(reply), result, failed = 0;
	const void *output = NULL;
	size_t size = 0;

	if (ran) /* drivers write together with an errno too */
		failed = scatter(call, reply, payload, length);
	if (failed) {
		fail_ioctl(call, failed);
		return;
	}
	/* Without a signal that result would reach the application as errno 512. */
	if (cut_short && call->interrupted && (call->command->flags & IOF_CMD_RESTART))
		result = RESULT_RESTART;
	else
		result = error ? -error : (int)outcome_result(reply->result);
	if (ran && (length || !error))
		output = call->node->front->kind->output(call, &size);
	fuse_reply_ioctl(call->req, result, output, size);
}

static void submit(struct call *call)
{
	struct iof_request request = {.op = IOF_OP_IOCTL};

	request.handle = call->file->handle;
	request.command = iof_walk_command(call->walk);
	request.reply_max = (uint32_t)(IOF_REPLY_SIZE + iof_walk_reply_max(call->walk));
	if (call->null_argument)
		request.flags |= IOF_REQUEST_NULL;
	if (call->file->nonblock)
		request.flags |= IOF_REQUEST_NONBLOCK;
	call_submit(call, &request, call->payload, call->length);
}

/* O_NONBLOCK, which an ioctl request does not carry: looked up where it matters, else as last seen. */
static void looked(struct call *call, int error, const struct caller_io *io)
{
	int flags = error ? error : caller_flags(call->tid, io->fd);

	if (flags >= 0)
		call->file->nonblock = flags & O_NONBLOCK;
	submit(call);
}

int ioctl_gather_directly(struct call *call, struct memory_ioctl *ioctl)
{
	memory_process_vm_init(&call->vm, call->tid);
	call->memory = &call->vm.memory;
	return memory_gather(ioctl, call->memory);
}

static void run(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied)
{
	int ret = call->node->front->kind->gather(call, ioctl, copied);

	if (ret == 1)
		return;
	if (ret) {
		iof_log(IOF_LOG_DEBUG, "%s: %s is not sent: %s: %s", call->node->path, call->command->name,
			strerror(-ret), iof_walk_reason(call->walk));
		call_refuse(call, -ret);
		return;
	}
	call->payload = ioctl->payload;
	call->length = ioctl->length;
	call->null_argument = ioctl->null_argument;
	call_interruptible(call, call->command->flags & IOF_CMD_BLOCKING);
	if (call->command->flags & IOF_CMD_BLOCKING && !call->file->interface->nonblock_at_open)
		call_look(call, CALLER_IOCTL, looked);
	else
		submit(call);
}

void front_ioctl(fuse_req_t req, int number, void *argument, struct fuse_file_info *info, unsigned flags,
		 const void *in, size_t in_size, size_t out_size)
{
	struct file *file = file_of(info);
	enum iof_layout layout = caller_layout(flags);
	const struct ioctl_copied copied = {in, in_size, out_size};
	struct memory_ioctl ioctl = {.number = (uint32_t)number, .argument = (uint64_t)(uintptr_t)argument};
	const struct iof_command *command;
	struct call *call;

	if (!file || !file_alive(file)) {
		fuse_reply_ioctl(req, -ENODEV, NULL, 0);
		return;
	}
	command = command_of(file, layout, ioctl.number);
	if (!command) {
		fuse_reply_ioctl(req, -ENOTTY, NULL, 0);
		return;
	}
	call = call_begin(file->node, file, req, finish_ioctl, fail_ioctl);
	if (!call)
		return;
	call->command = command;
	call->tid = fuse_req_ctx(req)->pid;
	ioctl.walk = call->walk;
	ioctl.command = command;
	ioctl.abi = (iof_abi)layout | IOF_NATIVE_ORDER;
	run(call, &ioctl, &copied);
}
