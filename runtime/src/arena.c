/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "bytes.h"
#include <sys/mman.h>
#include <unistd.h>

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

void iof_arena_init(struct iof_arena *arena, uint8_t *base, size_t size)
{
	*arena = (struct iof_arena){.base = base, .size = size};
	arena_poison(base, size);
}

uint8_t *iof_arena_take(struct iof_arena *arena, size_t size, size_t align)
{
	size_t start = arena->used + (arena->used ? ARENA_GAP : 0);
	size_t beyond = start % align;
	uint8_t *at;

	start += beyond ? align - beyond : 0;
	if (start > arena->size || arena->size - start < size)
		return NULL;
	at = arena->base + start;
	arena_unpoison(at, size);
	arena->used = start + size;
	return at;
}

uint8_t *iof_arena_extend(struct iof_arena *arena, uint8_t *end, size_t size)
{
	uint8_t *at = arena->base + arena->used;

	if (at != end || arena->size - arena->used < size)
		return NULL;
	arena_unpoison(at, size);
	arena->used += size;
	return at;
}

void iof_arena_rewind(struct iof_arena *arena, size_t used)
{
	size_t length = arena->used - used;

	if (!length)
		return;
	arena_unpoison(arena->base + used, length);
	bytes_fill(arena->base + used, 0, length);
	arena_poison(arena->base + used, length);
	arena->used = used;
}

/* The last, incomplete page is cleared; the others come back as zeros. */
void iof_arena_give_back(struct iof_arena *arena)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = arena->used & ~(page - 1);

	arena_unpoison(arena->base, arena->used);
	if (madvise(arena->base, whole, MADV_DONTNEED) < 0)
		whole = 0;
	bytes_fill(arena->base + whole, 0, arena->used - whole);
	arena_poison(arena->base, arena->used);
	arena->used = 0;
}

void iof_arena_release(struct iof_arena *arena)
{
	arena_unpoison(arena->base, arena->size);
}
