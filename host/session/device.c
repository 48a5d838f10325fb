/* SPDX-License-Identifier: MIT */
#include "host/session/device.h"

#include <stdlib.h>
#include <string.h>

struct device *device_create(const char *name, struct host_device *backend_device)
{
	const struct iof_interface *interface = backend_device->interface;
	struct device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	device->refs = 1;
	device->name = strdup(name);
	device->denied = calloc(interface->n_commands + 1, sizeof(*device->denied));
	device->counts = calloc(interface->n_commands + 1, sizeof(*device->counts));
	if (!device->name || !device->denied || !device->counts) {
		free(device->name);
		free((void *)device->denied);
		free(device->counts);
		free(device);
		return NULL;
	}
	(void)pthread_mutex_init(&device->lock, NULL);
	device->interface = interface;
	device->backend_device = backend_device;
	device->mode = 0600;
	return device;
}

struct device *device_get(struct device *device)
{
	atomic_fetch_add_explicit(&device->refs, 1, memory_order_relaxed);
	return device;
}

void device_put(struct device *device)
{
	void (*release)(void *);
	void *context;

	if (!device || atomic_fetch_sub(&device->refs, 1) != 1)
		return;
	release = device->release;
	context = device->release_context;
	device->backend_device->backend->device_destroy(device->backend_device);
	guest_policy_clear(&device->guests);
	(void)pthread_mutex_destroy(&device->lock);
	free(device->name);
	free((void *)device->denied);
	free(device->counts);
	free(device);
	if (release)
		release(context);
}

void device_set_policy(struct device *device, struct guest_policy *guests, struct command_policy *commands)
{
	const struct iof_interface *interface = device->interface;
	struct guest_policy old;

	for (uint32_t i = 0; i < interface->n_commands; i++)
		device->denied[i] = !command_policy_allows(commands, interface->commands[i].name);
	device->read_denied = !command_policy_allows(commands, "read");
	device->write_denied = !command_policy_allows(commands, "write");
	command_policy_clear(commands);

	(void)pthread_mutex_lock(&device->lock);
	old = device->guests;
	device->guests = *guests;
	(void)pthread_mutex_unlock(&device->lock);
	*guests = (struct guest_policy){0};
	guest_policy_clear(&old);
}

bool device_admits(struct device *device, const struct iof_peer *peer, const char *address)
{
	bool admits;

	(void)pthread_mutex_lock(&device->lock);
	admits = guest_policy_allows(&device->guests, peer, address);
	(void)pthread_mutex_unlock(&device->lock);
	return admits;
}

bool device_unknown_is_new(struct device *device, uint32_t number)
{
	bool new = true;

	(void)pthread_mutex_lock(&device->lock);
	for (unsigned i = 0; i < device->n_unknown && new; i++)
		new = device->unknown[i] != number;
	if (new && device->n_unknown < DEVICE_UNKNOWN_MAX)
		device->unknown[device->n_unknown++] = number;
	else /* a guest that tries numbers out must not fill the log */
		new = false;
	(void)pthread_mutex_unlock(&device->lock);
	return new;
}

struct device_set *device_set_create(struct device *const *devices, size_t count)
{
	struct device_set *set = calloc(1, sizeof(*set) + count * sizeof(struct device *));

	if (!set)
		return NULL;
	set->refs = 1;
	set->n_devices = count;
	for (size_t i = 0; i < count; i++)
		set->devices[i] = devices[i];
	return set;
}

struct device_set *device_set_get(struct device_set *set)
{
	atomic_fetch_add_explicit(&set->refs, 1, memory_order_relaxed);
	return set;
}

void device_set_put(struct device_set *set)
{
	if (!set || atomic_fetch_sub(&set->refs, 1) != 1)
		return;
	for (size_t i = 0; i < set->n_devices; i++)
		device_put(set->devices[i]);
	free(set);
}

struct device *device_set_find(const struct device_set *set, const char *name)
{
	for (size_t i = 0; i < set->n_devices; i++)
		if (!strcmp(set->devices[i]->name, name))
			return set->devices[i];
	return NULL;
}

const char *device_operation_name(enum device_operation operation)
{
	static const char *const names[DEVICE_OPERATIONS] = {"open", "close", "read", "write", "poll"};

	return names[operation];
}
