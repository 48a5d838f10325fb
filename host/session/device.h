/* SPDX-License-Identifier: MIT */
/**
 * @file device.h
 * A device as the daemon offers it: name, interface, backend, policy, counters.
 *
 * Reference-counted: a configuration that is loaded anew keeps a device whose interface, backend and settings
 * did not change, with its opens, and gives it the new policy.
 */
#ifndef IOFERRY_HOST_DEVICE_H
#define IOFERRY_HOST_DEVICE_H

#include "host/backend.h"
#include "host/session/policy.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** What is counted of a command, of read, write, open and so on. */
struct call_count {
	_Atomic uint64_t calls, errors, refused, interrupted, total_us;
};

enum device_operation { DEVICE_OPEN, DEVICE_CLOSE, DEVICE_READ, DEVICE_WRITE, DEVICE_POLL, DEVICE_OPERATIONS };

enum { DEVICE_UNKNOWN_MAX = 64 };

struct device {
	_Atomic unsigned refs;
	char *name; /**< below /dev */
	const struct iof_interface *interface;
	struct host_device *backend_device;
	_Atomic uint32_t mode, major, minor;
	void (*release)(void *context); /**< runs after device_destroy(); may be NULL */
	void *release_context;

	_Atomic uint32_t opens; /**< host opens at this moment */
	_Atomic bool *denied;   /**< by command */
	_Atomic bool read_denied, write_denied;
	struct call_count *counts; /**< by command */
	struct call_count operations[DEVICE_OPERATIONS];
	struct call_count undeclared;

	pthread_mutex_t lock; /**< guests, unknown */
	struct guest_policy guests;
	uint32_t unknown[DEVICE_UNKNOWN_MAX]; /**< undeclared numbers that were logged */
	unsigned n_unknown;
};

/** Takes @p backend_device over only if it succeeds. NULL: no memory. */
struct device *device_create(const char *name, struct host_device *backend_device);
struct device *device_get(struct device *device);
void device_put(struct device *device);

/** Takes the policies over. Calls that are running are not touched. */
void device_set_policy(struct device *device, struct guest_policy *guests, struct command_policy *commands);
bool device_admits(struct device *device, const struct iof_peer *peer, const char *address);
/** Whether this number was not yet logged as undeclared (and notes it). */
bool device_unknown_is_new(struct device *device, uint32_t number);

/** Devices of one configuration. Constant, reference-counted. */
struct device_set {
	_Atomic unsigned refs;
	size_t n_devices;
	struct device *devices[];
};

/** Takes over the references in @p devices. NULL: no memory, nothing is taken. */
struct device_set *device_set_create(struct device *const *devices, size_t count);
struct device_set *device_set_get(struct device_set *set);
void device_set_put(struct device_set *set);
/** Borrowed; NULL: no such name. */
struct device *device_set_find(const struct device_set *set, const char *name);

const char *device_operation_name(enum device_operation operation);

#endif
