/* SPDX-License-Identifier: MIT */
/**
 * @file outcome.h
 * What a reply is to the application whose call it answers: an errno, or the driver's result.
 */
#ifndef GUEST_COMMON_OUTCOME_H
#define GUEST_COMMON_OUTCOME_H

#include <ioferry/wire.h>

/** Results from here to -1 are errnos to the C library. */
#define OUTCOME_ERRNO_LAST (-4095)

/**
 * The errno, negated; 0: the call ran, and its result counts. As iof_reply_error(), but what only the kernel's inside
 * knows (ERESTARTSYS and relatives, ENOIOCTLCMD) becomes what the kernel makes of it. May lie below OUTCOME_ERRNO_LAST:
 * an application then gets the number itself, as from a driver that returns it.
 */
int outcome_error(const struct iof_reply *reply);

/** What an ioctl() without an errno returns. -EIO where @p result would pass for an errno: no driver's is that. */
long outcome_result(int32_t result);

#endif
