/* SPDX-License-Identifier: MIT */
/* The version that a driver tells, against the one that its interface was read from. */
#include "host/backends/chardev/version.h"

#include <errno.h>
#include <fcntl.h>
#include <ioferry/log.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char logged[1100];
static enum iof_log_level logged_level;
static char path[] = "/tmp/ioferry-version.XXXXXX";

static void note(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	logged_level = level;
	(void)snprintf(logged, sizeof(logged), "%s", line);
}

static int make_file(void **state)
{
	int fd;

	(void)state;
	memset(path + strlen(path) - 6, 'X', 6);
	fd = mkstemp(path);
	iof_log_setup(note, NULL, IOF_LOG_DEBUG);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void in_three_bytes(uint64_t result, uint32_t parts[IOF_VERSION_PARTS])
{
	parts[0] = result >> 16 & 255;
	parts[1] = result >> 8 & 255;
	parts[2] = result & 255;
}

struct driver {
	int64_t answer;
	uint32_t number;
	uint64_t argument;
};

static int64_t ask(void *context, uint32_t number, uint64_t argument)
{
	struct driver *driver = context;

	driver->number = number;
	driver->argument = argument;
	return driver->answer;
}

static void check(const char *wanted, const struct iof_version_source *sources, uint8_t count, struct driver *driver)
{
	const struct iof_interface interface = {
		.name = "thing", .version = wanted, .version_sources = sources, .n_version_sources = count};

	logged[0] = '\0';
	version_check(&interface, "/dev/thing0", ask, driver);
}

static void check_file(const char *wanted, const char *text)
{
	const struct iof_version_source source = {.path = path};

	write_file(text);
	check(wanted, &source, 1, NULL);
}

static void a_file_begins_with_it(void **state)
{
	(void)state;
	check_file("8.9.3", "8.9.3\n");
	assert_int_equal(logged_level, IOF_LOG_INFO);
	assert_non_null(strstr(logged, "/dev/thing0: its driver is version 8.9.3"));
	check_file("4", "4.0_ATCANMINI_PELICAN SVN 255");
	assert_int_equal(logged_level, IOF_LOG_INFO);
	assert_non_null(strstr(logged, "version 4.0"));
}

static void another_one_is_warned_of(void **state)
{
	static const char *const others[] = {"8.9.30", "8.9", "8.10.0", "8", "18.9.3"};

	(void)state;
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		check_file("8.9.3", others[i]);
		assert_int_equal(logged_level, IOF_LOG_WARNING);
		assert_non_null(strstr(logged, "/dev/thing0"));
		assert_non_null(strstr(logged, others[i]));
		assert_non_null(strstr(logged, "read from version 8.9.3"));
	}
}

static void it_stands_behind_a_word(void **state)
{
	const struct iof_version_source source = {.path = path, .after = "Release_"};

	(void)state;
	write_file("*--- PEAK ---\n*--- Release_2019.1. (8.9.3) ---\n");
	check("2019.1", &source, 1, NULL);
	assert_int_equal(logged_level, IOF_LOG_INFO);
	write_file("nothing here\n");
	check("2019.1", &source, 1, NULL);
	assert_int_equal(logged_level, IOF_LOG_INFO);
	assert_non_null(strstr(logged, "tells no version"));
}

static void the_first_source_that_is_there_counts(void **state)
{
	const struct iof_version_source sources[] = {
		{.path = "/nowhere/at/all"},
		{.path = path, .after = "absent"},
		{.number = 77, .argument = 1, .n_parts = 3, .parts = in_three_bytes}};
	struct driver driver = {.answer = 0x000303};

	(void)state;
	write_file("text\n");
	check("0.3", sources, 3, &driver);
	assert_int_equal(logged_level, IOF_LOG_INFO);
	assert_non_null(strstr(logged, "version 0.3.3"));
	assert_int_equal(driver.number, 77);
	assert_int_equal(driver.argument, 1);
	driver.answer = 0x000403;
	check("0.3", sources, 3, &driver);
	assert_int_equal(logged_level, IOF_LOG_WARNING);
	assert_non_null(strstr(logged, "0.4.3"));
	driver.answer = -EINVAL;
	check("0.3", sources, 3, &driver);
	assert_int_equal(logged_level, IOF_LOG_INFO);
	assert_non_null(strstr(logged, "tells no version"));
}

static void a_file_may_hold_anything(void **state)
{
	static const char *const texts[] = {
		"", "....", "\n", "version",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111"};

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_file("1", texts[i]);
		assert_non_null(strstr(logged, "tells no version"));
	}
}

static void without_a_clause_nothing_is_said(void **state)
{
	(void)state;
	check(NULL, NULL, 0, NULL);
	assert_string_equal(logged, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_begins_with_it),    cmocka_unit_test(another_one_is_warned_of),
		cmocka_unit_test(it_stands_behind_a_word),  cmocka_unit_test(the_first_source_that_is_there_counts),
		cmocka_unit_test(a_file_may_hold_anything), cmocka_unit_test(without_a_clause_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
