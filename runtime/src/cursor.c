/* SPDX-License-Identifier: MIT */
#include "cursor.h"

/*@ requires \valid(cursor) && error != 0;
    assigns cursor->off, cursor->err;
    exits \false;
    ensures cursor->err == (\old(cursor->err) ? \old(cursor->err) : error) && cursor->off == cursor->len; */
static void fail(struct iof_cursor *cursor, int error)
{
	if (!cursor->err)
		cursor->err = error;
	cursor->off = cursor->len;
}

const uint8_t *iof_cursor_take(struct iof_cursor *cursor, size_t n)
{
	const uint8_t *at;

	if (cursor->err || cursor->len - cursor->off < n) {
		fail(cursor, IOF_CURSOR_SHORT);
		return NULL;
	}
	at = cursor->buf + cursor->off;
	cursor->off += n;
	return at;
}

void iof_cursor_align(struct iof_cursor *cursor, size_t align)
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
			fail(cursor, IOF_CURSOR_PADDING);
			return;
		}
	}
}

uint32_t iof_cursor_u32(struct iof_cursor *cursor)
{
	const uint8_t *at = iof_cursor_take(cursor, 4);

	if (!at)
		return 0;
	return at[0] + 0x100u * at[1] + 0x10000u * at[2] + 0x1000000u * at[3];
}

bool iof_cursor_done(const struct iof_cursor *cursor)
{
	return !cursor->err && cursor->off == cursor->len;
}
