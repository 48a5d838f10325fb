/* SPDX-License-Identifier: MIT */
/* Callers of other ABIs: what the LP64 driver sees and what they get back. */
#include "world.h"
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define BUF0 (WORLD_BASE + 0x300)
#define BUF1 (WORLD_BASE + 0x400)

static const iof_abi abis[] = {
	IOF_LAYOUT_LP64,
	IOF_LAYOUT_I386,
	IOF_LAYOUT_EABI32,
	IOF_LAYOUT_EABI32_TIME64,
	IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN,
	IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN,
	IOF_LAYOUT_EABI32_TIME64 | IOF_BIG_ENDIAN,
};
#define N_ABIS (sizeof abis / sizeof abis[0])

struct driver_mixed {
	uint8_t a;
	int64_t b;
	uint64_t c;
	char name[5];
	int64_t t;
};

static struct world world;

static void run(const struct iof_command *command, driver *run_driver)
{
	struct call call;

	call_init(&call, &world, command, ARG);
	call_run(&call, run_driver);
	call_end(&call);
}

static void put_mixed(uint64_t at)
{
	world_poke(&world, &type_mixed, at, "a", 200);
	world_poke(&world, &type_mixed, at, "b", (uint64_t)-3);
	world_poke(&world, &type_mixed, at, "c", UINT64_C(0x123456789abcdef0));
	memcpy(world_at(&world, at + type_mixed.fields[3].offset[IOF_ABI_LAYOUT(world.abi)]), "canal", 5);
	world_poke(&world, &type_mixed, at, "t", 1000);
}

static void check_mixed(const struct driver_mixed *mixed)
{
	assert_int_equal(mixed->a, 200);
	assert_int_equal(mixed->b, -3);
	assert_int_equal(mixed->c, UINT64_C(0x123456789abcdef0));
	assert_memory_equal(mixed->name, "canal", 5);
	assert_int_equal(mixed->t, 1000);
}

static long mixed_driver(uint64_t argument)
{
	struct driver_mixed *mixed = (void *)(uintptr_t)argument;

	check_mixed(mixed);
	mixed->b = -4;
	mixed->t = 1001;
	return 0;
}

static void flat_structure_in_every_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		size_t size = iof_type_size(&type_mixed, abis[i]);

		world_init(&world, abis[i]);
		put_mixed(ARG);
		run(&command_mixed, mixed_driver);
		assert_int_equal((uint8_t)world_peek(&world, &type_mixed, ARG, "a"), 200);
		assert_int_equal((int32_t)world_peek(&world, &type_mixed, ARG, "b"), -4);
		assert_int_equal(world_peek(&world, &type_mixed, ARG, "c"), UINT64_C(0x123456789abcdef0));
		assert_int_equal(world_peek(&world, &type_mixed, ARG, "t"), 1001);
		/* b and t differ in their lowest byte; padding and the rest of memory stay. */
		assert_int_equal(world.spans, 2);
		assert_int_equal(world.bytes_stored, 2);
		assert_int_equal(*world_at(&world, ARG + 1), 0xa5);
		assert_int_equal(*world_at(&world, ARG + size), 0xa5);
		assert_int_equal(*world_at(&world, ARG - 1), 0xa5);
	}
}

struct driver_list {
	uint32_t count;
	struct driver_mixed list[];
};

static long list_driver(uint64_t argument)
{
	struct driver_list *list = (void *)(uintptr_t)argument;

	assert_int_equal(list->count, 3);
	for (unsigned i = 0; i < 3; i++) {
		check_mixed(&list->list[i]);
		list->list[i].a = (uint8_t)i;
	}
	list->count = 2;
	return 0;
}

static void flexible_array_in_every_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		size_t head = iof_type_size(&type_list, abis[i]), step = iof_type_size(&type_mixed, abis[i]);

		world_init(&world, abis[i]);
		world_poke(&world, &type_list, ARG, "count", 3);
		for (unsigned j = 0; j < 3; j++)
			put_mixed(ARG + head + j * step);
		run(&command_list, list_driver);
		assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 2);
		assert_int_equal(world_peek(&world, &type_mixed, ARG + head, "a"), 0);
		assert_int_equal(world_peek(&world, &type_mixed, ARG + head + step, "a"), 1);
		assert_int_equal(world_peek(&world, &type_mixed, ARG + head + 2 * step, "a"), 200);
	}
}

struct driver_choice {
	uint32_t select;
	union {
		int64_t l;
		struct {
			uint8_t x;
			uint64_t y;
		} s;
		uint32_t *p;
	} u;
};

static long long_arm_driver(uint64_t argument)
{
	struct driver_choice *choice = (void *)(uintptr_t)argument;

	assert_int_equal(choice->u.l, -9);
	choice->u.l = -10;
	return 0;
}

static long struct_arm_driver(uint64_t argument)
{
	struct driver_choice *choice = (void *)(uintptr_t)argument;

	assert_int_equal(choice->u.s.x, 4);
	assert_int_equal(choice->u.s.y, UINT64_C(0x1122334455667788));
	choice->u.s.y++;
	return 0;
}

static long pointer_arm_driver(uint64_t argument)
{
	struct driver_choice *choice = (void *)(uintptr_t)argument;

	assert_int_equal(*choice->u.p, 0x01020304);
	*choice->u.p = 0x01020305;
	return 0;
}

static uint64_t union_at(iof_abi abi)
{
	return ARG + type_choice.fields[1].offset[IOF_ABI_LAYOUT(abi)];
}

static void unions_convert_by_their_arm(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		uint64_t u = union_at(abis[i]);
		uint32_t size = type_choice.fields[1].size[IOF_ABI_LAYOUT(abis[i])];

		world_init(&world, abis[i]);
		world_poke(&world, &type_choice, ARG, "select", 1);
		world_poke(&world, &type_choice_l, u, "l", (uint64_t)-9);
		run(&command_choice, long_arm_driver);
		assert_int_equal((int32_t)world_peek(&world, &type_choice_l, u, "l"), -10);
		/* The union is longer than its arm. */
		assert_int_equal(*world_at(&world, u + size - 1), 0xa5);

		world_init(&world, abis[i]);
		world_poke(&world, &type_choice, ARG, "select", 2);
		world_poke(&world, &type_choice_s, u, "x", 4);
		world_poke(&world, &type_choice_s, u, "y", UINT64_C(0x1122334455667788));
		run(&command_choice, struct_arm_driver);
		assert_int_equal(world_peek(&world, &type_choice_s, u, "y"), UINT64_C(0x1122334455667789));
		assert_int_equal(*world_at(&world, u + 1), 0xa5);
		assert_int_equal(world.bytes_stored, 1);

		world_init(&world, abis[i]);
		world_poke(&world, &type_choice, ARG, "select", 3);
		world_poke(&world, &type_choice_p, u, "p", BUF0);
		for (unsigned j = 0; j < 4; j++)
			*world_at(&world, BUF0 + j) = (uint8_t)(abis[i] & IOF_BIG_ENDIAN ? j + 1 : 4 - j);
		run(&command_choice, pointer_arm_driver);
		assert_int_equal(*world_at(&world, BUF0 + (abis[i] & IOF_BIG_ENDIAN ? 3 : 0)), 5);
		assert_int_equal(world_peek(&world, &type_choice_p, u, "p"), BUF0);
	}
}

#define CHOICES 1000

static void choices_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_choice, CHOICES, IOF_INOUT, 0);

	for (uint32_t i = 0; i < CHOICES && iof_walk_ok(walk); i++)
		iof_walk_arm(walk, arg, i, 8, iof_segment_uint(arg, i, 0, 4) == 1 ? &type_choice_l : &type_choice_s);
}

static const struct iof_command command_choices = {
	.name = "CHOICES", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = choices_shape};

static long choices_driver(uint64_t argument)
{
	struct driver_choice *choice = (void *)(uintptr_t)argument;

	for (unsigned i = 0; i < CHOICES; i++) {
		if (choice[i].select == 1) {
			assert_int_equal(choice[i].u.l, -(int64_t)i);
			choice[i].u.l--;
		} else {
			assert_int_equal(choice[i].u.s.y, UINT64_C(0x100000000) + i);
			choice[i].u.s.y++;
		}
	}
	return 0;
}

static void every_element_has_its_own_arm(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		size_t step = iof_type_size(&type_choice, abis[i]), u = union_at(abis[i]) - ARG;

		world_init(&world, abis[i]);
		for (unsigned j = 0; j < CHOICES; j++) {
			uint64_t at = ARG + j * step;

			world_poke(&world, &type_choice, at, "select", 1 + j % 2);
			if (j % 2)
				world_poke(&world, &type_choice_s, at + u, "y", UINT64_C(0x100000000) + j);
			else
				world_poke(&world, &type_choice_l, at + u, "l", (uint64_t) - (uint64_t)j);
		}
		run(&command_choices, choices_driver);
		for (unsigned j = 0; j < CHOICES; j++) {
			uint64_t at = ARG + j * step;

			if (j % 2)
				assert_int_equal(world_peek(&world, &type_choice_s, at + u, "y"),
						 UINT64_C(0x100000001) + j);
			else
				assert_int_equal((int32_t)world_peek(&world, &type_choice_l, at + u, "l"), -(int)j - 1);
		}
	}
}

static void exact_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_mixed, 2, IOF_OUT_EXACT, 0);
}

static const struct iof_command command_exact = {
	.name = "EXACT", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = exact_shape};

static long exact_driver(uint64_t argument)
{
	struct driver_mixed *mixed = (void *)(uintptr_t)argument;

	memset(mixed, 0, 2 * sizeof *mixed);
	mixed[1].a = 0xff;
	mixed[1].t = -1;
	return 0;
}

static void exact_output_does_not_touch_padding(void **state)
{
	(void)state;
	for (size_t i = 1; i < N_ABIS; i++) {
		size_t size = iof_type_size(&type_mixed, abis[i]);

		world_init(&world, abis[i]);
		run(&command_exact, exact_driver);
		assert_int_equal(world.reads, 0);
		assert_int_equal(world_peek(&world, &type_mixed, ARG, "a"), 0);
		assert_int_equal(world_peek(&world, &type_mixed, ARG, "c"), 0);
		assert_int_equal(world_peek(&world, &type_mixed, ARG + size, "a"), 0xff);
		assert_int_equal((int32_t)world_peek(&world, &type_mixed, ARG + size, "t"), -1);
		assert_int_equal(*world_at(&world, ARG + 1), 0xa5);
		assert_int_equal(*world_at(&world, ARG + size + 3), 0xa5);
		assert_int_equal(*world_at(&world, ARG + 2 * size), 0xa5);
	}
}

static long option_driver(uint64_t argument)
{
	struct {
		uint32_t size;
		uint8_t *value;
		uint32_t *nothing;
	} *option = (void *)(uintptr_t)argument;

	memset(option->value, 9, 6);
	option->size = 6;
	*option->nothing += 1;
	return 0;
}

static void pointers_of_every_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		world_init(&world, abis[i]);
		world_poke(&world, &type_option, ARG, "size", 10);
		world_poke(&world, &type_option, ARG, "value", BUF0);
		world_poke(&world, &type_option, ARG, "nothing", BUF1);
		memset(world_at(&world, BUF1), 0, 4);
		run(&command_option, option_driver);
		assert_memory_equal(world_at(&world, BUF0), "\x9\x9\x9\x9\x9\x9\xa5\xa5", 8);
		assert_int_equal(world_peek(&world, &type_option, ARG, "size"), 6);
		assert_int_equal(world_peek(&world, &type_option, ARG, "value"), BUF0);
		assert_int_equal(world_peek(&world, &type_option, ARG, "nothing"), BUF1);
		assert_int_equal(*world_at(&world, BUF1 + (abis[i] & IOF_BIG_ENDIAN ? 3 : 0)), 1);
	}
}

static long clamped_driver(uint64_t argument)
{
	assert_int_equal(((struct driver_list *)(uintptr_t)argument)->count, 16);
	return 0;
}

/* Some bytes of what it stores are those of the lowered count. */
static long counting_driver(uint64_t argument)
{
	clamped_driver(argument);
	((struct driver_list *)(uintptr_t)argument)->count = 3;
	return 0;
}

static void a_clamped_count_comes_back_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		world_init(&world, abis[i]);
		world_poke(&world, &type_list, ARG, "count", 0x12345678);
		run(&command_list, counting_driver);
		assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 3);
	}
}

static void clamp_in_every_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ABIS; i++) {
		world_init(&world, abis[i]);
		world_poke(&world, &type_list, ARG, "count", 17);
		run(&command_list, clamped_driver);
		/* The driver left the count alone, so the caller's stays. */
		assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 17);
		assert_int_equal(world.writes, 0);
	}
}

static void addresses_of_32_bit_callers_end_at_4_gib(void **state)
{
	struct call call;

	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	call_init(&call, &world, &command_mixed, 0xfffffff0);
	assert_int_equal(call_gather(&call), -EFAULT);
	assert_int_equal(world.reads, 0);
	call_end(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flat_structure_in_every_abi),
		cmocka_unit_test(flexible_array_in_every_abi),
		cmocka_unit_test(unions_convert_by_their_arm),
		cmocka_unit_test(every_element_has_its_own_arm),
		cmocka_unit_test(exact_output_does_not_touch_padding),
		cmocka_unit_test(pointers_of_every_width),
		cmocka_unit_test(clamp_in_every_abi),
		cmocka_unit_test(a_clamped_count_comes_back_whole),
		cmocka_unit_test(addresses_of_32_bit_callers_end_at_4_gib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
