/* SPDX-License-Identifier: MIT */
/* Shapes, natively: what travels, what the driver sees, what comes back. */
#include "world.h"
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)
#define BUF1 (WORLD_BASE + 0x400)

static struct world world;
static struct call call;

static void put_message(uint64_t at, uint16_t flags, uint16_t len, uint64_t buf)
{
	world_poke(&world, &type_message, at, "addr", 0x50);
	world_poke(&world, &type_message, at, "flags", flags);
	world_poke(&world, &type_message, at, "len", len);
	world_poke(&world, &type_message, at, "buf", buf);
}

/* A write of 3 bytes, then a read of 5. */
static void put_rdwr(void)
{
	world_poke(&world, &type_rdwr, ARG, "msgs", MSGS);
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 2);
	put_message(MSGS, 0, 3, BUF0);
	put_message(MSGS + 16, 1, 5, BUF1);
	memcpy(world_at(&world, BUF0), "abc", 3);
	memcpy(world_at(&world, BUF1), "-----", 5);
}

static int setup(void **state)
{
	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	call_end(&call);
	return 0;
}

struct driver_message {
	uint16_t addr, flags, len;
	uint8_t *buf;
};

struct driver_rdwr {
	struct driver_message *msgs;
	uint32_t nmsgs;
};

static long rdwr_driver(uint64_t argument)
{
	const struct driver_rdwr *rdwr = (const void *)(uintptr_t)argument;

	assert_int_equal(rdwr->nmsgs, 2);
	assert_int_equal(rdwr->msgs[0].len, 3);
	assert_memory_equal(rdwr->msgs[0].buf, "abc", 3);
	assert_memory_equal(rdwr->msgs[1].buf, "-----", 5);
	memcpy(rdwr->msgs[1].buf, "-x-y-", 5);
	memcpy(rdwr->msgs[0].buf, "ZZZ", 3); /* in only: nobody learns of it */
	return 2;
}

static void elements_with_pointees(void **state)
{
	static const uint8_t request[] = {
		1,    0,    0,    0, 0, 0, 0,    0,    2,   0,   0,   0,   0xa5,
		0xa5, 0xa5, 0xa5, /* msgs, nmsgs, the caller's padding */
		0x50, 0,    0,    0, 3, 0, 0xa5, 0xa5, 1,   0,   0,   0,   0,
		0,    0,    0, /* message 0 */
		0x50, 0,    1,    0, 5, 0, 0xa5, 0xa5, 1,   0,   0,   0,   0,
		0,    0,    0, /* message 1 */
		'a',  'b',  'c',  0, 0, 0, 0,    0,    '-', '-', '-', '-', '-',
	};

	(void)state;
	put_rdwr();
	call_init(&call, &world, &command_rdwr, ARG);
	call_run(&call, rdwr_driver);
	assert_int_equal(call.request_size, sizeof request);
	assert_memory_equal(call.request, request, sizeof request);
	assert_int_equal(call.reply_size, 5);
	assert_memory_equal(call.reply, "-x-y-", 5);
	assert_memory_equal(world_at(&world, BUF1), "-x-y-", 5);
	assert_memory_equal(world_at(&world, BUF0), "abc", 3);
	/* One read a segment, straight into the message; one store of two single bytes. */
	assert_int_equal(world.reads, 4);
	assert_int_equal(world.bytes_read, 16 + 32 + 3 + 5);
	assert_int_equal(world.writes, 1);
	assert_int_equal(world.spans, 2);
	assert_int_equal(world.bytes_stored, 2);
	assert_int_equal(world_peek(&world, &type_rdwr, ARG, "msgs"), MSGS);
}

static void bounds_come_before_the_driver(void **state)
{
	(void)state;
	put_rdwr();
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 43);
	call_init(&call, &world, &command_rdwr, ARG);
	assert_int_equal(call_gather(&call), -EINVAL);
	assert_string_equal(iof_walk_reason(call.guest), "arg.nmsgs is 43, at most 42");
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 2);
	assert_int_equal(call_gather(&call), 0);
	assert_string_equal(iof_walk_reason(call.guest), "");
}

static void null_is_a_fault_unless_allowed(void **state)
{
	(void)state;
	put_rdwr();
	call_init(&call, &world, &command_rdwr, 0);
	assert_int_equal(call_gather(&call), -EFAULT);
	assert_string_equal(iof_walk_reason(call.guest), "arg is NULL");
	call.argument = ARG;
	put_message(MSGS + 16, 1, 5, 0);
	assert_int_equal(call_gather(&call), -EFAULT);
	assert_string_equal(iof_walk_reason(call.guest), "buf is NULL");
	/* Of no length it is no fault, as natively. */
	put_message(MSGS + 16, 1, 0, 0);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
}

static void unreadable_memory_is_a_fault(void **state)
{
	(void)state;
	put_rdwr();
	put_message(MSGS, 0, 3, WORLD_BASE + WORLD_SIZE - 2);
	call_init(&call, &world, &command_rdwr, ARG);
	assert_int_equal(call_gather(&call), -EFAULT);
	put_message(MSGS, 0, 3, UINT64_MAX - 1);
	assert_int_equal(call_gather(&call), -EFAULT);
}

static long null_driver(uint64_t argument)
{
	assert_int_equal(argument, 0);
	return 7;
}

static void nullable_argument(void **state)
{
	(void)state;
	call_init(&call, &world, &command_mixed, 0);
	call_run(&call, null_driver);
	assert_true(call.null_argument);
	assert_int_equal(call.request_size, 0);
	assert_int_equal(call.reply_size, 0);
	assert_int_equal(world.reads + world.writes, 0);
}

struct driver_list {
	uint32_t count;
	struct {
		uint8_t a;
		int64_t b;
		uint64_t c;
		char name[5];
		int64_t t;
	} list[];
};

static long list_driver(uint64_t argument)
{
	struct driver_list *list = (void *)(uintptr_t)argument;

	assert_int_equal(list->count, 3);
	list->list[0].b = 5;
	list->list[2].c = 6;             /* behind the count that is returned */
	memset(&list->list[3], 0xee, 4); /* slack */
	list->count = 2;
	return 0;
}

static void flexible_array_shortened_by_a_field(void **state)
{
	(void)state;
	call_init(&call, &world, &command_list, ARG);
	world_poke(&world, &type_list, ARG, "count", 3);
	call_run(&call, list_driver);
	assert_int_equal(call.request_size, 8 + 3 * 40);
	assert_int_equal(iof_walk_reply_max(call.guest), 8 + 3 * 40);
	assert_int_equal(call.reply_size, 8 + 2 * 40);
	assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 2);
	assert_int_equal(world_peek(&world, &type_mixed, ARG + 8, "b"), 5);
	assert_int_equal(world_peek(&world, &type_mixed, ARG + 8 + 80, "c"), UINT64_C(0xa5a5a5a5a5a5a5a5));
	assert_int_equal(*world_at(&world, ARG + 8 + 120), 0xa5);
}

static long clamped_driver(uint64_t argument)
{
	assert_int_equal(((struct driver_list *)(uintptr_t)argument)->count, 16);
	return 0;
}

static void clamp_lowers_what_the_driver_reads(void **state)
{
	uint8_t *count;

	(void)state;
	call_init(&call, &world, &command_list, ARG);
	world_poke(&world, &type_list, ARG, "count", 1000000);
	call_run(&call, clamped_driver);
	assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 1000000);
	/* A guest that does not lower it gains nothing. */
	assert_int_equal(call_gather(&call), 0);
	count = (uint8_t *)(uintptr_t)call.request;
	count[2] = 0xff;
	assert_int_equal(call_unpack(&call), 0);
	clamped_driver(call.driver_argument);
}

static void counts_above_capacity_need_an_errno(void **state)
{
	(void)state;
	call_init(&call, &world, &command_list, ARG);
	world_poke(&world, &type_list, ARG, "count", 3);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	((struct driver_list *)(uintptr_t)call.driver_argument)->count = 4;
	assert_int_equal(call_pack(&call, 0), -EPROTO);
	assert_string_equal(iof_walk_reason(call.host), "mixed: 4 returned into room for 3");

	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	((struct driver_list *)(uintptr_t)call.driver_argument)->count = 40;
	assert_int_equal(call_pack(&call, -ENOSPC), 0);
	assert_int_equal(call.reply_size, 8 + 3 * 40);
	assert_int_equal(call_scatter(&call, -ENOSPC), 0);
	assert_int_equal(world_peek(&world, &type_list, ARG, "count"), 40);
}

struct driver_option {
	uint32_t size;
	uint8_t *value;
	uint32_t *nothing;
};

static long option_driver(uint64_t argument)
{
	struct driver_option *option = (void *)(uintptr_t)argument;

	assert_null(option->nothing);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(option->value[i], 0);
	memset(option->value, 3, 4);
	option->size = 4;
	return 0;
}

static void put_option(void)
{
	world_poke(&world, &type_option, ARG, "size", 8);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", 0);
}

static void exact_output_is_not_read(void **state)
{
	(void)state;
	put_option();
	call_init(&call, &world, &command_option, ARG);
	call_run(&call, option_driver);
	assert_int_equal(call.request_size, 24);
	assert_int_equal(world.bytes_read, 24);
	assert_int_equal(call.reply_size, 24 + 4);
	assert_memory_equal(world_at(&world, BUF0), "\3\3\3\3\xa5", 5);
	assert_int_equal(world_peek(&world, &type_option, ARG, "size"), 4);
}

static void exact_output_stays_home_with_an_errno(void **state)
{
	(void)state;
	put_option();
	call_init(&call, &world, &command_option, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	((struct driver_option *)(uintptr_t)call.driver_argument)->size = 100;
	assert_int_equal(call_pack(&call, -ENOSPC), 0);
	assert_int_equal(call.reply_size, 24);
	assert_int_equal(call_scatter(&call, -ENOSPC), 0);
	assert_int_equal(*world_at(&world, BUF0), 0xa5);
	assert_int_equal(world_peek(&world, &type_option, ARG, "size"), 100);
}

static void drivers_addresses_stay_home(void **state)
{
	static const uint8_t slots[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

	(void)state;
	put_option();
	call_init(&call, &world, &command_option, ARG);
	call_run(&call, option_driver);
	assert_memory_equal((const uint8_t *)call.reply + 8, slots, sizeof slots);
	assert_int_equal(world_peek(&world, &type_option, ARG, "value"), BUF0);
}

static long choice_driver(uint64_t argument)
{
	struct {
		uint32_t select;
		uint32_t *p;
	} *choice = (void *)(uintptr_t)argument;

	assert_int_equal(choice->select, 3);
	assert_int_equal(*choice->p, 77);
	*choice->p = 78;
	return 0;
}

static void pointer_in_an_arm(void **state)
{
	uint32_t value = 77;

	(void)state;
	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + 8, "p", BUF0);
	memcpy(world_at(&world, BUF0), &value, 4);
	call_init(&call, &world, &command_choice, ARG);
	call_run(&call, choice_driver);
	memcpy(&value, world_at(&world, BUF0), 4);
	assert_int_equal(value, 78);
	assert_int_equal(world_peek(&world, &type_choice_p, ARG + 8, "p"), BUF0);
	assert_int_equal(((const uint8_t *)call.request)[8], 1);
	assert_int_equal(((const uint8_t *)call.request)[9], 0);
	assert_int_equal(((const uint8_t *)call.reply)[8], 1);
	assert_int_equal(((const uint8_t *)call.reply)[9], 0);
}

static void unknown_selector_is_refused(void **state)
{
	(void)state;
	world_poke(&world, &type_choice, ARG, "select", 9);
	call_init(&call, &world, &command_choice, ARG);
	assert_int_equal(call_gather(&call), -EINVAL);
	assert_string_equal(iof_walk_reason(call.guest), "arg.select is 9, which selects nothing");
}

static void values_of_32_bit_callers_widen(void **state)
{
	struct iof_command command = {.name = "VALUE", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_VALUE};

	(void)state;
	call_init(&call, &world, &command, UINT64_C(0x1fffffffe));
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call.driver_argument, UINT64_C(0x1fffffffe));
	world.abi = IOF_LAYOUT_I386;
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call.driver_argument, 0xfffffffe);
	command.flags = IOF_CMD_VALUE_SIGNED;
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call.driver_argument, UINT64_C(0xfffffffffffffffe));
	assert_int_equal(call_pack(&call, 0), 0);
	assert_int_equal(call.reply_size, 0);
	assert_int_equal(call_scatter(&call, 0), 0);
}

static void arguments_that_nobody_reads_do_not_travel(void **state)
{
	const struct iof_command command = {.name = "NONE", .number = ALL(1), .mask = UINT32_MAX};

	(void)state;
	call_init(&call, &world, &command, 12345); /* canlib passes stray pointers */
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call.request_size, 0);
	assert_false(call.null_argument);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call.driver_argument, 0);
}

static void what_cannot_be_carried_says_why(void **state)
{
	const struct iof_command command = {
		.name = "FD",
		.number = ALL(1),
		.mask = UINT32_MAX,
		.argument = IOF_ARG_UNSUPPORTED,
		.why = "hands out an fd",
	};

	(void)state;
	call_init(&call, &world, &command, 1);
	assert_int_equal(call_gather(&call), -ENOTTY);
	assert_string_equal(iof_walk_reason(call.guest), "FD is not carried: hands out an fd");
}

static void deep_shape(struct iof_walk *walk)
{
	const struct iof_segment *at = iof_walk_arg(walk, &type_option, 1, IOF_IN, 0);

	for (unsigned depth = 0; depth < 5; depth++)
		at = iof_walk_pointer(walk, at, 0, 8, &type_option, 1, IOF_IN, 0);
}

static void pointers_to_pointers(void **state)
{
	const struct iof_command command = {
		.name = "DEEP", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = deep_shape};
	struct driver_option *at;

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		world_poke(&world, &type_option, ARG + (size_t)32 * i, "size", i);
		world_poke(&world, &type_option, ARG + (size_t)32 * i, "value", ARG + (size_t)32 * (i + 1));
		world_poke(&world, &type_option, ARG + (size_t)32 * i, "nothing", ARG);
	}
	call_init(&call, &world, &command, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call.request_size, 6 * 24);
	assert_int_equal(call_unpack(&call), 0);
	at = (void *)(uintptr_t)call.driver_argument;
	for (unsigned i = 0; i < 6; i++, at = (void *)at->value) {
		assert_int_equal(at->size, i);
		assert_null(at->nothing); /* present in the guest, but the walk leads nowhere */
	}
	assert_null(at);
}

static void string_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_option, 1, IOF_IN, 0);

	iof_walk_string(walk, arg, 0, 8, 64, IOF_INOUT, 0);
}

static const struct iof_command command_string = {
	.name = "STRING", .number = ALL(1), .mask = UINT32_MAX, .argument = IOF_ARG_POINTER, .shape = string_shape};

static long string_driver(uint64_t argument)
{
	char *text = (void *)((struct driver_option *)(uintptr_t)argument)->value;

	assert_string_equal(text, "name");
	memcpy(text, "nape is longer", sizeof "nape is longer");
	return 0;
}

static void strings_travel_with_their_length(void **state)
{
	(void)state;
	put_option();
	memcpy(world_at(&world, BUF0), "name", 5);
	call_init(&call, &world, &command_string, ARG);
	call_run(&call, string_driver);
	assert_int_equal(call.request_size, 24 + 4 + 5);
	assert_memory_equal((const uint8_t *)call.request + 24, "\5\0\0\0name", 9);
	assert_int_equal(call.reply_size, 4 + 15);
	assert_string_equal((const char *)world_at(&world, BUF0), "nape is longer");
	assert_int_equal(*world_at(&world, BUF0 + 15), 0xa5);
}

static void strings_end_before_memory_does(void **state)
{
	uint64_t last = WORLD_BASE + WORLD_SIZE - 4;

	(void)state;
	put_option();
	world_poke(&world, &type_option, ARG, "value", last);
	memcpy(world_at(&world, last), "abc", 4);
	call_init(&call, &world, &command_string, ARG);
	assert_int_equal(call_gather(&call), 0);
	memcpy(world_at(&world, last), "abcd", 4);
	assert_int_equal(call_gather(&call), -EFAULT);
	memset(world_at(&world, BUF0), 'x', 64);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	assert_int_equal(call_gather(&call), -EINVAL);
	assert_string_equal(iof_walk_reason(call.guest), "value: no end within 64 bytes");
}

static void large_messages_are_refused_at_home(void **state)
{
	(void)state;
	put_option();
	world_poke(&world, &type_option, ARG, "size", 4096);
	call_init(&call, &world, &command_option, ARG);
	iof_walk_destroy(call.guest);
	call.guest = iof_walk_create(4096);
	assert_int_equal(call_gather(&call), -E2BIG); /* the reply is 24 + 4096 */
	world_poke(&world, &type_option, ARG, "size", 4096 - 24);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(iof_walk_reply_max(call.guest), 4096);
}

static void endless_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_option, 1, IOF_IN, 0);
	unsigned rounds = 0;

	while (iof_walk_ok(walk) && rounds++ < 100000)
		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, 0, IOF_IN, 0);
	assert_true(rounds < 100000);
}

static void segments_have_a_limit(void **state)
{
	const struct iof_command command = {.name = "MANY",
					    .number = ALL(1),
					    .mask = UINT32_MAX,
					    .argument = IOF_ARG_POINTER,
					    .shape = endless_shape};

	(void)state;
	put_option();
	call_init(&call, &world, &command, ARG);
	assert_int_equal(call_gather(&call), -E2BIG);
}

static void records_carry_their_count(void **state)
{
	const struct iof_io io = {.record = &type_mixed, .count_records = true, .direction = IOF_INOUT, .max_count = 4};
	struct iof_memory memory = world_memory(&world);
	uint32_t count;
	void *buffer;

	(void)state;
	call_init(&call, &world, &command_mixed, ARG);
	assert_int_equal(
		iof_gather_records(call.guest, &io, world.abi, ARG, 3, &memory, &call.request, &call.request_size), 0);
	assert_int_equal(call.request_size, 8 + 3 * 40);
	assert_memory_equal(call.request, "\3\0\0\0\0\0\0\0\xa5", 9);
	assert_int_equal(iof_unpack_records(call.host, &io, call.request, call.request_size, &count, &buffer), 0);
	assert_int_equal(count, 3);
	memset(buffer, 0x11, (size_t)3 * 40);
	assert_int_equal(call_pack(&call, 2), 0);
	assert_int_equal(call.reply_size, 2 * 40);
	assert_int_equal(call_scatter(&call, 2), 0);
	assert_int_equal(*world_at(&world, ARG + 79), 0x11);
	assert_int_equal(*world_at(&world, ARG + 80), 0xa5);

	assert_int_equal(
		iof_gather_records(call.guest, &io, world.abi, ARG, 5, &memory, &call.request, &call.request_size),
		-EINVAL);
	assert_int_equal(
		iof_gather_records(call.guest, &io, world.abi, 0, 1, &memory, &call.request, &call.request_size),
		-EFAULT);
	assert_int_equal(
		iof_gather_records(call.guest, &io, world.abi, 0, 0, &memory, &call.request, &call.request_size), 0);
	assert_int_equal(iof_unpack_records(call.host, &io, call.request, call.request_size, &count, &buffer), 0);
	assert_int_equal(iof_unpack_records(call.host, &io, call.request, 7, &count, &buffer), -EPROTO);
	assert_int_equal(iof_unpack_records(call.host, &io, "\1\0\0\0\1\0\0\0", 8, &count, &buffer), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elements_with_pointees),
		TEST(bounds_come_before_the_driver),
		TEST(null_is_a_fault_unless_allowed),
		TEST(unreadable_memory_is_a_fault),
		TEST(nullable_argument),
		TEST(flexible_array_shortened_by_a_field),
		TEST(clamp_lowers_what_the_driver_reads),
		TEST(counts_above_capacity_need_an_errno),
		TEST(exact_output_is_not_read),
		TEST(exact_output_stays_home_with_an_errno),
		TEST(drivers_addresses_stay_home),
		TEST(pointer_in_an_arm),
		TEST(unknown_selector_is_refused),
		TEST(values_of_32_bit_callers_widen),
		TEST(arguments_that_nobody_reads_do_not_travel),
		TEST(what_cannot_be_carried_says_why),
		TEST(pointers_to_pointers),
		TEST(strings_travel_with_their_length),
		TEST(strings_end_before_memory_does),
		TEST(large_messages_are_refused_at_home),
		TEST(segments_have_a_limit),
		TEST(records_carry_their_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
