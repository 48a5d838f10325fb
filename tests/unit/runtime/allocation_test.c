/* SPDX-License-Identifier: MIT */
/* Nothing is allocated after iof_walk_create(): the linker sends every request through here. */
#include "world.h"
#include <ioferry/describe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARG  (WORLD_BASE + 0x100)
#define BUF0 (WORLD_BASE + 0x300)

static unsigned requests;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *at, size_t size);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t size);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t size)
{
	requests++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	requests++;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *at, size_t size)
{
	requests++;
	return __real_realloc(at, size);
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	requests++;
	return __real_mmap(at, size, protection, flags, fd, offset);
}

static long option_driver(uint64_t argument)
{
	*(uint32_t *)(uintptr_t)argument = 100;
	return 0;
}

static void no_request_after_create(void **state)
{
	static const iof_abi abis[] = {IOF_LAYOUT_LP64, IOF_LAYOUT_I386, IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN};
	static struct world world;
	struct call call;
	char text[256];
	struct iof_text out;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	call_init(&call, &world, &command_option, ARG);
	assert_true(requests >= 4); /* the wrapping works */
	requests = 0;
	for (unsigned i = 0; i < 300; i++) {
		world.abi = abis[i % 3];
		world_poke(&world, &type_option, ARG, "size", 100 + i);
		world_poke(&world, &type_option, ARG, "value", BUF0);
		world_poke(&world, &type_option, ARG, "nothing", BUF0);
		call_run(&call, option_driver);
		out = iof_text_make(text, sizeof text);
		iof_describe_walk(&out, call.host, 0);
	}
	assert_int_equal(requests, 0);
	call_end(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_request_after_create)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
