/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int memory_read(void *context, uint64_t address, void *to, size_t length)
{
	(void)context;
	memcpy(to, (const void *)(uintptr_t)address, length);
	return 0;
}

static int memory_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	(void)context;
	for (size_t i = 0; i < n_spans; i++)
		memcpy((void *)(uintptr_t)spans[i].address, spans[i].data, spans[i].length);
	return 0;
}

static long run(struct test_call *call, const struct iof_command *command, uint32_t number, uint64_t argument,
		test_driver *driver, struct iof_walk *guest, struct iof_walk *host)
{
	const struct iof_memory memory = {.read = memory_read, .write = memory_write};
	bool null_argument = false;
	const void *payload;
	size_t length;
	uint64_t native;
	long result;
	int error;

	error = iof_gather(guest, command, number, IOF_ABI_NATIVE, argument, &memory, &payload, &length,
			   &null_argument);
	if (error) {
		(void)snprintf(call->reason, sizeof(call->reason), "%s", iof_walk_reason(guest));
		return error;
	}
	call->request = length;
	error = iof_unpack(host, command, iof_command_number(command, number), payload, length, null_argument, &native);
	if (error)
		fail_msg("%s: the host refuses what the guest sent: %d, %s", command->name, error,
			 iof_walk_reason(host));
	call->entered++;
	result = driver((void *)(uintptr_t)native);
	error = iof_pack(host, result > 0 ? (int32_t)result : 0, result < 0 ? (uint32_t)-result : 0, &payload, &length);
	if (error)
		fail_msg("%s: the driver's answer is refused: %d, %s", command->name, error, iof_walk_reason(host));
	call->reply = length;
	error = iof_scatter(guest, payload, length, result > 0 ? (int32_t)result : 0,
			    result < 0 ? (uint32_t)-result : 0, &memory);
	if (error)
		fail_msg("%s: the guest refuses the answer: %d, %s", command->name, error, iof_walk_reason(guest));
	return result;
}

long caller_ioctl(struct test_call *call, const char *interface, uint32_t number, uint64_t argument,
		  test_driver *driver)
{
	const struct iof_interface *found = iof_interface_find(interface);
	const struct iof_command *command;
	struct iof_walk *guest, *host;
	long result;

	*call = (struct test_call){0};
	assert_non_null(found);
	command = iof_interface_command(found, IOF_ABI_LAYOUT(IOF_ABI_NATIVE), number);
	assert_non_null(command);
	guest = iof_walk_create(1 << 16);
	host = iof_walk_create(1 << 16);
	assert_true(guest && host);
	result = run(call, command, number, argument, driver, guest, host);
	iof_walk_destroy(guest);
	iof_walk_destroy(host);
	return result;
}
