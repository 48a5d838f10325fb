/* SPDX-License-Identifier: MIT */
#include "guest/common/commands.h"

#include <ioferry/control.h>
#include <ioferry/log.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#define PLAIN  _IO('t', 1)
#define WIDE   _IOR('t', 2, uint64_t)
#define WIDE32 _IOR('t', 2, uint32_t)
#define SEALED _IO('t', 3)
#define HIDDEN _IO('t', 4)
#define OTHER  _IO('t', 5)
#define NOBODY _IOW('t', 9, uint32_t)

#define EVERYWHERE(n)                                                                                                  \
	{                                                                                                              \
		n, n, n, n                                                                                             \
	}
static const struct iof_command commands[] = {
	{.name = "PLAIN", .number = EVERYWHERE(PLAIN), .mask = ~0U, .hash = 1},
	{.name = "SEALED",
	 .number = EVERYWHERE(SEALED),
	 .mask = ~0U,
	 .argument = IOF_ARG_UNSUPPORTED,
	 .hash = 3,
	 .why = "it hands out descriptors"},
	{.name = "HIDDEN",
	 .number = EVERYWHERE(HIDDEN),
	 .mask = ~0U,
	 .flags = IOF_CMD_NO_CUSE,
	 .hash = 4,
	 .why = "the VFS takes it"},
	{.name = "OTHER", .number = EVERYWHERE(OTHER), .mask = ~0U, .hash = 5},
	{.name = "WIDE", .number = {WIDE, WIDE32, WIDE32, WIDE32}, .mask = ~0U, .hash = 2},
};
static const struct iof_interface interface = {
	.name = "frob", .hash = 99, .commands = commands, .n_commands = sizeof commands / sizeof *commands};
const struct iof_interface *const iof_interfaces[] = {&interface, NULL};

/* The log. */

static struct {
	unsigned lines;
	enum iof_log_level level;
	char last[1024];
} logged;

static void keep(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	logged.lines++;
	logged.level = level;
	(void)snprintf(logged.last, sizeof logged.last, "%s", line);
}

static int setup(void **state)
{
	(void)state;
	memset(&logged, 0, sizeof logged);
	iof_log_setup(keep, NULL, IOF_LOG_DEBUG);
	return 0;
}

static void assert_said(unsigned lines, const char *last)
{
	assert_int_equal(logged.lines, lines);
	assert_int_equal(logged.level, IOF_LOG_WARNING);
	if (!strstr(logged.last, last))
		fail_msg("\"%s\" lacks \"%s\"", logged.last, last);
}

/* A host that declares OTHER otherwise. */

static uint32_t numbers[] = {PLAIN, SEALED, HIDDEN, OTHER, WIDE};
static uint64_t hashes[] = {1, 3, 4, 55, 2};

static struct iof_device device_of(Ioferry__Interface *schema)
{
	ioferry__interface__init(schema);
	schema->numbers = numbers;
	schema->n_numbers = sizeof numbers / sizeof *numbers;
	schema->hashes = hashes;
	schema->n_hashes = sizeof hashes / sizeof *hashes;
	return (struct iof_device){
		.name = "frob0", .interface = &interface, .interface_name = "frob", .schema = schema};
}

static struct commands_place place_of(const struct iof_device *device, struct commands_said *said)
{
	memset(said, 0, sizeof *said);
	return (struct commands_place){
		.device = device, .interface = device->interface, .name = device->name, .said = said};
}

static const char *found(const struct commands_place *place, enum iof_layout layout, uint32_t number)
{
	const struct iof_command *command = commands_find(place, layout, number);

	return command ? command->name : "none";
}

static void test_carried(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, PLAIN), "PLAIN");
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, WIDE), "WIDE");
	assert_string_equal(found(&place, IOF_LAYOUT_I386, WIDE32), "WIDE");
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, HIDDEN), "HIDDEN");
	assert_int_equal(logged.lines, 0);
}

static void test_undeclared(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(found(&place, IOF_LAYOUT_LP64, NOBODY), "none");
	assert_said(1, "frob0: ioctl 0x40047409 is not declared in interface frob");
	assert_said(1, "ioctl NAME = _IOW('t', 9, 4 bytes)");
	/* The number of another width, as a 64-bit program never means it. */
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, WIDE32), "none");
	assert_said(2, "_IOR('t', 2, 4 bytes)");
	/* What a caller of the other width means by a number is another thing. */
	assert_string_equal(found(&place, IOF_LAYOUT_I386, NOBODY), "none");
	assert_said(3, "(32-bit caller)");
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, 0), "none");
	assert_said(4, "ioctl NAME = 0x0");
	/* The one number that cannot be remembered is not logged, rather than each time. */
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, ~0U), "none");
	assert_int_equal(logged.lines, 4);
}

static void test_not_carried(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(found(&place, IOF_LAYOUT_LP64, SEALED), "none");
	assert_said(1, "frob0: ioctl SEALED of frob gives ENOTTY: it hands out descriptors");
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(found(&place, IOF_LAYOUT_LP64, OTHER), "none");
	assert_said(2, "ioctl OTHER of frob gives ENOTTY: the host's declaration of it differs");
}

static void test_device_node(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	place.node = true;
	place.name = "/dev/frob0";
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, PLAIN), "PLAIN");
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, HIDDEN), "none");
	assert_said(1, "/dev/frob0: ioctl HIDDEN of frob gives ENOTTY: the VFS takes it");
}

/* An open file outlives its device's place in the host's list. */
static void test_device_is_gone(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	place.device = NULL;
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, PLAIN), "none");
	assert_said(1, "ioctl PLAIN of frob");
}

static void test_unknown_interface(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place;

	(void)state;
	device.interface = NULL;
	device.interface_name = "strange";
	place = place_of(&device, &said);
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, PLAIN), "none");
	assert_said(1, "is not declared in interface strange");
}

/* A program that tries all numbers. */
static void test_bounded(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);

	(void)state;
	for (uint32_t number = 0x1000; number < 0x2000; number++)
		assert_string_equal(found(&place, IOF_LAYOUT_LP64, number), "none");
	assert_int_equal(logged.lines, COMMANDS_SAID);
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, PLAIN), "PLAIN");
	assert_string_equal(found(&place, IOF_LAYOUT_LP64, ~0U), "none");
	assert_int_equal(logged.lines, COMMANDS_SAID);
}

static void *try_numbers(void *argument)
{
	const struct commands_place *place = argument;

	for (uint32_t number = 0x1000; number < 0x1000 + COMMANDS_SAID; number++)
		(void)commands_find(place, IOF_LAYOUT_LP64, number);
	return NULL;
}

/* Counted only: the lines of several threads have no order. */
static void count(void *context, enum iof_log_level level, const char *line)
{
	(void)level, (void)line;
	__atomic_add_fetch((unsigned *)context, 1, __ATOMIC_RELAXED);
}

static void test_threads(void **state)
{
	Ioferry__Interface schema;
	struct iof_device device = device_of(&schema);
	struct commands_said said;
	struct commands_place place = place_of(&device, &said);
	pthread_t threads[4];
	unsigned lines = 0;

	(void)state;
	iof_log_setup(count, &lines, IOF_LOG_DEBUG);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, try_numbers, &place), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lines, COMMANDS_SAID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_carried, setup),
		cmocka_unit_test_setup(test_undeclared, setup),
		cmocka_unit_test_setup(test_not_carried, setup),
		cmocka_unit_test_setup(test_device_node, setup),
		cmocka_unit_test_setup(test_device_is_gone, setup),
		cmocka_unit_test_setup(test_unknown_interface, setup),
		cmocka_unit_test_setup(test_bounded, setup),
		cmocka_unit_test_setup(test_threads, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
