/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)

static struct world world;
static char text[512];

static void before_and_after_the_driver(void **state)
{
	struct call call;
	uint32_t *count;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	memset(world_at(&world, ARG), 0, 200);
	world_poke(&world, &type_list, ARG, "count", 2);
	world_poke(&world, &type_mixed, ARG + 8, "b", (uint64_t)-5);
	memcpy(world_at(&world, ARG + 8 + 24), "a\"\n", 3);
	call_init(&call, &world, &command_list, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_string_equal(iof_walk_describe(call.guest, text, sizeof text),
			    "{count=2} mixed[2]={{a=0 b=-5 c=0 name=\"a\\x22\\x0a\" t=0} {a=0 b=0 c=0 name=\"\" t=0}}");
	assert_int_equal(call_unpack(&call), 0);
	assert_string_equal(iof_walk_describe(call.host, text, sizeof text),
			    "{count=2} mixed[2]={{a=0 b=-5 c=0 name=\"a\\x22\\x0a\" t=0} {a=0 b=0 c=0 name=\"\" t=0}}");
	count = (void *)(uintptr_t)call.driver_argument;
	*count = 1;
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(iof_walk_describe(call.host, text, sizeof text),
			    "{count=1} mixed[1]={{a=0 b=-5 c=0 name=\"a\\x22\\x0a\" t=0}}");
	call_end(&call);
}

static void pointers_and_unions(void **state)
{
	struct call call;

	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + 4, "p", BUF0);
	memcpy(world_at(&world, BUF0), "\7\0\0\0", 4);
	call_init(&call, &world, &command_choice, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_string_equal(iof_walk_describe(call.host, text, sizeof text), "{select=3 u={p=ptr}} p=7");
	call_end(&call);

	world_poke(&world, &type_option, ARG, "size", 20);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", 0);
	call_init(&call, &world, &command_option, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_string_equal(iof_walk_describe(call.host, text, sizeof text),
			    "{size=20 value=ptr nothing=NULL} nothing=NULL");
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(iof_walk_describe(call.host, text, sizeof text),
			    "{size=20 value=ptr nothing=NULL} "
			    "value[20]=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ..");
	call_end(&call);
}

static void text_is_cut_at_every_size(void **state)
{
	struct call call;
	char whole[512];

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world_poke(&world, &type_list, ARG, "count", 2);
	call_init(&call, &world, &command_list, ARG);
	assert_int_equal(call_gather(&call), 0);
	iof_walk_describe(call.guest, whole, sizeof whole);
	for (size_t n = 0; n <= strlen(whole) + 1; n++) {
		memset(text, 'x', sizeof text);
		iof_walk_describe(call.guest, text, n);
		assert_int_equal(text[n], 'x');
		if (n)
			assert_true(strlen(text) < n);
		if (n > 3 && n <= strlen(whole))
			assert_string_equal(text + n - 4, "...");
	}
	assert_string_equal(text, whole);
	call_end(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_and_after_the_driver),
		cmocka_unit_test(pointers_and_unions),
		cmocka_unit_test(text_is_cut_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
