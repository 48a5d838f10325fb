/* SPDX-License-Identifier: MIT */
/**
 * @file memory_retry.h
 * A caller's memory by FUSE_IOCTL_RETRY: the kernel fetches pieces that the server asks for, one more FUSE round trip
 * for each level of pointers. Always permitted. ioctl only.
 */
#ifndef IOFERRY_CUSE_MEMORY_RETRY_H
#define IOFERRY_CUSE_MEMORY_RETRY_H

#include "guest/kernel/memory.h"

#define RETRY_IOVS 256u /**< FUSE_IOCTL_MAX_IOV: in and out together */

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

#endif
