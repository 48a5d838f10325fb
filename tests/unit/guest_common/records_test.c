/* SPDX-License-Identifier: MIT */
#include "guest/common/records.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LP64 (IOF_LAYOUT_LP64 | IOF_NATIVE_ORDER)
#define I386 (IOF_LAYOUT_I386 | IOF_NATIVE_ORDER)

/* 24 bytes on the wire and to a 64-bit caller, 16 to another. */
static const struct iof_type stamped = {.name = "stamped", .size = {24, 16, 24, 24}};
static const struct iof_io bytes = {.record = &iof_type_u8, .max_count = 4096};
static const struct iof_io structs = {.record = &stamped, .max_count = 8};
static const struct iof_io counted = {.record = &stamped, .count_records = true, .max_count = 8};

static void test_asked(void **state)
{
	(void)state;
	assert_int_equal(records_asked(&bytes, LP64, 100), 100);
	assert_int_equal(records_asked(&bytes, LP64, 5000), 4096);
	assert_int_equal(records_asked(&structs, LP64, 0), 0);
	assert_int_equal(records_asked(&structs, LP64, 23), 0);
	assert_int_equal(records_asked(&structs, LP64, 48), 2);
	assert_int_equal(records_asked(&structs, I386, 48), 3);
	assert_int_equal(records_asked(&structs, I386, 1000), 8);
	assert_int_equal(records_asked(&counted, I386, 3), 3);
	assert_int_equal(records_asked(&counted, LP64, SIZE_MAX), 8);
}

static void test_result(void **state)
{
	(void)state;
	assert_int_equal(records_result(&bytes, LP64, 100, 99), 99);
	assert_int_equal(records_result(&structs, LP64, 48, 48), 48);
	assert_int_equal(records_result(&structs, I386, 40, 48), 32);
	assert_int_equal(records_result(&structs, I386, 48, 0), 0);
	assert_int_equal(records_result(&counted, I386, 3, 3), 3);
}

/* The host is wrong: a caller that believed it would look beyond its buffer. */
static void test_more_than_asked(void **state)
{
	(void)state;
	assert_int_equal(records_result(&bytes, LP64, 100, 101), -EIO);
	assert_int_equal(records_result(&bytes, LP64, 100, -1), -EIO);
	assert_int_equal(records_result(&structs, I386, 40, 72), -EIO);
	assert_int_equal(records_result(&counted, I386, 3, 4), -EIO);
	assert_int_equal(records_result(&counted, I386, 3, INT32_MIN), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_more_than_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
