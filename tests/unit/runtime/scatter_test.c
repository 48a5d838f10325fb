/* SPDX-License-Identifier: MIT */
/* Which bytes are stored, and how many spans that takes. */
#include "world.h"
#include <string.h>

#define ARG (WORLD_BASE + 0x100)

static struct world world;

static void bytes_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u8, 4096, IOF_INOUT, 0);
}

static const struct iof_command command_bytes = {
	.name = "BYTES", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = bytes_shape};

static size_t changed(const uint8_t *pattern, size_t n, const struct iof_span **spans, struct call *call)
{
	ssize_t n_spans;

	world_init(&world, IOF_ABI_CANONICAL);
	call_init(call, &world, &command_bytes, ARG);
	assert_int_equal(call_gather(call), 0);
	assert_int_equal(call_unpack(call), 0);
	for (size_t i = 0; i < n; i++)
		((uint8_t *)(uintptr_t)call->driver_argument)[i] ^= pattern[i];
	assert_int_equal(call_pack(call, 0), 0);
	n_spans = iof_scatter_spans(call->guest, call->reply, call->reply_size, 0, 0, spans);
	assert_true(n_spans >= 0);
	return (size_t)n_spans;
}

static void nothing_changed_nothing_stored(void **state)
{
	const struct iof_span *spans;
	struct call call;

	(void)state;
	assert_int_equal(changed(NULL, 0, &spans, &call), 0);
	assert_int_equal(call_scatter(&call, 0), 0);
	assert_int_equal(world.writes, 0);
	call_end(&call);
}

static void runs_are_exact(void **state)
{
	static uint8_t pattern[4096];
	const struct iof_span *spans;
	struct call call;

	(void)state;
	memset(pattern, 0, sizeof pattern);
	pattern[0] = pattern[63] = pattern[64] = pattern[1000] = pattern[1001] = pattern[4095] = 1;
	assert_int_equal(changed(pattern, sizeof pattern, &spans, &call), 4);
	assert_int_equal(spans[0].address, ARG);
	assert_int_equal(spans[0].length, 1);
	assert_int_equal(spans[1].address, ARG + 63);
	assert_int_equal(spans[1].length, 2);
	assert_int_equal(spans[2].address, ARG + 1000);
	assert_int_equal(spans[2].length, 2);
	assert_int_equal(spans[3].address, ARG + 4095);
	assert_int_equal(*(const uint8_t *)spans[3].data, 0xa4);
	/* The list again, then the store itself: in one call. */
	assert_int_equal(call_scatter(&call, 0), 0);
	assert_int_equal(world.writes, 1);
	assert_int_equal(world.spans, 4);
	assert_int_equal(world.bytes_stored, 6);
	call_end(&call);
}

static void every_other_byte(void **state)
{
	static uint8_t pattern[4096];
	const struct iof_span *spans;
	struct call call;

	(void)state;
	for (size_t i = 0; i < sizeof pattern; i += 2)
		pattern[i] = 0xff;
	assert_int_equal(changed(pattern, sizeof pattern, &spans, &call), 2048);
	call_end(&call);
}

static void huge_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u8, 1u << 20, IOF_INOUT, 0);
}

static uint8_t huge[1u << 20];

static int huge_read(void *context, uint64_t address, void *to, size_t length)
{
	(void)context;
	memcpy(to, huge + (address - WORLD_BASE), length);
	return 0;
}

static int huge_write(void *context, const struct iof_span *spans, size_t n)
{
	size_t *count = context;

	*count = n;
	for (size_t i = 0; i < n; i++)
		memcpy(huge + (spans[i].address - WORLD_BASE), spans[i].data, spans[i].length);
	return 0;
}

/* More runs than the list holds are merged, with the bytes that were sent between them. */
static void runs_beyond_the_list_are_merged(void **state)
{
	const struct iof_command command = {
		.name = "HUGE", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = huge_shape};
	static uint8_t reply[1u << 20];
	size_t n = 0;
	struct iof_memory memory = {.read = huge_read, .write = huge_write, .context = &n};
	struct iof_walk *walk = iof_walk_create(1u << 20);
	const void *payload;
	size_t length;
	bool null;

	(void)state;
	assert_int_equal(
		iof_gather(walk, &command, 1, IOF_ABI_CANONICAL, WORLD_BASE, &memory, &payload, &length, &null), 0);
	for (size_t i = 0; i < sizeof reply; i += 2)
		reply[i] = 1;
	assert_int_equal(iof_scatter(walk, reply, sizeof reply, 0, 0, &memory), 0);
	assert_memory_equal(huge, reply, sizeof reply);
	assert_true(n > 100000 && n < sizeof reply / 2);
	iof_walk_destroy(walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changed_nothing_stored),
		cmocka_unit_test(runs_are_exact),
		cmocka_unit_test(every_other_byte),
		cmocka_unit_test(runs_beyond_the_list_are_merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
