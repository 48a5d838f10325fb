/* SPDX-License-Identifier: MIT */
/* What features of the language do to a call, with the interfaces of features/: choices, answers, refusals. */
#include "caller.h"

#include "bounds_types.h"
#include "copy_back_types.h"
#include "counted_arms_types.h"
#include "descriptors_types.h"
#include "errnos_types.h"
#include "file_state_types.h"
#include "results_types.h"
#include "size_query_types.h"
#include "status_types.h"
#include "tagged_types.h"
#include "unions_types.h"
#include "used_types.h"

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

static long give_a_pair(void *argument)
{
	struct tagged_event *event = argument;

	assert_int_equal(event->kind, 0); /* out exact: nothing of the caller's */
	*event = (struct tagged_event){.kind = TAGGED_PAIR, .stamp = 9, .value.pair = {1, 2}};
	return 0;
}

static void a_driver_chooses_what_a_union_holds(void **state)
{
	struct tagged_event event = {.kind = TAGGED_NUMBER, .value.number = 5};

	(void)state;
	assert_int_equal(CALL("tagged", TAGGED_NEXT, &event, give_a_pair), 0);
	assert_true(event.kind == TAGGED_PAIR && event.stamp == 9);
	assert_true(event.value.pair[0] == 1 && event.value.pair[1] == 2);
	assert_int_equal(call.request, 0);
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
		cmocka_unit_test(a_field_chooses_what_a_union_holds),
		cmocka_unit_test(a_driver_chooses_what_a_union_holds),
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
