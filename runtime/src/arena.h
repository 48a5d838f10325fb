/* SPDX-License-Identifier: MIT */
/**
 * @file arena.h
 * Memory of one call: a fixed area, handed out front to back, all zeros, given back at once. It is cleared when it is
 * handed out anew and not when it is given back: most of it is overwritten at once.
 */
#ifndef IOFERRY_ARENA_H
#define IOFERRY_ARENA_H

#include "bytes.h"
#include <stdbool.h>

/* Under AddressSanitizer memory that was not handed out is poisoned and takes are kept apart, so that an
 * overrun inside the area is found like one of malloc's. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONS 1
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
#define ARENA_GAP                16u
#define arena_poison(at, size)   __asan_poison_memory_region(at, size)
#define arena_unpoison(at, size) __asan_unpoison_memory_region(at, size)
#else
#define ARENA_GAP                0u
#define arena_poison(at, size)   ((void)(at), (void)(size))
#define arena_unpoison(at, size) ((void)(at), (void)(size))
#endif

struct iof_arena {
	uint8_t *base;
	size_t size;
	size_t used;
	size_t dirty; /* from here on, and from what is used on, all are zeros */
};

/*@ predicate arena_ok(struct iof_arena *arena) =
      \valid(arena) && arena->used <= arena->size <= SIZE_MAX / 2 && arena->dirty <= arena->size &&
      arena->base != \null && \valid(arena->base + (0 .. arena->size - 1));
    // the last take was this one
    predicate arena_took(struct iof_arena *arena, uint8_t *at, integer size) =
      at == arena->base + (arena->used - size) && 0 <= size <= arena->used;
*/

/*@ requires \valid(arena);
    assigns *arena;
    exits \false;
    ensures arena->base == base && arena->size == size && arena->used == 0 && arena->dirty == 0; */
/** Takes @p size bytes at @p base, which are zeros and stay the caller's. */
void iof_arena_init(struct iof_arena *arena, uint8_t *base, size_t size);

/*@ requires arena_ok(arena) && from <= arena->size;
    assigns arena->base[from .. arena->size - 1];
    exits \false; */
/** Clears what lies before @p to and is not known to be zeros. */
static inline void iof_arena_clear(const struct iof_arena *arena, size_t from, size_t to)
{
	size_t end = to < arena->dirty ? to : arena->dirty;

	if (from >= end)
		return;
	arena_unpoison(arena->base + from, end - from);
	bytes_fill(arena->base + from, 0, end - from);
}

/*@ requires arena_ok(arena) && (align == 8 || align == 16);
    assigns arena->used, arena->base[\at(arena->used, Pre) .. arena->size - 1];
    exits \false;
    ensures arena_ok(arena) && \old(arena->used) <= arena->used;
    ensures \result != \null ==> arena_took(arena, \result, size) && \old(arena->used) <= arena->used - size;
    ensures \result != \null && align == 8 ==> (arena->used - size) % 8 == 0;
    ensures \result != \null && align == 16 ==> (arena->used - size) % 16 == 0; */
/** As iof_arena_take(); the bytes are what they are: for a caller who writes all of them at once. */
static inline uint8_t *iof_arena_take_raw(struct iof_arena *arena, size_t size, size_t align)
{
	size_t start = arena->used + (arena->used ? ARENA_GAP : 0);
	size_t beyond = start % align;

	start += beyond ? align - beyond : 0;
	if (start > arena->size || arena->size - start < size)
		return NULL;
	if (start > arena->used) {
		iof_arena_clear(arena, arena->used, start);
		arena_poison(arena->base + arena->used, start - arena->used);
	}
	arena_unpoison(arena->base + start, size);
	arena->used = start + size;
	return arena->base + start;
}

/*@ requires arena_ok(arena) && (align == 8 || align == 16);
    assigns arena->used, arena->base[\at(arena->used, Pre) .. arena->size - 1];
    exits \false;
    ensures arena_ok(arena) && \old(arena->used) <= arena->used;
    ensures \result != \null ==> arena_took(arena, \result, size) && \old(arena->used) <= arena->used - size;
    ensures \result != \null && align == 8 ==> (arena->used - size) % 8 == 0;
    ensures \result != \null && align == 16 ==> (arena->used - size) % 16 == 0; */
/** Zeroed memory at a multiple of @p align (a power of two); NULL where the area does not hold it. Never allocates. */
static inline uint8_t *iof_arena_take(struct iof_arena *arena, size_t size, size_t align)
{
	uint8_t *at = iof_arena_take_raw(arena, size, align);

	if (at)
		iof_arena_clear(arena, arena->used - size, arena->used);
	return at;
}

/*@ requires arena_ok(arena);
    assigns arena->used, arena->base[\at(arena->used, Pre) .. arena->size - 1];
    exits \false;
    ensures arena_ok(arena);
    ensures \result == \null ? arena->used == \old(arena->used)
			    : arena_took(arena, \result, size) && \result == end &&
			      arena->used == \old(arena->used) + size; */
/** Appends @p size bytes to the last take, which must end at @p end. NULL where it does not, or the area is full. */
uint8_t *iof_arena_extend(struct iof_arena *arena, uint8_t *end, size_t size);

/*@ requires arena_ok(arena) && used <= arena->used;
    assigns arena->used, arena->dirty;
    exits \false;
    ensures arena_ok(arena) && arena->used == used; */
/** Gives back all that was taken since @p used had this value. */
static inline void iof_arena_rewind(struct iof_arena *arena, size_t used)
{
	if (arena->used == used)
		return;
	arena_poison(arena->base + used, arena->used - used);
	if (arena->dirty < arena->used)
		arena->dirty = arena->used;
	arena->used = used;
}

/*@ requires arena_ok(arena);
    assigns arena->dirty, arena->base[arena->used .. arena->size - 1];
    exits \false;
    ensures arena_ok(arena); */
/** Clears what calls before have left behind the last take: who runs over its end finds zeros. */
static inline void iof_arena_settle(struct iof_arena *arena)
{
	if (arena->dirty <= arena->used)
		return;
	iof_arena_clear(arena, arena->used, arena->dirty);
	arena_poison(arena->base + arena->used, arena->dirty - arena->used);
	arena->dirty = arena->used;
}

/** Bytes that this call and those before have touched. */
static inline size_t iof_arena_touched(const struct iof_arena *arena)
{
	return arena->dirty > arena->used ? arena->dirty : arena->used;
}

/** As iof_arena_rewind() to nothing; whole pages go back to the system. The area must be one of mmap()'s own pages. */
void iof_arena_give_back(struct iof_arena *arena);
/*@ requires \valid_read(arena);
    assigns \nothing;
    exits \false; */
/** Ends the arena's use of its area, of whatever state. */
void iof_arena_release(struct iof_arena *arena);

#endif
