/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/internal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEGMENTS_MAX = 4096,    /* of the runtime: more are E2BIG */
	BYTES_MAX = 8 << 20,    /* of a piece of memory: far above any message */
	REFUSED_MAX = 64 << 10, /* of a list that is too long: it need not be there */
};

struct plan_call *plan_call_create(const struct plan_interface *interface)
{
	struct plan_call *call = calloc(1, sizeof(*call));

	if (!call) {
		fputs("no memory for a test's call\n", stderr);
		abort();
	}
	call->interface = interface;
	return call;
}

void plan_call_destroy(struct plan_call *call)
{
	plan_release(call);
	free(call->segments);
	free(call);
}

/* --- segments ---------------------------------------------------------------------------------------------------- */

static struct plan_segment *add_segment(struct plan_call *call, const struct plan_reach *reach,
					const struct plan_frame *frame, unsigned direction)
{
	struct plan_segment *segment = plan_take(call, sizeof(*segment));

	if (call->n_segments == call->room) {
		call->room = call->room ? 2 * call->room : 64;
		call->segments = realloc(call->segments, call->room * sizeof(struct plan_segment *));
		if (!call->segments)
			abort();
	}
	if (call->n_segments == SEGMENTS_MAX)
		plan_violate(call, E2BIG, "the number of pieces of memory", SEGMENTS_MAX + 1);
	call->segments[call->n_segments++] = segment;
	segment->reach = reach;
	segment->type = reach->type;
	segment->content = reach->content;
	segment->frame = frame;
	segment->direction = direction;
	return segment;
}

/* Images of @p count elements, filled. */
static void give_bytes(struct plan_call *call, struct plan_segment *segment, uint32_t count)
{
	segment->count = count;
	segment->guest_size = (size_t)count * segment->type->size[plan_layout(call)];
	segment->wire_size = segment->capacity = (size_t)count * segment->type->size[IOF_LAYOUT_LP64];
	if (segment->wire_size > BYTES_MAX) {
		plan_violate(call, E2BIG, "the size of a piece of memory", segment->wire_size);
		call->incomplete = true;
		segment->count = 0;
		segment->guest_size = segment->wire_size = 0;
	}
	segment->guest = plan_take(call, segment->guest_size);
	segment->wire = plan_take(call, segment->wire_size);
	segment->field = plan_take(call, segment->wire_size);
	segment->now = segment->wire;
	memset(segment->guest, PLAN_NOISE, segment->guest_size);
	if (call->live && segment->direction != PLAN_EXACT)
		memcpy(segment->wire, (const void *)(uintptr_t)segment->address, segment->wire_size);
	else if (plan_canonical(call) && segment->direction & PLAN_IN)
		memset(segment->wire, PLAN_NOISE, segment->wire_size);
	plan_visit(call, segment, false, plan_fill_field, NULL);
}

static void check_used(struct plan_call *call, const struct plan_frame *frame, const struct plan_member *member)
{
	uint64_t count = plan_evaluate(call, frame, member->used->count);

	if (count > member->used->max)
		plan_violate(call, member->used->error, member->name, count);
}

/* What must hold of a field: @p frame is the record that it is in. */
static void check_field(struct plan_call *call, const struct plan_segment *segment, const struct plan_frame *frame,
			const struct plan_member *member, size_t wire)
{
	uint32_t size = member->type->size[IOF_LAYOUT_LP64];
	uint64_t value;

	if (member->used)
		check_used(call, frame, member);
	if ((!member->range && !member->descriptor) || segment->wire_size < wire + size)
		return;
	value = plan_widen(member->type->kind, plan_load(segment->wire + wire, size, false), size);
	if (member->range && (value < (uint64_t)member->range->low || value > (uint64_t)member->range->high))
		plan_violate(call, member->range->error, member->name, value);
	/* A caller's descriptor means nothing on the host. */
	if (member->descriptor && (int64_t)value >= 0 && plan_evaluate(call, frame, member->descriptor))
		plan_violate(call, ENOTTY, member->name, value);
}

/* --- counts ------------------------------------------------------------------------------------------------------ */

/* The driver and all that follows see the lower count; the caller keeps its own. */
static void clamp(struct plan_call *call, const struct plan_reach *reach, const struct plan_frame *frame)
{
	struct plan_place place = plan_find(call, frame, &reach->count[0].path);

	plan_store(place.segment->wire + place.wire, place.type->size[IOF_LAYOUT_LP64], false, reach->max);
}

static uint32_t count_of(struct plan_call *call, const struct plan_reach *reach, const struct plan_frame *frame,
			 const char *name)
{
	uint64_t value = reach->count ? plan_evaluate(call, frame, reach->count) : 1;
	uint64_t unit = reach->unit ? reach->unit : 1, most;

	if (reach->bounded && value > reach->max) {
		if (reach->clamp) {
			clamp(call, reach, frame);
			value = reach->max;
		} else {
			plan_violate(call, reach->error, name, value);
			most = REFUSED_MAX / reach->type->size[IOF_LAYOUT_LP64];
			value = value <= reach->max + unit && value / unit <= most ? value : 0;
		}
	}
	if (value % unit)
		plan_violate(call, EINVAL, name, value);
	return (uint32_t)(value / unit);
}

/* --- pointers ---------------------------------------------------------------------------------------------------- */

static void reach_elements(struct plan_call *call, struct plan_segment *segment);

static void set_slot(struct plan_segment *holder, const struct plan_field *slot, bool present)
{
	if (holder && holder->direction & PLAN_IN)
		plan_store(holder->wire + slot->wire, 8, false, present);
}

/* Whether the pointer leads somewhere. */
static bool is_null(struct plan_call *call, const struct plan_field *slot, bool nullable, bool empty)
{
	if (call->live)
		return !plan_load(slot->segment->wire + slot->wire, 8, false);
	if (plan_forced(call, slot->member, PLAN_FORCE_NULL))
		return true;
	if (empty)
		return plan_random(&call->random) & 1;
	return nullable && call->made_of.choice < 0 && !plan_below(&call->random, 6);
}

/* A length of bytes with the NUL that ends them, or all of them without an end. */
static void give_string(struct plan_call *call, struct plan_segment *segment)
{
	uint32_t max = segment->reach->max, length = 1 + (uint32_t)plan_below(&call->random, max < 12 ? max : 12);

	if (!plan_below(&call->random, 6))
		length = max;
	segment->unterminated = call->made_of.wild && !plan_below(&call->random, 4) && segment->direction & PLAN_IN;
	if (segment->unterminated)
		length = max;
	if (call->live)
		length = (uint32_t)strnlen((const char *)(uintptr_t)segment->address, max) + 1;
	give_bytes(call, segment, length);
	segment->capacity = max;
	for (uint32_t i = 0; i < length && !call->live; i++)
		segment->guest[i] = (uint8_t)(1 + plan_below(&call->random, 255));
	if (!call->live && !segment->unterminated)
		segment->guest[length - 1] = 0;
	if (!call->live && segment->direction & PLAN_IN)
		memcpy(segment->wire, segment->guest, length);
	if (segment->unterminated) {
		plan_violate(call, EINVAL, "the length of a string", max);
		call->incomplete = true;
	}
	if (length > max) {
		plan_violate(call, EINVAL, "the length of a string", length);
		segment->wire_size = max;
	}
}

static void reach_memory(struct plan_call *call, const struct plan_reach *reach, const struct plan_frame *frame,
			 const struct plan_field *slot)
{
	const char *name = slot->member ? slot->member->name : "arg";
	uint32_t count = reach->string ? 1 : count_of(call, reach, frame, name);
	unsigned direction = (unsigned)plan_evaluate(call, frame, reach->direction);
	struct plan_segment *segment;

	if (is_null(call, slot, reach->nullable, !count)) {
		set_slot(slot->segment, slot, false);
		if (!reach->nullable && count)
			plan_violate(call, EFAULT, name, 0);
		return;
	}
	segment = add_segment(call, reach, frame, direction);
	segment->holder = slot->segment;
	segment->holder_guest = slot->guest;
	segment->holder_wire = slot->wire;
	if (call->live)
		segment->address = plan_load(slot->segment->wire + slot->wire, 8, false);
	set_slot(slot->segment, slot, true);
	if (plan_forced(call, slot->member, PLAN_FORCE_FAULT) && direction & PLAN_IN && count) {
		segment->unreadable = true;
		plan_violate(call, EFAULT, name, 1);
	}
	if (reach->string)
		give_string(call, segment);
	else
		give_bytes(call, segment, count);
	reach_elements(call, segment);
}

static void reach_pointer(struct plan_call *call, const struct plan_frame *frame, const struct plan_field *slot)
{
	const struct plan_reach *reach = slot->member->reach;
	const struct plan_arm *arm;

	if (reach->type->kind != PLAN_SWITCH) {
		reach_memory(call, reach, frame, slot);
		return;
	}
	arm = plan_arm_of(call, frame, reach->type);
	if (!arm || arm->reject)
		plan_violate(call, arm ? arm->reject : EINVAL, "what chooses an arm", 0);
	else if (arm->member)
		reach_memory(call, arm->member->reach, frame, slot);
	/* Nobody looks at it: it may be anything, and the driver gets NULL. */
	else if (!call->live)
		set_slot(slot->segment, slot, plan_random(&call->random) & 1);
}

/* --- records ----------------------------------------------------------------------------------------------------- */

/* Whether anything depends on a record's fields. */
static bool leads_on(const struct plan_type *type)
{
	if (type->kind == PLAN_SWITCH)
		return true;
	if (!plan_is_record(type))
		return false;
	for (unsigned i = 0; i < type->n_members; i++) {
		const struct plan_member *member = &type->members[i];

		if (member->reach || member->range || member->used || member->descriptor || leads_on(member->type))
			return true;
	}
	return false;
}

static void reach_record(struct plan_call *call, const struct plan_frame *frame);

/* @p count elements of a type at a place of the record @p frame. */
static void reach_type(struct plan_call *call, const struct plan_frame *outer, const struct plan_member *member,
		       size_t guest, size_t wire)
{
	const struct plan_type *type = member->type;

	for (uint32_t i = 0; i < member->count; i++) {
		struct plan_frame *frame = plan_take(call, sizeof(*frame));

		*frame = (struct plan_frame){outer, type, outer->segment,
					     guest + (size_t)i * type->size[plan_layout(call)],
					     wire + (size_t)i * type->size[IOF_LAYOUT_LP64]};
		reach_record(call, frame);
	}
}

static void reach_member(struct plan_call *call, const struct plan_frame *frame, const struct plan_member *member,
			 size_t guest, size_t wire);

static void reach_arm(struct plan_call *call, const struct plan_frame *frame, const struct plan_type *type,
		      size_t guest, size_t wire)
{
	struct plan_frame place = {frame->parent, frame->type, frame->segment, guest, wire};
	const struct plan_arm *arm = plan_arm_of(call, frame, type);

	if (!arm || arm->reject) {
		plan_violate(call, arm ? arm->reject : EINVAL, "what chooses an arm", 0);
		return;
	}
	if (!arm->member)
		return;
	plan_visit_member(call, &place, arm->member, false, plan_fill_field, NULL);
	reach_member(call, frame, arm->member, guest, wire);
}

static void reach_member(struct plan_call *call, const struct plan_frame *frame, const struct plan_member *member,
			 size_t guest, size_t wire)
{
	check_field(call, frame->segment, frame, member, wire);
	if (member->reach)
		reach_pointer(call, frame,
			      &(struct plan_field){frame->segment, member, member->type, guest, wire, 1, frame});
	else if (member->type->kind == PLAN_SWITCH)
		reach_arm(call, frame, member->type, guest, wire);
	else if (leads_on(member->type))
		reach_type(call, frame, member, guest, wire);
}

static struct plan_segment *reach_flexible(struct plan_call *call, const struct plan_frame *frame,
					   const struct plan_member *member)
{
	uint32_t count = count_of(call, member->reach, frame, member->name);
	struct plan_segment *segment;

	segment =
		add_segment(call, member->reach, frame, (unsigned)plan_evaluate(call, frame, member->reach->direction));
	segment->flexible = true;
	segment->holder = frame->segment;
	segment->holder_wire = member->offset[IOF_LAYOUT_LP64];
	segment->address = frame->segment->address + frame->segment->wire_size;
	give_bytes(call, segment, count);
	return segment;
}

/* What a record's members reach, in the order in which it travels: a flexible array lies right behind its head. */
static void reach_record(struct plan_call *call, const struct plan_frame *frame)
{
	const struct plan_type *type = frame->type;
	struct plan_segment *flexible = NULL;

	for (unsigned i = 0; i < type->n_members; i++)
		if (type->members[i].flexible)
			flexible = reach_flexible(call, frame, &type->members[i]);
	for (unsigned i = 0; i < type->n_members; i++) {
		const struct plan_member *member = &type->members[i];

		if (!member->flexible)
			reach_member(call, frame, member, frame->guest + member->offset[plan_layout(call)],
				     frame->wire + member->offset[IOF_LAYOUT_LP64]);
	}
	if (flexible)
		reach_elements(call, flexible);
}

static void reach_elements(struct plan_call *call, struct plan_segment *segment)
{
	const struct plan_type *type = segment->type;

	if (segment->content)
		check_field(call, segment, segment->frame, segment->content, 0);
	if (!leads_on(type))
		return;
	for (uint32_t i = 0; i < segment->count; i++) {
		struct plan_frame *frame = plan_take(call, sizeof(*frame));

		*frame = (struct plan_frame){segment->frame, type, segment, (size_t)i * type->size[plan_layout(call)],
					     (size_t)i * type->size[IOF_LAYOUT_LP64]};
		reach_record(call, frame);
	}
}

/* --- calls ------------------------------------------------------------------------------------------------------- */

static void forget(struct plan_call *call)
{
	plan_release(call);
	call->n_segments = 0;
	call->n_errors = 0;
	call->violated[0] = '\0';
	call->incomplete = call->null_argument = call->overflow = false;
	call->argument = call->live = 0;
	call->result = 0;
}

/* The argument is reached as if a pointer without a holder led to it. */
static void reach_argument(struct plan_call *call)
{
	const struct plan_reach *reach = call->command->reach;
	struct plan_frame none = {.type = reach->type};
	struct plan_segment *segment;

	if (!call->live)
		call->null_argument = plan_forced(call, NULL, PLAN_FORCE_NULL) ||
				      (reach->nullable && call->made_of.choice < 0 && !plan_below(&call->random, 6));
	if (call->null_argument) {
		if (!reach->nullable)
			plan_violate(call, EFAULT, "the argument", 0);
		return;
	}
	segment = add_segment(call, reach, NULL, (unsigned)plan_evaluate(call, &none, reach->direction));
	segment->address = call->live;
	if (plan_forced(call, NULL, PLAN_FORCE_FAULT) && segment->direction & PLAN_IN) {
		segment->unreadable = true;
		plan_violate(call, EFAULT, "the argument", 1);
	}
	give_bytes(call, segment, count_of(call, reach, &none, "arg"));
	reach_elements(call, segment);
}

static void bound_size(struct plan_call *call)
{
	ssize_t request = plan_call_request(call, NULL, NULL, call->max_payload);

	if (call->max_payload && (request < 0 || plan_call_reply_max(call) > call->max_payload)) {
		plan_violate(call, E2BIG, "the greatest message", call->max_payload);
		call->incomplete = true;
	}
}

static void make_records(struct plan_call *call)
{
	struct plan_segment *segment;

	call->command = NULL;
	call->io = call->made_of.operation == PLAN_READ_IO ? &call->interface->read : &call->interface->write;
	segment = add_segment(call, call->io->reach, NULL,
			      (unsigned)plan_evaluate(call, NULL, call->io->reach->direction));
	give_bytes(call, segment, call->made_of.size);
	reach_elements(call, segment);
	if (call->made_of.size > call->io->reach->max)
		plan_violate(call, EINVAL, "count", call->made_of.size);
	bound_size(call);
}

/* A by-value argument is as wide as the caller's long. */
static void make_value(struct plan_call *call)
{
	uint64_t random = plan_random(&call->random);

	call->argument = random % 4 ? random >> 8 : random % 8 ? UINT64_MAX : 0;
	if (plan_layout(call) != IOF_LAYOUT_LP64)
		call->argument &= UINT32_MAX;
}

void plan_call_make(struct plan_call *call, const struct plan_case *made_of)
{
	forget(call);
	call->made_of = *made_of;
	call->random = made_of->seed;
	if (made_of->operation != PLAN_IOCTL) {
		make_records(call);
		return;
	}
	call->io = NULL;
	call->command = &call->interface->commands[made_of->command];
	call->number = call->command->number[plan_layout(call)];
	call->number |= (uint32_t)plan_random(&call->random) & call->command->parameter;
	if (call->command->argument == PLAN_BY_VALUE)
		make_value(call);
	else if (call->command->argument == PLAN_IN_MEMORY)
		reach_argument(call);
	else if (call->command->argument == PLAN_UNSUPPORTED)
		plan_violate(call, ENOTTY, "unsupported", 1);
	bound_size(call);
}

/* A driver may write all that it is given. */
static void touch(uint64_t address, size_t size)
{
	volatile uint8_t *bytes = (volatile uint8_t *)(uintptr_t)address;

	for (size_t i = 0; i < size; i++)
		bytes[i] = bytes[i];
}

void plan_call_look(struct plan_call *call, const struct plan_command *command, uint32_t number, uint64_t argument)
{
	forget(call);
	call->made_of = (struct plan_case){.abi = IOF_ABI_CANONICAL, .choice = -1};
	call->command = command;
	call->io = NULL;
	call->number = number;
	call->live = argument;
	call->null_argument = !argument;
	if (command->argument == PLAN_IN_MEMORY)
		reach_argument(call);
	for (size_t i = 0; i < call->n_segments; i++)
		touch(call->segments[i]->address, call->segments[i]->wire_size + call->segments[i]->reach->slack);
}

struct plan_segment *plan_call_target(const struct plan_call *call, const struct plan_segment *holder, size_t wire)
{
	for (size_t i = 0; i < call->n_segments; i++)
		if (call->segments[i]->holder == holder && call->segments[i]->holder_wire == wire)
			return call->segments[i];
	return NULL;
}
