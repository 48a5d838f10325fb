/* SPDX-License-Identifier: MIT */
/**
 * @file internal.h
 * What bus.c, transfer.c and controller.c share. Everything is guarded by the bus's lock.
 */
#ifndef IOFERRY_HOST_SIMCAN_INTERNAL_H
#define IOFERRY_HOST_SIMCAN_INTERNAL_H

#include "host/backends/simcan/bus.h"

#define NEVER UINT64_MAX

enum { FAULTS_MAX = 64, RECOVERY_SEQUENCES = 128 };

/** Part that a controller has in the frame on the bus. */
enum role { ROLE_NONE, ROLE_TRANSMITTER, ROLE_RECEIVER };

struct simcan_controller {
	struct simcan_bus *bus;
	struct simcan_controller *next;
	const struct simcan_driver *driver;
	void *context;

	uint8_t btr0, btr1, error_code;
	uint32_t code, mask;
	bool reset, listen_only;

	uint16_t tx_errors, rx_errors;
	bool bus_off;       /* the status bit: stays until recovery is over */
	bool recovering;    /* counts idle sequences */
	unsigned recovered; /* sequences up to recovery_from */
	uint64_t recovery_from;
	uint8_t shown_state; /* what the driver was told last: status bits, and STATE_PASSIVE */

	bool tx_pending, tx_done;
	unsigned tx_flags;
	uint64_t tx_since;
	struct simcan_frame tx;
	struct simcan_bits tx_bits;

	uint64_t joins_at;        /* has then seen 11 recessive bits */
	uint64_t suspended_until; /* an error passive transmitter lets others go first */

	enum role role;
	uint64_t error_at;                 /* when this receiver sees an error; NEVER */
	struct simcan_reception reception; /* and which one */
};

enum { STATE_PASSIVE = 1 };

enum phase {
	PHASE_IDLE,  /* or between frames: the bus is free from idle_at on */
	PHASE_FRAME, /* up to the ACK slot, or the first error */
	PHASE_TAIL,  /* acknowledged; up to the end of frame, or an error in it */
};

/** The frame on the bus. */
struct transfer {
	uint64_t start;
	uint64_t due;      /* end of the phase */
	uint64_t error_at; /* first error that anybody signals; NEVER */
	uint32_t bit_ns;
	uint16_t transmit_error; /* bit in which the transmitters see their error; SIMCAN_BITS_MAX: none */
	bool ack_inverted;       /* a fault hit the ACK slot */
	bool truncated;          /* its transmitter was reset */
	struct simcan_frame frame;
	struct simcan_bits bits; /* as they are on the wire */
};

struct simcan_bus {
	pthread_mutex_t lock;
	pthread_cond_t kick; /* something to do earlier than the thread knows */
	pthread_cond_t work_done;
	const struct simcan_clock *clock;
	struct simcan_controller *controllers;

	enum phase phase;
	bool stepping;    /* an event is being handled */
	uint64_t time;    /* of that event */
	uint64_t idle_at; /* end of the last intermission */
	struct transfer transfer;
	struct simcan_counts counts;

	struct simcan_fault faults[FAULTS_MAX]; /* .frame is the number of the frame */
	unsigned n_faults;

	struct simcan_work *work, **work_tail, *running;
	pthread_t worker; /* who runs work, while running is set */

	pthread_t thread;
	bool thread_started, stop;

	/* of the registry */
	char *name;
	unsigned references;
	struct simcan_bus *next;
};

/** Bus time; that of the event while one is handled, so that a late thread does not shift what follows from it. */
uint64_t bus_time_locked(const struct simcan_bus *bus);
/** Time of the next event; NEVER. */
uint64_t bus_next_locked(const struct simcan_bus *bus);
/** Handles everything due by @p now. */
void bus_step_locked(struct simcan_bus *bus, uint64_t now);
/** Makes the thread look again; starts it at the first call. */
void bus_kick_locked(struct simcan_bus *bus);

/* transfer.c */
void transfer_start_locked(struct simcan_bus *bus);
void transfer_continue_locked(struct simcan_bus *bus);
/** The only transmitter of the running frame has left. */
void transfer_truncate_locked(struct simcan_bus *bus);

/* controller.c */
uint32_t controller_bit_ns(const struct simcan_controller *controller);
/** When it would send; NEVER. */
uint64_t controller_ready_at(const struct simcan_controller *controller);
uint64_t controller_recovers_at(const struct simcan_controller *controller);
void controller_recover(struct simcan_controller *controller);
/** Counts idle sequences up to @p until. */
void controller_count_idle(struct simcan_controller *controller, uint64_t until);
/** Counters have changed: enters and leaves states, tells the driver. */
void controller_update(struct simcan_controller *controller);
/** Keeps the first error until the register is read. */
void controller_note_error(struct simcan_controller *controller, unsigned kind, bool receiving, unsigned field);

#endif
