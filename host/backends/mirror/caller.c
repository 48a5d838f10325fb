/* SPDX-License-Identifier: MIT */
/* The caller's memory, before and after the call. */
#include "host/backends/mirror/internal.h"
#include <string.h>

/* Where no driver looks, a caller may have anything. */
#define STRAY 0x5eadbee1u

static void point(struct plan_call *call, const struct plan_field *field, void *context)
{
	uint32_t size = field->type->size[plan_layout(call)];

	(void)context;
	for (uint32_t i = 0; i < field->count && field->type->kind == PLAN_POINTER; i++) {
		size_t wire = field->wire + (size_t)i * 8;
		const struct plan_segment *target = plan_call_target(call, field->segment, wire);
		uint64_t address = field->segment->wire[wire] ? STRAY : 0;

		plan_store(field->segment->guest + field->guest + (size_t)i * size, size, plan_big(call),
			   target ? target->address : address);
	}
}

void plan_call_point(struct plan_call *call)
{
	for (size_t i = 0; i < call->n_segments; i++)
		plan_visit(call, call->segments[i], true, point, NULL);
}

struct pointing {
	const uint8_t *guest;
	bool same;
};

static void compare_pointer(struct plan_call *call, const struct plan_field *field, void *context)
{
	struct pointing *pointing = context;
	size_t size = (size_t)field->type->size[plan_layout(call)] * field->count;

	if (field->type->kind == PLAN_POINTER &&
	    memcmp(pointing->guest + field->guest, field->segment->guest + field->guest, size) != 0)
		pointing->same = false;
}

bool plan_call_points(const struct plan_call *call, const struct plan_segment *segment, const uint8_t *guest)
{
	struct pointing pointing = {guest, true};

	plan_visit((struct plan_call *)(uintptr_t)call, (struct plan_segment *)(uintptr_t)segment, true,
		   compare_pointer, &pointing);
	return pointing.same;
}

struct after {
	const uint8_t *whole; /* the image as it came back, the rest as it was */
	uint8_t *to;
};

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void store_field(struct plan_call *call, const struct plan_field *field, void *context)
{
	const struct after *after = context;
	const struct plan_segment *segment = field->segment;
	uint32_t size = field->type->size[plan_layout(call)], wire_size = field->type->size[IOF_LAYOUT_LP64];
	uint32_t shorter = size < wire_size ? size : wire_size;
	size_t element = segment->type->size[IOF_LAYOUT_LP64];

	if (field->type->kind == PLAN_POINTER)
		return;
	for (uint32_t i = 0; i < field->count; i++) {
		size_t guest = field->guest + (size_t)i * size, wire = field->wire + (size_t)i * wire_size;
		const uint8_t *from = after->whole + wire;

		if (segment->direction == PLAN_EXACT) {
			/* Bytes that look the same here and there come back as far as they go. Of others, of which the
			 * caller's are not known, whole elements do or nothing. */
			if (plan_layout(call) == IOF_LAYOUT_LP64 && !plan_big(call)) {
				if (wire < segment->reply_size)
					memcpy(after->to + guest, from, smaller(size, segment->reply_size - wire));
				continue;
			}
			if ((wire / element + 1) * element > segment->reply_size)
				continue;
		} else if (!memcmp(from, segment->wire + wire, wire_size)) {
			continue;
		}
		if (field->type->kind == PLAN_UNION || field->type->kind == PLAN_BYTES)
			memcpy(after->to + guest, from, shorter);
		else
			plan_store(after->to + guest, size, plan_big(call), plan_load(from, wire_size, false));
	}
}

void plan_segment_after(const struct plan_call *call, const struct plan_segment *segment, uint8_t *to, uint8_t *loose)
{
	/* Visitors take a call that may change; these do not change it. */
	struct plan_call *visited = (struct plan_call *)(uintptr_t)call;
	struct plan_segment *place = (struct plan_segment *)(uintptr_t)segment;
	struct after after = {.to = to};
	uint8_t *whole;

	if (!segment->replied || !segment->reply_size || call->overflow)
		return;
	if (segment->reach->string) {
		memcpy(to, segment->after, segment->reply_size);
		return;
	}
	if (segment->direction == PLAN_EXACT)
		memset(loose, 1, segment->guest_size);
	whole = plan_take(visited, segment->wire_size);
	memcpy(whole, segment->wire, segment->wire_size);
	memcpy(whole, segment->after, segment->reply_size);
	after.whole = place->now = whole;
	plan_visit(visited, place, true, store_field, &after);
}
