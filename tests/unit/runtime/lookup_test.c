/* SPDX-License-Identifier: MIT */
#include "world.h"

/* RECV's number holds sizeof(pointer), so it differs by layout; BITS is a family of sizes. */
static const struct iof_command commands[] = {
	{.name = "CONFIG", .number = ALL(1), .mask = UINT32_MAX},
	{.name = "RECV", .number = LONG(0x40087602, 0x40047602), .mask = UINT32_MAX},
	{.name = "BITS", .number = ALL(0x80004520), .mask = 0xc000ffe0},
	{.name = "SEND", .number = LONG(0xc0187601, 0xc00c7601), .mask = UINT32_MAX},
};
static const struct iof_interface interface = {.name = "some", .commands = commands, .n_commands = 4};
const struct iof_interface *const iof_interfaces[] = {&interface, NULL};

static void numbers_are_the_callers(void **state)
{
	(void)state;
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_LP64, 1), &commands[0]);
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_LP64, 0x40087602), &commands[1]);
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_I386, 0x40047602), &commands[1]);
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_EABI32, 0xc00c7601), &commands[3]);
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_LP64, 0xc0187601), &commands[3]);
	assert_null(iof_interface_command(&interface, IOF_LAYOUT_LP64, 0x40047602));
	assert_null(iof_interface_command(&interface, IOF_LAYOUT_I386, 0x40087602));
	assert_null(iof_interface_command(&interface, IOF_LAYOUT_LP64, 0));
	assert_null(iof_interface_command(&interface, IOF_LAYOUT_LP64, UINT32_MAX));
}

static void families_keep_their_parameter(void **state)
{
	uint32_t number = 0x80604523;

	(void)state;
	assert_ptr_equal(iof_interface_command(&interface, IOF_LAYOUT_LP64, number), &commands[2]);
	assert_int_equal(iof_command_number(&commands[2], number), number);
	assert_int_equal(iof_command_number(&commands[3], 0xc00c7601), 0xc0187601);
}

static void interfaces_have_names(void **state)
{
	(void)state;
	assert_ptr_equal(iof_interface_find("some"), &interface);
	assert_null(iof_interface_find("other"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_the_callers),
		cmocka_unit_test(families_keep_their_parameter),
		cmocka_unit_test(interfaces_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
