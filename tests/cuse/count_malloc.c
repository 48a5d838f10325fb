/* SPDX-License-Identifier: MIT */
/* Counts what our own code allocates (libraries' calls do not go through the linker's --wrap), says it at the end. */
#include <stdio.h>
#include <stdlib.h>

static unsigned long count;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
	count++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	count++;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	count++;
	return __real_realloc(memory, size);
}

__attribute__((destructor)) static void say(void)
{
	fprintf(stderr, "allocations: %lu\n", count);
}
