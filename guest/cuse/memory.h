/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * Three ways in which a CUSE server reaches its caller's memory, as struct iof_memory.
 *
 * - process_vm: directly; one FUSE round trip a call. Needs the right to ptrace the caller.
 * - retry: the kernel fetches pieces that the server asks for, one more FUSE round trip for each level of
 *   pointers. Always permitted. ioctl only.
 * - buffer: the bytes that came with, or go back with, a read or write request.
 */
#ifndef IOFERRY_CUSE_MEMORY_H
#define IOFERRY_CUSE_MEMORY_H

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

/** iof_gather() from @p memory. */
int memory_gather(struct memory_ioctl *ioctl, const struct iof_memory *memory);

/** The memory of a thread that sleeps in the call. */
struct memory_process_vm {
	struct iof_memory memory;
	pid_t tid;
	int error; /**< first errno met, negative: -EPERM, -ESRCH: not permitted; -EFAULT: not reachable this way */
};

void memory_process_vm_init(struct memory_process_vm *vm, pid_t tid);
/** Reads exactly @p length bytes of thread @p tid. 0 or negative errno. */
int memory_process_vm_read(pid_t tid, uint64_t address, void *to, size_t length);

#define RETRY_IOVS   256u    /**< FUSE_IOCTL_MAX_IOV: in and out together */
#define MEMORY_BYTES 131072u /**< CUSE has no max_pages: a request moves 32 pages each way at most */

/** One piece of the caller's memory. */
struct retry_piece {
	uint64_t address;
	uint32_t length;
	uint32_t offset; /**< in the concatenation of all pieces before it */
};

struct retry_list {
	struct retry_piece piece[RETRY_IOVS];
	unsigned count;
	size_t total; /**< bytes */
};

/**
 * Memory that FUSE_IOCTL_RETRY has fetched so far. The kernel does not say which pieces it fetched, only
 * their total, and fetches all of them anew each round: so nothing is kept between rounds, and the list is
 * derived again from the bytes themselves, each walk over known pieces yielding the next ones.
 */
struct memory_retry {
	struct iof_memory memory;
	struct retry_list in, out;
	unsigned known; /**< pieces of @c in that are in @c bytes */
	const uint8_t *bytes;
	size_t size;
	int error;       /**< -E2BIG: a limit of FUSE is exceeded */
	uint8_t *output; /**< what goes back: MEMORY_BYTES, of the user; set before memory.write */
};

/**
 * One round: gathers from what the kernel fetched for this request (first round: nothing).
 * @return 0: gathered; -EAGAIN: ask the kernel for retry->in and retry->out; -E2BIG in retry->error: they exceed
 *         what FUSE moves; else as iof_gather().
 */
int memory_retry_gather(struct memory_retry *retry, struct memory_ioctl *ioctl, const void *bytes, size_t size,
			size_t out_size);

/** Fills @p output (MEMORY_BYTES) with the caller's present bytes, to be changed by retry->memory.write. 0 or -EFAULT.
 */
int memory_retry_outputs(struct memory_retry *retry, uint8_t *output);
/** The list as iovecs, for fuse_reply_ioctl_retry(). @return the number. */
size_t memory_retry_iovecs(const struct retry_list *list, struct iovec iovecs[RETRY_IOVS]);

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
