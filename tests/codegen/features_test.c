/* SPDX-License-Identifier: MIT */
/* What features of the language do to a call, with the interfaces of features/: arguments, pointers, arrays. */
#include "caller.h"

#include "bits_types.h"
#include "by_command_types.h"
#include "counts_types.h"
#include "flexible_types.h"
#include "holes_types.h"
#include "nullable_types.h"
#include "pointers_types.h"
#include "returned_types.h"
#include "strings_types.h"
#include "structs_types.h"
#include "used_types.h"
#include "values_types.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct test_call call;

#define CALL(interface, number, argument, driver)                                                                      \
	caller_ioctl(&call, interface, number, (uint64_t)(uintptr_t)(argument), driver)

static long nothing(void *argument)
{
	(void)argument;
	return 0;
}

/* --- what an argument is ---------------------------------------------------------------------------------------- */

static long fill_everything(void *argument)
{
	struct structs_everything *all = argument;

	assert_int_equal(all->wide, 7); /* the caller's bytes are there, although the direction is out */
	all->native = -5;
	all->corners[1].y = 9;
	return 0;
}

static void fixed_structures_with_a_direction_of_their_own(void **state)
{
	struct structs_everything all = {.wide = 7, .byte = 3};

	(void)state;
	assert_int_equal(CALL("structs", STRUCTS_GET_EVERYTHING, &all, fill_everything), 0);
	assert_true(all.native == -5 && all.corners[1].y == 9 && all.wide == 7 && all.byte == 3);
}

static uint64_t seen;

static long note(void *argument)
{
	seen = (uint64_t)(uintptr_t)argument;
	return 0;
}

static void the_whole_number_is_the_key(void **state)
{
	const struct iof_interface *numbers = iof_interface_find("numbers");

	(void)state;
	/* The size in the number is the caller's own. */
	assert_ptr_equal(iof_interface_command(numbers, IOF_LAYOUT_LP64, 0x40086e80),
			 iof_interface_command(numbers, IOF_LAYOUT_I386, 0x40046e80));
	assert_null(iof_interface_command(numbers, IOF_LAYOUT_LP64, 0x40046e80));
	/* Families: any size, some of the numbers. */
	assert_non_null(iof_interface_command(numbers, IOF_LAYOUT_LP64, 0x80ff6e20));
	assert_non_null(iof_interface_command(numbers, IOF_LAYOUT_LP64, 0x80046e5f));
	assert_null(iof_interface_command(numbers, IOF_LAYOUT_LP64, 0x80046e60));
}

static void without_an_argument_and_by_value(void **state)
{
	(void)state;
	assert_int_equal(CALL("values", VALUES_IGNORED, 0x1234, note), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(CALL("values", VALUES_LEVEL, -3, note), 0);
	assert_int_equal((int64_t)seen, -3);
	assert_int_equal(call.request, 8);
	assert_int_equal(CALL("bits", BITS_BAUD, 0x1c0001, note), 0);
	assert_int_equal(seen, 0x1c0001);
}

static long reply(void *argument)
{
	struct pointers_ASK *ask = argument;

	assert_int_equal(ask->request->kind, 2);
	ask->reply->stamp = 99;
	ask->request->kind = 3; /* in: it does not come back */
	return 0;
}

static void pointers_have_directions_of_their_own(void **state)
{
	struct pointers_request request = {.kind = 2};
	struct pointers_reply answer = {0};
	struct pointers_ASK ask = {&request, &answer};

	(void)state;
	assert_int_equal(CALL("pointers", POINTERS_ASK, &ask, reply), 0);
	assert_true(request.kind == 2 && answer.stamp == 99 && ask.reply == &answer);
}

static long take_two(void *argument)
{
	struct holes_envelope3 {
		uint64_t *buffer;
		uint32_t size;
	} *envelope = argument;

	envelope->buffer[0] = 5;
	envelope->buffer[1] = 6;
	envelope->size = 2;
	return 0;
}

static void one_envelope_for_many_commands(void **state)
{
	uint64_t taken[4] = {1, 1, 1, 1};
	struct {
		uint64_t *buffer;
		uint32_t size;
	} envelope = {taken, 4};

	(void)state;
	assert_int_equal(CALL("holes", HOLES_TAKE, &envelope, take_two), 0);
	assert_true(envelope.size == 2 && taken[0] == 5 && taken[1] == 6 && taken[2] == 1);
}

static void the_command_chooses_the_elements(void **state)
{
	uint8_t bytes[512] = {0};
	struct {
		void *buffer;
		uint32_t size;
	} envelope = {bytes, 3};

	(void)state;
	assert_int_equal(CALL("by_command", BY_COMMAND_SEND, &envelope, nothing), 0);
	assert_int_equal(call.request, 16 + 3 * 12);
	assert_int_equal(CALL("by_command", BY_COMMAND_SEND_T, &envelope, nothing), 0);
	assert_int_equal(call.request, 16 + 3 * 24);
	assert_int_equal(CALL("by_command", BY_COMMAND_SEND_X, &envelope, nothing), 0);
	assert_int_equal(call.request, 16 + 3 * 80);
}

/* --- arrays ------------------------------------------------------------------------------------------------------ */

static long move_both(void *argument)
{
	struct counts_BOTH *both = argument;

	assert_int_equal(both->n_room, 4); /* 9 were asked for */
	for (uint32_t i = 0; i < 3; i++)
		both->received[i] = both->sent[i] + 1;
	both->n_room = 3;
	return 0;
}

static void counted_arrays(void **state)
{
	struct counts_frame frames[4] = {{.id = 1}};
	struct counts_ELEMENTS elements = {4, frames};
	struct counts_BYTES bytes = {4 * sizeof(frames[0]), frames};
	uint16_t sent[8] = {10, 20, 30}, received[9] = {0};
	struct counts_BOTH both = {8, 9, sent, received};

	(void)state;
	assert_int_equal(CALL("counts", COUNTS_ELEMENTS, &elements, nothing), 0);
	assert_int_equal(CALL("counts", COUNTS_BYTES, &bytes, nothing), 0);
	bytes.size--;
	assert_int_equal(CALL("counts", COUNTS_BYTES, &bytes, nothing), -EINVAL);
	elements.n = 17;
	assert_int_equal(CALL("counts", COUNTS_ELEMENTS, &elements, nothing), -EINVAL);
	assert_int_equal(call.entered, 0);
	assert_string_equal(call.reason, "arg.n is 17, at most 16");

	assert_int_equal(CALL("counts", COUNTS_BOTH, &both, move_both), 0);
	assert_true(both.n_room == 3 && received[2] == 31 && received[3] == 0);
	both.n_sent = 9;
	assert_int_equal(CALL("counts", COUNTS_BOTH, &both, move_both), -E2BIG);
}

static long two_of_them(void *argument)
{
	struct returned_BY_FIELD *by_field = argument;

	for (uint32_t i = 0; i < by_field->n; i++)
		by_field->list[i] = 40 + i;
	by_field->n = 2;
	return 0;
}

static long two_as_result(void *argument)
{
	const struct returned_BY_RESULT *by_result = argument;

	by_result->list[0] = by_result->list[1] = by_result->list[2] = 50;
	return 2;
}

static void as_much_comes_back_as_the_driver_says(void **state)
{
	uint32_t list[4] = {1, 1, 1, 1};
	struct returned_BY_FIELD by_field = {4, list};
	struct returned_BY_RESULT by_result = {4, list};

	(void)state;
	assert_int_equal(CALL("returned", RETURNED_BY_FIELD, &by_field, two_of_them), 0);
	assert_true(by_field.n == 2 && list[1] == 41 && list[2] == 1);
	assert_int_equal(call.reply, 16 + 2 * 4);
	assert_int_equal(CALL("returned", RETURNED_BY_RESULT, &by_result, two_as_result), 2);
	assert_true(list[1] == 50 && list[2] == 1);
}

static long one_behind_the_head(void *argument)
{
	struct flexible_list *list = argument;

	list->count = 1;
	list->list[0].id = 8;
	return 0;
}

static void arrays_behind_a_head(void **state)
{
	uint64_t memory[8] = {0};
	struct flexible_list *list = (struct flexible_list *)memory;

	(void)state;
	list->count = 2;
	assert_int_equal(CALL("flexible", FLEXIBLE_RECEIVE, list, one_behind_the_head), 0);
	assert_true(list->count == 1 && list->list[0].id == 8 && list->list[1].id == 0);
}

static void what_is_used_of_an_array_is_no_more_than_there_is(void **state)
{
	struct used_BYTES bytes = {.length = 64};
	struct used_SECTORS sectors = {.count = 4};
	struct used_DERIVED derived = {.words = 4};

	(void)state;
	assert_int_equal(CALL("used", USED_BYTES, &bytes, nothing), 0);
	bytes.length = -1;
	assert_int_equal(CALL("used", USED_BYTES, &bytes, nothing), -EINVAL);
	assert_int_equal(call.entered, 0);
	assert_int_equal(CALL("used", USED_SECTORS, &sectors, nothing), 0);
	sectors.count = 5;
	assert_int_equal(CALL("used", USED_SECTORS, &sectors, nothing), -EFBIG);
	assert_int_equal(CALL("used", USED_DERIVED, &derived, nothing), 0);
	derived.words = 5;
	assert_int_equal(CALL("used", USED_DERIVED, &derived, nothing), -EINVAL);
}

static long rename_it(void *argument)
{
	struct strings_OPEN *open = argument;

	assert_string_equal(open->name, "thing");
	return 0;
}

static void strings_end_with_their_nul(void **state)
{
	char name[32] = "thing";
	struct strings_OPEN open = {name};

	(void)state;
	assert_int_equal(CALL("strings", STRINGS_OPEN, &open, rename_it), 0);
	memset(name, 'x', sizeof(name));
	assert_int_not_equal(CALL("strings", STRINGS_OPEN, &open, rename_it), 0);
	assert_int_equal(call.entered, 0);
}

static long ten_of_them(void *argument)
{
	if (!argument)
		return 10;
	((struct nullable_LIST *)argument)->n = 0;
	return 0;
}

static void null_where_it_means_something(void **state)
{
	uint32_t value = 1, always = 2;
	struct nullable_MAYBE maybe = {NULL, &always};

	(void)state;
	assert_int_equal(CALL("nullable", NULLABLE_LIST, NULL, ten_of_them), 10);
	assert_int_equal(CALL("nullable", NULLABLE_SET, NULL, note), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(CALL("nullable", NULLABLE_MAYBE, &maybe, nothing), 0);
	maybe = (struct nullable_MAYBE){&value, NULL};
	assert_int_equal(CALL("nullable", NULLABLE_MAYBE, &maybe, nothing), -EFAULT);
	assert_int_equal(call.entered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_structures_with_a_direction_of_their_own),
		cmocka_unit_test(the_whole_number_is_the_key),
		cmocka_unit_test(without_an_argument_and_by_value),
		cmocka_unit_test(pointers_have_directions_of_their_own),
		cmocka_unit_test(one_envelope_for_many_commands),
		cmocka_unit_test(the_command_chooses_the_elements),
		cmocka_unit_test(counted_arrays),
		cmocka_unit_test(as_much_comes_back_as_the_driver_says),
		cmocka_unit_test(arrays_behind_a_head),
		cmocka_unit_test(what_is_used_of_an_array_is_no_more_than_there_is),
		cmocka_unit_test(strings_end_with_their_nul),
		cmocka_unit_test(null_where_it_means_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
