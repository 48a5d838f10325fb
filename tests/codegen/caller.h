/* SPDX-License-Identifier: MIT */
/*
 * A whole call without a link: this process is the caller, and a function stands for the driver. Its argument is the
 * host's copy, as a backend has it.
 */
#ifndef IOFERRY_TEST_CALLER_H
#define IOFERRY_TEST_CALLER_H

#include <ioferry/marshal.h>

/** Returns what a driver's ioctl returns in the kernel: a result, or a negative errno. */
typedef long test_driver(void *argument);

struct test_call {
	unsigned entered;      /**< how often the driver was */
	char reason[200];      /**< why the call was refused; "" */
	size_t request, reply; /**< bytes of the payloads */
};

/** What ioctl() would give: the driver's result or errno, or that of a refusal before the driver. */
long caller_ioctl(struct test_call *call, const char *interface, uint32_t number, uint64_t argument,
		  test_driver *driver);

#endif
