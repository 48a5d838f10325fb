/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux.c
 * The can4linux driver (SJA1000 target) over a simulated controller: results, errnos, waits and fifos as that driver
 * has them, oddities included, because applications were written against them. Where it differs on purpose,
 * docs/simcan.md says so.
 */
#include "host/backends/simcan/can4linux_internal.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

static int c4l_open(struct simcan_device *common, int flags, struct host_file **opened)
{
	struct c4l_device *device = (struct c4l_device *)common;
	struct c4l_file *file = calloc(1, sizeof(*file));
	int err = 0;

	(void)flags;
	if (!file)
		return -ENOMEM;
	file->host.device = &common->host;
	simcan_bus_lock(common->bus);
	if (device->opens == C4L_OPENS) {
		err = -ENXIO;
		goto out;
	}
	while (device->files[file->index])
		file->index++;
	if (device->opens == 0) {
		c4l_fifo_clear(&device->tx);
		file->su = true;
		c4l_chip_reset(device);
		c4l_chip_start(device);
	}
	device->files[file->index] = file;
	device->opens++;
	*opened = &file->host;
	file = NULL;
out:
	simcan_bus_unlock(common->bus);
	free(file);
	return err;
}

static void c4l_close(struct host_file *host)
{
	struct c4l_file *file = (struct c4l_file *)host;
	struct c4l_device *device = c4l_device_of(file);

	simcan_bus_lock(device->common.bus);
	device->files[file->index] = NULL;
	if (--device->opens == 0) {
		simcan_reset_locked(device->common.controller);
		device->active = false;
	}
	simcan_bus_unlock(device->common.bus);
	free(file);
}

static ssize_t c4l_read(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct c4l_file *file = (struct c4l_file *)host;
	struct c4l_device *device = c4l_device_of(file);
	struct c4l_fifo *fifo = &file->rx;
	c4l_message *messages = buffer;
	size_t done = 0;

	while (done < count) {
		if (fifo->head == fifo->tail) {
			fifo->overrun = false;
			if (call->nonblock)
				break;
			/* The driver waits until all `count` messages are there, and forgets about those it had. */
			if (simcan_device_wait_locked(&device->common, call))
				return -EINTR;
			continue;
		}
		messages[done++] = fifo->message[fifo->tail];
		fifo->tail = (fifo->tail + 1) % C4L_FIFO;
	}
	return (ssize_t)done;
}

/* A blocked writer goes on when the fifo has drained, not at the first free place: the driver wakes it then. */
static int wait_for_room(struct c4l_device *device, struct host_call *call)
{
	bool waited = false;

	while (device->tx.full || (waited && !c4l_tx_is_empty(&device->tx))) {
		if (call->nonblock)
			return -EAGAIN;
		waited = true;
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	return 0;
}

static void queue_message(struct c4l_device *device, const c4l_message *message)
{
	struct c4l_fifo *fifo = &device->tx;

	if (!device->active && c4l_tx_is_empty(fifo)) {
		device->active = true;
		c4l_load(device, message);
		return;
	}
	fifo->message[fifo->head] = *message;
	fifo->head = (fifo->head + 1) % C4L_FIFO;
	fifo->full = fifo->head == fifo->tail;
}

static ssize_t c4l_write(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct c4l_file *file = (struct c4l_file *)host;
	struct c4l_device *device = c4l_device_of(file);
	c4l_message *messages = buffer;
	size_t done;

	for (done = 0; done < count; done++) {
		int err = wait_for_room(device, call);

		if (err == -EINTR)
			return err;
		if (err)
			break;
		messages[done].cob = file->index; /* the driver stores it in the caller's buffer */
		queue_message(device, &messages[done]);
	}
	return (ssize_t)done;
}

static uint32_t c4l_ready(struct host_file *host)
{
	struct c4l_file *file = (struct c4l_file *)host;
	struct c4l_device *device = c4l_device_of(file);
	uint32_t ready = 0;

	if (file->rx.head != file->rx.tail)
		ready |= POLLIN | POLLRDNORM;
	/* True of a full fifo as well: the driver compares the two indexes. */
	if (device->tx.head == device->tx.tail)
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

static int c4l_create(const struct config_node *settings, struct simcan_bus *bus, struct simcan_device **made)
{
	uint8_t btr0, btr1;
	int64_t baud = simcan_setting_bitrate(settings, C4L_BAUD, &btr0, &btr1);
	struct c4l_device *device;
	int err;

	if (!config_ok(settings))
		return -EINVAL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->baud = (unsigned long)baud;
	device->mask = 0xffffffff;
	device->time_format = C4L_TIME_OF_DAY;
	err = simcan_device_init(&device->common, &simcan_can4linux, bus, &c4l_driver);
	if (err) {
		free(device);
		return err;
	}
	*made = &device->common;
	return 0;
}

const struct simcan_api simcan_can4linux = {
	.interface = "can4linux",
	.create = c4l_create,
	.open = c4l_open,
	.close = c4l_close,
	.ioctl_locked = c4l_ioctl,
	.read_locked = c4l_read,
	.write_locked = c4l_write,
	.ready_locked = c4l_ready,
};
