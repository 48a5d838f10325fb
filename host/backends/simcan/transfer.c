/* SPDX-License-Identifier: MIT */
/**
 * @file transfer.c
 * One frame on the bus: who sends, who receives, who objects, and what everybody's counters make of it.
 *
 * A frame is laid out in bits when it starts, and each receiver's view of them is worked out then, so that only
 * three moments are events: the first error that somebody signals, the ACK slot, the end of frame.
 */
#include "host/backends/simcan/internal.h"

#include <string.h>

enum { FLAG_BITS = 6, DELIMITER_BITS = 8, SAME_BITS = 5 };

static bool is_on_bus(const struct simcan_controller *controller, uint64_t time)
{
	return !controller->reset && !controller->bus_off && controller->joins_at <= time;
}

/* A receiver whose error flags others see. */
static bool is_heard(const struct simcan_controller *controller)
{
	return controller->role == ROLE_RECEIVER && !controller->listen_only && !simcan_is_passive_locked(controller);
}

/*
 * Whether @p rival's frame goes on against @p winner's, bit by bit. @p clash gets the first bit in which two frames
 * that arbitration cannot tell apart differ.
 */
static bool beats(const struct simcan_controller *rival, const struct simcan_controller *winner, uint16_t *clash)
{
	const struct simcan_bits *a = &rival->tx_bits, *b = &winner->tx_bits;
	uint16_t bit = 0;

	while (bit < a->count && bit < b->count && a->level[bit] == b->level[bit])
		bit++;
	*clash = SIMCAN_BITS_MAX;
	if (bit == a->count || bit == b->count)
		return false;
	if (!simcan_field_arbitrates(a->level[bit] ? a->field[bit] : b->field[bit])) {
		*clash = bit;
		return false;
	}
	return a->level[bit] == 0;
}

/* Whether both send the same identifier, format and RTR bit, so that neither withdraws. */
static bool ties(const struct simcan_controller *a, const struct simcan_controller *b)
{
	return a->tx.extended == b->tx.extended && a->tx.remote == b->tx.remote &&
	       ((a->tx.id ^ b->tx.id) & (a->tx.extended ? 0x1fffffff : 0x7ff)) == 0;
}

/* Frames of another bit rate do not arbitrate; their senders take the frame for a disturbance. */
static bool competes(const struct simcan_controller *controller, uint64_t time, uint32_t bit_ns)
{
	return controller_ready_at(controller) <= time && controller_bit_ns(controller) == bit_ns;
}

static struct simcan_controller *arbitrate(struct simcan_bus *bus, uint64_t time)
{
	struct simcan_controller *winner = NULL;
	uint64_t first = NEVER;
	uint16_t clash;

	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		uint64_t ready = controller_ready_at(each);

		if (ready <= time && each->tx_since < first) {
			first = each->tx_since;
			winner = each;
		}
	}
	if (!winner)
		return NULL;
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each != winner && competes(each, time, controller_bit_ns(winner)) && beats(each, winner, &clash))
			winner = each;
	}
	return winner;
}

static void assign_roles(struct simcan_bus *bus, const struct simcan_controller *winner)
{
	struct transfer *transfer = &bus->transfer;
	uint16_t clash;

	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		each->error_at = NEVER;
		each->role = ROLE_NONE;
		controller_count_idle(each, transfer->start);
		if (!is_on_bus(each, transfer->start))
			continue;
		each->role = ROLE_RECEIVER;
		if (each == winner) {
			each->role = ROLE_TRANSMITTER;
		} else if (competes(each, transfer->start, transfer->bit_ns) && ties(each, winner)) {
			each->role = ROLE_TRANSMITTER;
			beats(each, winner, &clash);
			if (clash < transfer->transmit_error) {
				transfer->transmit_error = clash;
				transfer->bits.level[clash] = 0;
			}
		}
	}
}

/* The planned fault of this frame, if any. Takes it out of the plan. */
static bool take_fault(struct simcan_bus *bus, struct simcan_fault *fault)
{
	for (unsigned i = 0; i < bus->n_faults; i++) {
		if (bus->faults[i].frame != bus->counts.frames)
			continue;
		*fault = bus->faults[i];
		bus->faults[i] = bus->faults[--bus->n_faults];
		return true;
	}
	return false;
}

static uint64_t bit_end(const struct transfer *transfer, unsigned bit)
{
	return transfer->start + (bit + 1u) * (uint64_t)transfer->bit_ns;
}

/* The levels that a receiver with another bit time samples. */
static void sample(const struct simcan_controller *controller, const struct transfer *transfer, uint8_t *level)
{
	uint64_t bit_ns = controller_bit_ns(controller);

	for (unsigned i = 0; i < SIMCAN_BITS_MAX; i++) {
		uint64_t at = i * bit_ns + bit_ns / 8 * 7;
		uint64_t bit = at / transfer->bit_ns;

		level[i] = bit < transfer->bits.count ? transfer->bits.level[bit] : 1;
	}
}

static void look(struct simcan_controller *receiver, const struct transfer *transfer, const struct simcan_fault *fault)
{
	uint8_t level[SIMCAN_BITS_MAX];
	uint32_t bit_ns = controller_bit_ns(receiver);
	bool same_rate = bit_ns == transfer->bit_ns;

	if (same_rate && !fault && transfer->transmit_error == SIMCAN_BITS_MAX)
		return;
	if (same_rate)
		memcpy(level, transfer->bits.level, sizeof(level));
	else
		sample(receiver, transfer, level);
	if (fault && fault->bit < SIMCAN_BITS_MAX)
		level[fault->bit] ^= 1;
	simcan_frame_decode(level, SIMCAN_BITS_MAX, &receiver->reception);
	if (!receiver->reception.valid)
		receiver->error_at = transfer->start + (receiver->reception.position + 1u) * (uint64_t)bit_ns;
	/* Of two rates the slower one may still wait for bits when the frame is over: it objects in its last ones. */
	if (!same_rate && receiver->error_at > bit_end(transfer, transfer->bits.count - 2u))
		receiver->error_at = bit_end(transfer, transfer->bits.count - 2u);
}

static void find_first_error(struct simcan_bus *bus, const struct simcan_fault *fault)
{
	struct transfer *transfer = &bus->transfer;

	transfer->error_at = NEVER;
	if (transfer->transmit_error < SIMCAN_BITS_MAX)
		transfer->error_at = bit_end(transfer, transfer->transmit_error);
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each->role != ROLE_RECEIVER)
			continue;
		look(each, transfer, fault && fault->victim == each ? fault : NULL);
		if (is_heard(each) && each->error_at < transfer->error_at)
			transfer->error_at = each->error_at;
	}
}

static void set_frame_due(struct transfer *transfer)
{
	uint64_t acknowledged = bit_end(transfer, transfer->bits.ack_slot);

	transfer->due = transfer->error_at < acknowledged ? transfer->error_at : acknowledged;
}

void transfer_start_locked(struct simcan_bus *bus)
{
	struct simcan_controller *winner = arbitrate(bus, bus->time);
	struct transfer *transfer = &bus->transfer;
	struct simcan_fault fault;
	bool disturbed;

	if (!winner)
		return;
	disturbed = take_fault(bus, &fault);
	*transfer = (struct transfer){
		.start = bus->time,
		.bit_ns = controller_bit_ns(winner),
		.transmit_error = SIMCAN_BITS_MAX,
		.frame = winner->tx,
		.bits = winner->tx_bits,
	};
	assign_roles(bus, winner);
	if (disturbed && !fault.victim && fault.bit < transfer->bits.count) {
		transfer->bits.level[fault.bit] ^= 1;
		if (fault.bit == transfer->bits.ack_slot)
			transfer->ack_inverted = true;
		else if (fault.bit < transfer->transmit_error)
			transfer->transmit_error = fault.bit;
	}
	find_first_error(bus, disturbed ? &fault : NULL);
	set_frame_due(transfer);
	bus->phase = PHASE_FRAME;
	bus->counts.frames++;
}

void transfer_truncate_locked(struct simcan_bus *bus)
{
	bus->transfer.truncated = true;
	bus->transfer.due = bus_time_locked(bus);
	bus_kick_locked(bus);
}

/* Whether the receiver has taken the frame without an error so far. */
static bool has_frame(const struct simcan_controller *controller, const struct transfer *transfer)
{
	return controller->role == ROLE_RECEIVER && controller->error_at == NEVER &&
	       controller_bit_ns(controller) == transfer->bit_ns;
}

static bool is_acknowledged(const struct simcan_bus *bus)
{
	for (const struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (has_frame(each, &bus->transfer) && !each->listen_only)
			return !bus->transfer.ack_inverted;
	}
	return bus->transfer.ack_inverted;
}

/* The bus belongs to nobody until @p free_at. */
static void release_bus(struct simcan_bus *bus, uint64_t free_at)
{
	uint64_t suspended = free_at + (uint64_t)SIMCAN_SUSPEND_BITS * bus->transfer.bit_ns;

	bus->phase = PHASE_IDLE;
	bus->idle_at = free_at;
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each->role == ROLE_TRANSMITTER && simcan_is_passive_locked(each))
			each->suspended_until = suspended;
		/* Each frame ends with 11 recessive bits: delimiter, end of frame or delimiter, intermission. */
		if (each->recovering) {
			each->recovered++;
			each->recovery_from = free_at;
		} else if (!each->reset && !each->bus_off && each->joins_at > bus->transfer.start) {
			each->joins_at = free_at;
		}
	}
}

static void give_to_receiver(struct simcan_controller *controller, const struct simcan_frame *frame, bool self)
{
	struct simcan_bus *bus = controller->bus;

	if (controller->driver->received && simcan_frame_accepted(frame, controller->code, controller->mask))
		controller->driver->received(controller->context, frame, self, bus->time);
}

static void finish_transmission(struct simcan_controller *controller, bool sent)
{
	controller->tx_pending = false;
	controller->tx_done = sent;
	if (controller->driver->transmitted)
		controller->driver->transmitted(controller->context, sent, controller->bus->time);
}

static void deliver(struct simcan_bus *bus, bool listeners_only)
{
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (!has_frame(each, &bus->transfer) || (listeners_only && !each->listen_only))
			continue;
		/* ISO 11898-1 wants something from 119 to 127 here; the SJA1000 takes 127. */
		if (each->rx_errors > 127)
			each->rx_errors = 127;
		else if (each->rx_errors > 0)
			each->rx_errors--;
		give_to_receiver(each, &bus->transfer.frame, false);
		controller_update(each);
	}
}

static void count_receiver_error(struct simcan_controller *controller, uint64_t time, unsigned field)
{
	bool first = controller->error_at <= time;
	bool heard = is_heard(controller);

	if (controller->role != ROLE_RECEIVER || controller->listen_only)
		return;
	if (first)
		controller_note_error(controller, controller->reception.error, true, controller->reception.field);
	else
		controller_note_error(controller, SIMCAN_ERROR_STUFF, true, field);
	controller->rx_errors++;
	/* Its flag was answered by the sender's: the bit behind its own was dominant. */
	if (first && heard && controller->bus->transfer.error_at == controller->error_at)
		controller->rx_errors = (uint16_t)(controller->rx_errors + 8);
}

static void succeed(struct simcan_bus *bus)
{
	struct transfer *transfer = &bus->transfer;

	deliver(bus, false);
	release_bus(bus, bus->time + (uint64_t)SIMCAN_INTERMISSION_BITS * transfer->bit_ns);
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each->role == ROLE_RECEIVER && each->error_at <= bus->time) {
			/* Too passive to stop the frame, but it counts. */
			count_receiver_error(each, bus->time, each->reception.field);
			controller_update(each);
		}
		if (each->role != ROLE_TRANSMITTER)
			continue;
		if (each->tx_errors > 0)
			each->tx_errors--;
		if (each->tx_flags & SIMCAN_SELF_RECEPTION)
			give_to_receiver(each, &transfer->frame, true);
		finish_transmission(each, true);
		controller_update(each);
	}
}

/* Bits of equal level at the end of what was on the wire when @p bit ended. */
static unsigned run_length(const struct simcan_bits *bits, unsigned bit)
{
	unsigned run = 1;

	while (run < SAME_BITS && run <= bit && bits->level[bit - run] == bits->level[bit])
		run++;
	return run;
}

/*
 * Length of the error flags: the first one's 6 bits, and those of the others, which start when the first has made
 * 6 equal bits together with what was before it.
 */
static unsigned flag_bits(const struct simcan_bus *bus, unsigned bit)
{
	const struct simcan_bits *bits = &bus->transfer.bits;

	for (const struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (is_heard(each))
			return 2 * FLAG_BITS - run_length(bits, bit < bits->count ? bit : bits->count - 1u);
	}
	return FLAG_BITS;
}

static void count_transmitter_error(struct simcan_controller *controller, bool acknowledge, unsigned field)
{
	if (acknowledge)
		controller_note_error(controller, SIMCAN_ERROR_OTHER, false, SIMCAN_ACK_SLOT);
	else
		controller_note_error(controller, SIMCAN_ERROR_BIT, false, field);
	/* A passive node that misses the acknowledgement and sees nobody object does not count. */
	if (!acknowledge || !simcan_is_passive_locked(controller))
		controller->tx_errors = (uint16_t)(controller->tx_errors + 8);
}

static void tell_error(struct simcan_controller *controller, bool counted)
{
	bool transmitter = controller->role == ROLE_TRANSMITTER;

	if (counted && controller->driver->bus_error)
		controller->driver->bus_error(controller->context, controller->bus->time);
	controller_update(controller);
	if (transmitter && controller->tx_pending && (controller->tx_flags & SIMCAN_SINGLE_SHOT))
		finish_transmission(controller, false);
}

static bool has_active_transmitter(const struct simcan_bus *bus)
{
	for (const struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each->role == ROLE_TRANSMITTER && !simcan_is_passive_locked(each))
			return true;
	}
	return false;
}

/* The frame ends here in error flags, at the end of @p bit. */
static void disturb(struct simcan_bus *bus, unsigned bit, bool acknowledge)
{
	struct transfer *transfer = &bus->transfer;
	unsigned last = bit < transfer->bits.count ? bit : transfer->bits.count - 1u;
	uint8_t field = transfer->bits.field[last];
	uint64_t length = flag_bits(bus, bit) + (uint64_t)DELIMITER_BITS + SIMCAN_INTERMISSION_BITS;

	bus->counts.errors++;
	/* A passive sender's flag is recessive like the end of frame: whoever only listens has received a frame. */
	if (acknowledge && !has_active_transmitter(bus))
		deliver(bus, true);
	for (struct simcan_controller *each = bus->controllers; each; each = each->next) {
		if (each->role == ROLE_TRANSMITTER)
			count_transmitter_error(each, acknowledge, field);
		else
			count_receiver_error(each, bus->time, field);
	}
	release_bus(bus, bus->time + length * transfer->bit_ns);
	for (struct simcan_controller *each = bus->controllers; each; each = each->next)
		tell_error(each, each->role == ROLE_TRANSMITTER || (each->role == ROLE_RECEIVER && !each->listen_only));
}

static unsigned current_bit(const struct simcan_bus *bus)
{
	uint64_t elapsed = bus->time - bus->transfer.start;

	return elapsed > 0 ? (unsigned)((elapsed - 1) / bus->transfer.bit_ns) : 0;
}

void transfer_continue_locked(struct simcan_bus *bus)
{
	struct transfer *transfer = &bus->transfer;

	if (transfer->truncated || transfer->due == transfer->error_at) {
		disturb(bus, current_bit(bus), false);
	} else if (bus->phase == PHASE_TAIL) {
		succeed(bus);
	} else if (!is_acknowledged(bus)) {
		disturb(bus, transfer->bits.ack_slot, true);
	} else {
		uint64_t end = bit_end(transfer, transfer->bits.count - 1u);

		bus->phase = PHASE_TAIL;
		transfer->due = transfer->error_at < end ? transfer->error_at : end;
	}
}
