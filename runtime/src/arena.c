/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include <sys/mman.h>
#include <unistd.h>

void iof_arena_init(struct iof_arena *arena, uint8_t *base, size_t size)
{
	*arena = (struct iof_arena){.base = base, .size = size};
	arena_poison(base, size);
}

uint8_t *iof_arena_extend(struct iof_arena *arena, uint8_t *end, size_t size)
{
	uint8_t *at = arena->base + arena->used;

	if (at != end || arena->size - arena->used < size)
		return NULL;
	arena_unpoison(at, size);
	arena->used += size;
	iof_arena_clear(arena, arena->used - size, arena->used);
	return at;
}

/* The last, incomplete page is cleared; the others come back as zeros. */
void iof_arena_give_back(struct iof_arena *arena)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), touched = iof_arena_touched(arena), whole = touched & ~(page - 1);

	arena_unpoison(arena->base, touched);
	if (madvise(arena->base, whole, MADV_DONTNEED) < 0)
		whole = 0;
	bytes_fill(arena->base + whole, 0, touched - whole);
	arena_poison(arena->base, touched);
	arena->used = arena->dirty = 0;
}

void iof_arena_release(struct iof_arena *arena)
{
	arena_unpoison(arena->base, arena->size);
}
