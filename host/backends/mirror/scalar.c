/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/internal.h"
#include <stdio.h>
#include <stdlib.h>

uint64_t plan_load(const uint8_t *from, uint32_t size, bool big)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < size; i++)
		value = value << 8 | from[big ? i : size - 1 - i];
	return value;
}

void plan_store(uint8_t *to, uint32_t size, bool big, uint64_t value)
{
	for (uint32_t i = 0; i < size; i++) {
		to[big ? size - 1 - i : i] = (uint8_t)value;
		value >>= 8;
	}
}

uint64_t plan_widen(uint8_t kind, uint64_t value, uint32_t size)
{
	uint64_t ones = size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;

	value &= ones;
	if (kind == PLAN_SINT && value >> (8 * size - 1))
		return value | ~ones;
	if (kind == PLAN_SENTINEL && value == ones)
		return UINT64_MAX;
	return value;
}

/* splitmix64: each number depends on the state alone, so that a case can be made anew from its seed. */
uint64_t plan_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t plan_below(uint64_t *state, uint64_t n)
{
	return plan_random(state) % n;
}

struct block {
	struct block *next;
	max_align_t bytes[];
};

void *plan_take(struct plan_call *call, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block) {
		fprintf(stderr, "no memory for %zu bytes of a test's call\n", size);
		abort();
	}
	block->next = call->blocks;
	call->blocks = block;
	return block->bytes;
}

void plan_release(struct plan_call *call)
{
	while (call->blocks) {
		struct block *block = call->blocks;

		call->blocks = block->next;
		free(block);
	}
}
