/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * Ways in which a FUSE or CUSE server reaches its caller's memory, as struct iof_memory.
 *
 * - process_vm: directly; one FUSE round trip a call. Needs the right to ptrace the caller.
 * - buffer: the bytes that came with, or go back with, a read or write request.
 *
 * For ioctls of callers that it may not reach directly, each front end has one of its own.
 */
#ifndef GUEST_KERNEL_MEMORY_H
#define GUEST_KERNEL_MEMORY_H

#include <ioferry/marshal.h>
#include <sys/types.h>
#include <sys/uio.h>

/** An ioctl of a caller, and what was gathered of it. */
struct memory_ioctl {
	struct iof_walk *walk;
	const struct iof_command *command;
	iof_abi abi;
	uint32_t number; /**< the caller's */
	uint64_t argument;
	const void *payload; /**< from here on: results, borrowed from the walk */
	size_t length;
	bool null_argument;
};

/** What the kernel copied of the argument, and how much it takes back. */
struct ioctl_copied {
	const void *in;
	size_t in_size, out_size;
};

/** iof_gather() from @p memory. */
int memory_gather(struct memory_ioctl *ioctl, const struct iof_memory *memory);

/** The memory of a thread that sleeps in the call. */
struct memory_process_vm {
	struct iof_memory memory;
	pid_t tid;
	int error; /**< first errno met, negative: -EPERM, -ESRCH: not permitted; -EFAULT: not reachable this way */
};

void memory_process_vm_init(struct memory_process_vm *vm, pid_t tid);
/** Why it may not be read, for the log, after an error other than -EFAULT. */
const char *memory_process_vm_reason(const struct memory_process_vm *vm);
/** Reads exactly @p length bytes of thread @p tid. 0 or negative errno. */
int memory_process_vm_read(pid_t tid, uint64_t address, void *to, size_t length);

#define MEMORY_BYTES 131072u /**< of one read, write or reply: CUSE has no max_pages, so 32 pages a request */

/** An area of this process that a walk sees at @c base. */
struct memory_buffer {
	struct iof_memory memory;
	uint64_t base;
	uint8_t *bytes;
	size_t size;
};

#define MEMORY_BUFFER_BASE 0x1000u /**< any address but NULL */

void memory_buffer_init(struct memory_buffer *buffer, void *bytes, size_t size);

#endif
