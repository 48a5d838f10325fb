/* SPDX-License-Identifier: MIT */
/*
 * The argument of an ioctl on a file: directly where that is permitted, and then whatever the number says. Else what
 * the kernel copied, which has to be enough: on a file it does not fetch more.
 */
#include "mount.h"

#include <errno.h>

static struct memory_copied *copied_of(struct call *call)
{
	return &((struct copied_call *)call)->copied;
}

static void say_unreachable(const struct call *call, const char *reason)
{
	node_log(call->node, IOF_LOG_WARNING,
		 "%s: its number does not say all of the memory that it needs, and that of caller %d cannot be read "
		 "directly (%s): EOPNOTSUPP; docs/fuse.md says how to permit it",
		 call->command->name, (int)call->tid, reason);
}

static int gather_copied(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *from)
{
	struct memory_copied *copied = copied_of(call);

	call->memory = &copied->memory;
	/* At most 16 KiB: a number has 14 bits of size. */
	return call_bytes(call) ? memory_copied_gather(copied, ioctl, from, call->bytes) : -ENOMEM;
}

int copied_gather(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied)
{
	bool indirect = call->node->front->options.memory == OPTIONS_MEMORY_INDIRECT;
	int ret = indirect ? -EFAULT : ioctl_gather_directly(call, ioctl);

	if (!indirect && (ret != -EFAULT || !call->vm.error))
		return ret;
	/* Memory that only the kernel can reach; or none at all, which it has found out if it copied some. */
	if (!indirect && call->vm.error == -EFAULT) {
		ret = copied->in_size ? gather_copied(call, ioctl, copied) : -EFAULT;
		return ret == -EOPNOTSUPP ? -EFAULT : ret;
	}
	ret = gather_copied(call, ioctl, copied);
	if (ret == -EOPNOTSUPP)
		say_unreachable(call, indirect ? "'memory' is 'copied'" : memory_process_vm_reason(&call->vm));
	return ret;
}

const void *copied_output(struct call *call, size_t *size)
{
	const struct memory_copied *copied = copied_of(call);

	if (call->memory != &copied->memory)
		return NULL;
	*size = memory_copied_stored(copied);
	return copied->output;
}
