/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <ioferry/log.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static char last[2048];
static unsigned lines;

static void sink(void *context, enum iof_log_level level, const char *line)
{
	(void)level;
	assert_ptr_equal(context, &lines);
	snprintf(last, sizeof last, "%s", line);
	lines++;
	errno = EIO;
}

static int setup(void **state)
{
	(void)state;
	lines = 0;
	last[0] = '\0';
	iof_log_setup(sink, &lines, IOF_LOG_INFO);
	return 0;
}

static void levels_filter(void **state)
{
	(void)state;
	iof_log(IOF_LOG_DEBUG, "no");
	assert_int_equal(lines, 0);
	iof_log(IOF_LOG_INFO, "yes %d", 1);
	assert_int_equal(lines, 1);
	assert_string_equal(last, "yes 1");
	assert_true(iof_log_enabled(IOF_LOG_ERR));
	assert_false(iof_log_enabled(IOF_LOG_DEBUG));
}

static void errno_stays(void **state)
{
	(void)state;
	errno = ENOTTY;
	iof_log(IOF_LOG_ERR, "x");
	assert_int_equal(errno, ENOTTY);
}

static void control_characters_are_escaped(void **state)
{
	(void)state;
	iof_log(IOF_LOG_ERR, "a\nb\x1b[2J\x7f\xc2\x9b"
			     "c\xc3\xa4");
	assert_string_equal(last, "a\\x0ab\\x1b[2J\\x7f\\xc2\\x9bc\xc3\xa4");
}

static void long_lines_are_cut(void **state)
{
	char text[5000];

	(void)state;
	memset(text, '\n', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	iof_log(IOF_LOG_ERR, "%s", text);
	assert_true(strlen(last) <= 1023);
	assert_true(strlen(last) > 1000);
}

static void burst_then_one_an_interval(void **state)
{
	struct iof_log_limit limit = {0};
	struct timespec pause = {.tv_nsec = 60000000};
	uint32_t dropped = 99;
	unsigned through = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		through += iof_log_allowed(&limit, 3, 50, &dropped);
	/* A slow machine may pass an interval within the loop. */
	assert_true(through >= 3 && through <= 10);
	nanosleep(&pause, NULL);
	assert_true(iof_log_allowed(&limit, 3, 50, &dropped));
	assert_true(dropped >= 90 - through && dropped <= 97);
	assert_false(iof_log_allowed(&limit, 3, 1000000, &dropped) && iof_log_allowed(&limit, 3, 1000000, &dropped));
}

static void levels_have_names(void **state)
{
	enum iof_log_level level = IOF_LOG_ERR;

	(void)state;
	assert_int_equal(iof_log_level_parse("debug", &level), 0);
	assert_int_equal(level, IOF_LOG_DEBUG);
	assert_int_equal(iof_log_level_parse("loud", &level), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(levels_filter, setup),
		cmocka_unit_test_setup(errno_stays, setup),
		cmocka_unit_test_setup(control_characters_are_escaped, setup),
		cmocka_unit_test_setup(long_lines_are_cut, setup),
		cmocka_unit_test_setup(burst_then_one_an_interval, setup),
		cmocka_unit_test_setup(levels_have_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
