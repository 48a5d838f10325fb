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

/*@ requires cursor_ok(cursor);
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor) && cursor_moved{Pre,Post}(cursor, n);
    ensures cursor->err ? \result == \null : \result == cursor->buf + \old(cursor->off);
    ensures \result != \null ==> \valid_read(\result + (0 .. n - 1)); */
/** The next @p n bytes, borrowed from the message; NULL where there are not as many. */
const uint8_t *iof_cursor_take(struct iof_cursor *cursor, size_t n);
/*@ requires cursor_ok(cursor) && align == 8;
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor);
    ensures !cursor->err ==> \old(cursor->err) == 0 && cursor->off % align == 0;
    ensures !cursor->err ==> \old(cursor->off) <= cursor->off < \old(cursor->off) + align;
    ensures !cursor->err ==> \forall integer i; \old(cursor->off) <= i < cursor->off ==> cursor->buf[i] == 0; */
/** Passes over zeros up to the next multiple of @p align, a power of two. */
void iof_cursor_align(struct iof_cursor *cursor, size_t align);
/*@ requires cursor_ok(cursor);
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor_ok(cursor) && cursor_moved{Pre,Post}(cursor, 4);
    ensures \result == (cursor->err ? 0 : scalar_little(cursor->buf + \old(cursor->off), 4)); */
/** Little-endian scalar; 0 after an error. */
uint32_t iof_cursor_u32(struct iof_cursor *cursor);
/*@ requires cursor_ok(cursor);
    assigns \nothing;
    exits \false;
    ensures \result <==> !cursor->err && cursor->off == cursor->len; */
/** All was taken, and nothing was wrong. */
bool iof_cursor_done(const struct iof_cursor *cursor);

#endif
