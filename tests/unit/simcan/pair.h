/* SPDX-License-Identifier: MIT */
/**
 * @file pair.h
 * Two can4linux nodes on one bus whose time tests move, and the driver's calls on them.
 */
#ifndef IOFERRY_TESTS_SIMCAN_PAIR_H
#define IOFERRY_TESTS_SIMCAN_PAIR_H

#include "host/backends/simcan/can4linux.h"
#include "world.h"

extern const struct iof_interface pair_interface;
extern const struct host_backend *const pair_backend;

/** Two nodes on one bus, one open each. */
struct pair {
	uint64_t now;
	struct simcan_clock clock;
	struct simcan_bus *bus;
	struct host_device *device[2];
	struct host_file *file[2];
	struct host_call call; /**< nonblocking */
};

int pair_setup(void **state);
int pair_teardown(void **state);
struct host_file *pair_open_node(struct host_device *device);
/** Lets bus time pass, from event to event. */
void pair_pass(struct pair *pair, uint64_t ns);
/** Of two bytes, the first of which is the lowest of @p id. */
c4l_message pair_message(unsigned id);
ssize_t pair_write_one(struct pair *pair, struct host_file *file, unsigned id);
ssize_t pair_read_some(struct pair *pair, struct host_file *file, c4l_message *messages, size_t count);
/** CAN_IOCTL_COMMAND: what it stores in retval. */
long pair_command(struct pair *pair, struct host_file *file, int cmd);
/** CAN_IOCTL_CONFIG: its result, which retval must say too. */
long pair_config(struct pair *pair, struct host_file *file, int target, unsigned long val1, unsigned long val2);
c4l_status pair_status(struct pair *pair, struct host_file *file);
/** What of POLLIN and POLLOUT is ready now. */
uint32_t pair_ready(struct host_file *file);

#endif
