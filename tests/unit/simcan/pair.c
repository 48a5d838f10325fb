/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

const struct iof_interface pair_interface = {.name = "can4linux"};
const struct host_backend *const pair_backend = &host_backend_simcan;

struct host_file *pair_open_node(struct host_device *device)
{
	struct host_call call = {0};
	struct host_file *file = NULL;

	assert_int_equal(pair_backend->open(device, O_RDWR, &call, &file), 0);
	return file;
}

int pair_setup(void **state)
{
	static struct pair pair;
	const struct test_setting settings[] = {{.key = "bus", .text = "pair"}, {.key = NULL}};

	memset(&pair, 0, sizeof(pair));
	pair.now = 1000000000;
	pair.clock = test_clock(&pair.now);
	pair.call.nonblock = true;
	pair.bus = simcan_bus_get("pair", &pair.clock);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
			simcan_device_create_on(test_settings(settings), &pair_interface, &pair.clock, &pair.device[i]),
			0);
		pair.file[i] = pair_open_node(pair.device[i]);
	}
	*state = &pair;
	return 0;
}

int pair_teardown(void **state)
{
	struct pair *pair = *state;

	for (unsigned i = 0; i < 2; i++) {
		if (pair->file[i])
			pair_backend->close(pair->file[i]);
		pair_backend->device_destroy(pair->device[i]);
	}
	simcan_bus_put(pair->bus);
	return 0;
}

void pair_pass(struct pair *pair, uint64_t ns)
{
	uint64_t until = pair->now + ns;

	for (;;) {
		uint64_t next = simcan_bus_next(pair->bus);

		if (next > until)
			break;
		if (next > pair->now)
			__atomic_store_n(&pair->now, next, __ATOMIC_RELEASE);
		simcan_bus_run(pair->bus);
	}
	__atomic_store_n(&pair->now, until, __ATOMIC_RELEASE);
	simcan_bus_run(pair->bus);
}

c4l_message pair_message(unsigned id)
{
	return (c4l_message){.id = id, .length = 2, .data = {(uint8_t)id, 0x55}};
}

ssize_t pair_write_one(struct pair *pair, struct host_file *file, unsigned id)
{
	c4l_message one = pair_message(id);

	return pair_backend->write(file, &one, 1, &pair->call);
}

ssize_t pair_read_some(struct pair *pair, struct host_file *file, c4l_message *messages, size_t count)
{
	return pair_backend->read(file, messages, count, &pair->call);
}

long pair_command(struct pair *pair, struct host_file *file, int cmd)
{
	c4l_command par = {.cmd = cmd, .error = 99, .retval = 99};

	assert_int_equal(
		pair_backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_COMMAND, (uint64_t)(uintptr_t)&par, &pair->call),
		0);
	assert_int_equal(par.error, 0);
	return (long)par.retval;
}

long pair_config(struct pair *pair, struct host_file *file, int target, unsigned long val1, unsigned long val2)
{
	c4l_command par = {.target = target, .val1 = val1, .val2 = val2, .error = 99, .retval = 99};
	long result =
		pair_backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_CONFIG, (uint64_t)(uintptr_t)&par, &pair->call);

	assert_int_equal((long)par.retval, result); /* told twice */
	return result;
}

c4l_status pair_status(struct pair *pair, struct host_file *file)
{
	c4l_status got;

	memset(&got, 0xff, sizeof(got));
	assert_int_equal(
		pair_backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_STATUS, (uint64_t)(uintptr_t)&got, &pair->call), 0);
	return got;
}

uint32_t pair_ready(struct host_file *file)
{
	return pair_backend->poll(file, POLLIN | POLLOUT, NULL, NULL);
}
