/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <string.h>

static bool same_abi(const struct iof_walk *walk, const struct walk_record *record)
{
	return iof_type_is_canonical(record->segment.type, walk->abi);
}

/* The kernel's malloc and user space's both align to 16; a flexible array continues its header. */
static uint8_t *take_native(struct iof_walk *walk, const struct walk_record *record)
{
	uint8_t *native;

	if (record->flexible) {
		const struct walk_record *head = record - 1;

		native = iof_arena_extend(&walk->driver, head->native + head->native_size, record->native_size);
	} else {
		native = iof_arena_take(&walk->driver, record->native_size, 16);
	}
	if (!native)
		walk_fail(walk, -E2BIG, "%s: no room for %zu bytes", walk_name(walk, record), record->native_size);
	return native;
}

static void fail_short(struct iof_walk *walk, const struct walk_record *record)
{
	if (walk->request.err == IOF_CURSOR_PADDING)
		walk_fail(walk, -EPROTO, "padding before %s is not zero", walk_name(walk, record));
	else
		walk_fail(walk, -EPROTO, "payload of %zu bytes ends within %s", walk->request.len,
			  walk_name(walk, record));
}

/* Clears the pointers that the guest sent as 0 or 1: the driver gets NULL where the walk sets nothing. */
static void clear_slots(struct iof_walk *walk, struct walk_record *record)
{
	if (same_abi(walk, record))
		walk_each_slot(walk, record, record->native, record->size, NULL, walk_slot_clear);
}

bool walk_fetch_host(struct iof_walk *walk, struct walk_record *record)
{
	const uint8_t *from = NULL;

	if (record->direction & IOF_IN) {
		if (record->size && !walk_follows(record, IOF_IN))
			iof_cursor_align(&walk->request, WALK_ALIGN);
		from = iof_cursor_take(&walk->request, record->size);
		if (!from) {
			fail_short(walk, record);
			return false;
		}
	}
	record->native = take_native(walk, record);
	if (!record->native)
		return false;
	record->image = record->native;
	if (!same_abi(walk, record)) {
		record->image = iof_arena_take(&walk->scratch, record->size, WALK_ALIGN);
		if (!record->image) {
			walk_fail(walk, -E2BIG, "%s: no room for %zu bytes", walk_name(walk, record), record->size);
			return false;
		}
	}
	if (!from)
		return true;
	record->segment.canonical = from;
	memcpy(record->image, from, record->size);
	if (!same_abi(walk, record))
		iof_type_from_canonical(record->segment.type, walk->abi, from, record->native, record->segment.count);
	if (record->segment.type->n_pointers)
		clear_slots(walk, record);
	return true;
}

/* During the walk shape functions read the payload, so that pointer slots are the guest's 0 and 1. From now
 * on a segment shows what the driver has. */
void walk_settle_host(struct iof_walk *walk)
{
	for (struct walk_record *record = walk->segments; record < walk->segments + walk->n_segments; record++) {
		if (record->segment.present)
			record->segment.canonical = record->image;
	}
}

static uint64_t unpack_value(struct iof_walk *walk)
{
	const uint8_t *from = iof_cursor_take(&walk->request, 8);

	if (!from) {
		walk_fail(walk, -EPROTO, "payload of %zu bytes is no value of 8", walk->request.len);
		return 0;
	}
	return iof_get_u64(from);
}

static uint64_t unpack_argument(struct iof_walk *walk, const struct iof_command *command)
{
	const struct walk_record *first = walk->segments;

	switch (command->argument) {
	case IOF_ARG_NONE: return 0;
	case IOF_ARG_VALUE: return unpack_value(walk);
	case IOF_ARG_POINTER:
		command->shape(walk);
		return walk->n_segments && first->segment.present ? (uint64_t)(uintptr_t)first->native : 0;
	default:
		walk_fail(walk, -ENOTTY, "%s is not carried: %s", command->name, command->why ? command->why : "");
		return 0;
	}
}

int walk_unpack(struct iof_walk *walk, iof_abi abi, const struct iof_command *command, uint32_t number,
		const void *payload, size_t length, bool null_argument, uint64_t *argument)
{
	uint64_t value;
	int error;

	walk_begin(walk, WALK_UNPACKING, abi);
	walk->command = iof_command_number(command, number);
	walk->null_argument = null_argument;
	iof_cursor_init(&walk->request, payload, length);
	if (length > walk->max_payload)
		walk_fail(walk, -EPROTO, "payload has %zu bytes, at most %zu", length, walk->max_payload);
	else if (null_argument && (length || command->argument != IOF_ARG_POINTER))
		walk_fail(walk, -EPROTO, "NULL argument with a payload of %zu bytes", length);
	value = walk->error ? 0 : unpack_argument(walk, command);
	if (!walk->error && !iof_cursor_done(&walk->request))
		walk_fail(walk, -EPROTO, "payload of %zu bytes, %zu expected", length, walk->request.off);
	error = walk_end(walk, WALK_UNPACKED);
	if (error)
		return error;
	walk_settle_host(walk);
	*argument = value;
	return 0;
}

int iof_unpack(struct iof_walk *walk, const struct iof_command *command, uint32_t number, const void *payload,
	       size_t length, bool null_argument, uint64_t *argument)
{
	return walk_unpack(walk, IOF_ABI_NATIVE, command, number, payload, length, null_argument, argument);
}
