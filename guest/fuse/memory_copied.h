/* SPDX-License-Identifier: MIT */
/**
 * @file memory_copied.h
 * A caller's memory as far as the kernel copies it for an ioctl on a file: as many bytes at the argument as the number
 * says, in and out as it says. Always permitted, and enough where the number tells the truth and nothing is behind
 * pointers.
 */
#ifndef IOFERRY_FUSE_MEMORY_COPIED_H
#define IOFERRY_FUSE_MEMORY_COPIED_H

#include "guest/kernel/memory.h"

struct memory_copied {
	struct iof_memory memory;
	uint64_t argument;
	struct ioctl_copied copied;
	bool missed;     /**< something else was wanted */
	uint8_t *output; /**< what the kernel stores: room for copied.out_size bytes, of the user */
	size_t written;  /**< of them, from the first one on */
	size_t guessed; /**< likewise: the kernel has not brought the caller's bytes, so all are stored if any may be */
};

/**
 * Gathers from what the kernel copied.
 * @param output room for @p from->out_size bytes
 * @return 0; -EOPNOTSUPP: the driver would read or write more than the number says; else as iof_gather().
 */
int memory_copied_gather(struct memory_copied *copied, struct memory_ioctl *ioctl, const struct ioctl_copied *from,
			 uint8_t *output);

/** How many bytes of copied->output are to be stored, once the driver's results are in. */
size_t memory_copied_stored(const struct memory_copied *copied);

#endif
