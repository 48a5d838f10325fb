/* SPDX-License-Identifier: MIT */
/**
 * @file bus.h
 * A simulated CAN bus and its controllers: each frame takes as long as its bits, identifiers arbitrate, nobody
 * listening means no acknowledgement, errors count up to bus-off, and 128 idle sequences lead back.
 *
 * One lock per bus guards the bus, its controllers, and whatever the drivers on top keep per device: it stands
 * for "interrupts off". Functions named *_locked, and the driver's callbacks, run with it held.
 */
#ifndef IOFERRY_HOST_SIMCAN_BUS_H
#define IOFERRY_HOST_SIMCAN_BUS_H

#include "host/backends/simcan/clock.h"
#include "host/backends/simcan/frame.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct simcan_bus;
struct simcan_controller;

/** Clock of the bit timing registers, as of an SJA1000 with the usual 16 MHz crystal. */
enum { SIMCAN_CLOCK_HZ = 8000000, SIMCAN_WARNING_LIMIT = 96 };

/** Bits of simcan_status(), as in the SJA1000's status register. */
enum simcan_status_bits {
	SIMCAN_STATUS_TX_FREE = 0x04, /**< the transmit buffer may be written */
	SIMCAN_STATUS_TX_DONE = 0x08, /**< the last request has been transmitted */
	SIMCAN_STATUS_RX = 0x10,      /**< receiving now */
	SIMCAN_STATUS_TX = 0x20,      /**< transmitting now */
	SIMCAN_STATUS_WARNING = 0x40, /**< a counter is at SIMCAN_WARNING_LIMIT or above */
	SIMCAN_STATUS_BUS_OFF = 0x80,
};

/**
 * What a controller tells its driver: its interrupts. All run with the bus locked and may call the *_locked
 * functions. @p time is bus time in ns. NULL members are not called.
 */
struct simcan_driver {
	/** A frame was received; @p self: the controller's own (simcan_transmit_locked() with self reception). */
	void (*received)(void *context, const struct simcan_frame *frame, bool self, uint64_t time);
	/** The transmit buffer is free again; @p sent false: a single-shot frame was given up. */
	void (*transmitted)(void *context, bool sent, uint64_t time);
	/** Warning level, error passive or bus-off was reached or left. */
	void (*state_changed)(void *context, uint64_t time);
	/** An error frame; simcan_error_code_locked() tells its kind. */
	void (*bus_error)(void *context, uint64_t time);
};

/* Buses. */

/**
 * The bus of this name and clock, made at the first call. References are counted: controllers of one name
 * share one bus. Thread-safe. NULL: no memory.
 */
struct simcan_bus *simcan_bus_get(const char *name, const struct simcan_clock *clock);
/** Gives a reference back; the last one ends the bus's thread and frees. NULL is allowed. */
void simcan_bus_put(struct simcan_bus *bus);

void simcan_bus_lock(struct simcan_bus *bus);
void simcan_bus_unlock(struct simcan_bus *bus);
/** The lock itself, for condition variables. */
pthread_mutex_t *simcan_bus_mutex(struct simcan_bus *bus);

/**
 * Handles everything due by now. A bus on a manual clock runs only here. Runs deferred work (below) at the end.
 * Not to be called with the bus locked.
 */
void simcan_bus_run(struct simcan_bus *bus);
/** Bus time at which something is due next; UINT64_MAX: nothing is. */
uint64_t simcan_bus_next(struct simcan_bus *bus);
uint64_t simcan_bus_now(struct simcan_bus *bus);
/** Time of day at bus time @p time, ns. */
uint64_t simcan_bus_realtime(struct simcan_bus *bus, uint64_t time);

/** Frames that were on the bus, and how many of them ended in an error frame. */
struct simcan_counts {
	uint64_t frames, errors;
};
struct simcan_counts simcan_bus_counts(struct simcan_bus *bus);
/** Whether a frame is under way. */
bool simcan_bus_busy(struct simcan_bus *bus);

/** Work that must not run with the bus locked; the owner embeds it. */
struct simcan_work {
	void (*run)(struct simcan_work *work); /**< in the bus's thread; may free @p work */
	struct simcan_work *next;
	bool queued;
};
/** Has work->run called soon, once, without the lock. Nothing happens if it is queued already. */
void simcan_bus_defer_locked(struct simcan_bus *bus, struct simcan_work *work);
/** Takes work back; waits until it has left run(). Drops and retakes the lock while it waits. */
void simcan_bus_cancel_locked(struct simcan_bus *bus, struct simcan_work *work);

/** A disturbance, for tests: inverts one bit of one frame. */
struct simcan_fault {
	uint64_t frame;                         /**< which frame from now on, 0 is the next */
	uint16_t bit;                           /**< index into struct simcan_bits */
	const struct simcan_controller *victim; /**< only this receiver sees it; NULL: everybody */
};
/** Plans a fault. Up to 64 may be planned. @return 0 or -ENOSPC. */
int simcan_bus_inject(struct simcan_bus *bus, const struct simcan_fault *fault);

/* Controllers. They start in reset mode, with 125 kbit/s and a filter that takes everything. */

/** Adds a controller to the bus. @p driver is not copied. NULL: no memory. Keeps its own bus reference. */
struct simcan_controller *simcan_controller_create(struct simcan_bus *bus, const struct simcan_driver *driver,
						   void *context);
void simcan_controller_destroy(struct simcan_controller *controller); /**< not with the bus locked; NULL is allowed */

/** Enters reset mode: a frame in the transmit buffer is dropped, registers may be written. */
void simcan_reset_locked(struct simcan_controller *controller);
/** Leaves reset mode. Takes part after 11 recessive bits; after bus-off, after 128 times 11. */
void simcan_start_locked(struct simcan_controller *controller);
bool simcan_is_reset_locked(const struct simcan_controller *controller);

/* Registers that take effect in reset mode only, as in the chip: outside of it these return false. */

/** Bit timing registers 0 and 1. */
bool simcan_set_timing_locked(struct simcan_controller *controller, uint8_t btr0, uint8_t btr1);
/** Acceptance code and mask of the single filter; mask bits of 1 do not matter. */
bool simcan_set_filter_locked(struct simcan_controller *controller, uint32_t code, uint32_t mask);
/** Listen only: no acknowledgement, no error flags, no transmission. */
bool simcan_set_listen_only_locked(struct simcan_controller *controller, bool listen_only);
/** Sets both error counters to 0. */
bool simcan_clear_errors_locked(struct simcan_controller *controller);

/** Flags of simcan_transmit_locked(). */
enum { SIMCAN_SINGLE_SHOT = 1, SIMCAN_SELF_RECEPTION = 2 };

/** Fills the transmit buffer. @return false if it is in use. */
bool simcan_transmit_locked(struct simcan_controller *controller, const struct simcan_frame *frame, unsigned flags);
/** Empties the transmit buffer unless the frame is on the bus right now. */
void simcan_abort_locked(struct simcan_controller *controller);

/** enum simcan_status_bits. */
uint8_t simcan_status_locked(const struct simcan_controller *controller);
uint8_t simcan_tx_errors_locked(const struct simcan_controller *controller);
uint8_t simcan_rx_errors_locked(const struct simcan_controller *controller);
bool simcan_is_passive_locked(const struct simcan_controller *controller);
/** The error code register (kind, direction, field); reading clears it, so that the next error is kept. */
uint8_t simcan_error_code_locked(struct simcan_controller *controller);

/** Length of a bit of these registers, ns. */
uint32_t simcan_bit_ns(uint8_t btr0, uint8_t btr1);
/** Registers of a CiA bit rate (10, 20, 50, 100, 125, 250, 500, 800, 1000 kbit/s). @return false: another rate. */
bool simcan_timing_of_rate(unsigned kbit, uint8_t *btr0, uint8_t *btr1);

#endif
