/* SPDX-License-Identifier: MIT */
#include "guest/common/outcome.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int error_of(enum iof_status status, uint32_t error)
{
	return outcome_error(&(struct iof_reply){.status = (uint16_t)status, .error = error});
}

static void test_errors(void **state)
{
	(void)state;
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 0), 0);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, EAGAIN), -EAGAIN);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 257), -257);
	assert_int_equal(error_of(IOF_STATUS_REFUSED, ENOTTY), -ENOTTY);
	assert_int_equal(error_of(IOF_STATUS_INTERRUPTED, EINTR), -EINTR);
	assert_int_equal(error_of(IOF_STATUS_NEVER_STARTED, 0), -EINTR);
	assert_int_equal(error_of(IOF_STATUS_LOST, ENODEV), -ENODEV);
	/* What the kernel keeps to itself. */
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 511), -511);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 512), -EINTR);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 515), -ENOTTY);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 516), -EINTR);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, 517), -517);
	/* The host is wrong. */
	assert_int_equal(error_of(IOF_STATUS_REFUSED, 0), -EIO);
	assert_int_equal(error_of(IOF_STATUS_COMPLETED, UINT32_MAX), -EIO);
}

static void test_results(void **state)
{
	(void)state;
	assert_int_equal(outcome_result(0), 0);
	assert_int_equal(outcome_result(INT32_MAX), INT32_MAX);
	assert_int_equal(outcome_result(-1), -EIO);
	assert_int_equal(outcome_result(-512), -EIO); /* a restart, to the kernel */
	assert_int_equal(outcome_result(-4095), -EIO);
	assert_int_equal(outcome_result(-4096), -4096);
	assert_int_equal(outcome_result(INT32_MIN), INT32_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
