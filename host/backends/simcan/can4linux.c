/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux.c
 * The can4linux driver (SJA1000 target) over a simulated controller: results, errnos, waits and fifos as that driver
 * has them, oddities included, because applications were written against them. Where it differs on purpose,
 * docs/simcan.md says so.
 */
#include "host/backends/simcan/can4linux.h"

#include "host/backends/simcan/device.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Full and empty look alike (head == tail): a receive fifo that overruns is an empty one with a flag, as in the driver.
 */
struct fifo {
	unsigned head, tail;
	bool overrun; /* receive */
	bool full;    /* transmit */
	c4l_message message[C4L_FIFO];
};

struct file {
	struct host_file host;
	int index; /* of its receive fifo; goes into canmsg_t.cob of what it sends */
	bool su;   /* the first opener: may stop the node and set its bit rate */
	bool self_reception;
	struct fifo rx;
};

struct device {
	struct simcan_device common;
	struct file *files[C4L_OPENS];
	unsigned opens;
	struct fifo tx;
	c4l_message last_tx; /* in the controller */
	bool active;         /* last_tx is being transmitted */
	unsigned long baud, speed_factor;
	uint32_t code, mask;
	uint8_t reported; /* status bits of the last error message */
	int time_format;
	uint64_t previous_time;
};

static struct device *device_of(const struct file *file)
{
	return (struct device *)file->host.device;
}

static unsigned fifo_used(const struct fifo *fifo)
{
	return (fifo->head + C4L_FIFO - fifo->tail) % C4L_FIFO;
}

static void fifo_clear(struct fifo *fifo)
{
	fifo->head = 0;
	fifo->tail = 0;
	fifo->overrun = false;
	fifo->full = false;
}

static bool tx_is_empty(const struct fifo *fifo)
{
	return fifo->head == fifo->tail && !fifo->full;
}

/* Receiving: runs as the driver's interrupt handler does. */

static void stamp(struct device *device, c4l_message *message, uint64_t time)
{
	uint64_t ns = 0;

	switch (device->time_format) {
	case C4L_TIME_NONE: break;
	case C4L_TIME_MONOTONIC: ns = time; break;
	case C4L_TIME_DIFFERENCE:
		ns = time - device->previous_time;
		device->previous_time = time;
		break;
	case C4L_TIME_OF_DAY:
	default: ns = simcan_bus_realtime(device->common.bus, time);
	}
	message->timestamp.tv_sec = (long)(ns / 1000000000u);
	message->timestamp.tv_usec = (long)(ns / 1000 % 1000000);
}

static void push_rx(struct file *file, const c4l_message *message, bool keeps_overrun)
{
	struct fifo *fifo = &file->rx;
	c4l_message *slot = &fifo->message[fifo->head];

	*slot = *message;
	if (fifo->overrun && keeps_overrun)
		slot->flags |= CAN4LINUX_MSG_BOVR;
	fifo->overrun = false;
	fifo->head = (fifo->head + 1) % C4L_FIFO;
	if (fifo->head == fifo->tail)
		fifo->overrun = true;
}

static void push_all(struct device *device, c4l_message *message, uint64_t time)
{
	stamp(device, message, time);
	for (unsigned i = 0; i < C4L_OPENS; i++) {
		if (device->files[i])
			push_rx(device->files[i], message, true);
	}
	simcan_device_changed_locked(&device->common);
}

static void on_received(void *context, const struct simcan_frame *frame, bool self, uint64_t time)
{
	c4l_message message = {
		.flags = (frame->remote ? CAN4LINUX_MSG_RTR : 0) | (frame->extended ? CAN4LINUX_MSG_EXT : 0),
		.id = frame->id & (frame->extended ? 0x1fffffff : 0x7ff),
		.length = frame->dlc,
	};

	(void)self;
	memcpy(message.data, frame->data, simcan_frame_bytes(frame));
	push_all(context, &message, time);
}

static void load(struct device *device, const c4l_message *message)
{
	struct simcan_frame frame = {
		.id = (uint32_t)message->id,
		.extended = message->flags & CAN4LINUX_MSG_EXT,
		.remote = message->flags & CAN4LINUX_MSG_RTR,
		.dlc = message->length & 0xf,
	};

	memcpy(frame.data, message->data, sizeof(frame.data));
	device->last_tx = *message;
	simcan_transmit_locked(device->common.controller, &frame, 0);
}

static void load_next(struct device *device)
{
	struct fifo *fifo = &device->tx;

	device->active = false;
	if (tx_is_empty(fifo))
		return;
	device->active = true;
	load(device, &fifo->message[fifo->tail]);
	fifo->full = false;
	fifo->tail = (fifo->tail + 1) % C4L_FIFO;
}

/* What was sent goes to the node's other opens as well, and to the sender's if it asked for it. */
static void on_transmitted(void *context, bool sent, uint64_t time)
{
	struct device *device = context;
	c4l_message message = device->last_tx;

	(void)sent;
	stamp(device, &message, time);
	message.flags |= CAN4LINUX_MSG_SELF;
	for (int i = 0; i < C4L_OPENS; i++) {
		struct file *file = device->files[i];

		if (file && (message.cob != i || file->self_reception))
			push_rx(file, &message, false);
	}
	load_next(device);
	simcan_device_changed_locked(&device->common);
}

/* The chip interrupts when its warning or bus-off bit changes; error passive alone is not enabled in the driver. */
static void on_state_changed(void *context, uint64_t time)
{
	struct device *device = context;
	struct simcan_controller *controller = device->common.controller;
	uint8_t status = simcan_status_locked(controller) & (SIMCAN_STATUS_WARNING | SIMCAN_STATUS_BUS_OFF);
	c4l_message message = {.id = C4L_ERROR_ID, .length = 2};
	uint8_t code;

	if (status == device->reported)
		return;
	device->reported = status;
	code = simcan_error_code_locked(controller);
	/* The driver reports the warning bit as "passive". */
	if (status & SIMCAN_STATUS_WARNING)
		message.flags |= CAN4LINUX_MSG_PASSIVE;
	if (status & SIMCAN_STATUS_BUS_OFF) {
		message.flags |= CAN4LINUX_MSG_BUSOFF;
		device->active = false; /* the chip has dropped the frame */
	}
	message.data[0] = code;
	message.data[1] = code & 0x1f;
	push_all(device, &message, time);
}

static const struct simcan_driver driver = {
	.received = on_received,
	.transmitted = on_transmitted,
	.state_changed = on_state_changed,
};

/* Open and close. */

static void chip_reset(struct device *device)
{
	struct simcan_controller *controller = device->common.controller;
	uint8_t btr0 = (uint8_t)(device->baud >> 8), btr1 = (uint8_t)device->baud;

	simcan_reset_locked(controller);
	device->active = false;
	simcan_set_listen_only_locked(controller, false);
	simcan_timing_of_rate((unsigned)device->baud, &btr0, &btr1);
	simcan_set_timing_locked(controller, btr0, btr1);
	simcan_set_filter_locked(controller, device->code, device->mask);
}

static void chip_start(struct device *device)
{
	simcan_start_locked(device->common.controller);
	if (!device->active)
		load_next(device);
}

static int c4l_open(struct simcan_device *common, int flags, struct host_file **opened)
{
	struct device *device = (struct device *)common;
	struct file *file = calloc(1, sizeof(*file));
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
		fifo_clear(&device->tx);
		file->su = true;
		chip_reset(device);
		chip_start(device);
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
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);

	simcan_bus_lock(device->common.bus);
	device->files[file->index] = NULL;
	if (--device->opens == 0) {
		simcan_reset_locked(device->common.controller);
		device->active = false;
	}
	simcan_bus_unlock(device->common.bus);
	free(file);
}

/* Messages. */

static ssize_t c4l_read(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	struct fifo *fifo = &file->rx;
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
static int wait_for_room(struct device *device, struct host_call *call)
{
	bool waited = false;

	while (device->tx.full || (waited && !tx_is_empty(&device->tx))) {
		if (call->nonblock)
			return -EAGAIN;
		waited = true;
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	return 0;
}

static void queue_message(struct device *device, const c4l_message *message)
{
	struct fifo *fifo = &device->tx;

	if (!device->active && tx_is_empty(fifo)) {
		device->active = true;
		load(device, message);
		return;
	}
	fifo->message[fifo->head] = *message;
	fifo->head = (fifo->head + 1) % C4L_FIFO;
	fifo->full = fifo->head == fifo->tail;
}

static ssize_t c4l_write(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
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
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	uint32_t ready = 0;

	if (file->rx.head != file->rx.tail)
		ready |= POLLIN | POLLRDNORM;
	/* True of a full fifo as well: the driver compares the two indexes. */
	if (device->tx.head == device->tx.tail)
		ready |= POLLOUT | POLLWRNORM;
	return ready;
}

/* ioctls. */

static long do_command(struct device *device, struct file *file, const c4l_command *command)
{
	switch (command->cmd) {
	case CAN4LINUX_CMD_START:
		if (!file->su)
			return -EPERM;
		chip_start(device);
		return 0;
	case CAN4LINUX_CMD_STOP:
		if (!file->su)
			return -EPERM;
		simcan_reset_locked(device->common.controller);
		device->active = false;
		return 0;
	case CAN4LINUX_CMD_RESET:
		if (!file->su)
			return -EPERM;
		chip_reset(device);
		return 0;
	case CAN4LINUX_CMD_CLEARBUFFERS:
		if (file->su)
			fifo_clear(&device->tx);
		fifo_clear(&file->rx);
		simcan_device_changed_locked(&device->common);
		return 0;
	case CAN4LINUX_CMD_CTRL_LED:
	case CAN4LINUX_CMD_CTRL_TERM: return 0;
	default: return -EINVAL;
	}
}

static long set_filter(struct device *device, unsigned long code, unsigned long mask)
{
	device->code = (uint32_t)code;
	device->mask = (uint32_t)mask;
	simcan_set_filter_locked(device->common.controller, device->code, device->mask);
	return 0;
}

static long set_timing(struct device *device, const struct file *file, unsigned long baud)
{
	uint8_t btr0 = (uint8_t)(baud >> 8), btr1 = (uint8_t)baud;

	if (device->baud == baud)
		return 0;
	if (!file->su)
		return -EPERM;
	if (device->opens > 1)
		return -EINVAL;
	/* Anything but a CiA rate is taken for the two registers. The chip ignores both while it runs. */
	simcan_timing_of_rate((unsigned)baud, &btr0, &btr1);
	simcan_set_timing_locked(device->common.controller, btr0, btr1);
	device->baud = baud;
	return 0;
}

static long set_speed_factor(struct device *device, const struct file *file, unsigned long factor)
{
	if (device->speed_factor == factor)
		return 0;
	if (!file->su)
		return -EPERM;
	device->speed_factor = factor;
	return 0;
}

static long do_config(struct device *device, struct file *file, const c4l_command *config)
{
	switch (config->target) {
	case CAN4LINUX_CONF_ACC: return set_filter(device, config->val2, config->val1);
	case CAN4LINUX_CONF_ACCM: return set_filter(device, device->code, config->val1);
	case CAN4LINUX_CONF_ACCC: return set_filter(device, config->val1, device->mask);
	case CAN4LINUX_CONF_TIMING: return set_timing(device, file, config->val1);
	case CAN4LINUX_CONF_SPEEDFACTOR: return set_speed_factor(device, file, config->val1);
	case CAN4LINUX_CONF_LISTEN_ONLY_MODE:
		simcan_set_listen_only_locked(device->common.controller, config->val1 != 0);
		return 0;
	case CAN4LINUX_CONF_SELF_RECEPTION: file->self_reception = (int)config->val1 != 0; return 0;
	case CAN4LINUX_CONF_TIMESTAMP: device->time_format = (int)config->val1; return 0;
	case CAN4LINUX_CONF_BTR:
		simcan_set_timing_locked(device->common.controller, (uint8_t)config->val1, (uint8_t)config->val2);
		return 0;
	case CAN4LINUX_CONF_OMODE:
	case CAN4LINUX_CONF_WAKEUP: return 0;
	default: return -EINVAL;
	}
}

static long do_send(struct device *device, const c4l_message *message, struct host_call *call, long *retval)
{
	if (!message) {
		*retval = -EINVAL;
		return 0;
	}
	/* The driver spins here, whatever the open flags say, until the transmit buffer is free. */
	while (!(simcan_status_locked(device->common.controller) & SIMCAN_STATUS_TX_FREE)) {
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	load(device, message);
	device->active = true;
	*retval = (message->length & 0xf) > 8 ? 8 : message->length & 0xf;
	return 0;
}

static void get_status(struct device *device, const struct file *file, c4l_status *status)
{
	struct simcan_controller *controller = device->common.controller;

	*status = (c4l_status){
		.baud = (unsigned)device->baud,
		.status = simcan_status_locked(controller),
		.error_warning_limit = SIMCAN_WARNING_LIMIT,
		.rx_errors = simcan_rx_errors_locked(controller),
		.tx_errors = simcan_tx_errors_locked(controller),
		.error_code = simcan_error_code_locked(controller),
		.rx_buffer_size = C4L_FIFO,
		.rx_buffer_used = fifo_used(&file->rx),
		.tx_buffer_size = C4L_FIFO,
		.tx_buffer_used = fifo_used(&device->tx),
		.type = CAN4LINUX_CAN_TYPE_SJA1000,
	};
}

static long c4l_ioctl(struct host_file *host, uint32_t number, void *argument, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	c4l_command *command = argument;
	c4l_send *send = argument;
	long result = 0, retval = 0;

	if (!argument)
		return -EFAULT;
	switch (number) {
	case CAN4LINUX_CAN_IOCTL_COMMAND:
		command->retval = (unsigned long)do_command(device, file, command);
		command->error = 0;
		return 0;
	case CAN4LINUX_CAN_IOCTL_CONFIG:
		result = do_config(device, file, command);
		command->retval = (unsigned long)result;
		command->error = 0;
		return result;
	case CAN4LINUX_CAN_IOCTL_SEND:
		result = do_send(device, (const c4l_message *)send->Tx, call, &retval);
		send->retval = (unsigned long)retval;
		send->error = 0;
		return result;
	case CAN4LINUX_CAN_IOCTL_STATUS: get_status(device, file, argument); return 0;
	default: return -EINVAL; /* CONFIGURERTR is not compiled in by default */
	}
}

/* Devices. */

static int c4l_create(const struct config_node *settings, struct simcan_bus *bus, struct simcan_device **made)
{
	uint8_t btr0, btr1;
	int64_t baud = simcan_setting_bitrate(settings, C4L_BAUD, &btr0, &btr1);
	struct device *device;
	int err;

	if (!config_ok(settings))
		return -EINVAL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->baud = (unsigned long)baud;
	device->mask = 0xffffffff;
	device->time_format = C4L_TIME_OF_DAY;
	err = simcan_device_init(&device->common, &simcan_can4linux, bus, &driver);
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
