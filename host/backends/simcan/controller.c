/* SPDX-License-Identifier: MIT */
/**
 * @file controller.c
 * Registers and fault confinement of a controller. Numbers and rules are those of ISO 11898-1 and of the SJA1000
 * data sheet; where the two leave a choice the SJA1000's is taken, because that is what the drivers were written for.
 */
#include "host/backends/simcan/internal.h"

#include <stdlib.h>
#include <string.h>

enum { PASSIVE_LIMIT = 127, BUS_OFF_LIMIT = 255, BIT_NS_MIN = 1000 };

/* CiA bit rates with an 8 MHz clock, sampling at 87.5 % (75 % at 1 Mbit/s). */
static const struct {
	unsigned kbit;
	uint8_t btr0, btr1;
} rates[] = {
	{10, 0x31, 0x1c},  {20, 0x18, 0x1c},  {50, 0x09, 0x1c},  {100, 0x04, 0x1c},  {125, 0x03, 0x1c},
	{250, 0x01, 0x1c}, {500, 0x00, 0x1c}, {800, 0x00, 0x16}, {1000, 0x00, 0x14},
};

bool simcan_timing_of_rate(unsigned kbit, uint8_t *btr0, uint8_t *btr1)
{
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		if (rates[i].kbit == kbit) {
			*btr0 = rates[i].btr0;
			*btr1 = rates[i].btr1;
			return true;
		}
	}
	return false;
}

uint32_t simcan_bit_ns(uint8_t btr0, uint8_t btr1)
{
	uint32_t quantum = (btr0 & 0x3fu) + 1;
	uint32_t quanta = 1 + ((btr1 & 0xfu) + 1) + ((btr1 >> 4 & 7u) + 1);
	uint32_t bit_ns = quantum * quanta * (1000000000u / SIMCAN_CLOCK_HZ);

	/* The chip ends at 1 Mbit/s; and a guest's registers decide how much work the bus is. */
	return bit_ns < BIT_NS_MIN ? BIT_NS_MIN : bit_ns;
}

uint32_t controller_bit_ns(const struct simcan_controller *controller)
{
	return simcan_bit_ns(controller->btr0, controller->btr1);
}

struct simcan_controller *simcan_controller_create(struct simcan_bus *bus, const struct simcan_driver *driver,
						   void *context)
{
	struct simcan_controller *controller = calloc(1, sizeof(*controller));

	if (!controller)
		return NULL;
	controller->bus = bus;
	controller->driver = driver;
	controller->context = context;
	controller->reset = true;
	controller->tx_done = true;
	controller->mask = 0xffffffff;
	controller->joins_at = NEVER;
	simcan_timing_of_rate(125, &controller->btr0, &controller->btr1);

	simcan_bus_lock(bus);
	controller->next = bus->controllers;
	bus->controllers = controller;
	simcan_bus_unlock(bus);
	return controller;
}

void simcan_controller_destroy(struct simcan_controller *controller)
{
	struct simcan_controller **link;

	if (!controller)
		return;
	simcan_bus_lock(controller->bus);
	simcan_reset_locked(controller);
	for (link = &controller->bus->controllers; *link != controller; link = &(*link)->next)
		;
	*link = controller->next;
	simcan_bus_unlock(controller->bus);
	free(controller);
}

static bool is_alone_transmitting(const struct simcan_controller *controller)
{
	const struct simcan_bus *bus = controller->bus;

	if (bus->phase == PHASE_IDLE || controller->role != ROLE_TRANSMITTER)
		return false;
	for (const struct simcan_controller *other = bus->controllers; other; other = other->next) {
		if (other != controller && other->role == ROLE_TRANSMITTER)
			return false;
	}
	return true;
}

void simcan_reset_locked(struct simcan_controller *controller)
{
	bool truncates = is_alone_transmitting(controller);

	controller->reset = true;
	controller->recovering = false;
	controller->tx_pending = false;
	controller->joins_at = NEVER;
	controller->role = ROLE_NONE;
	if (truncates)
		transfer_truncate_locked(controller->bus);
}

bool simcan_is_reset_locked(const struct simcan_controller *controller)
{
	return controller->reset;
}

static uint64_t idle_sequence_ns(const struct simcan_controller *controller)
{
	return (uint64_t)SIMCAN_IDLE_BITS * controller_bit_ns(controller);
}

void simcan_start_locked(struct simcan_controller *controller)
{
	struct simcan_bus *bus = controller->bus;
	uint64_t now = bus_time_locked(bus);
	uint64_t free_at = now > bus->idle_at ? now : bus->idle_at;

	if (!controller->reset)
		return;
	controller->reset = false;
	controller->suspended_until = 0;
	if (controller->bus_off) {
		controller->recovering = true;
		controller->recovered = 0;
		controller->recovery_from = free_at;
	} else if (bus->phase == PHASE_IDLE) {
		/* The intermission that is under way belongs to the 11 bits; a bus that was idle does not. */
		controller->joins_at = free_at > now ? free_at : now + idle_sequence_ns(controller);
	}
	bus_kick_locked(bus);
}

bool simcan_set_timing_locked(struct simcan_controller *controller, uint8_t btr0, uint8_t btr1)
{
	if (!controller->reset)
		return false;
	controller->btr0 = btr0;
	controller->btr1 = btr1;
	return true;
}

bool simcan_set_filter_locked(struct simcan_controller *controller, uint32_t code, uint32_t mask)
{
	if (!controller->reset)
		return false;
	controller->code = code;
	controller->mask = mask;
	return true;
}

bool simcan_set_listen_only_locked(struct simcan_controller *controller, bool listen_only)
{
	if (!controller->reset)
		return false;
	controller->listen_only = listen_only;
	return true;
}

bool simcan_clear_errors_locked(struct simcan_controller *controller)
{
	if (!controller->reset)
		return false;
	/* Bus-off stays: ISO 11898-1 lets nobody back before 128 idle sequences. */
	controller->tx_errors = 0;
	controller->rx_errors = 0;
	controller_update(controller);
	return true;
}

bool simcan_transmit_locked(struct simcan_controller *controller, const struct simcan_frame *frame, unsigned flags)
{
	struct simcan_bus *bus = controller->bus;

	if (controller->tx_pending)
		return false;
	controller->tx = *frame;
	simcan_frame_encode(frame, &controller->tx_bits);
	controller->tx_flags = flags;
	controller->tx_pending = true;
	controller->tx_done = false;
	controller->tx_since = bus_time_locked(bus);
	bus_kick_locked(bus);
	return true;
}

void simcan_abort_locked(struct simcan_controller *controller)
{
	if (controller->role != ROLE_TRANSMITTER || controller->bus->phase == PHASE_IDLE)
		controller->tx_pending = false;
}

uint8_t simcan_status_locked(const struct simcan_controller *controller)
{
	bool on_bus = controller->bus->phase != PHASE_IDLE;
	unsigned status = 0;

	if (!controller->tx_pending)
		status |= SIMCAN_STATUS_TX_FREE;
	if (controller->tx_done)
		status |= SIMCAN_STATUS_TX_DONE;
	if (on_bus && controller->role == ROLE_TRANSMITTER)
		status |= SIMCAN_STATUS_TX;
	if (on_bus && controller->role == ROLE_RECEIVER)
		status |= SIMCAN_STATUS_RX;
	if (controller->tx_errors >= SIMCAN_WARNING_LIMIT || controller->rx_errors >= SIMCAN_WARNING_LIMIT)
		status |= SIMCAN_STATUS_WARNING;
	if (controller->bus_off)
		status |= SIMCAN_STATUS_BUS_OFF;
	return (uint8_t)status;
}

uint8_t simcan_tx_errors_locked(const struct simcan_controller *controller)
{
	struct simcan_controller copy;

	if (!controller->recovering)
		return (uint8_t)controller->tx_errors;
	/* The chip counts down what is left of the recovery. */
	copy = *controller;
	controller_count_idle(&copy, bus_time_locked(controller->bus));
	return (uint8_t)(copy.recovered >= RECOVERY_SEQUENCES ? 0 : RECOVERY_SEQUENCES - 1 - copy.recovered);
}

uint8_t simcan_rx_errors_locked(const struct simcan_controller *controller)
{
	return (uint8_t)controller->rx_errors;
}

bool simcan_is_passive_locked(const struct simcan_controller *controller)
{
	return controller->tx_errors > PASSIVE_LIMIT || controller->rx_errors > PASSIVE_LIMIT;
}

uint8_t simcan_error_code_locked(struct simcan_controller *controller)
{
	uint8_t code = controller->error_code;

	controller->error_code = 0;
	return code;
}

void controller_note_error(struct simcan_controller *controller, unsigned kind, bool receiving, unsigned field)
{
	if (controller->error_code == 0)
		controller->error_code = (uint8_t)(kind << 6 | (receiving ? 1u << 5 : 0u) | field);
}

uint64_t controller_ready_at(const struct simcan_controller *controller)
{
	uint64_t at = controller->bus->idle_at;

	if (!controller->tx_pending || controller->reset || controller->bus_off || controller->listen_only)
		return NEVER;
	if (controller->tx_since > at)
		at = controller->tx_since;
	if (controller->joins_at > at)
		at = controller->joins_at;
	if (controller->suspended_until > at)
		at = controller->suspended_until;
	return at;
}

uint64_t controller_recovers_at(const struct simcan_controller *controller)
{
	if (!controller->recovering)
		return NEVER;
	if (controller->recovered >= RECOVERY_SEQUENCES)
		return controller->recovery_from;
	return controller->recovery_from + (RECOVERY_SEQUENCES - controller->recovered) * idle_sequence_ns(controller);
}

void controller_count_idle(struct simcan_controller *controller, uint64_t until)
{
	uint64_t sequences;

	if (!controller->recovering || until <= controller->recovery_from || controller->bus->phase != PHASE_IDLE)
		return;
	sequences = (until - controller->recovery_from) / idle_sequence_ns(controller);
	if (sequences > RECOVERY_SEQUENCES)
		sequences = RECOVERY_SEQUENCES;
	controller->recovered += (unsigned)sequences;
	controller->recovery_from = until;
}

void controller_recover(struct simcan_controller *controller)
{
	controller->recovering = false;
	controller->bus_off = false;
	controller->tx_errors = 0;
	controller->rx_errors = 0;
	controller->joins_at = controller->bus->time;
	controller_update(controller);
}

static void enter_bus_off(struct simcan_controller *controller)
{
	controller->bus_off = true;
	controller->reset = true; /* the chip enters reset mode by itself; a driver has to start it again */
	controller->recovering = false;
	controller->tx_pending = false;
	controller->tx_errors = RECOVERY_SEQUENCES - 1;
	controller->rx_errors = 0;
	controller->joins_at = NEVER;
}

void controller_update(struct simcan_controller *controller)
{
	uint8_t state;

	if (controller->rx_errors > BUS_OFF_LIMIT)
		controller->rx_errors = BUS_OFF_LIMIT;
	if (controller->tx_errors > BUS_OFF_LIMIT && !controller->bus_off)
		enter_bus_off(controller);

	state = simcan_status_locked(controller) & (SIMCAN_STATUS_WARNING | SIMCAN_STATUS_BUS_OFF);
	if (simcan_is_passive_locked(controller))
		state |= STATE_PASSIVE;
	if (state == controller->shown_state)
		return;
	controller->shown_state = state;
	if (controller->driver->state_changed)
		controller->driver->state_changed(controller->context, controller->bus->time);
}
