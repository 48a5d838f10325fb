/* SPDX-License-Identifier: MIT */
/**
 * @file pcan.c
 * PEAK's pcan driver with a PCAN-USB (classic ioctl API) over a simulated controller. One pair of fifos per device,
 * whoever opens it; O_NONBLOCK as it was at open.
 */
#include "host/backends/simcan/pcan_internal.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

static int pcan_open(struct simcan_device *common, int flags, struct host_file **opened)
{
	struct pcan_device *device = (struct pcan_device *)common;
	struct pcan_file *file = calloc(1, sizeof(*file));

	if (!file)
		return -ENOMEM;
	file->host.device = &common->host;
	file->nonblock = flags & O_NONBLOCK;
	simcan_bus_lock(common->bus);
	if (device->opens++ == 0) {
		pcan_chip_reset(device);
		pcan_chip_start(device);
	}
	simcan_bus_unlock(common->bus);
	*opened = &file->host;
	return 0;
}

/* The last close gives what is queued a second to leave. */
static void drain_locked(struct pcan_device *device)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PCAN_CLOSE_WAIT_S;
	while (device->tx_used > 0 && device->state != PCAN_STATE_BUSOFF) {
		if (pthread_cond_timedwait(&device->common.changed, simcan_bus_mutex(device->common.bus), &until))
			break;
	}
}

static void pcan_close(struct host_file *host)
{
	struct pcan_file *file = (struct pcan_file *)host;
	struct pcan_device *device = pcan_device_of(file);

	simcan_bus_lock(device->common.bus);
	if (device->opens == 1)
		drain_locked(device);
	if (--device->opens == 0) {
		simcan_reset_locked(device->common.controller);
		device->transmitting = false;
		pcan_set_state(device, PCAN_STATE_UNKNOWN);
	}
	simcan_bus_unlock(device->common.bus);
	free(file);
}

static uint32_t pcan_ready(struct host_file *host)
{
	struct pcan_device *device = pcan_device_of((struct pcan_file *)host);
	uint32_t ready = 0;

	if (device->rx_used > 0)
		ready |= POLLIN | POLLRDNORM;
	if (device->tx_used < PCAN_FIFO)
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

static int pcan_create(const struct config_node *settings, struct simcan_bus *bus, struct simcan_device **made)
{
	int64_t serial = config_int(settings, "serial", 0x1f0e, 0, 0xffffffff);
	int64_t number = config_int(settings, "device_number", 0xff, 0, 0xff);
	struct pcan_device *device;
	uint8_t btr0 = 0, btr1 = 0;
	int err;

	(void)simcan_setting_bitrate(settings, 500, &btr0, &btr1);
	if (!config_ok(settings))
		return -EINVAL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->btr = (uint16_t)(btr0 << 8 | btr1);
	device->serial = (uint32_t)serial;
	device->device_number = (uint32_t)number;
	err = simcan_device_init(&device->common, &simcan_pcan, bus, &pcan_driver);
	if (err) {
		free(device);
		return err;
	}
	*made = &device->common;
	return 0;
}

const struct simcan_api simcan_pcan = {
	.interface = "pcan",
	.create = pcan_create,
	.open = pcan_open,
	.close = pcan_close,
	.ioctl_locked = pcan_ioctl,
	.ready_locked = pcan_ready,
};
