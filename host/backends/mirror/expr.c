/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/internal.h"
#include <assert.h>

const struct plan_op plan_in[] = {{.code = PLAN_CONST, .value = PLAN_IN}, {.code = PLAN_END}};
const struct plan_op plan_out[] = {{.code = PLAN_CONST, .value = PLAN_OUT}, {.code = PLAN_END}};
const struct plan_op plan_exact[] = {{.code = PLAN_CONST, .value = PLAN_EXACT}, {.code = PLAN_END}};

/* An integer of 64 bits, and how it is compared. */
struct value {
	uint64_t bits;
	bool is_signed;
};

struct plan_place plan_find(const struct plan_call *call, const struct plan_frame *frame, const struct plan_path *path)
{
	struct plan_place place;

	for (unsigned i = 0; i < path->up; i++)
		frame = frame->parent;
	place = (struct plan_place){frame->segment, frame->type, frame->guest, frame->wire};
	for (unsigned i = 0; i < path->n_steps; i++) {
		const struct plan_member *member = &place.type->members[path->steps[i]];

		assert(place.type->kind == PLAN_STRUCT && path->steps[i] < place.type->n_members);
		place.guest += member->offset[plan_layout(call)];
		place.wire += member->offset[IOF_LAYOUT_LP64];
		place.type = member->type;
		if (!member->reach)
			continue;
		place.segment = plan_call_target(call, place.segment, place.wire);
		place.type = member->reach->type;
		place.guest = place.wire = 0;
		if (!place.segment)
			break;
	}
	return place;
}

/* @p now: as the driver left it, if it has run; else of the request. */
static struct value read_field(const struct plan_call *call, const struct plan_frame *frame,
			       const struct plan_path *path, bool now)
{
	struct plan_place place = plan_find(call, frame, path);
	uint32_t size = place.type->size[IOF_LAYOUT_LP64];
	uint64_t bits;

	if (!place.segment || !place.segment->count)
		return (struct value){0, false};
	assert(place.wire + size <= place.segment->wire_size);
	bits = plan_load((now ? place.segment->now : place.segment->wire) + place.wire, size, false);
	return (struct value){plan_widen(place.type->kind, bits, size), place.type->kind == PLAN_SINT};
}

static bool less(struct value a, struct value b)
{
	return a.is_signed || b.is_signed ? (int64_t)a.bits < (int64_t)b.bits : a.bits < b.bits;
}

static uint64_t divide(struct value a, struct value b, bool remainder)
{
	if (!b.bits)
		return 0;
	if (a.is_signed || b.is_signed)
		return (uint64_t)(remainder ? (int64_t)a.bits % (int64_t)b.bits : (int64_t)a.bits / (int64_t)b.bits);
	return remainder ? a.bits % b.bits : a.bits / b.bits;
}

static uint64_t unary(uint8_t code, uint64_t a)
{
	switch (code) {
	case PLAN_NEGATE: return 0 - a;
	case PLAN_INVERT: return ~a;
	default: return !a;
	}
}

static uint64_t binary(uint8_t code, struct value a, struct value b)
{
	switch (code) {
	case PLAN_MUL: return a.bits * b.bits;
	case PLAN_DIV: return divide(a, b, false);
	case PLAN_MOD: return divide(a, b, true);
	case PLAN_ADD: return a.bits + b.bits;
	case PLAN_SUB: return a.bits - b.bits;
	case PLAN_SHL: return a.bits << (b.bits & 63);
	case PLAN_SHR: return a.is_signed ? (uint64_t)((int64_t)a.bits >> (b.bits & 63)) : a.bits >> (b.bits & 63);
	case PLAN_LT: return less(a, b);
	case PLAN_GT: return less(b, a);
	case PLAN_LE: return !less(b, a);
	case PLAN_GE: return !less(a, b);
	case PLAN_EQ: return a.bits == b.bits;
	case PLAN_NE: return a.bits != b.bits;
	case PLAN_AND: return a.bits & b.bits;
	case PLAN_XOR: return a.bits ^ b.bits;
	case PLAN_OR: return a.bits | b.bits;
	case PLAN_BOTH: return a.bits && b.bits;
	default: return a.bits || b.bits;
	}
}

uint64_t plan_evaluate(const struct plan_call *call, const struct plan_frame *frame, const struct plan_op *ops)
{
	struct value stack[16] = {{0, false}};
	unsigned n = 0;

	for (; ops->code != PLAN_END; ops++) {
		assert(n < 15);
		switch (ops->code) {
		case PLAN_CONST: stack[n++] = (struct value){(uint64_t)ops->value, ops->value < 0}; break;
		case PLAN_READ: stack[n++] = read_field(call, frame, &ops->path, false); break;
		case PLAN_SIZE: stack[n++] = (struct value){call->number >> 16 & 0x3fff, false}; break;
		case PLAN_NR: stack[n++] = (struct value){call->number & 0xff, false}; break;
		case PLAN_NEGATE:
		case PLAN_INVERT:
		case PLAN_NOT: stack[n - 1].bits = unary(ops->code, stack[n - 1].bits); break;
		case PLAN_CHOOSE:
			n -= 2;
			stack[n - 1] = stack[n - 1].bits ? stack[n] : stack[n + 1];
			break;
		default:
			n--;
			stack[n - 1].bits = binary(ops->code, stack[n - 1], stack[n]);
			stack[n - 1].is_signed |= stack[n].is_signed;
		}
	}
	assert(n == 1);
	return stack[0].bits;
}

static bool chosen(const struct plan_label *label, const uint64_t *values, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!(label->any >> i & 1) && (uint64_t)label->values[i] != values[i])
			return false;
	return true;
}

/* Labels are looked at in the order in which they stand: (0, *) before (*, 1). */
const struct plan_arm *plan_arm_of(const struct plan_call *call, const struct plan_frame *frame,
				   const struct plan_type *type)
{
	const struct plan_arm *otherwise = NULL;
	uint64_t values[PLAN_STEPS];

	for (unsigned i = 0; i < type->n_selectors; i++)
		values[i] = read_field(call, frame, &type->selectors[i], type->returned).bits;
	for (const struct plan_arm *arm = type->arms; arm < type->arms + type->n_arms; arm++) {
		for (unsigned i = 0; i < arm->n_labels; i++)
			if (chosen(&arm->labels[i], values, type->n_selectors))
				return arm;
		if (arm->otherwise)
			otherwise = arm;
	}
	return otherwise;
}
