/* SPDX-License-Identifier: MIT */
/* The payloads of marshal.h, from its text: segments in the order of the walk, each at a multiple of 8 behind zeros, a
 * flexible array right behind its head, nothing for one of no bytes, a string behind its length. */
#include "host/backends/mirror/internal.h"
#include <string.h>

/* What is written so far; bytes and field may be NULL. */
struct out {
	uint8_t *bytes, *field;
	size_t used, room;
	bool full;
};

size_t plan_align(size_t offset)
{
	return (offset + 7) & ~(size_t)7;
}

static void put(struct out *out, const void *bytes, const uint8_t *field, size_t size)
{
	if (out->full || out->room - out->used < size) {
		out->full = true;
		return;
	}
	if (out->bytes && size)
		memcpy(out->bytes + out->used, bytes, size);
	if (out->field && size && field)
		memcpy(out->field + out->used, field, size);
	else if (out->field)
		memset(out->field + out->used, PLAN_FIELD, size);
	out->used += size;
}

static void put_number(struct out *out, uint64_t value, uint32_t size)
{
	uint8_t bytes[8];

	plan_store(bytes, size, false, value);
	put(out, bytes, NULL, size);
}

static void align(struct out *out)
{
	put_number(out, 0, (uint32_t)(plan_align(out->used) - out->used));
}

/* @p joined: the head of a flexible array is in front. */
static void put_segment(struct out *out, const struct plan_segment *segment, const uint8_t *bytes, size_t size,
			bool joined)
{
	if (!size && !segment->reach->string)
		return;
	if (!joined)
		align(out);
	if (segment->reach->string)
		put_number(out, size, 4);
	/* A driver may return a longer string than it got. */
	put(out, bytes, segment->reach->string ? NULL : segment->field, size);
}

static ssize_t result(const struct out *out)
{
	return out->full ? -1 : (ssize_t)out->used;
}

static uint64_t wire_value(const struct plan_call *call)
{
	uint64_t value = call->argument;

	if (plan_layout(call) == IOF_LAYOUT_LP64)
		return value;
	return call->command->value_signed ? plan_widen(PLAN_SINT, value, 4) : value & UINT32_MAX;
}

/* What is in front of the first segment. */
static void put_head(struct out *out, const struct plan_call *call)
{
	if (call->io)
		put_number(out, call->made_of.size, 8);
	else if (call->command->argument == PLAN_BY_VALUE)
		put_number(out, wire_value(call), 8);
}

static void put_in(struct out *out, const struct plan_segment *segment)
{
	if (segment->direction & PLAN_IN)
		put_segment(out, segment, segment->wire, segment->wire_size,
			    segment->flexible && segment->holder->direction & PLAN_IN);
}

ssize_t plan_call_request(const struct plan_call *call, uint8_t *bytes, uint8_t *field, size_t room)
{
	struct out out = {.bytes = bytes, .field = field, .room = room};

	put_head(&out, call);
	for (size_t i = 0; i < call->n_segments; i++)
		put_in(&out, call->segments[i]);
	return result(&out);
}

void plan_call_adopt(struct plan_call *call, const uint8_t *request)
{
	struct out out = {.room = SIZE_MAX};

	put_head(&out, call);
	for (size_t i = 0; i < call->n_segments; i++) {
		struct plan_segment *segment = call->segments[i];

		put_in(&out, segment);
		for (size_t at = 0; segment->direction & PLAN_IN && at < segment->wire_size; at++)
			if (segment->field[at] == PLAN_PADDING)
				segment->wire[at] = request[out.used - segment->wire_size + at];
	}
}

ssize_t plan_call_reply(const struct plan_call *call, uint8_t *bytes, uint8_t *field, size_t room)
{
	struct out out = {.bytes = bytes, .field = field, .room = room};

	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];

		if (segment->replied)
			put_segment(&out, segment, segment->after, segment->reply_size,
				    segment->flexible && segment->holder->direction & PLAN_EXACT);
	}
	return result(&out);
}

size_t plan_call_reply_max(const struct plan_call *call)
{
	size_t most = 0;

	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];
		size_t size = segment->capacity + (segment->reach->string ? 4 : 0);

		if (!(segment->direction & PLAN_EXACT) || !size)
			continue;
		if (!segment->flexible || !(segment->holder->direction & PLAN_EXACT))
			most = plan_align(most);
		most += size;
	}
	return most;
}

int64_t plan_call_timeout(const struct plan_call *call)
{
	const struct plan_command *command = call->command;
	struct plan_frame frame = {.type = command->reach->type,
				   .segment = call->n_segments ? call->segments[0] : NULL};
	int64_t value = (int64_t)plan_evaluate(call, &frame, command->timeout);
	/* In two parts, of which neither overflows before the result does. */
	int64_t ms, rest = value % 1000000 * command->timeout_ns;

	if (command->has_forever ? value == command->forever : value < 0)
		return -1;
	rest = (rest + (rest > 0 ? 999999 : 0)) / 1000000;
	if (__builtin_mul_overflow(value / 1000000, command->timeout_ns, &ms) || __builtin_add_overflow(ms, rest, &ms))
		return -1;
	return ms;
}
