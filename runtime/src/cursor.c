/* SPDX-License-Identifier: MIT */
#include "cursor.h"

void iof_cursor_fail(struct iof_cursor *cursor, int error)
{
	if (!cursor->err)
		cursor->err = error;
	cursor->off = cursor->len;
}
