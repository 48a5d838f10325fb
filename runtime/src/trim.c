/* SPDX-License-Identifier: MIT */
/* Gives back what a large call has touched, so that a walk that waits for the next call holds little. */
#include "walk.h"
#include <sys/mman.h>
#include <unistd.h>

#define TRIM_BYTES (64u << 10) /* what a call may leave touched: below, taking it anew costs more than it is worth */

static bool is_large(size_t bytes)
{
	return bytes >= TRIM_BYTES;
}

/* Parts whose contents do not matter; each begins at a page. */
static void give_back(void *part, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (is_large(bytes))
		(void)madvise(part, bytes & ~(page - 1), MADV_DONTNEED);
}

static void give_back_all(struct iof_walk *walk)
{
	if (is_large(iof_arena_touched(&walk->driver)))
		iof_arena_give_back(&walk->driver);
	if (is_large(iof_arena_touched(&walk->scratch)))
		iof_arena_give_back(&walk->scratch);
	give_back(walk->segments, walk->n_segments * sizeof *walk->segments);
	give_back(walk->arms, walk->n_arms * sizeof *walk->arms);
	give_back(walk->spans, walk->n_spans * sizeof *walk->spans);
	walk->pass = WALK_IDLE;
	walk->n_segments = walk->n_arms = 0;
	walk->n_spans = 0;
}

bool iof_walk_trim(struct iof_walk *walk, bool keep_payload)
{
	bool large = is_large(walk->message_size);

	if (is_large(iof_arena_touched(&walk->driver)) || is_large(iof_arena_touched(&walk->scratch)) ||
	    is_large(walk->n_segments * sizeof *walk->segments) || is_large(walk->n_arms * sizeof *walk->arms) ||
	    is_large(walk->n_spans * sizeof *walk->spans))
		give_back_all(walk);
	if (!large || keep_payload)
		return large;
	give_back(walk->message, walk->message_size);
	walk->message_size = 0;
	return false;
}
