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

/*@ predicate arena_ok(struct iof_arena *arena) =
      \valid(arena) && arena->used <= arena->size <= SIZE_MAX / 2 && arena->base != \null &&
      \valid(arena->base + (0 .. arena->size - 1));
    // the last take was this one
    predicate arena_took(struct iof_arena *arena, uint8_t *at, integer size) =
      at == arena->base + (arena->used - size) && 0 <= size <= arena->used;
*/

/*@ requires \valid(arena);
    assigns *arena;
    exits \false;
    ensures arena->base == base && arena->size == size && arena->used == 0; */
/** Takes @p size bytes at @p base, which are zeros and stay the caller's. */
void iof_arena_init(struct iof_arena *arena, uint8_t *base, size_t size);
/*@ requires arena_ok(arena) && (align == 8 || align == 16);
    assigns arena->used;
    exits \false;
    ensures arena_ok(arena) && \old(arena->used) <= arena->used;
    ensures \result != \null ==> arena_took(arena, \result, size);
    ensures \result != \null && align == 8 ==> (arena->used - size) % 8 == 0;
    ensures \result != \null && align == 16 ==> (arena->used - size) % 16 == 0; */
/** Zeroed memory at a multiple of @p align (a power of two); NULL where the area does not hold it. Never allocates. */
uint8_t *iof_arena_take(struct iof_arena *arena, size_t size, size_t align);
/*@ requires arena_ok(arena);
    assigns arena->used;
    exits \false;
    ensures arena_ok(arena);
    ensures \result == \null ? arena->used == \old(arena->used)
			    : arena_took(arena, \result, size) && \result == end &&
			      arena->used == \old(arena->used) + size; */
/** Appends @p size bytes to the last take, which must end at @p end. NULL where it does not, or the area is full. */
uint8_t *iof_arena_extend(struct iof_arena *arena, uint8_t *end, size_t size);
/*@ requires arena_ok(arena) && used <= arena->used;
    assigns arena->used, arena->base[used .. arena->used - 1];
    exits \false;
    ensures arena_ok(arena) && arena->used == used; */
/** Gives back all that was taken since @p used had this value, and clears it. */
void iof_arena_rewind(struct iof_arena *arena, size_t used);
/** As iof_arena_rewind() to nothing; whole pages go back to the system. The area must be one of mmap()'s own pages. */
void iof_arena_give_back(struct iof_arena *arena);
/*@ requires \valid_read(arena);
    assigns \nothing;
    exits \false; */
/** Ends the arena's use of its area, of whatever state. */
void iof_arena_release(struct iof_arena *arena);

#endif
