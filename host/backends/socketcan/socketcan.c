/* SPDX-License-Identifier: MIT */
/**
 * @file socketcan.c
 * The backend "socketcan": the can4linux API over a SocketCAN interface, a raw socket for each open. Calls that wait
 * do so in system calls, which the session's signal ends.
 */
#include "host/backends/socketcan/socketcan.h"
#include "host/backends/socketcan/internal.h"

#include "host/daemon/config.h"

#include <errno.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RECEIVE_BUFFER = 8 << 20
}; /* bytes; some 10000 frames, whatever net.core.rmem_max says where that is permitted */

int socketcan_set_filters(const struct device *device, const struct file *file)
{
	struct can_filter filter[2];

	socketcan_filters_of(device->code, device->mask, filter);
	return setsockopt(file->watch.fd, SOL_CAN_RAW, CAN_RAW_FILTER, filter, sizeof(filter)) ? -errno : 0;
}

static int set_options(int fd)
{
	can_err_mask_t errors = socketcan_error_mask();
	int on = 1, size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof(errors)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)))
		return -errno;
	/* Beyond net.core.rmem_max needs CAP_NET_ADMIN; without it the kernel lowers the wish in silence. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/* @return a descriptor or a negative errno. */
static int open_socket(const struct device *device)
{
	struct sockaddr_can address = {.can_family = AF_CAN};
	int fd, err;

	address.can_ifindex = (int)if_nametoindex(device->interface_name);
	if (!address.can_ifindex)
		return -ENXIO; /* as the driver says of a node without hardware */
	fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
	if (fd < 0)
		return errno == EAFNOSUPPORT ? -ENXIO : -errno;
	err = set_options(fd);
	if (!err && bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int file_open(struct host_device *host, int flags, struct host_call *call, struct host_file **opened)
{
	struct device *device = (struct device *)host;
	struct file *file = calloc(1, sizeof(*file));
	int err = 0;

	(void)flags;
	(void)call;
	if (!file)
		return -ENOMEM;
	file->host.device = host;
	file->watch.fd = -1;
	pthread_mutex_lock(&device->lock);
	if (device->opens == C4L_OPENS) {
		err = -ENXIO;
		goto out;
	}
	file->watch.fd = open_socket(device);
	err = file->watch.fd < 0 ? file->watch.fd : socketcan_set_filters(device, file);
	if (err)
		goto out;
	while (device->files[file->index])
		file->index++;
	file->su = device->opens == 0;
	if (file->su)
		device->stopped = false;
	device->files[file->index] = file;
	device->opens++;
	*opened = &file->host;
out:
	pthread_mutex_unlock(&device->lock);
	if (err) {
		if (file->watch.fd >= 0)
			close(file->watch.fd);
		free(file);
	}
	return err;
}

static void file_close(struct host_file *host)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);

	socketcan_unwatch(device->watcher, &file->watch);
	pthread_mutex_lock(&device->lock);
	device->files[file->index] = NULL;
	device->opens--;
	pthread_mutex_unlock(&device->lock);
	close(file->watch.fd);
	free(file);
}

static uint32_t ready_now(struct device *device, const struct file *file, uint32_t events)
{
	struct pollfd poller = {.fd = file->watch.fd, .events = (short)events};

	if (socketcan_is_stopped(device))
		socketcan_drain(file);
	if (poll(&poller, 1, 0) <= 0)
		return 0;
	return socketcan_events((uint32_t)(unsigned short)poller.revents, events);
}

static uint32_t file_poll(struct host_file *host, uint32_t events, host_notify *notify, void *context)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	uint32_t ready = ready_now(device, file, events);

	if (ready || !notify)
		return ready;
	if (socketcan_watch(device->watcher, &file->watch, events, notify, context))
		return POLLERR;
	return 0;
}

/* ioctls. */
/* Devices. */

static int device_create(const struct config_node *settings, const struct iof_interface *interface,
			 struct host_device **made)
{
	const char *name = config_string_required(settings, "interface_name", "vcan0");
	int64_t baud = config_int(settings, "bitrate", C4L_BAUD, 1, 1000);
	bool configure = config_bool(settings, "configure", false);
	struct device *device;

	if (strlen(name) >= IFNAMSIZ)
		config_error(config_get(settings, "interface_name"), "longer than the name of a network interface");
	if (strcmp(interface->name, "can4linux") != 0)
		config_error(settings, "socketcan speaks can4linux, not '%s'", interface->name);
	if (!config_ok(settings))
		return -EINVAL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->watcher = socketcan_watcher_create();
	if (!device->watcher) {
		free(device);
		return -ENOMEM;
	}
	device->host = (struct host_device){&host_backend_socketcan, interface};
	device->interface_name = name;
	device->configure = configure;
	device->baud = (unsigned long)baud;
	device->mask = 0xffffffff;
	device->time_format = C4L_TIME_OF_DAY;
	pthread_mutex_init(&device->lock, NULL);
	*made = &device->host;
	return 0;
}

static void device_destroy(struct host_device *host)
{
	struct device *device = (struct device *)host;

	socketcan_watcher_destroy(device->watcher);
	pthread_mutex_destroy(&device->lock);
	free(device);
}

const struct host_backend host_backend_socketcan = {
	.name = "socketcan",
	.help = "interface_name: NAME (vcan0), bitrate: kbit/s to report where the interface has none, configure: "
		"true lets applications set bit rate and mode (needs CAP_NET_ADMIN)",
	.device_create = device_create,
	.device_destroy = device_destroy,
	.open = file_open,
	.close = file_close,
	.ioctl = socketcan_ioctl,
	.read = socketcan_read,
	.write = socketcan_write,
	.poll = file_poll,
};
