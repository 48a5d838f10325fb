/* SPDX-License-Identifier: MIT */
/**
 * @file simcan.c
 * The backend "simcan": a device is a simulated controller on a named bus, with the API of the device's interface.
 */
#include "host/backends/simcan/device.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <string.h>

static struct simcan_device *to_device(struct host_device *device)
{
	return (struct simcan_device *)device;
}

static const struct simcan_api *api_of(const struct host_file *file)
{
	return to_device(file->device)->api;
}

int simcan_device_create_on(const struct config_node *settings, const struct iof_interface *interface,
			    const struct simcan_clock *clock, struct host_device **device)
{
	const char *name = config_string(settings, "bus", "default");
	struct simcan_device *made = NULL;
	struct simcan_bus *bus;
	int err;

	for (size_t i = 0; simcan_apis[i]; i++) {
		if (strcmp(simcan_apis[i]->interface, interface->name) != 0)
			continue;
		bus = simcan_bus_get(name, clock);
		if (!bus)
			return -ENOMEM;
		err = simcan_apis[i]->create(settings, bus, &made);
		if (err) {
			simcan_bus_put(bus);
			return err;
		}
		made->host.backend = &host_backend_simcan;
		made->host.interface = interface;
		*device = &made->host;
		return 0;
	}
	config_error(settings, "simcan has no driver for the interface '%s'; it has can4linux and pcan",
		     interface->name);
	return -EINVAL;
}

static int device_create(const struct config_node *settings, const struct iof_interface *interface,
			 struct host_device **device)
{
	return simcan_device_create_on(settings, interface, &simcan_system_clock, device);
}

static void device_destroy(struct host_device *device)
{
	simcan_device_destroy(to_device(device));
}

static int file_open(struct host_device *device, int flags, struct host_call *call, struct host_file **file)
{
	(void)call;
	return to_device(device)->api->open(to_device(device), flags, file);
}

static void file_close(struct host_file *file)
{
	simcan_device_forget(file);
	api_of(file)->close(file);
}

static long file_ioctl(struct host_file *file, const struct iof_command *command, uint32_t number, uint64_t argument,
		       struct host_call *call)
{
	struct simcan_bus *bus = to_device(file->device)->bus;
	long result;

	(void)command;
	simcan_bus_lock(bus);
	result = api_of(file)->ioctl_locked(file, number, (void *)(uintptr_t)argument, call);
	simcan_bus_unlock(bus);
	return result;
}

static ssize_t file_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	struct simcan_bus *bus = to_device(file->device)->bus;
	ssize_t result;

	if (!api_of(file)->read_locked)
		return -EINVAL;
	simcan_bus_lock(bus);
	result = api_of(file)->read_locked(file, buffer, count, call);
	simcan_bus_unlock(bus);
	return result;
}

static ssize_t file_write(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	struct simcan_bus *bus = to_device(file->device)->bus;
	ssize_t result;

	if (!api_of(file)->write_locked)
		return -EINVAL;
	simcan_bus_lock(bus);
	result = api_of(file)->write_locked(file, buffer, count, call);
	simcan_bus_unlock(bus);
	return result;
}

static void file_cancel(struct host_file *file, struct host_call *call)
{
	struct simcan_device *device = to_device(file->device);

	(void)call;
	/* Under the lock, or the wake-up could fall between a waiter's look at `cancelled` and its wait. */
	simcan_bus_lock(device->bus);
	pthread_cond_broadcast(&device->changed);
	simcan_bus_unlock(device->bus);
}

const struct host_backend host_backend_simcan = {
	.name = "simcan",
	.help = "bus: NAME (devices of one name share a simulated bus; default: default), bitrate: kbit/s",
	.device_create = device_create,
	.device_destroy = device_destroy,
	.open = file_open,
	.close = file_close,
	.ioctl = file_ioctl,
	.read = file_read,
	.write = file_write,
	.poll = simcan_device_poll,
	.cancel = file_cancel,
};
