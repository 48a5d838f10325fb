/* SPDX-License-Identifier: MIT */
/* A host that is not LP64 little-endian: its driver's memory is converted both ways. */
#include "scalar.h"
#include "walk.h"
#include "world.h"
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)
#define BIG  (IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN)

static struct world world;
static struct call call;

static void unpack_as(iof_abi abi)
{
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(walk_unpack(call.host, abi, call.command, call.command->number[0], call.request,
				     call.request_size, call.null_argument, &call.driver_argument),
			 0);
}

static void finish(void)
{
	assert_int_equal(call_pack(&call, 0), 0);
	assert_int_equal(call_scatter(&call, 0), 0);
	call_end(&call);
}

static uint8_t *memory(void)
{
	return (uint8_t *)(uintptr_t)call.driver_argument;
}

static uint64_t big(const uint8_t *at, uint32_t size)
{
	return iof_scalar_load(at, size, true);
}

static void start(const struct iof_command *command)
{
	call_init(&call, &world, command, ARG);
}

static void flat_structure(void **state)
{
	static const uint8_t i386[28] = {
		0x11, 0, 0,   0,   0xfe, 0xff, 0xff, 0xff, 8, 7, 6, 5, 4, 3,
		2,    1, 'h', 'e', 'l',  'l',  'o',  0,    0, 0, 9, 0, 0, 0,
	};

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world_poke(&world, &type_mixed, ARG, "a", 0x11);
	world_poke(&world, &type_mixed, ARG, "b", (uint64_t)-2);
	world_poke(&world, &type_mixed, ARG, "c", UINT64_C(0x0102030405060708));
	memcpy(world_at(&world, ARG + 24), i386 + 16, 5);
	world_poke(&world, &type_mixed, ARG, "t", 9);
	start(&command_mixed);
	unpack_as(IOF_LAYOUT_I386);
	assert_memory_equal(memory(), i386, sizeof i386);
	memory()[4] = 0xfd;
	finish();
	assert_int_equal((int64_t)world_peek(&world, &type_mixed, ARG, "b"), -3);
	assert_int_equal(world_peek(&world, &type_mixed, ARG, "c"), UINT64_C(0x0102030405060708));
}

static void flexible_array_is_contiguous(void **state)
{
	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	world_poke(&world, &type_list, ARG, "count", 3);
	for (unsigned i = 0; i < 3; i++)
		world_poke(&world, &type_mixed, ARG + 4 + (size_t)28 * i, "b", 100 + i);
	start(&command_list);
	unpack_as(BIG);
	assert_int_equal(big(memory(), 4), 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(big(memory() + 8 + (size_t)40 * i + 8, 8), 100 + i);
	iof_scalar_store(memory(), 4, true, 1);
	iof_scalar_store(memory() + 8 + 8, 8, true, 200);
	finish();
	assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 1);
	assert_int_equal(world_peek(&world, &type_mixed, ARG + 4, "b"), 200);
	assert_int_equal(world_peek(&world, &type_mixed, ARG + 4 + 28, "b"), 101);
}

static void clamp_lowers_both_images(void **state)
{
	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world_poke(&world, &type_list, ARG, "count", 2);
	start(&command_list);
	assert_int_equal(call_gather(&call), 0);
	unpack_as(BIG);
	/* A guest that does not clamp. */
	world_poke(&world, &type_list, ARG, "count", 16);
	assert_int_equal(call_gather(&call), 0);
	((uint8_t *)(uintptr_t)call.request)[1] = 1;
	assert_int_equal(walk_unpack(call.host, BIG, &command_list, 0x707, call.request, call.request_size, false,
				     &call.driver_argument),
			 0);
	assert_int_equal(big(memory(), 4), 16);
	assert_int_equal(iof_segment_uint(iof_walk_segment(call.host, 0), 0, 0, 4), 16);
	call_end(&call);
}

static void pointers_of_the_driver(void **state)
{
	uint8_t *msgs, *data;

	(void)state;
	world_init(&world, IOF_LAYOUT_EABI32);
	world_poke(&world, &type_rdwr, ARG, "msgs", MSGS);
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 1);
	world_poke(&world, &type_message, MSGS, "addr", 0x50);
	world_poke(&world, &type_message, MSGS, "flags", 1);
	world_poke(&world, &type_message, MSGS, "len", 4);
	world_poke(&world, &type_message, MSGS, "buf", BUF0);
	start(&command_rdwr);
	unpack_as(BIG);
	msgs = (uint8_t *)(uintptr_t)big(memory(), 8);
	assert_int_equal(big(memory() + 8, 4), 1);
	assert_int_equal(big(msgs, 2), 0x50);
	data = (uint8_t *)(uintptr_t)big(msgs + 8, 8);
	memset(data, 4, 4);
	finish();
	assert_memory_equal(world_at(&world, BUF0), "\4\4\4\4\xa5", 5);
}

static void unions_by_their_arm(void **state)
{
	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	world_poke(&world, &type_choice, ARG, "select", 2);
	world_poke(&world, &type_choice_s, ARG + 4, "x", 4);
	world_poke(&world, &type_choice_s, ARG + 4, "y", UINT64_C(0x1122334455667788));
	start(&command_choice);
	unpack_as(BIG);
	assert_int_equal(memory()[8], 4);
	assert_int_equal(big(memory() + 16, 8), UINT64_C(0x1122334455667788));
	iof_scalar_store(memory() + 16, 8, true, 7);
	finish();
	assert_int_equal(world_peek(&world, &type_choice_s, ARG + 4, "y"), 7);

	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + 4, "p", BUF0);
	memcpy(world_at(&world, BUF0), "\5\0\0\0", 4);
	start(&command_choice);
	unpack_as(BIG);
	assert_int_equal(big((uint8_t *)(uintptr_t)big(memory() + 8, 8), 4), 5);
	finish();
	assert_int_equal(world_peek(&world, &type_choice_p, ARG + 4, "p"), BUF0);
}

static void exact_output_starts_as_zeros(void **state)
{
	uint8_t *value;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world_poke(&world, &type_option, ARG, "size", 4);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", 0);
	start(&command_option);
	unpack_as(BIG);
	value = (uint8_t *)(uintptr_t)big(memory() + 8, 8);
	assert_int_equal(big(value, 4), 0);
	assert_int_equal(big(memory() + 16, 8), 0);
	memset(value, 0x77, 4);
	finish();
	assert_memory_equal(world_at(&world, BUF0), "\x77\x77\x77\x77\xa5", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flat_structure),           cmocka_unit_test(flexible_array_is_contiguous),
		cmocka_unit_test(clamp_lowers_both_images), cmocka_unit_test(pointers_of_the_driver),
		cmocka_unit_test(unions_by_their_arm),      cmocka_unit_test(exact_output_starts_as_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
