/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <ioferry/describe.h>
#include <stdio.h>
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)
#define BUF1 (WORLD_BASE + 0x400)

static struct world world;
static char text[1024];

static const char *described(const struct iof_walk *walk, uint32_t error)
{
	struct iof_text out = iof_text_make(text, sizeof text);

	iof_describe_walk(&out, walk, error);
	return text;
}

static void begin_world(iof_abi abi)
{
	world_init(&world, abi);
	memset(world.bytes, 0, sizeof world.bytes);
}

/* A call up to where the driver runs. */
static void begin(struct call *call, const struct iof_command *command)
{
	call_init(call, &world, command, ARG);
	assert_int_equal(call_gather(call), 0);
	assert_int_equal(call_unpack(call), 0);
	iof_walk_remember(call->host);
}

static void what_is_sent_and_what_comes_back(void **state)
{
	struct call call;
	uint32_t *count;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	world_poke(&world, &type_list, ARG, "count", 2);
	world_poke(&world, &type_mixed, ARG + 8, "b", (uint64_t)-5);
	memcpy(world_at(&world, ARG + 8 + 24), "a\"\n", 3);
	begin(&call, &command_list);
	/* The list is an output. */
	assert_string_equal(described(call.guest, 0), "{count=2, mixed=...}");
	assert_string_equal(described(call.host, 0), "{count=2, mixed=...}");
	count = (void *)(uintptr_t)call.driver_argument;
	*count = 1;
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(described(call.host, 0),
			    "{count=2 => 1, mixed=[{a=0, b=-5, c=0, name=\"a\\x22\\x0a\", t=0}]}");
	call_end(&call);
}

static void what_has_changed_stands_behind_an_arrow(void **state)
{
	struct call call;
	uint8_t *bytes;

	(void)state;
	begin_world(IOF_LAYOUT_I386);
	world_poke(&world, &type_mixed, ARG, "a", 7);
	memcpy(world_at(&world, ARG + 16), "\\one", 5);
	begin(&call, &command_mixed);
	assert_string_equal(described(call.host, 0), "{a=7, b=0, c=0, name=\"\\x5cone\", t=0}");
	bytes = (void *)(uintptr_t)call.driver_argument;
	bytes[0] = 8;
	memcpy(bytes + 24, "two", 4);
	assert_int_equal(call_pack(&call, -5), 0);
	assert_string_equal(described(call.host, 5), "{a=7 => 8, b=0, c=0, name=\"\\x5cone\" => \"two\", t=0}");
	call_end(&call);

	/* An output that the driver did not write says nothing beside an errno. */
	begin_world(IOF_ABI_CANONICAL);
	world_poke(&world, &type_list, ARG, "count", 1);
	begin(&call, &command_list);
	assert_int_equal(call_pack(&call, -11), 0);
	assert_string_equal(described(call.host, 11), "{count=1, mixed=...}");
	((uint8_t *)(uintptr_t)call.driver_argument)[8] = 1;
	call_end(&call);

	begin(&call, &command_list);
	((uint8_t *)(uintptr_t)call.driver_argument)[8] = 1;
	assert_int_equal(call_pack(&call, -11), 0);
	assert_string_equal(described(call.host, 11), "{count=1, mixed=[{a=1, b=0, c=0, name=\"\", t=0}]}");
	call_end(&call);
}

static void without_memory_of_it_what_was_sent_is_not_known(void **state)
{
	struct call call;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	call_init(&call, &world, &command_mixed, ARG);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(described(call.host, 0), "{a=0, b=0, c=0, name=\"\", t=0}");
	iof_walk_remember(call.host); /* too late: nothing to remember */
	assert_string_equal(described(call.host, 0), "{a=0, b=0, c=0, name=\"\", t=0}");
	call_end(&call);
}

static void null_arguments(void **state)
{
	struct call call;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	call_init(&call, &world, &command_mixed, 0);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(call_unpack(&call), 0);
	assert_string_equal(described(call.host, 0), "NULL");
	call_end(&call);
}

static void pointers_are_followed_where_they_stand(void **state)
{
	struct call call;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	world_poke(&world, &type_rdwr, ARG, "msgs", MSGS);
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 2);
	world_poke(&world, &type_message, MSGS, "len", 2);
	world_poke(&world, &type_message, MSGS, "buf", BUF0);
	memcpy(world_at(&world, BUF0), "\x10\x20", 2);
	world_poke(&world, &type_message, MSGS + 16, "flags", 1);
	world_poke(&world, &type_message, MSGS + 16, "len", 33);
	world_poke(&world, &type_message, MSGS + 16, "buf", BUF1);
	begin(&call, &command_rdwr);
	assert_string_equal(described(call.host, 0), "{msgs=[{addr=0, flags=0, len=2, buf=10 20}, "
						     "{addr=0, flags=1, len=33, buf=...}], nmsgs=2}");
	assert_int_equal(call_pack(&call, 2), 0);
	assert_string_equal(
		described(call.host, 0),
		"{msgs=[{addr=0, flags=0, len=2, buf=10 20}, {addr=0, flags=1, len=33, "
		"buf=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
		"00 00 00 ...}], nmsgs=2}");
	call_end(&call);

	/* No more than four elements. */
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 42);
	begin(&call, &command_rdwr);
	assert_non_null(strstr(described(call.host, 0), "{addr=0, flags=0, len=0, buf=NULL}, ...], nmsgs=42}"));
	call_end(&call);
}

static void unions_and_null(void **state)
{
	struct call call;

	(void)state;
	begin_world(IOF_LAYOUT_I386);
	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + 4, "p", BUF0);
	memcpy(world_at(&world, BUF0), "\7\0\0\0", 4);
	begin(&call, &command_choice);
	assert_string_equal(described(call.host, 0), "{select=3, u={p=[7]}}");
	call_end(&call);

	world_poke(&world, &type_choice, ARG, "select", 2);
	begin(&call, &command_choice);
	assert_string_equal(described(call.host, 0), "{select=2, u={x=0, y=0}}");
	call_end(&call);

	world_poke(&world, &type_option, ARG, "size", 20);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", 0);
	begin(&call, &command_option);
	assert_string_equal(described(call.host, 0), "{size=20, value=..., nothing=NULL}");
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(described(call.host, 0),
			    "{size=20, value=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
			    "00 00 00, nothing=NULL}");
	call_end(&call);
}

/* --- fields that the IDL says more about ------------------------------------------------------------------------ */

static const struct iof_name frame_names[] = {{3, "BOTH"}, {1, "RTR"}, {2, "EXT"}, {0x80, "ERR"}, {0, "STANDARD"}};
static const struct iof_name mode_names[] = {{(uint64_t)-1, "NONE"}, {0, "OFF"}, {5, "ON"}};

static const struct iof_field shown_fields[] = {
	{"id", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"flags", IOF_UINT, 1, ALL(2), ALL(4), ALL(2)},
	{"mode", IOF_SINT, 1, ALL(1), ALL(6), ALL(1)},
	{"length", IOF_UINT, 1, ALL(1), ALL(7), ALL(1)},
	{"data", IOF_UINT, 8, ALL(1), ALL(8), ALL(1)},
	{"when.s", IOF_SENTINEL, 1, ALL(4), ALL(16), ALL(4)},
	{"when.part.us", IOF_UINT, 1, ALL(4), ALL(20), ALL(4)},
	{"when.part.ns", IOF_UINT, 1, ALL(4), ALL(24), ALL(4)},
	{"list", IOF_UINT, 2, ALL(2), ALL(28), ALL(2)},
};
static const struct iof_show shown_shows[] = {
	{0, IOF_FORM_HEX, 0, 0, NULL},
	{1, IOF_FORM_FLAGS, 0, 5, frame_names},
	{2, IOF_FORM_ENUM, 0, 3, mode_names},
	{4, IOF_FORM_PLAIN, 4, 0, NULL},
};
static const struct iof_type type_shown = {
	.name = "shown",
	.size = ALL(32),
	.same = 0xf,
	.n_fields = N_FIELDS(shown_fields),
	.fields = shown_fields,
	.shows = shown_shows,
	.n_shows = N_FIELDS(shown_shows),
};

static void shown_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_shown, 1, IOF_INOUT, 0);
}

static const struct iof_command command_shown = {
	.name = "SHOWN",
	.number = ALL(0x707),
	.mask = UINT32_MAX,
	.argument = IOF_ARG_POINTER,
	.shape = shown_shape,
};

static void names_and_nested_structures(void **state)
{
	struct call call;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	world_poke(&world, &type_shown, ARG, "id", 0x123);
	world_poke(&world, &type_shown, ARG, "flags", 0x83);
	world_poke(&world, &type_shown, ARG, "mode", 0xff);
	world_poke(&world, &type_shown, ARG, "length", 2);
	memcpy(world_at(&world, ARG + 8), "\1\2\3", 3);
	world_poke(&world, &type_shown, ARG, "when.s", UINT32_MAX);
	world_poke(&world, &type_shown, ARG, "when.part.ns", 9);
	begin(&call, &command_shown);
	assert_string_equal(described(call.host, 0), "{id=0x123, flags=BOTH|ERR, mode=NONE, length=2, data=01 02, "
						     "when={s=-1, part={us=0, ns=9}}, list=[0, 0]}");
	call_end(&call);

	/* More elements than there are, and values without a name. */
	world_poke(&world, &type_shown, ARG, "flags", 0x4100);
	world_poke(&world, &type_shown, ARG, "mode", 0x80);
	world_poke(&world, &type_shown, ARG, "length", 255);
	begin(&call, &command_shown);
	assert_string_equal(described(call.host, 0),
			    "{id=0x123, flags=0x4100, mode=-128, length=255, data=01 02 03 00 00 00 00 00, "
			    "when={s=-1, part={us=0, ns=9}}, list=[0, 0]}");
	((uint8_t *)(uintptr_t)call.driver_argument)[4] = 0;
	((uint8_t *)(uintptr_t)call.driver_argument)[5] = 0;
	((uint8_t *)(uintptr_t)call.driver_argument)[7] = 0;
	assert_int_equal(call_pack(&call, 0), 0);
	assert_string_equal(described(call.host, 0),
			    "{id=0x123, flags=0x4100 => STANDARD, mode=-128, length=255 => 0, data=[], "
			    "when={s=-1, part={us=0, ns=9}}, list=[0, 0]}");
	call_end(&call);
}

static const char *valued(const struct iof_command *command, uint64_t value)
{
	struct iof_text out = iof_text_make(text, sizeof text);

	iof_describe_value(&out, command, value);
	return text;
}

static void arguments_by_value(void **state)
{
	static const struct iof_show mode = {.form = IOF_FORM_ENUM, .n_names = 3, .names = mode_names};
	static const struct iof_show hex = {.form = IOF_FORM_HEX};
	struct iof_command command = {.argument = IOF_ARG_VALUE, .flags = IOF_CMD_VALUE_SIGNED, .value_size = 4};

	(void)state;
	assert_string_equal(valued(&command, 7), "7");
	assert_string_equal(valued(&command, UINT64_MAX), "-1");
	assert_string_equal(valued(&command, 0xffffffff), "-1"); /* an int that a caller did not widen */
	command.show = &mode;
	assert_string_equal(valued(&command, 5), "ON");
	assert_string_equal(valued(&command, 0xffffffff), "NONE");
	assert_string_equal(valued(&command, 6), "6");
	command = (struct iof_command){.argument = IOF_ARG_VALUE, .value_size = 8, .show = &hex};
	assert_string_equal(valued(&command, UINT64_MAX), "0xffffffffffffffff");
	command = (struct iof_command){.argument = IOF_ARG_VALUE};
	assert_string_equal(valued(&command, UINT64_MAX), "18446744073709551615");
}

static const char *resulted(int64_t result, uint32_t error)
{
	struct iof_text out = iof_text_make(text, sizeof text);

	iof_describe_result(&out, result, error);
	return text;
}

static void results(void **state)
{
	(void)state;
	assert_string_equal(resulted(0, 0), "0");
	assert_string_equal(resulted(12, 0), "12");
	assert_string_equal(resulted(-1, EAGAIN), "-1 EAGAIN (Resource temporarily unavailable)");
	assert_string_equal(resulted(-1, 133), "-1 EHWPOISON (Memory page has hardware error)");
	assert_string_equal(resulted(-1, 257), "-1 errno 257");
	assert_string_equal(resulted(-1, UINT32_MAX), "-1 errno 4294967295");
}

/* --- bytes that somebody chose ---------------------------------------------------------------------------------- */

static void text_is_cut_at_every_size(void **state)
{
	struct call call;
	char whole[1024];

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	begin(&call, &command_shown);
	(void)snprintf(whole, sizeof(whole), "%s", described(call.host, 0));
	for (size_t n = 0; n <= strlen(whole) + 1; n++) {
		struct iof_text out = iof_text_make(text, n);

		memset(text + n, 'x', 8);
		iof_describe_walk(&out, call.host, 0);
		assert_int_equal(text[n], 'x');
		if (n)
			assert_true(strlen(text) < n);
		if (n > 3 && n <= strlen(whole))
			assert_string_equal(text + n - 4, "...");
	}
	assert_string_equal(text, whole);
	call_end(&call);
}

static void any_byte_is_shown_as_plain_text(void **state)
{
	uint8_t all[256];
	struct iof_text out = iof_text_make(text, sizeof text);

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)(255 - i);
	iof_text_add_chars(&out, all, sizeof all);
	assert_int_equal(strlen(text), 2 + 256 + 3 * (256 - 95 + 2));
	for (const char *c = text; *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
	/* What is quoted ends where its quotes do. */
	assert_null(strchr(strchr(text + 1, '"') + 1, '"'));
}

static void a_driver_without_manners_breaks_nothing(void **state)
{
	struct call call;
	uint8_t *bytes;

	(void)state;
	begin_world(IOF_ABI_CANONICAL);
	world_poke(&world, &type_list, ARG, "count", 3);
	begin(&call, &command_list);
	bytes = (void *)(uintptr_t)call.driver_argument;
	memset(bytes, 0xff, 8 + 3 * 40);
	/* Without an errno its count is an error; with one all of the list comes back. */
	assert_int_equal(call_pack(&call, -28), 0);
	assert_non_null(strstr(described(call.host, 28), "{count=3 => 4294967295, mixed=[{a=255, b=-1, "));
	assert_non_null(strstr(text, "name=\"\\xff\\xff\\xff\\xff\\xff\""));
	call_end(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_and_what_comes_back),
		cmocka_unit_test(what_has_changed_stands_behind_an_arrow),
		cmocka_unit_test(without_memory_of_it_what_was_sent_is_not_known),
		cmocka_unit_test(null_arguments),
		cmocka_unit_test(pointers_are_followed_where_they_stand),
		cmocka_unit_test(unions_and_null),
		cmocka_unit_test(names_and_nested_structures),
		cmocka_unit_test(arguments_by_value),
		cmocka_unit_test(results),
		cmocka_unit_test(text_is_cut_at_every_size),
		cmocka_unit_test(any_byte_is_shown_as_plain_text),
		cmocka_unit_test(a_driver_without_manners_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
