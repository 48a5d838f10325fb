/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <string.h>

/* The kernel's malloc and user space's both align to 16; a flexible array continues its header. */
static uint8_t *take_native(struct iof_walk *walk, const struct walk_record *record, bool filled)
{
	uint8_t *native;

	if (record->flexible) {
		const struct walk_record *head = record - 1;

		native = iof_arena_extend(&walk->driver, head->native + head->native_size, record->native_size);
	} else if (filled) {
		native = iof_arena_take_raw(&walk->driver, record->native_size, 16);
	} else {
		native = iof_arena_take(&walk->driver, record->native_size, 16);
	}
	if (!native)
		walk_fail(walk, -E2BIG, "%s: no room for %zu bytes", walk_name(walk, record), record->native_size);
	return native;
}

static __attribute__((cold, noinline)) void fail_short(struct iof_walk *walk, const struct walk_record *record)
{
	if (walk->request.err == IOF_CURSOR_PADDING)
		walk_fail(walk, -EPROTO, "padding before %s is not zero", walk_name(walk, record));
	else
		walk_fail(walk, -EPROTO, "payload of %zu bytes ends within %s", walk->request.len,
			  walk_name(walk, record));
}

/* The payload's bytes; NULL: it has too few. */
static const uint8_t *take_payload(struct iof_walk *walk, const struct walk_record *record)
{
	const uint8_t *from;

	if (record->size && !walk_follows(record, IOF_IN))
		iof_cursor_align(&walk->request, WALK_ALIGN);
	from = iof_cursor_take(&walk->request, record->size);
	if (!from)
		fail_short(walk, record);
	return from;
}

/* The driver's ABI is another than the message's: a canonical image beside its memory. */
static __attribute__((noinline)) bool fetch_converted(struct iof_walk *walk, struct walk_record *record,
						      const uint8_t *from)
{
	record->image = iof_arena_take(&walk->scratch, record->size, WALK_ALIGN);
	if (!record->image) {
		walk_fail(walk, -E2BIG, "%s: no room for %zu bytes", walk_name(walk, record), record->size);
		return false;
	}
	if (from) {
		memcpy(record->image, from, record->size);
		iof_type_from_canonical(record->segment.type, walk->abi, from, record->native, record->segment.count);
	}
	return true;
}

bool walk_fetch_host(struct iof_walk *walk, struct walk_record *record)
{
	const bool same = iof_type_is_canonical(record->segment.type, walk->abi);
	const uint8_t *from = NULL;

	if (record->direction & IOF_IN) {
		from = take_payload(walk, record);
		if (!from)
			return false;
		record->segment.canonical = from;
	}
	record->native = take_native(walk, record, from && same);
	if (!record->native)
		return false;
	if (!same)
		return fetch_converted(walk, record, from);
	record->image = record->native;
	if (!from)
		return true;
	memcpy(record->image, from, record->size);
	/* The driver gets NULL where the guest sent 0 or 1 and the walk sets nothing. */
	if (record->segment.type->n_pointers)
		walk_each_slot(walk, record, record->native, record->size, NULL, walk_slot_clear);
	return true;
}

static uint64_t unpack_value(struct iof_walk *walk)
{
	const uint8_t *from = iof_cursor_take(&walk->request, 8);

	if (!from) {
		walk_fail(walk, -EPROTO, "payload of %zu bytes is no value of 8", walk->request.len);
		return 0;
	}
	return bytes_load_64(from);
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
