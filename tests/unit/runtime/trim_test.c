/* SPDX-License-Identifier: MIT */
/* What a large call has touched goes back to the system; small calls ask the system for nothing. The linker sends the
 * requests through here. */
#include "world.h"
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE (512u << 10)
#define SMALL 1000u

static uint8_t *mapping;
static size_t mapping_size;
static unsigned requests;

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __real_madvise(void *at, size_t size, int advice);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_madvise(void *at, size_t size, int advice);

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	mapping_size = size;
	mapping = __real_mmap(at, size, protection, flags, fd, offset);
	return mapping;
}

int __wrap_madvise(void *at, size_t size, int advice)
{
	requests++;
	return __real_madvise(at, size, advice);
}

/* Bytes of the walk's memory that there are. */
static size_t resident(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (mapping_size + page - 1) / page, count = 0;
	unsigned char *there = malloc(pages);

	assert_non_null(there);
	assert_int_equal(mincore(mapping, mapping_size, there), 0);
	for (size_t i = 0; i < pages; i++)
		count += there[i] & 1;
	free(there);
	return count * page;
}

static const struct iof_io both = {.record = &iof_type_u8, .direction = IOF_INOUT, .max_count = LARGE};
static const struct iof_io out = {.record = &iof_type_u8, .direction = IOF_OUT_EXACT, .max_count = LARGE};

/* One call whose driver fills the buffer with @p fill. */
static const uint8_t *run(struct iof_walk *walk, const struct iof_io *io, uint32_t count, uint8_t fill)
{
	size_t length = 8 + (io->direction & IOF_IN ? count : 0), replied;
	uint8_t *request = calloc(1, length);
	const void *reply;
	void *buffer;
	uint32_t got;

	assert_non_null(request);
	iof_put_u64(request, count);
	assert_int_equal(iof_unpack_records(walk, io, request, length, &got, &buffer), 0);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(((uint8_t *)buffer)[i], 0); /* no call sees another's bytes */
	memset(buffer, fill, count);
	assert_int_equal(iof_pack(walk, (int32_t)count, 0, &reply, &replied), 0);
	assert_int_equal(replied, count);
	free(request);
	return reply;
}

static void small_calls_ask_for_nothing(void **state)
{
	struct iof_walk *walk = iof_walk_create(1u << 20);

	(void)state;
	requests = 0;
	for (unsigned i = 0; i < 100; i++) {
		(void)run(walk, &both, SMALL, 7);
		assert_false(iof_walk_trim(walk, i % 2));
	}
	assert_int_equal(requests, 0);
	iof_walk_destroy(walk);
}

static void a_large_call_leaves_nothing(void **state)
{
	struct iof_walk *walk = iof_walk_create(1u << 20);
	const uint8_t *reply;
	size_t before;

	(void)state;
	(void)run(walk, &both, SMALL, 1);
	before = resident();
	reply = run(walk, &both, LARGE, 2);
	assert_true(resident() >= before + LARGE + LARGE - (64u << 10));
	/* The reply is not acknowledged yet. */
	assert_true(iof_walk_trim(walk, true));
	assert_true(resident() < before + LARGE + (64u << 10));
	for (size_t i = 0; i < LARGE; i++)
		assert_int_equal(reply[i], 2);
	assert_false(iof_walk_trim(walk, false));
	assert_true(resident() < before + (64u << 10));
	/* All at once, and what is not a whole page. */
	(void)run(walk, &out, LARGE - 100, 3);
	assert_false(iof_walk_trim(walk, false));
	assert_true(resident() < before + (64u << 10));
	(void)run(walk, &out, LARGE, 4);
	(void)run(walk, &both, SMALL, 5);
	iof_walk_destroy(walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_calls_ask_for_nothing),
		cmocka_unit_test(a_large_call_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
