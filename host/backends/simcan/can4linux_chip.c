/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_chip.c
 * The controller under the driver: what the interrupt handler receives and sends, and the chip's start and end.
 */
#include "host/backends/simcan/can4linux_internal.h"

#include <string.h>

static void stamp(struct c4l_device *device, c4l_message *message, uint64_t time)
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

static void push_rx(struct c4l_file *file, const c4l_message *message, bool keeps_overrun)
{
	struct c4l_fifo *fifo = &file->rx;
	c4l_message *slot = &fifo->message[fifo->head];

	*slot = *message;
	if (fifo->overrun && keeps_overrun)
		slot->flags |= CAN4LINUX_MSG_BOVR;
	fifo->overrun = false;
	fifo->head = (fifo->head + 1) % C4L_FIFO;
	if (fifo->head == fifo->tail)
		fifo->overrun = true;
}

static void push_all(struct c4l_device *device, c4l_message *message, uint64_t time)
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

void c4l_load(struct c4l_device *device, const c4l_message *message)
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

void c4l_load_next(struct c4l_device *device)
{
	struct c4l_fifo *fifo = &device->tx;

	device->active = false;
	if (c4l_tx_is_empty(fifo))
		return;
	device->active = true;
	c4l_load(device, &fifo->message[fifo->tail]);
	fifo->full = false;
	fifo->tail = (fifo->tail + 1) % C4L_FIFO;
}

/* What was sent goes to the node's other opens as well, and to the sender's if it asked for it. */
static void on_transmitted(void *context, bool sent, uint64_t time)
{
	struct c4l_device *device = context;
	c4l_message message = device->last_tx;

	(void)sent;
	stamp(device, &message, time);
	message.flags |= CAN4LINUX_MSG_SELF;
	for (int i = 0; i < C4L_OPENS; i++) {
		struct c4l_file *file = device->files[i];

		if (file && (message.cob != i || file->self_reception))
			push_rx(file, &message, false);
	}
	c4l_load_next(device);
	simcan_device_changed_locked(&device->common);
}

/* The chip interrupts when its warning or bus-off bit changes; error passive alone is not enabled in the driver. */
static void on_state_changed(void *context, uint64_t time)
{
	struct c4l_device *device = context;
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

const struct simcan_driver c4l_driver = {
	.received = on_received,
	.transmitted = on_transmitted,
	.state_changed = on_state_changed,
};

void c4l_chip_reset(struct c4l_device *device)
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

void c4l_chip_start(struct c4l_device *device)
{
	simcan_start_locked(device->common.controller);
	if (!device->active)
		c4l_load_next(device);
}
