/* SPDX-License-Identifier: MIT */
/* The argument that a driver is given, against the case. */
#include "host/backends/mirror/internal.h"
#include <stdio.h>
#include <string.h>

struct naming {
	size_t at;
	bool guest;
	char *name;
	size_t size;
};

static void name_field(struct plan_call *call, const struct plan_field *field, void *context)
{
	const struct naming *naming = context;
	unsigned layout = naming->guest ? plan_layout(call) : IOF_LAYOUT_LP64;
	uint32_t size = field->type->size[layout], element = field->segment->type->size[layout];
	size_t start = naming->guest ? field->guest : field->wire;

	if (naming->at < start || naming->at >= start + (size_t)size * field->count)
		return;
	(void)snprintf(naming->name, naming->size, "%s[%zu].%s[%zu]", field->segment->type->name, start / element,
		       field->member ? field->member->name : "", (naming->at - start) / size);
}

void plan_call_name(const struct plan_call *call, const struct plan_segment *segment, size_t at, bool guest, char *name,
		    size_t size)
{
	struct naming naming = {at, guest, name, size};

	(void)snprintf(name, size, "%s, padding at %zu", segment->type->name, at);
	plan_visit((struct plan_call *)(uintptr_t)call, (struct plan_segment *)(uintptr_t)segment, true, name_field,
		   &naming);
}

/* Where a segment is in the driver's memory; NULL where its pointer is. */
static uint8_t *place_of(const struct plan_call *call, const struct plan_segment *segment, uint64_t argument)
{
	uint8_t *holder;

	if (!segment->holder)
		return (uint8_t *)(uintptr_t)argument;
	holder = place_of(call, segment->holder, argument);
	if (!holder)
		return NULL;
	if (segment->flexible)
		return holder + segment->holder_wire;
	return (uint8_t *)(uintptr_t)plan_load(holder + segment->holder_wire, 8, false);
}

static bool same_byte(const struct plan_call *call, const struct plan_segment *segment, size_t at, uint8_t byte)
{
	uint8_t expected = segment->direction == PLAN_EXACT ? 0 : segment->wire[at];

	if (segment->field[at] == PLAN_SLOT || byte == expected)
		return true;
	/* Between fields there may be what the caller had or, where images were converted, nothing. */
	return segment->field[at] == PLAN_PADDING && !plan_canonical(call) && (byte == 0 || byte == PLAN_NOISE);
}

static bool check_segment(const struct plan_call *call, const struct plan_segment *segment, const uint8_t *given,
			  char *reason, size_t size)
{
	char name[128];

	if (!given) {
		(void)snprintf(reason, size, "the driver got NULL for %s", segment->type->name);
		return false;
	}
	for (size_t i = 0; i < segment->wire_size; i++) {
		if (same_byte(call, segment, i, given[i]))
			continue;
		plan_call_name(call, segment, i, false, name, sizeof(name));
		(void)snprintf(reason, size, "the driver got 0x%02x in byte %zu, %s, expected 0x%02x", given[i], i,
			       name, segment->direction == PLAN_EXACT ? 0 : segment->wire[i]);
		return false;
	}
	return true;
}

/* Pointers that lead to nothing that is looked at are NULL: a guest's number is no address here. */
static bool check_slots(const struct plan_call *call, const struct plan_segment *segment, const uint8_t *given,
			char *reason, size_t size)
{
	for (size_t i = 0; i < segment->wire_size; i++) {
		if (segment->field[i] != PLAN_SLOT)
			continue;
		if (!plan_call_target(call, segment, i) && plan_load(given + i, 8, false)) {
			(void)snprintf(reason, size, "the driver got a pointer at byte %zu of %s, expected NULL", i,
				       segment->type->name);
			return false;
		}
		i += 7;
	}
	return true;
}

bool plan_call_check(const struct plan_call *call, uint64_t argument, char *reason, size_t size)
{
	uint64_t value = 0;
	uint8_t bytes[8];

	if (call->command->argument == PLAN_BY_VALUE && plan_call_request(call, bytes, NULL, sizeof(bytes)) == 8)
		value = plan_load(bytes, 8, false);
	if (!call->n_segments && argument != value) {
		(void)snprintf(reason, size, "the driver got 0x%llx, expected 0x%llx", (unsigned long long)argument,
			       (unsigned long long)value);
		return false;
	}
	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];
		const uint8_t *given = place_of(call, segment, argument);

		if (!check_segment(call, segment, given, reason, size) ||
		    !check_slots(call, segment, given, reason, size))
			return false;
	}
	return true;
}

static void write_segment(const struct plan_segment *segment, uint8_t *to)
{
	for (size_t i = 0; i < segment->wire_size; i++)
		if (segment->field[i] == PLAN_FIELD)
			to[i] = segment->after[i];
	if (segment->reach->string && segment->direction & PLAN_EXACT)
		memcpy(to, segment->after, segment->capacity);
	memset(to + segment->wire_size, PLAN_NOISE, segment->reach->slack);
}

void plan_call_write(const struct plan_call *call, uint64_t argument)
{
	for (size_t i = 0; i < call->n_segments; i++)
		write_segment(call->segments[i], place_of(call, call->segments[i], argument));
}

bool plan_call_check_records(const struct plan_call *call, const void *buffer, size_t count, char *reason, size_t size)
{
	const struct plan_segment *segment = call->segments[0];
	size_t expected = call->io->count_records ? call->made_of.size : segment->wire_size;

	if (count == expected)
		return check_segment(call, segment, buffer, reason, size);
	(void)snprintf(reason, size, "the driver was asked for %zu, expected %zu", count, expected);
	return false;
}

void plan_call_write_records(const struct plan_call *call, void *buffer)
{
	write_segment(call->segments[0], buffer);
}
