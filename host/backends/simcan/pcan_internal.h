/* SPDX-License-Identifier: MIT */
/**
 * @file pcan_internal.h
 * What pcan.c, pcan_chip.c and pcan_ioctl.c share. Everything is guarded by the bus's lock.
 */
#ifndef IOFERRY_HOST_PCAN_INTERNAL_H
#define IOFERRY_HOST_PCAN_INTERNAL_H

#include "host/backends/simcan/device.h"
#include "host/backends/simcan/pcan.h"

typedef struct pcan_TPCANMsg pcan_message;
typedef struct pcan_TPCANRdMsg pcan_read_message;

struct pcan_received {
	bool status; /* id is an enum pcan_state */
	pcan_message message;
	uint64_t time_us; /* of day */
};

struct pcan_file {
	struct host_file host;
	bool nonblock;
};

struct pcan_filter {
	uint32_t from, to;
	uint8_t type;
};

struct pcan_device {
	struct simcan_device common;
	unsigned opens;
	uint16_t btr;
	bool standard_only, listen_only;

	struct pcan_received rx[PCAN_FIFO];
	unsigned rx_first, rx_used;
	uint32_t rx_total;
	pcan_message tx[PCAN_FIFO];
	unsigned tx_first, tx_used;
	uint32_t tx_total;
	bool transmitting; /* the engine refills from the transmit interrupt */

	enum pcan_state state;
	bool told_state; /* the same state is not reported twice for the same counters */
	uint8_t told_rx_errors, told_tx_errors;
	uint16_t flags; /* gathered until a status call reads them */
	int last_error;
	uint32_t interrupts, errors;

	struct pcan_filter filter[PCAN_FILTERS];
	unsigned filters;
	uint32_t serial, device_number;
};

static inline struct pcan_device *pcan_device_of(const struct pcan_file *file)
{
	return (struct pcan_device *)file->host.device;
}

/* pcan_chip.c */
/** The driver's interrupt handler; its context is the device. */
extern const struct simcan_driver pcan_driver;
/** Stops the chip and forgets what is queued. */
void pcan_chip_reset(struct pcan_device *device);
/** Starts it with the device's settings, and reports that it is active. */
void pcan_chip_start(struct pcan_device *device);
void pcan_set_state(struct pcan_device *device, enum pcan_state state);
/** Puts a status message into the receive fifo. @p id is an enum pcan_state. */
void pcan_push_status(struct pcan_device *device, uint32_t id, uint64_t time);
/** A queue's overflow is over: reading or writing goes on, and a status message says so. */
void pcan_clear_flag(struct pcan_device *device, uint16_t flag);
/** Gives the chip the next message of the transmit fifo, if there is one. */
void pcan_transmit_next(struct pcan_device *device);

/* pcan_ioctl.c */
long pcan_ioctl(struct host_file *host, uint32_t number, void *argument, struct host_call *call);

#endif
