/* SPDX-License-Identifier: MIT */
/**
 * @file pcan_chip.c
 * The controller under the driver: what the interrupt handler receives and sends, states of the bus, and the chip's
 * start and end.
 */
#include "host/backends/simcan/pcan_internal.h"

#include <string.h>

static void push_rx(struct pcan_device *device, const struct pcan_received *entry)
{
	unsigned last = (device->rx_first + device->rx_used + PCAN_FIFO - 1) % PCAN_FIFO;

	if (device->opens == 0 || (device->flags & PCAN_CAN_ERR_OVERRUN))
		return;
	if (device->rx_used < PCAN_FIFO) {
		device->rx[(last + 1) % PCAN_FIFO] = *entry;
		device->rx_used++;
		device->rx_total++;
	} else {
		/* The last message becomes the news that some were lost; until one is read nothing more is taken. */
		device->flags |= PCAN_CAN_ERR_OVERRUN;
		device->errors++;
		device->rx[last].status = true;
		device->rx[last].message = (pcan_message){.ID = PCAN_RX_OVERFLOW};
	}
	simcan_device_changed_locked(&device->common);
}

void pcan_push_status(struct pcan_device *device, uint32_t id, uint64_t time)
{
	struct pcan_received entry = {
		.status = true,
		.message = {.ID = id},
		.time_us = simcan_bus_realtime(device->common.bus, time) / 1000,
	};

	push_rx(device, &entry);
}

static void push_state(struct pcan_device *device, uint64_t time)
{
	uint8_t rx_errors = simcan_rx_errors_locked(device->common.controller);
	uint8_t tx_errors = simcan_tx_errors_locked(device->common.controller);

	if (device->told_state && device->told_rx_errors == rx_errors && device->told_tx_errors == tx_errors)
		return;
	device->told_state = true;
	device->told_rx_errors = rx_errors;
	device->told_tx_errors = tx_errors;
	pcan_push_status(device, device->state, time);
}

void pcan_set_state(struct pcan_device *device, enum pcan_state state)
{
	static const uint16_t flags[] = {
		[PCAN_STATE_WARNING] = PCAN_CAN_ERR_BUSLIGHT,
		[PCAN_STATE_PASSIVE] = PCAN_CAN_ERR_BUSHEAVY,
		[PCAN_STATE_BUSOFF] = PCAN_CAN_ERR_BUSOFF,
	};

	if (device->state == state)
		return;
	device->state = state;
	device->told_state = false;
	if (state == PCAN_STATE_UNKNOWN || state == PCAN_STATE_ACTIVE) {
		device->flags &= (uint16_t) ~(PCAN_CAN_ERR_BUSOFF | PCAN_CAN_ERR_BUSHEAVY | PCAN_CAN_ERR_BUSLIGHT);
		return;
	}
	device->flags |= flags[state];
	device->errors++;
}

void pcan_clear_flag(struct pcan_device *device, uint16_t flag)
{
	if (!(device->flags & flag))
		return;
	device->flags &= (uint16_t)~flag;
	device->told_state = false;
	push_state(device, simcan_bus_now(device->common.bus));
}

static bool passes(const struct pcan_device *device, const struct simcan_frame *frame)
{
	if (device->filters == 0)
		return true;
	for (unsigned i = 0; i < device->filters; i++) {
		const struct pcan_filter *filter = &device->filter[i];
		bool rejected = ((filter->type & PCAN_MSGTYPE_RTR) && !frame->remote) ||
				(!(filter->type & PCAN_MSGTYPE_EXTENDED) && frame->extended);

		if (!rejected && frame->id >= filter->from && frame->id <= filter->to)
			return true;
	}
	return false;
}

static void on_received(void *context, const struct simcan_frame *frame, bool self, uint64_t time)
{
	struct pcan_device *device = context;
	unsigned type = (frame->remote ? PCAN_MSGTYPE_RTR : 0u) | (frame->extended ? PCAN_MSGTYPE_EXTENDED : 0u) |
			(self ? PCAN_MSGTYPE_SELFRECEIVE : 0u);
	struct pcan_received entry = {
		.message =
			{
				.ID = frame->id & (frame->extended ? 0x1fffffff : 0x7ff),
				.MSGTYPE = (uint8_t)type,
				.LEN = frame->dlc > 8 ? 8 : frame->dlc,
			},
		.time_us = simcan_bus_realtime(device->common.bus, time) / 1000,
	};

	device->interrupts++;
	if (!passes(device, frame))
		return;
	memcpy(entry.message.DATA, frame->data, simcan_frame_bytes(frame));
	push_rx(device, &entry);
}

void pcan_transmit_next(struct pcan_device *device)
{
	const pcan_message *message = &device->tx[device->tx_first];
	struct simcan_frame frame;
	unsigned flags = 0;

	device->transmitting = false;
	if (device->tx_used == 0)
		return;
	frame = (struct simcan_frame){
		.id = message->ID,
		.extended = message->MSGTYPE & PCAN_MSGTYPE_EXTENDED,
		.remote = message->MSGTYPE & PCAN_MSGTYPE_RTR,
		.dlc = message->LEN,
	};
	memcpy(frame.data, message->DATA, sizeof(frame.data));
	if (message->MSGTYPE & PCAN_SINGLE_SHOT)
		flags |= SIMCAN_SINGLE_SHOT;
	if (message->MSGTYPE & PCAN_MSGTYPE_SELFRECEIVE)
		flags |= SIMCAN_SELF_RECEPTION;
	if (!simcan_transmit_locked(device->common.controller, &frame, flags))
		return;
	device->transmitting = true;
	device->tx_first = (device->tx_first + 1) % PCAN_FIFO;
	device->tx_used--;
}

static void on_transmitted(void *context, bool sent, uint64_t time)
{
	struct pcan_device *device = context;

	(void)sent;
	(void)time;
	device->interrupts++;
	pcan_transmit_next(device);
	simcan_device_changed_locked(&device->common);
}

static enum pcan_state chip_state(const struct simcan_controller *controller)
{
	uint8_t status = simcan_status_locked(controller);

	if (status & SIMCAN_STATUS_BUS_OFF)
		return PCAN_STATE_BUSOFF;
	if (simcan_is_passive_locked(controller))
		return PCAN_STATE_PASSIVE;
	return status & SIMCAN_STATUS_WARNING ? PCAN_STATE_WARNING : PCAN_STATE_ACTIVE;
}

static void on_state_changed(void *context, uint64_t time)
{
	struct pcan_device *device = context;
	enum pcan_state state = chip_state(device->common.controller);

	device->interrupts++;
	/* Unknown: it is being initialised, and is announced when that is done. */
	if (device->opens == 0 || device->state == PCAN_STATE_UNKNOWN || state == device->state)
		return;
	/* A controller that recovers was announced as active when it was initialised. */
	if (state == PCAN_STATE_BUSOFF && !simcan_is_reset_locked(device->common.controller))
		return;
	pcan_set_state(device, state);
	if (state == PCAN_STATE_BUSOFF)
		device->transmitting = false;
	push_state(device, time);
	simcan_device_changed_locked(&device->common);
}

const struct simcan_driver pcan_driver = {
	.received = on_received,
	.transmitted = on_transmitted,
	.state_changed = on_state_changed,
};

void pcan_chip_reset(struct pcan_device *device)
{
	device->transmitting = false;
	simcan_reset_locked(device->common.controller);
	pcan_set_state(device, PCAN_STATE_UNKNOWN);
	device->rx_used = 0;
	device->rx_total = 0;
	device->tx_used = 0;
	device->tx_total = 0;
	device->flags &= (uint16_t) ~(PCAN_CAN_ERR_OVERRUN | PCAN_CAN_ERR_XMTFULL);
}

void pcan_chip_start(struct pcan_device *device)
{
	struct simcan_controller *controller = device->common.controller;

	device->interrupts = 0;
	device->errors = 0;
	simcan_set_timing_locked(controller, (uint8_t)(device->btr >> 8), (uint8_t)device->btr);
	simcan_set_listen_only_locked(controller, device->listen_only);
	simcan_clear_errors_locked(controller);
	simcan_start_locked(controller);
	pcan_set_state(device, PCAN_STATE_ACTIVE);
	push_state(device, simcan_bus_now(device->common.bus));
}
