/* SPDX-License-Identifier: MIT */
/**
 * @file records.h
 * Counts of read() and write(): the caller's are bytes of its own ABI or records, as the interface says; the wire's
 * are records in a request, and in a reply records or bytes of canonical records.
 */
#ifndef GUEST_COMMON_RECORDS_H
#define GUEST_COMMON_RECORDS_H

#include <ioferry/shape.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Whole records in the caller's @p count, at most as many as one call may have. @p io has a record. */
uint32_t records_asked(const struct iof_io *io, iof_abi abi, size_t count);

/** What a reply's @p result is to a caller of @p abi who asked for @p count. -EIO: negative, or more than that. */
ssize_t records_result(const struct iof_io *io, iof_abi abi, size_t count, int32_t result);

#endif
