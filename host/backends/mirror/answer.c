/* SPDX-License-Identifier: MIT */
/* What the driver of a case does: it writes all, some or none of each piece of memory - what it must not write too,
 * to see that it stays on the host -, says how much it returned, and gives a result or an errno. */
#include "host/backends/mirror/internal.h"
#include <errno.h>
#include <string.h>

enum write_mode { WRITE_NOTHING, WRITE_ALL, WRITE_SOME, WRITE_FIRST, WRITE_MODES };

struct writing {
	enum write_mode mode;
	uint64_t *random;
};

/* A driver that is asked for memory chooses what a union in it holds; one that is given it leaves that alone. */
static void write_tag(struct plan_call *call, const struct plan_field *field, size_t at, uint32_t size)
{
	const struct plan_member *member = field->member;
	uint64_t value = plan_random(&call->random);

	if (field->segment->direction & PLAN_IN)
		return;
	if (value & 3)
		value = (uint64_t)member->values[(value >> 2) % member->n_values].value;
	plan_store(field->segment->after + at, size, false, value);
}

static void write_field(struct plan_call *call, const struct plan_field *field, void *context)
{
	const struct writing *writing = context;
	uint32_t size = field->type->size[IOF_LAYOUT_LP64], shorter = field->type->size[plan_layout(call)];
	struct plan_segment *segment = field->segment;

	if (field->type->kind == PLAN_POINTER)
		return;
	if (field->type->kind != PLAN_UNION || shorter > size)
		shorter = size;
	for (uint32_t i = 0; i < field->count; i++) {
		size_t at = field->wire + (size_t)i * size;

		if (writing->mode == WRITE_SOME && plan_random(writing->random) & 1)
			continue;
		if (writing->mode == WRITE_FIRST && at >= segment->wire_size / 2)
			continue;
		if (field->member && field->member->tells) {
			write_tag(call, field, at, size);
			continue;
		}
		for (uint32_t byte = 0; byte < shorter; byte++)
			segment->after[at + byte] = (uint8_t)plan_random(writing->random);
	}
}

/* Not longer than there is room for, mostly; its bytes behind the NUL are not looked at. */
static void write_string(struct plan_call *call, struct plan_segment *segment, bool unended)
{
	uint64_t length = 1 + plan_below(&call->random, segment->capacity);

	if (!plan_below(&call->random, 3))
		return;
	for (size_t i = 0; i < segment->capacity; i++)
		segment->after[i] = (uint8_t)(1 + plan_below(&call->random, 255));
	if (!unended)
		segment->after[length - 1] = 0;
}

static void write_segment(struct plan_call *call, struct plan_segment *segment, bool overflows)
{
	struct writing writing = {(enum write_mode)plan_below(&call->random, WRITE_MODES), &call->random};

	segment->after =
		plan_take(call, segment->capacity > segment->wire_size ? segment->capacity : segment->wire_size);
	segment->now = segment->after;
	if (segment->direction & PLAN_IN)
		memcpy(segment->after, segment->wire, segment->wire_size);
	/* Memory that is out exact is that because its driver writes all of it. */
	if (segment->direction == PLAN_EXACT && call->result >= 0)
		writing.mode = WRITE_ALL;
	if (segment->reach->string && segment->direction & PLAN_EXACT)
		write_string(call, segment, overflows);
	else if (writing.mode != WRITE_NOTHING && !segment->reach->string)
		plan_visit(call, segment, true, write_field, &writing);
}

/* In the units in which it is counted. */
static uint64_t capacity_of(const struct plan_segment *segment)
{
	return segment->reach->returned_bytes ? segment->wire_size : segment->count;
}

static uint64_t some_count(struct plan_call *call, uint64_t capacity, bool overflows)
{
	if (overflows)
		return capacity + 1 + plan_below(&call->random, 3);
	switch (plan_below(&call->random, 4)) {
	case 0: return 0;
	case 1: return capacity;
	default: return plan_below(&call->random, capacity + 1);
	}
}

static void write_counter(struct plan_call *call, const struct plan_segment *segment, bool overflows)
{
	struct plan_place place = plan_find(call, segment->frame, &segment->reach->counter);
	uint32_t size = place.type->size[IOF_LAYOUT_LP64];
	uint64_t count = some_count(call, capacity_of(segment), overflows);

	if (place.segment && (size == 8 || count >> 8 * size == 0))
		plan_store(place.segment->after + place.wire, size, false, count);
}

static uint64_t counted(const struct plan_call *call, const struct plan_segment *segment)
{
	struct plan_place place;
	uint32_t size;

	if (call->io || segment->reach->returned == PLAN_BY_RESULT)
		return call->result > 0 ? (uint64_t)call->result : 0;
	place = plan_find(call, segment->frame, &segment->reach->counter);
	size = place.type->size[IOF_LAYOUT_LP64];
	/* A counter that does not come back says nothing. */
	if (!place.segment || !place.segment->replied || place.wire + size > place.segment->reply_size)
		return 0;
	return plan_load(place.segment->after + place.wire, size, false);
}

/* How much comes back; more than there is room for is the driver's error, unless it gives an errno with it. */
static void measure(struct plan_call *call, struct plan_segment *segment)
{
	bool by_count = call->io || segment->reach->returned != PLAN_ALL;
	bool by_result = call->io || segment->reach->returned == PLAN_BY_RESULT;
	bool bytes = call->io ? !call->io->count_records : segment->reach->returned_bytes;
	uint64_t count, capacity = bytes ? segment->wire_size : segment->count;

	segment->replied = segment->direction & PLAN_EXACT && !(call->result < 0 && segment->direction == PLAN_EXACT);
	if (!segment->replied)
		return;
	segment->reply_size = segment->wire_size;
	if (segment->reach->string) {
		size_t length = strnlen((const char *)segment->after, segment->capacity);

		call->overflow |= length == segment->capacity;
		segment->reply_size = length + 1;
	} else if (by_count && !(by_result && call->result < 0)) {
		count = counted(call, segment);
		if (count > capacity) {
			call->overflow |= call->result >= 0;
			count = capacity;
		}
		segment->reply_size = (size_t)count * (bytes ? 1 : segment->type->size[IOF_LAYOUT_LP64]);
	}
}

static int64_t some_error(struct plan_call *call)
{
	uint64_t random = plan_random(&call->random);

	/* Drivers know errors of their own: esd's begin at 257. EINTR is for calls that were cancelled. */
	if (random % 3 == 0)
		return -(int64_t)(134 + (random >> 8) % 4000);
	if (random % 16 == 1)
		return -(int64_t)(5000 + (random >> 8) % 1000000);
	random = 1 + (random >> 8) % 133;
	return random == EINTR ? -EAGAIN : -(int64_t)random;
}

static int64_t some_result(struct plan_call *call, bool overflows)
{
	uint64_t random = plan_random(&call->random), capacity = INT32_MAX;
	bool counts = call->io != NULL;

	if (call->made_of.hold)
		return -EINTR;
	if (random % 10 < 3)
		return some_error(call);
	for (size_t i = 0; i < call->n_segments; i++) {
		if (call->segments[i]->reach->returned == PLAN_BY_RESULT) {
			counts = true;
			capacity = capacity_of(call->segments[i]);
		}
	}
	if (call->io)
		capacity = call->io->count_records ? call->made_of.size : call->segments[0]->wire_size;
	if (counts)
		return (int64_t)some_count(call, capacity, overflows);
	return random % 10 < 7 ? 0 : (int64_t)((random >> 8) % ((uint64_t)INT32_MAX + 1));
}

void plan_call_answer(struct plan_call *call)
{
	bool overflows = !call->made_of.hold && !plan_below(&call->random, 12);

	call->overflow = false;
	call->result = some_result(call, overflows);
	for (size_t i = 0; i < call->n_segments; i++)
		write_segment(call, call->segments[i], overflows);
	for (size_t i = 0; i < call->n_segments; i++) {
		/* A size that does not fit comes with the errno that says so. */
		if (call->segments[i]->reach->returned == PLAN_BY_FIELD)
			write_counter(call, call->segments[i],
				      overflows || (call->result < 0 && !plan_below(&call->random, 3)));
	}
	for (size_t i = 0; i < call->n_segments; i++)
		measure(call, call->segments[i]);
}
