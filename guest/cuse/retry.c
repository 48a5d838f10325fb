/* SPDX-License-Identifier: MIT */
/* The argument of an ioctl on a device node: directly where that is permitted, else piece by piece by the kernel. */
#include "cuse.h"

#include <errno.h>
#include <string.h>

static struct memory_retry *retry_of(struct call *call)
{
	return &((struct retry_call *)call)->retry;
}

static void ask_for_more(struct call *call)
{
	const struct memory_retry *retry = retry_of(call);
	struct iovec in[RETRY_IOVS], out[RETRY_IOVS];
	size_t n_in = memory_retry_iovecs(&retry->in, in), n_out = memory_retry_iovecs(&retry->out, out);

	fuse_reply_ioctl_retry(call->req, in, n_in, out, n_out);
	call_end(call);
}

/* 1: the kernel was asked for more, and this request is answered. */
static int gather_pieces(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied)
{
	struct memory_retry *retry = retry_of(call);
	int ret = memory_retry_gather(retry, ioctl, copied->in, copied->in_size, copied->out_size);

	if (ret == -EAGAIN) {
		ask_for_more(call);
		return 1;
	}
	if (retry->error)
		node_log(call->node, IOF_LOG_WARNING,
			 "%s needs more than FUSE moves for a caller whose memory cannot be read directly "
			 "(%u pieces, %u bytes each way): E2BIG; docs/cuse.md says how to permit it",
			 call->command->name, RETRY_IOVS, MEMORY_BYTES);
	if (ret)
		return ret;
	call->memory = &retry->memory;
	return call_bytes(call) ? memory_retry_outputs(retry, call->bytes) : -ENOMEM;
}

/* By pieces where only the kernel can reach the memory, too. */
int retry_gather(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied)
{
	struct front *front = call->node->front;
	int ret;

	if (copied->in_size || front->options.memory == OPTIONS_MEMORY_INDIRECT)
		return gather_pieces(call, ioctl, copied);
	ret = ioctl_gather_directly(call, ioctl);
	if (ret != -EFAULT || !call->vm.error)
		return ret;
	if (call->vm.error != -EFAULT && !front->said_unreachable) {
		front->said_unreachable = true;
		iof_log(IOF_LOG_NOTICE,
			"cannot read the memory of caller %d directly (%s): such callers' ioctls cost two FUSE round "
			"trips or more; docs/cuse.md",
			(int)call->tid, memory_process_vm_reason(&call->vm));
	}
	return gather_pieces(call, ioctl, copied);
}

const void *retry_output(struct call *call, size_t *size)
{
	const struct memory_retry *retry = retry_of(call);

	if (call->memory != &retry->memory)
		return NULL;
	*size = retry->out.total;
	return retry->output;
}
