/* SPDX-License-Identifier: MIT */
/**
 * @file cursor.h
 * Takes bytes from a message that may lie about everything. Only off and err ever change; err is sticky, and
 * after it every take yields NULL, so that decoders stay straight lines.
 */
#ifndef IOFERRY_CURSOR_H
#define IOFERRY_CURSOR_H

#include "scalar.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum iof_cursor_error {
	IOF_CURSOR_OK,
	IOF_CURSOR_SHORT,   /**< fewer bytes than asked for */
	IOF_CURSOR_PADDING, /**< padding that is not zero */
};

struct iof_cursor {
	const uint8_t *buf;
	size_t len;
	size_t off;
	int err; /**< enum iof_cursor_error */
};

/*@ predicate cursor_ok(struct iof_cursor *cursor) =
      \valid(cursor) && cursor->off <= cursor->len && cursor->buf != \null &&
      \valid_read(cursor->buf + (0 .. cursor->len - 1));
    // the cursor moved on by n bytes, or has failed
    predicate cursor_moved{Before,After}(struct iof_cursor *cursor, integer n) =
      \at(cursor->err, After) ? \at(cursor->off == cursor->len, After)
			      : \at(cursor->err, Before) == 0 &&
				\at(cursor->off, After) == \at(cursor->off, Before) + n;
*/

/** Member by member: what is read next was just written, and a copy of the whole would wait for that. */
static inline void iof_cursor_init(struct iof_cursor *cursor, const void *bytes, size_t length)
{
	/* No message has no bytes, but offsets are added to its address all the same. */
	cursor->buf = bytes ? bytes : (const void *)"";
	cursor->len = bytes ? length : 0;
	cursor->off = 0;
	cursor->err = 0;
}

/*@ requires \valid(cursor) && error != 0;
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor->err == (\old(cursor->err) ? \old(cursor->err) : error) && cursor->off == cursor->len; */
/** For the functions below: the first error stays, and nothing is left to take. */
void iof_cursor_fail(struct iof_cursor *cursor, int error) __attribute__((cold));

/*@ requires cursor_ok(cursor);
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor) && cursor_moved{Pre,Post}(cursor, n);
    ensures cursor->err ? \result == \null : \result == cursor->buf + \old(cursor->off);
    ensures \result != \null ==> \valid_read(\result + (0 .. n - 1)); */
/** The next @p n bytes, borrowed from the message; NULL where there are not as many. */
static inline const uint8_t *iof_cursor_take(struct iof_cursor *cursor, size_t n)
{
	const uint8_t *at;

	if (cursor->err || cursor->len - cursor->off < n) {
		iof_cursor_fail(cursor, IOF_CURSOR_SHORT);
		return NULL;
	}
	at = cursor->buf + cursor->off;
	cursor->off += n;
	return at;
}

/*@ requires cursor_ok(cursor) && align == 8;
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor);
    ensures !cursor->err ==> \old(cursor->err) == 0 && cursor->off % align == 0;
    ensures !cursor->err ==> \old(cursor->off) <= cursor->off < \old(cursor->off) + align;
    ensures !cursor->err ==> \forall integer i; \old(cursor->off) <= i < cursor->off ==> cursor->buf[i] == 0; */
/** Passes over zeros up to the next multiple of @p align, a power of two. */
static inline void iof_cursor_align(struct iof_cursor *cursor, size_t align)
{
	size_t beyond = cursor->off % align, pad = beyond ? align - beyond : 0;
	const uint8_t *at = iof_cursor_take(cursor, pad);

	if (!at)
		return;
	/*@ loop invariant 0 <= i <= pad;
	    loop invariant \let start = \at(cursor->off, Pre);
	      \forall integer k; start <= k < start + i ==> cursor->buf[k] == 0;
	    loop assigns i;
	    loop variant pad - i; */
	for (size_t i = 0; i < pad; i++) {
		if (at[i]) {
			iof_cursor_fail(cursor, IOF_CURSOR_PADDING);
			return;
		}
	}
}

/*@ requires cursor_ok(cursor);
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor) && cursor_moved{Pre,Post}(cursor, 4);
    ensures \result == (cursor->err ? 0 : scalar_little(cursor->buf + \old(cursor->off), 4)); */
/** Little-endian scalar; 0 after an error. */
static inline uint32_t iof_cursor_u32(struct iof_cursor *cursor)
{
	const uint8_t *at = iof_cursor_take(cursor, 4);

	if (!at)
		return 0;
	return at[0] + 0x100u * at[1] + 0x10000u * at[2] + 0x1000000u * at[3];
}

/*@ requires cursor_ok(cursor);
    assigns \nothing;
    exits \false;
    ensures \result <==> !cursor->err && cursor->off == cursor->len; */
/** All was taken, and nothing was wrong. */
static inline bool iof_cursor_done(const struct iof_cursor *cursor)
{
	return !cursor->err && cursor->off == cursor->len;
}

#endif
