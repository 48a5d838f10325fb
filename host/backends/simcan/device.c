/* SPDX-License-Identifier: MIT */
/**
 * @file device.c
 * Waiting, polling and settings, for all simulated drivers.
 */
#include "host/backends/simcan/device.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* Somebody polls a file. */
struct simcan_watch {
	struct simcan_watch *next;
	struct host_file *file;
	uint32_t events;
	host_notify *notify;
	void *context;
};

static struct simcan_device *device_of(struct host_file *file)
{
	return (struct simcan_device *)file->device;
}

/* Unlinks the first watch that has something to tell. */
static struct simcan_watch *take_ready_watch(struct simcan_device *device, uint32_t *revents)
{
	for (struct simcan_watch **link = &device->watches; *link; link = &(*link)->next) {
		struct simcan_watch *watch = *link;

		*revents = device->api->ready_locked(watch->file) & (watch->events | POLLERR | POLLHUP);
		if (*revents) {
			*link = watch->next;
			return watch;
		}
	}
	return NULL;
}

static void notify(struct simcan_work *work)
{
	struct simcan_device *device = (void *)((char *)work - offsetof(struct simcan_device, notify));
	struct simcan_watch *watch;
	uint32_t revents;

	simcan_bus_lock(device->bus);
	while ((watch = take_ready_watch(device, &revents))) {
		simcan_bus_unlock(device->bus);
		watch->notify(watch->context, revents);
		free(watch);
		simcan_bus_lock(device->bus);
	}
	simcan_bus_unlock(device->bus);
}

int simcan_device_init(struct simcan_device *device, const struct simcan_api *api, struct simcan_bus *bus,
		       const struct simcan_driver *driver)
{
	device->controller = simcan_controller_create(bus, driver, device);
	if (!device->controller)
		return -ENOMEM;
	device->api = api;
	device->bus = bus;
	device->notify.run = notify;
	pthread_cond_init(&device->changed, NULL);
	return 0;
}

void simcan_device_destroy(struct simcan_device *device)
{
	simcan_controller_destroy(device->controller);
	simcan_bus_lock(device->bus);
	simcan_bus_cancel_locked(device->bus, &device->notify);
	simcan_bus_unlock(device->bus);
	pthread_cond_destroy(&device->changed);
	simcan_bus_put(device->bus);
	free(device);
}

int64_t simcan_setting_bitrate(const struct config_node *settings, int64_t fallback, uint8_t *btr0, uint8_t *btr1)
{
	int64_t rate = config_int(settings, "bitrate", fallback, 10, 1000);

	if (!simcan_timing_of_rate((unsigned)rate, btr0, btr1))
		config_error(config_get(settings, "bitrate"),
			     "no CiA bit rate; write 10, 20, 50, 100, 125, 250, 500, 800 or 1000 (kbit/s)");
	return rate;
}

void simcan_device_changed_locked(struct simcan_device *device)
{
	pthread_cond_broadcast(&device->changed);
	if (device->watches)
		simcan_bus_defer_locked(device->bus, &device->notify);
}

int simcan_device_wait_locked(struct simcan_device *device, const struct host_call *call)
{
	if (__atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE))
		return -EINTR;
	pthread_cond_wait(&device->changed, simcan_bus_mutex(device->bus));
	return 0;
}

static bool has_watch(const struct simcan_device *device, const struct simcan_watch *wanted)
{
	for (struct simcan_watch *watch = device->watches; watch; watch = watch->next) {
		if (watch->file == wanted->file && watch->notify == wanted->notify &&
		    watch->context == wanted->context) {
			watch->events |= wanted->events;
			return true;
		}
	}
	return false;
}

uint32_t simcan_device_poll(struct host_file *file, uint32_t events, host_notify *notify_poller, void *context)
{
	struct simcan_device *device = device_of(file);
	struct simcan_watch *watch = notify_poller ? calloc(1, sizeof(*watch)) : NULL;
	uint32_t ready;

	simcan_bus_lock(device->bus);
	ready = device->api->ready_locked(file) & (events | POLLERR | POLLHUP);
	if (watch && !ready) {
		*watch = (struct simcan_watch){device->watches, file, events, notify_poller, context};
		if (!has_watch(device, watch)) {
			device->watches = watch;
			watch = NULL;
		}
	}
	simcan_bus_unlock(device->bus);
	free(watch);
	return ready;
}

void simcan_device_forget(struct host_file *file)
{
	struct simcan_device *device = device_of(file);
	struct simcan_watch **link = &device->watches;

	simcan_bus_lock(device->bus);
	while (*link) {
		struct simcan_watch *watch = *link;

		if (watch->file != file) {
			link = &watch->next;
			continue;
		}
		*link = watch->next;
		free(watch);
	}
	simcan_bus_cancel_locked(device->bus, &device->notify);
	if (device->watches)
		simcan_bus_defer_locked(device->bus, &device->notify);
	simcan_bus_unlock(device->bus);
}
