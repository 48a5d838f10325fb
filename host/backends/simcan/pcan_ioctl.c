/* SPDX-License-Identifier: MIT */
/**
 * @file pcan_ioctl.c
 * The classic ioctls: messages, status, settings.
 */
#include "host/backends/simcan/pcan_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long do_init(struct pcan_device *device, const struct pcan_TPCANInit *init)
{
	pcan_chip_reset(device);
	if (init->wBTR0BTR1)
		device->btr = init->wBTR0BTR1;
	else
		device->btr = PCAN_BTR_500K;
	device->standard_only = !(init->ucCANMsgType & PCAN_MSGTYPE_EXTENDED);
	device->listen_only = init->ucListenOnly != 0;
	pcan_chip_start(device);
	simcan_device_changed_locked(&device->common);
	return 0;
}

/* Messages. */

static long queue_message(struct pcan_device *device, const struct pcan_file *file, const pcan_message *message,
			  struct host_call *call)
{
	while (device->state != PCAN_STATE_BUSOFF && device->tx_used == PCAN_FIFO) {
		if (file->nonblock) {
			if (!(device->flags & PCAN_CAN_ERR_XMTFULL)) {
				device->flags |= PCAN_CAN_ERR_XMTFULL;
				device->errors++;
				pcan_push_status(device, PCAN_TX_OVERFLOW, simcan_bus_now(device->common.bus));
			}
			return -EAGAIN;
		}
		device->flags |= PCAN_CAN_ERR_XMTFULL;
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	if (device->state == PCAN_STATE_BUSOFF)
		return -ENETDOWN;
	device->tx[(device->tx_first + device->tx_used) % PCAN_FIFO] = *message;
	device->tx_used++;
	device->tx_total++;
	pcan_clear_flag(device, PCAN_CAN_ERR_XMTFULL);
	if (!device->transmitting)
		pcan_transmit_next(device);
	return 0;
}

static long do_write(struct pcan_device *device, const struct pcan_file *file, const pcan_message *message,
		     struct host_call *call)
{
	if (message->LEN > 8)
		return -EINVAL;
	if (device->standard_only && ((message->MSGTYPE & PCAN_MSGTYPE_EXTENDED) || message->ID > 0x7ff))
		return -EINVAL;
	return queue_message(device, file, message, call);
}

static void describe_status(const struct pcan_received *entry, pcan_message *message)
{
	/* A byte on its way to the caller; the driver's flag for odd events (0x2000) does not fit and gets lost. */
	static const uint8_t flags[] = {
		[PCAN_STATE_WARNING] = PCAN_CAN_ERR_BUSLIGHT, [PCAN_STATE_PASSIVE] = PCAN_CAN_ERR_BUSHEAVY,
		[PCAN_STATE_BUSOFF] = PCAN_CAN_ERR_BUSOFF,    [PCAN_RX_EMPTY] = PCAN_CAN_ERR_QRCVEMPTY,
		[PCAN_RX_OVERFLOW] = PCAN_CAN_ERR_OVERRUN,    [PCAN_TX_OVERFLOW] = PCAN_CAN_ERR_QXMTFULL,
	};

	message->ID = entry->message.ID;
	message->MSGTYPE = PCAN_MSGTYPE_STATUS;
	message->LEN = 4;
	memset(message->DATA, 0, 4);
	message->DATA[3] = flags[entry->message.ID];
}

static long do_read(struct pcan_device *device, const struct pcan_file *file, pcan_read_message *to,
		    struct host_call *call)
{
	struct pcan_received *entry;

	while (device->rx_used == 0) {
		if (file->nonblock)
			return -EAGAIN;
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	entry = &device->rx[device->rx_first];
	device->rx_first = (device->rx_first + 1) % PCAN_FIFO;
	device->rx_used--;
	if (entry->status) {
		describe_status(entry, &to->Msg);
	} else {
		to->Msg.ID = entry->message.ID;
		to->Msg.MSGTYPE = entry->message.MSGTYPE;
		to->Msg.LEN = entry->message.LEN;
		memcpy(to->Msg.DATA, entry->message.DATA, entry->message.LEN);
	}
	to->dwTime = (uint32_t)(entry->time_us / 1000);
	to->wUsec = (uint16_t)(entry->time_us % 1000);
	pcan_clear_flag(device, PCAN_CAN_ERR_OVERRUN);
	return 0;
}

/* Status. */

static uint16_t queue_flags(const struct pcan_device *device)
{
	unsigned flags = device->flags;

	if (device->rx_used == 0)
		flags |= PCAN_CAN_ERR_QRCVEMPTY;
	if (device->tx_used == PCAN_FIFO)
		flags |= PCAN_CAN_ERR_QXMTFULL;
	return (uint16_t)flags;
}

static void clear_status(struct pcan_device *device)
{
	device->flags = 0;
	device->last_error = 0;
}

static long get_status(struct pcan_device *device, struct pcan_TPSTATUS *status)
{
	status->wErrorFlag = queue_flags(device);
	status->nLastError = device->last_error;
	clear_status(device);
	return 0;
}

static long get_extended_status(struct pcan_device *device, struct pcan_TPEXTENDEDSTATUS *status)
{
	status->wErrorFlag = queue_flags(device);
	status->nLastError = device->last_error;
	status->nPendingReads = (int)device->rx_used;
	status->nPendingWrites = (int)device->tx_used;
	clear_status(device);
	return 0;
}

static long get_diagnosis(const struct pcan_device *device, struct pcan_TPDIAG *diagnosis)
{
	diagnosis->wType = PCAN_HW_USB;
	diagnosis->dwBase = device->serial;
	diagnosis->wIrqLevel = (uint16_t)(device->device_number & 0xff);
	diagnosis->dwReadCounter = device->rx_total;
	diagnosis->dwWriteCounter = device->tx_total;
	diagnosis->dwIRQcounter = device->interrupts;
	diagnosis->dwErrorCounter = device->errors;
	diagnosis->wErrorFlag = device->flags;
	diagnosis->nLastError = device->last_error;
	diagnosis->nOpenPaths = (int)device->opens;
	memset(diagnosis->szVersionString, 0, sizeof(diagnosis->szVersionString));
	snprintf((char *)diagnosis->szVersionString, sizeof(diagnosis->szVersionString),
		 "8.9.3 (simulated by ioferry)");
	return 0;
}

/* Settings. */

/* The registers whose bit rate is exact and whose sample point is next to 87.5 %. */
static uint16_t registers_of_rate(uint32_t rate)
{
	unsigned best = 0, best_distance = 1000;

	for (unsigned quanta = 25; quanta >= 8 && rate > 0; quanta--) {
		unsigned prescaler = SIMCAN_CLOCK_HZ / rate / quanta;
		unsigned tseg2 = (quanta + 4) / 8;
		unsigned tseg1, distance;

		if (prescaler == 0 || prescaler > 64 || (uint64_t)prescaler * quanta * rate != SIMCAN_CLOCK_HZ)
			continue;
		if (tseg2 < quanta - 17)
			tseg2 = quanta - 17;
		tseg1 = quanta - 1 - tseg2;
		if (tseg2 > 8)
			continue;
		distance = (unsigned)abs((int)(1000 * (1 + tseg1) / quanta) - 875);
		if (distance < best_distance) {
			best_distance = distance;
			best = (prescaler - 1) << 8 | (tseg2 - 1) << 4 | (tseg1 - 1);
		}
	}
	return (uint16_t)best;
}

static long convert_rate(struct pcan_TPBTR0BTR1 *conversion)
{
	uint8_t btr0, btr1;
	uint16_t registers;

	if (conversion->dwBitRate % 1000 == 0 && simcan_timing_of_rate(conversion->dwBitRate / 1000, &btr0, &btr1))
		registers = (uint16_t)(btr0 << 8 | btr1);
	else
		registers = registers_of_rate(conversion->dwBitRate);
	if (!registers)
		return -EINVAL;
	conversion->wBTR0BTR1 = registers;
	return 0;
}

static long add_filter(struct pcan_device *device, const struct pcan_TPMSGFILTER *wanted)
{
	struct pcan_filter *filter = device->filter;

	if (!wanted) {
		device->filters = 0;
		return 0;
	}
	for (; filter < device->filter + device->filters; filter++) {
		if (filter->from == wanted->FromID && filter->to == wanted->ToID && filter->type == wanted->MSGTYPE)
			return 0;
	}
	if (device->filters == PCAN_FILTERS)
		return -ENOMEM;
	*filter = (struct pcan_filter){wanted->FromID, wanted->ToID, wanted->MSGTYPE};
	device->filters++;
	return 0;
}

static long extra_parameters(struct pcan_device *device, struct pcan_TPEXTRAPARAMS *parameters)
{
	switch (parameters->nSubFunction) {
	case PCAN_SF_GET_SERIALNUMBER: parameters->func.dwSerialNumber = device->serial; return 0;
	case PCAN_SF_GET_HCDEVICENO: parameters->func.dwSerialNumber = device->device_number; return 0;
	case PCAN_SF_SET_HCDEVICENO: device->device_number = parameters->func.dwSerialNumber; return 0;
	default: return -EINVAL;
	}
}

static bool is_classic(uint32_t number)
{
	return (number & 0xff) <= (PCAN_PCAN_EXTRA_PARAMS & 0xff);
}

long pcan_ioctl(struct host_file *host, uint32_t number, void *argument, struct host_call *call)
{
	struct pcan_file *file = (struct pcan_file *)host;
	struct pcan_device *device = pcan_device_of(file);

	if (!argument && is_classic(number) && number != PCAN_PCAN_MSG_FILTER)
		return -EFAULT;
	switch (number) {
	case PCAN_PCAN_INIT: return do_init(device, argument);
	case PCAN_PCAN_WRITE_MSG: return do_write(device, file, argument, call);
	case PCAN_PCAN_READ_MSG: return do_read(device, file, argument, call);
	case PCAN_PCAN_GET_STATUS: return get_status(device, argument);
	case PCAN_PCAN_DIAG: return get_diagnosis(device, argument);
	case PCAN_PCAN_BTR0BTR1: return convert_rate(argument);
	case PCAN_PCAN_GET_EXT_STATUS: return get_extended_status(device, argument);
	case PCAN_PCAN_MSG_FILTER: return add_filter(device, argument);
	case PCAN_PCAN_EXTRA_PARAMS: return extra_parameters(device, argument);
	default: return -ENOTTY; /* the pcanfd commands */
	}
}
