/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_internal.h
 * What can4linux.c, can4linux_chip.c and can4linux_ioctl.c share. Everything is guarded by the bus's lock.
 */
#ifndef IOFERRY_HOST_CAN4LINUX_INTERNAL_H
#define IOFERRY_HOST_CAN4LINUX_INTERNAL_H

#include "host/backends/simcan/can4linux.h"
#include "host/backends/simcan/device.h"

/* Full and empty look alike (head == tail): a receive fifo that overruns is an empty one with a flag, as in the driver.
 */
struct c4l_fifo {
	unsigned head, tail;
	bool overrun; /* receive */
	bool full;    /* transmit */
	c4l_message message[C4L_FIFO];
};

struct c4l_file {
	struct host_file host;
	int index; /* of its receive fifo; goes into canmsg_t.cob of what it sends */
	bool su;   /* the first opener: may stop the node and set its bit rate */
	bool self_reception;
	struct c4l_fifo rx;
};

struct c4l_device {
	struct simcan_device common;
	struct c4l_file *files[C4L_OPENS];
	unsigned opens;
	struct c4l_fifo tx;
	c4l_message last_tx; /* in the controller */
	bool active;         /* last_tx is being transmitted */
	unsigned long baud, speed_factor;
	uint32_t code, mask;
	uint8_t reported; /* status bits of the last error message */
	int time_format;
	uint64_t previous_time;
};

static inline struct c4l_device *c4l_device_of(const struct c4l_file *file)
{
	return (struct c4l_device *)file->host.device;
}

static inline unsigned c4l_fifo_used(const struct c4l_fifo *fifo)
{
	return (fifo->head + C4L_FIFO - fifo->tail) % C4L_FIFO;
}

static inline void c4l_fifo_clear(struct c4l_fifo *fifo)
{
	fifo->head = 0;
	fifo->tail = 0;
	fifo->overrun = false;
	fifo->full = false;
}

static inline bool c4l_tx_is_empty(const struct c4l_fifo *fifo)
{
	return fifo->head == fifo->tail && !fifo->full;
}

/* can4linux_chip.c */
/** The driver's interrupt handler; its context is the device. */
extern const struct simcan_driver c4l_driver;
/** Stops the chip and gives it the device's bit rate and filter. */
void c4l_chip_reset(struct c4l_device *device);
void c4l_chip_start(struct c4l_device *device);
/** Gives the chip a message to send; the next of the fifo, if there is one. */
void c4l_load(struct c4l_device *device, const c4l_message *message);
void c4l_load_next(struct c4l_device *device);

/* can4linux_ioctl.c */
long c4l_ioctl(struct host_file *host, uint32_t number, void *argument, struct host_call *call);

#endif
