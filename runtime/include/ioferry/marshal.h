/* SPDX-License-Identifier: MIT */
/**
 * @file marshal.h
 * The four passes of a call over the argument's memory:
 *
 *     guest  gather   caller's memory -> request payload
 *     host   unpack   request payload -> the driver's memory
 *     host   pack     the driver's memory -> reply payload
 *     guest  scatter  reply payload -> caller's memory (only bytes that differ from what was sent)
 *
 * A request's payload is the canonical image of the argument, then that of each segment with IOF_IN in the order
 * in which the shape function walks them; a value is 8 bytes, a NULL argument and IOF_ARG_NONE are none. A segment
 * starts at a multiple of 8, behind zeros; a flexible array follows its head without a gap; a segment of no bytes
 * leaves no trace; nothing follows the last. A string is a u32 length, then as many bytes, of which the last is the
 * only NUL. Pointers are 0 or 1. A reply has the segments with IOF_OUT in the same order under the same rules,
 * shortened to what came back; IOF_OUT_EXACT ones are left out of a reply with an errno.
 *
 * A struct iof_walk holds the state between a side's two passes. It is used by one thread at a time and is
 * reused from call to call; nothing is allocated after iof_walk_create().
 */
#ifndef IOFERRY_MARSHAL_H
#define IOFERRY_MARSHAL_H

#include <ioferry/shape.h>
#include <sys/types.h>

/** Bytes to store at an address of the caller. */
struct iof_span {
	uint64_t address;
	const void *data; /**< borrowed for the duration of the call */
	size_t length;
};

/**
 * The caller's memory, as a guest front end reaches it.
 * read returns 0, -EFAULT, or -EAGAIN for memory that is not there yet: the walk goes on with zeros so that
 * one round asks for all that can be known, and iof_gather() then returns -EAGAIN.
 */
struct iof_memory {
	int (*read)(void *context, uint64_t address, void *to, size_t length);
	int (*write)(void *context, const struct iof_span *spans, size_t n_spans); /**< 0 or -EFAULT */
	void *context;
};

/** Makes a walk whose payloads may have up to @p max_payload bytes. NULL: no memory. */
struct iof_walk *iof_walk_create(size_t max_payload);
void iof_walk_destroy(struct iof_walk *walk); /**< NULL is allowed */

/**
 * When a call is over: gives pages that a large one has touched back to the system. A small one costs nothing.
 * @param keep_payload what iof_gather() or iof_pack() gave is still needed; all else of the call is gone
 * @return whether a large payload was kept
 */
bool iof_walk_trim(struct iof_walk *walk, bool keep_payload);

/** Why the last pass failed: "arg.count is 20, at most 16". Valid until the next pass; "" if it did not. */
const char *iof_walk_reason(const struct iof_walk *walk);

/** Number of segments of the walk; iof_walk_segment() gives each (for traces and front ends). */
unsigned iof_walk_segments(const struct iof_walk *walk);

/**
 * Guest: walks the caller's memory from @p argument on and fills the payload.
 * @param number the caller's (see iof_command_number())
 * @param[out] payload borrowed until the next pass over @p walk
 * @param[out] null_argument set where the argument was NULL (flag of the header)
 * @return 0; -EAGAIN (see struct iof_memory); -EFAULT, -EINVAL, -E2BIG (message too large) or the errno that
 *         the IDL names for a violated bound.
 */
int iof_gather(struct iof_walk *walk, const struct iof_command *command, uint32_t number, iof_abi abi,
	       uint64_t argument, const struct iof_memory *memory, const void **payload, size_t *length,
	       bool *null_argument);

/**
 * Guest: the caller's memory that the reply may change: one span a segment, in the order of the walk; its data is
 * NULL. After an iof_gather() that returned 0, or -EAGAIN (then those that are known so far): FUSE must be told
 * before the call what may be written after it.
 * @return number of spans, borrowed until the next pass.
 */
size_t iof_walk_outputs(struct iof_walk *walk, const struct iof_span **spans);

/** Guest, after iof_gather(): as iof_walk_outputs(), the caller's memory whose bytes mean something to the driver. */
size_t iof_walk_inputs(struct iof_walk *walk, const struct iof_span **spans);

/** Largest reply payload that the call can have, bytes; gathered or unpacked, both sides count the same. */
size_t iof_walk_reply_max(const struct iof_walk *walk);

/**
 * Guest: checks the reply payload and stores what differs into the caller's memory.
 * @param result,error as the reply's header has them
 * An empty payload together with an error stores nothing (the host refused the call).
 * @return 0; -EFAULT; -EPROTO for a reply that does not fit the request (nothing is stored then).
 */
int iof_scatter(struct iof_walk *walk, const void *payload, size_t length, int32_t result, uint32_t error,
		const struct iof_memory *memory);

/** As iof_scatter(), into a list: what has to be stored, in caller order, without storing it.
 *  @return number of spans, borrowed until the next pass; negative errno as iof_scatter(). */
ssize_t iof_scatter_spans(struct iof_walk *walk, const void *payload, size_t length, int32_t result, uint32_t error,
			  const struct iof_span **spans);

/**
 * Host: checks a request payload from a hostile guest and builds the driver's memory in this process.
 * @param[out] argument what to pass to the driver: value, pointer into the walk's arena, or 0
 * @return 0; -EPROTO for a malformed payload, -EFAULT, -EINVAL or the IDL's errno.
 */
int iof_unpack(struct iof_walk *walk, const struct iof_command *command, uint32_t number, const void *payload,
	       size_t length, bool null_argument, uint64_t *argument);

/**
 * Host: reads the driver's memory back.
 * @param[out] payload borrowed until the next pass
 * @return 0; -EPROTO where the driver returned a count above its capacity.
 */
int iof_pack(struct iof_walk *walk, int32_t result, uint32_t error, const void **payload, size_t *length);

/**
 * Records of read() and write() as one segment; the same passes serve them. The payload is complete: the u64
 * count, then the records where they go to the driver (wire.h, IOF_OP_READ and IOF_OP_WRITE).
 * The result that iof_pack() and iof_scatter() get counts as the reply's header does: records, or bytes of the
 * canonical records. Not NULL-able; count 0 touches no memory.
 * @param count in records; more than io->max_count is -EINVAL
 */
int iof_gather_records(struct iof_walk *walk, const struct iof_io *io, iof_abi abi, uint64_t address, uint32_t count,
		       const struct iof_memory *memory, const void **payload, size_t *length);
/** @param[out] count in records, checked against io->max_count */
int iof_unpack_records(struct iof_walk *walk, const struct iof_io *io, const void *payload, size_t length,
		       uint32_t *count, void **buffer);

#endif
