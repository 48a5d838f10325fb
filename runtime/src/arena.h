/* SPDX-License-Identifier: MIT */
/**
 * @file arena.h
 * Memory of one call: a fixed area, handed out front to back, all zeros, given back at once.
 */
#ifndef IOFERRY_ARENA_H
#define IOFERRY_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iof_arena {
	uint8_t *base;
	size_t size;
	size_t used;
};

/** Takes @p size bytes at @p base, which are zeros and stay the caller's. */
void iof_arena_init(struct iof_arena *arena, void *base, size_t size);
/** Zeroed memory at a multiple of @p align (a power of two); NULL where the area does not hold it. Never allocates. */
void *iof_arena_take(struct iof_arena *arena, size_t size, size_t align);
/** Appends @p size bytes to the last take, which must end at @p end. NULL where it does not, or the area is full. */
void *iof_arena_extend(struct iof_arena *arena, const void *end, size_t size);
/** Gives back all that was taken since @p used had this value, and clears it. */
void iof_arena_rewind(struct iof_arena *arena, size_t used);
/** As iof_arena_rewind() to nothing; whole pages go back to the system. The area must be one of mmap()'s own pages. */
void iof_arena_give_back(struct iof_arena *arena);
/** Ends the arena's use of its area, of whatever state. */
void iof_arena_release(struct iof_arena *arena);

#endif
