/* SPDX-License-Identifier: MIT */
/**
 * @file cursor.h
 * Takes bytes from a message that may lie about everything. Only off and err ever change; err is sticky, and
 * after it every take yields NULL, so that decoders stay straight lines.
 */
#ifndef IOFERRY_CURSOR_H
#define IOFERRY_CURSOR_H

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

static inline struct iof_cursor iof_cursor_make(const void *bytes, size_t length)
{
	/* No message has no bytes, but offsets are added to its address all the same. */
	return (struct iof_cursor){.buf = bytes ? bytes : (const void *)"", .len = bytes ? length : 0};
}

/** The next @p n bytes, borrowed from the message; NULL where there are not as many. */
const uint8_t *iof_cursor_take(struct iof_cursor *cursor, size_t n);
/** Passes over zeros up to the next multiple of @p align, a power of two. */
void iof_cursor_align(struct iof_cursor *cursor, size_t align);
/** Little-endian scalar; 0 after an error. */
uint32_t iof_cursor_u32(struct iof_cursor *cursor);
/** All was taken, and nothing was wrong. */
bool iof_cursor_done(const struct iof_cursor *cursor);

#endif
