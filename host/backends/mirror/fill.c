/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/internal.h"
#include <stdio.h>
#include <string.h>

void plan_violate(struct plan_call *call, int error, const char *what, uint64_t value)
{
	if (!plan_call_may_fail(call, error) && call->n_errors < PLAN_ERRORS)
		call->errors[call->n_errors++] = error;
	if (!call->violated[0])
		(void)snprintf(call->violated, sizeof(call->violated), "%s is %lld", what, (long long)value);
}

bool plan_call_may_fail(const struct plan_call *call, int error)
{
	for (unsigned i = 0; i < call->n_errors; i++)
		if (call->errors[i] == error)
			return true;
	return false;
}

static const struct plan_choice *choice_of(const struct plan_call *call)
{
	return call->made_of.choice >= 0 && call->command ? &call->command->choices[call->made_of.choice] : NULL;
}

bool plan_forced(const struct plan_call *call, const struct plan_member *pointer, unsigned force)
{
	const struct plan_choice *choice = choice_of(call);

	return choice && choice->force == force && choice->members[0].member == pointer;
}

static bool forced_value(const struct plan_call *call, const struct plan_member *member, uint64_t *value)
{
	const struct plan_choice *choice = choice_of(call);

	if (!choice || choice->force != PLAN_FORCE_VALUE)
		return false;
	for (unsigned i = 0; i < choice->n_members; i++) {
		if (choice->members[i].member == member) {
			*value = (uint64_t)choice->members[i].value;
			return true;
		}
	}
	return false;
}

/* Of all bits, with the bounds of the type more often than chance would have them. */
static uint64_t any_value(struct plan_call *call, uint32_t size)
{
	uint64_t random = plan_random(&call->random);

	switch (random % 12) {
	case 0: return 0;
	case 1: return UINT64_MAX;
	case 2: return (uint64_t)1 << (8 * size - 1);
	case 3: return ((uint64_t)1 << (8 * size - 1)) - 1;
	case 4: return random >> 56 & 7;
	default: return random >> 4;
	}
}

static uint64_t step_value(struct plan_call *call, const struct plan_member *member)
{
	return member->low + plan_below(&call->random, (member->high - member->low) / member->step + 1) * member->step;
}

/* A value with which the call is carried, as far as this field decides. */
static uint64_t good_value(struct plan_call *call, const struct plan_member *member)
{
	unsigned n_good = 0, nth;

	for (unsigned i = 0; i < member->n_values; i++)
		n_good += member->values[i].good;
	/* The greatest of many bytes is a case of its own; chance takes short ones. */
	if (member->step && (!n_good || plan_below(&call->random, 8)))
		return step_value(call, member);
	if (!n_good)
		return any_value(call, member->type->size[plan_layout(call)]);
	nth = (unsigned)plan_below(&call->random, n_good);
	for (unsigned i = 0; i < member->n_values; i++)
		if (member->values[i].good && !nth--)
			return (uint64_t)member->values[i].value;
	return 0;
}

static uint64_t value_for(struct plan_call *call, const struct plan_member *member, const struct plan_type *type)
{
	uint64_t value;

	if (member && forced_value(call, member, &value))
		return value;
	if (!member || (!member->n_values && !member->step))
		return any_value(call, type->size[plan_layout(call)]);
	if (!call->made_of.wild || plan_below(&call->random, 3))
		return good_value(call, member);
	if (!member->n_values || !plan_below(&call->random, 4))
		return any_value(call, type->size[plan_layout(call)]);
	return (uint64_t)member->values[plan_below(&call->random, member->n_values)].value;
}

static void fill_scalar(struct plan_call *call, const struct plan_field *field, size_t guest, size_t wire)
{
	uint32_t size = field->type->size[plan_layout(call)], wire_size = field->type->size[IOF_LAYOUT_LP64];
	uint64_t value = value_for(call, field->member, field->type);

	plan_store(field->segment->guest + guest, size, plan_big(call), value);
	if (field->segment->direction & PLAN_IN)
		plan_store(field->segment->wire + wire, wire_size, false, plan_widen(field->type->kind, value, size));
}

static void random_bytes(struct plan_call *call, uint8_t *to, size_t size)
{
	for (size_t i = 0; i < size; i += 8)
		plan_store(to + i, size - i < 8 ? (uint32_t)(size - i) : 8, false, plan_random(&call->random));
}

/* Bytes that have no order. A union that is longer in one layout is as long as the shorter. */
static void fill_bytes(struct plan_call *call, const struct plan_field *field, size_t guest, size_t wire, size_t size)
{
	random_bytes(call, field->segment->guest + guest, size);
	if (field->segment->direction & PLAN_IN)
		memcpy(field->segment->wire + wire, field->segment->guest + guest, size);
}

/* Long arrays of them are common, and nothing depends on any. */
static bool is_plain_bytes(const struct plan_field *field)
{
	bool depends = field->member && (field->member->n_values || field->member->step);

	return field->count > 1 && !depends && field->type->size[IOF_LAYOUT_LP64] == 1 &&
	       field->type->kind != PLAN_UNION;
}

void plan_fill_field(struct plan_call *call, const struct plan_field *field, void *context)
{
	uint32_t guest_size = field->type->size[plan_layout(call)], wire_size = field->type->size[IOF_LAYOUT_LP64];
	uint32_t shorter = guest_size < wire_size ? guest_size : wire_size;

	(void)context;
	if (is_plain_bytes(field) && !call->live) {
		memset(field->segment->field + field->wire, PLAN_FIELD, field->count);
		fill_bytes(call, field, field->guest, field->wire, field->count);
		return;
	}
	for (uint32_t i = 0; i < field->count; i++) {
		size_t guest = field->guest + (size_t)i * guest_size, wire = field->wire + (size_t)i * wire_size;

		if (field->type->kind == PLAN_POINTER) {
			memset(field->segment->field + wire, PLAN_SLOT, wire_size);
			continue;
		}
		memset(field->segment->field + wire, PLAN_FIELD, field->type->kind == PLAN_UNION ? shorter : wire_size);
		if (call->live)
			continue;
		if (field->type->kind == PLAN_UNION || field->type->kind == PLAN_BYTES)
			fill_bytes(call, field, guest, wire, shorter);
		else
			fill_scalar(call, field, guest, wire);
	}
}
