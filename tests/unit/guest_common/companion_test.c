/* SPDX-License-Identifier: MIT */
#include "guest/common/companion.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct iof_companion_part table[] = {
	{.text = "{count} of version {version}, {what}?\n"},
	{.text = "{number} small /dev/{name}\n", .each = true, .low = 0, .high = 7},
	{.text = "{number} large\n", .each = true, .low = 8, .high = UINT32_MAX},
};
static const struct iof_companion_part number[] = {{.text = "{number}\n"}};
static const struct iof_companion_part small[] = {{.text = "small\n", .each = true, .low = 0, .high = 7}};

static const struct iof_companion companions[] = {
	{.path = "/proc/thing", .parts = table, .n_parts = 3},
	{.path = "/sys/class/thing/version", .parts = table, .n_parts = 1},
	{.path = "/sys/class/thing/{name}/number", .parts = number, .n_parts = 1},
	{.path = "/sys/class/thing/{name}/more/size", .parts = small, .n_parts = 1},
};
static const struct iof_interface thing = {
	.name = "thing", .version = "1.2", .companions = companions, .n_companions = 4};
static const struct iof_interface other = {.name = "other"};
static const struct iof_interface *const interfaces[] = {&other, &thing, NULL};

static const struct iof_device thing0 = {.name = "thing0", .interface = &thing};
static const struct iof_device other1 = {.name = "other1", .interface = &other};
static const struct iof_device thing12 = {.name = "things/thing12", .interface = &thing};
static const struct iof_device *const list[] = {&other1, &thing0, &thing12};
static const struct companion_devices devices = {.list = list, .count = 3};

static void assert_text(const char *path, const char *wanted)
{
	size_t length;
	char *text;

	assert_int_equal(companion_text(&devices, path, &text, &length), 0);
	assert_string_equal(text, wanted);
	assert_int_equal(length, strlen(wanted));
	free(text);
}

static void assert_no_text(const char *path, int error)
{
	size_t length;
	char *text;

	assert_int_equal(companion_text(&devices, path, &text, &length), error);
}

static void test_texts(void **state)
{
	(void)state;
	assert_text("/proc/thing", "2 of version 1.2, {what}?\n0 small /dev/thing0\n12 large\n");
	assert_text("/sys/class/thing/version", "2 of version 1.2, {what}?\n");
	assert_text("/sys/class/thing/thing0/number", "0\n");
	assert_text("/sys/class/thing/things!thing12/number", "12\n");
	assert_text("/sys/class/thing/thing0/more/size", "small\n");
	assert_text("/sys/class/thing/things!thing12/more/size", "");
}

static void test_not_there(void **state)
{
	static const struct companion_devices none = {.list = list, .count = 1};
	size_t length;
	char *text;

	(void)state;
	assert_no_text("/proc", -ENOENT);
	assert_no_text("/sys/class", -ENOENT);
	assert_no_text("/sys/class/thing", -EISDIR);
	assert_no_text("/sys/class/thing/thing0", -EISDIR);
	assert_no_text("/sys/class/thing/thing1", -ENOENT);
	assert_no_text("/sys/class/thing/other1/number", -ENOENT);
	assert_no_text("/proc/thing/0", -ENOENT);
	assert_no_text("/proc/thin", -ENOENT);
	assert_int_equal(companion_text(&none, "/proc/thing", &text, &length), -ENOENT);
}

static void assert_entries(const char *path, const char *wanted)
{
	struct companion_entry *entries;
	char names[256] = "";
	size_t count, used = 0;

	assert_int_equal(companion_entries(&devices, path, &entries, &count), 0);
	for (size_t i = 0; i < count; i++) {
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s%s", i ? " " : "", entries[i].name,
					 entries[i].folder ? "/" : "");
		assert_true(used < sizeof(names));
	}
	free(entries);
	assert_string_equal(names, wanted);
}

static void test_folders(void **state)
{
	struct companion_entry *entries;
	size_t count;

	(void)state;
	assert_entries("/sys/class/thing", "version thing0/ things!thing12/");
	assert_entries("/sys/class/thing/thing0", "number more/");
	assert_entries("/sys/class/thing/thing0/more", "size");
	assert_int_equal(companion_entries(&devices, "/proc/thing", &entries, &count), -ENOTDIR);
	assert_int_equal(companion_entries(&devices, "/sys/class", &entries, &count), -ENOENT);
	assert_int_equal(companion_entries(&devices, "/sys/class/thing/thing1", &entries, &count), -ENOENT);
}

static void test_possible(void **state)
{
	static const char *const paths[] = {"/proc/thing", "/proc//./thing", "/sys/class/thing/",
					    "/sys/class/thing/any/what"};
	static const char *const others[] = {"/proc",
					     "/proc/",
					     "/sys/class",
					     "/sys/class/",
					     "/sys/class/net",
					     "/proc/thing/0",
					     "/proc/thing0",
					     "/proc/thin",
					     "proc/thing",
					     "/dev/thing0",
					     "",
					     "/proc/x/../thing"};
	char folded[COMPANION_PATH], longer[COMPANION_PATH + 32];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_true(companion_possible(interfaces, paths[i], folded));
	assert_string_equal(folded, "/sys/class/thing/any/what");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (companion_possible(interfaces, others[i], folded))
			fail_msg("%s", others[i]);
	}
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, "/sys/class/thing/", 17);
	longer[COMPANION_PATH] = 0;
	assert_false(companion_possible(interfaces, longer, folded));
	longer[COMPANION_PATH - 1] = 0;
	assert_true(companion_possible(interfaces, longer, folded));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
