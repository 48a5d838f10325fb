/* SPDX-License-Identifier: MIT */
/* What each feature of the language does to a call: one test a feature, with the interfaces of features/. */
#include "caller.h"

#include "bits_types.h"
#include "bounds_types.h"
#include "by_command_types.h"
#include "copy_back_types.h"
#include "counted_arms_types.h"
#include "counts_types.h"
#include "descriptors_types.h"
#include "elements_types.h"
#include "errnos_types.h"
#include "file_state_types.h"
#include "flexible_types.h"
#include "holes_types.h"
#include "nullable_types.h"
#include "numbers_types.h"
#include "pointers_types.h"
#include "results_types.h"
#include "returned_types.h"
#include "size_query_types.h"
#include "status_types.h"
#include "strings_types.h"
#include "structs_types.h"
#include "unions_types.h"
#include "used_types.h"
#include "values_types.h"
#include "waiting_types.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

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

/* --- choices ----------------------------------------------------------------------------------------------------- */

static long negate(void *argument)
{
	struct unions_chosen *chosen = argument;

	if (chosen->kind == UNIONS_GET)
		chosen->value.number = ~chosen->value.number;
	else
		chosen->value.pair[1] = -chosen->value.pair[1];
	return 0;
}

static void a_field_chooses_what_a_union_holds(void **state)
{
	struct unions_chosen chosen = {.kind = UNIONS_GET, .value.number = 5};

	(void)state;
	assert_int_equal(CALL("unions", UNIONS_CHOSEN, &chosen, negate), 0);
	assert_true(chosen.value.number == ~5UL);
	chosen = (struct unions_chosen){.kind = UNIONS_SET, .value.pair = {1, 2}};
	assert_int_equal(CALL("unions", UNIONS_CHOSEN, &chosen, negate), 0);
	assert_true(chosen.value.pair[1] == -2);
	chosen.kind = 5;
	assert_int_equal(CALL("unions", UNIONS_CHOSEN, &chosen, negate), -ENOSYS);
}

static long to_device(void *argument)
{
	const struct counted_arms_request *request = argument;
	const struct counted_arms_piece *list = request->data;

	if (request->n_pieces == 0)
		return ((const uint8_t *)request->data)[2];
	return ((const uint8_t *)list[1].base)[0];
}

static void a_count_chooses_bytes_or_a_list(void **state)
{
	uint8_t bytes[3] = {1, 2, 3}, more[2] = {7, 8};
	struct counted_arms_piece list[2] = {{bytes, 3}, {more, 2}};
	struct counted_arms_request request = {.direction = COUNTED_ARMS_TO_DEVICE, .length = 3, .data = bytes};

	(void)state;
	assert_int_equal(CALL("counted_arms", COUNTED_ARMS_TRANSFER, &request, to_device), 3);
	request.n_pieces = 2;
	request.data = list;
	assert_int_equal(CALL("counted_arms", COUNTED_ARMS_TRANSFER, &request, to_device), 7);
	list[1].length = 65;
	assert_int_equal(CALL("counted_arms", COUNTED_ARMS_TRANSFER, &request, to_device), -EINVAL);
	request.direction = COUNTED_ARMS_NOTHING; /* then data is not looked at */
	request.data = (void *)8;
	assert_int_equal(CALL("counted_arms", COUNTED_ARMS_TRANSFER, &request, nothing), 0);
}

static long by_id(void *argument)
{
	struct file_state_TAKE *take = argument;

	assert_int_equal(take->objects[0].id, 77); /* read from what is filled */
	take->objects[0].data[0] = 1;
	take->n = 1;
	return 0;
}

static void what_is_filled_starts_as_the_callers_whatever_state_a_file_is_in(void **state)
{
	struct file_state_object objects[2] = {{.id = 77}};
	struct file_state_TAKE take = {2, objects};

	(void)state;
	assert_int_equal(CALL("file_state", FILE_STATE_TAKE, &take, by_id), 0);
	assert_true(take.n == 1 && objects[0].id == 77 && objects[0].data[0] == 1);
}

/* --- answers ----------------------------------------------------------------------------------------------------- */

static long write_and_fail(void *argument)
{
	((struct copy_back_setting *)argument)->real = 4;
	return -EAGAIN;
}

static void what_comes_with_an_errno_is_stored(void **state)
{
	struct copy_back_setting setting = {1, 1};

	(void)state;
	assert_int_equal(CALL("copy_back", COPY_BACK_LISTED, &setting, write_and_fail), -EAGAIN);
	assert_int_equal(setting.real, 4);
}

static long fail_in_band(void *argument)
{
	struct status_command *command = argument;

	command->error = -1;
	command->retval = 22;
	return 0;
}

static void an_error_in_the_structure_leaves_the_result_alone(void **state)
{
	struct status_command command = {.what = 1};

	(void)state;
	assert_int_equal(CALL("status", STATUS_COMMAND, &command, fail_in_band), 0);
	assert_true(command.retval == 22 && command.error == -1);
}

static long name(void *argument)
{
	memcpy(argument, "a name", 7);
	return 7;
}

static void results_say_something(void **state)
{
	char text[16] = "";

	(void)state;
	assert_int_equal(CALL("results", _IOC(_IOC_READ, 'r', 3, sizeof(text)), text, name), 7);
	assert_string_equal(text, "a name");
}

static long value_of_12_bytes(void *argument)
{
	struct size_query_GET *get = argument;
	bool fits = get->size >= 12;

	if (fits)
		memset(get->value, 9, 12);
	get->size = 12;
	return fits ? 0 : -ENOSPC;
}

static void a_size_is_asked_for_first(void **state)
{
	uint8_t value[32] = {0};
	struct size_query_GET get = {.size = 0};

	(void)state;
	assert_int_equal(CALL("size_query", SIZE_QUERY_GET, &get, value_of_12_bytes), -ENOSPC);
	assert_int_equal(get.size, 12);
	get = (struct size_query_GET){.size = sizeof(value), .value = value};
	assert_int_equal(CALL("size_query", SIZE_QUERY_GET, &get, value_of_12_bytes), 0);
	assert_true(get.size == 12 && value[11] == 9 && value[12] == 0);
}

static void bounds_are_checked_before_the_driver(void **state)
{
	struct bounds_place place = {.channel = 4, .name = 17};
	struct bounds_place places[3] = {{0, 1}, {0, 1}, {5, 1}};
	struct bounds_PLACES list = {3, places};
	uint32_t level = 11;

	(void)state;
	assert_int_equal(CALL("bounds", BOUNDS_PLACE, &place, nothing), 0);
	place.name = -1;
	assert_int_equal(CALL("bounds", BOUNDS_PLACE, &place, nothing), -ENOENT);
	assert_int_equal(call.entered, 0);
	assert_int_equal(CALL("bounds", BOUNDS_PLACES, &list, nothing), -EINVAL);
	assert_int_equal(CALL("bounds", BOUNDS_LEVEL, &level, nothing), -EDOM);
	level = 10;
	assert_int_equal(CALL("bounds", BOUNDS_LEVEL, &level, nothing), 0);
}

static long took_too_long(void *argument)
{
	((struct errnos_READ *)argument)->n = 0;
	return -257;
}

static void errnos_that_linux_does_not_have(void **state)
{
	uint32_t list[2] = {0};
	struct errnos_READ read = {2, list};

	(void)state;
	assert_int_equal(CALL("errnos", ERRNOS_READ, &read, took_too_long), -257);
	assert_int_equal(read.n, 0);
}

static void a_call_with_a_file_descriptor_is_refused_and_one_without_is_not(void **state)
{
	struct descriptors_SETUP configure = {.file = 3};
	struct descriptors_REQUEST request = {.request = 3};
	int file = 0;

	(void)state;
	assert_int_equal(CALL("descriptors", DESCRIPTORS_SETUP, &configure, nothing), -ENOTTY);
	assert_int_equal(call.entered, 0);
	assert_string_equal(call.reason, "arg.file is file descriptor 3, which means nothing on the host");
	configure.file = -1;
	assert_int_equal(CALL("descriptors", DESCRIPTORS_SETUP, &configure, nothing), 0);
	assert_int_equal(CALL("descriptors", DESCRIPTORS_REQUEST, &request, nothing), 0); /* it is not one */
	request.flags = DESCRIPTORS_WITH_FILE;
	assert_int_equal(CALL("descriptors", DESCRIPTORS_REQUEST, &request, nothing), -ENOTTY);
	assert_int_equal(CALL("descriptors", DESCRIPTORS_IMPORT, &file, nothing), -ENOTTY);
	assert_int_equal(CALL("descriptors", DESCRIPTORS_ATTACH, 0, nothing), -ENOTTY);
	assert_int_equal(CALL("descriptors", DESCRIPTORS_EXPORT, &file, nothing), -ENOTTY);
	assert_non_null(strstr(call.reason, "hands out a file descriptor"));
}

static int unpack(const char *interface, uint32_t number, const void *payload, size_t length)
{
	const struct iof_interface *found = iof_interface_find(interface);
	struct iof_walk *walk = iof_walk_create(1 << 16);
	uint64_t argument;
	int error = iof_unpack(walk, iof_interface_command(found, IOF_LAYOUT_LP64, number), number, payload, length,
			       false, &argument);

	iof_walk_destroy(walk);
	return error;
}

static void the_host_checks_all_of_it_again(void **state)
{
	const uint32_t with_file[] = {3, 8}, without[] = {UINT32_MAX, 8}, place[] = {5, 1};
	struct used_BYTES bytes = {.length = 65};

	(void)state;
	assert_int_equal(unpack("descriptors", DESCRIPTORS_SETUP, without, sizeof(without)), 0);
	assert_int_equal(unpack("descriptors", DESCRIPTORS_SETUP, with_file, sizeof(with_file)), -ENOTTY);
	assert_int_equal(unpack("bounds", BOUNDS_PLACE, place, sizeof(place)), -EINVAL);
	assert_int_equal(unpack("used", USED_BYTES, &bytes, sizeof(bytes)), -EINVAL);
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
		cmocka_unit_test(a_field_chooses_what_a_union_holds),
		cmocka_unit_test(a_count_chooses_bytes_or_a_list),
		cmocka_unit_test(what_is_filled_starts_as_the_callers_whatever_state_a_file_is_in),
		cmocka_unit_test(what_comes_with_an_errno_is_stored),
		cmocka_unit_test(an_error_in_the_structure_leaves_the_result_alone),
		cmocka_unit_test(results_say_something),
		cmocka_unit_test(a_size_is_asked_for_first),
		cmocka_unit_test(bounds_are_checked_before_the_driver),
		cmocka_unit_test(errnos_that_linux_does_not_have),
		cmocka_unit_test(a_call_with_a_file_descriptor_is_refused_and_one_without_is_not),
		cmocka_unit_test(the_host_checks_all_of_it_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
