/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Smallest page: a read that stays within one cannot meet memory beyond the string that is not there. */
#define PAGE 4096u

/* Bytes with the NUL, read into @p to; 0: failed. While memory is missing: what is known, and no NUL. */
static size_t read_string(struct iof_walk *walk, const struct walk_record *record, uint8_t *to)
{
	size_t length = 0;

	while (length < record->capacity) {
		uint64_t address = record->address + length;
		size_t part = PAGE - (size_t)(address % PAGE);
		const uint8_t *nul;

		if (part > record->capacity - length)
			part = record->capacity - length;
		if (address < record->address || walk_read(walk, record, address, to + length, part))
			return 0;
		nul = memchr(to + length, 0, part);
		if (nul)
			return (size_t)(nul - to) + 1;
		length += part;
	}
	walk_fail(walk, -EINVAL, "%s: no end within %" PRIu32 " bytes", walk_name(walk, record), record->capacity);
	return 0;
}

bool walk_string_gather(struct iof_walk *walk, struct walk_record *record)
{
	uint8_t *at;

	if (!(record->direction & IOF_IN))
		return true;
	at = walk_message_take(walk, 4 + (size_t)record->capacity, true);
	if (!at)
		return false;
	record->size = read_string(walk, record, at + 4);
	if (!record->size)
		return false;
	walk->message_size -= record->capacity - record->size;
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(record->size >> 8 * i);
	record->image = at + 4;
	record->segment.canonical = record->image;
	record->segment.count = (uint32_t)record->size;
	record->native_size = record->size;
	return true;
}

/* A length and as many bytes, of which the last is the only NUL. NULL: not so. */
static const uint8_t *take_string(struct iof_walk *walk, const struct walk_record *record, struct iof_cursor *from,
				  uint32_t *length)
{
	const uint8_t *bytes;

	iof_cursor_align(from, WALK_ALIGN);
	*length = iof_cursor_u32(from);
	if (!from->err && (!*length || *length > record->capacity)) {
		walk_fail(walk, -EPROTO, "%s: string has %" PRIu32 " bytes, at most %" PRIu32, walk_name(walk, record),
			  *length, record->capacity);
		return NULL;
	}
	bytes = iof_cursor_take(from, *length);
	if (bytes && memchr(bytes, 0, *length) != bytes + *length - 1) {
		walk_fail(walk, -EPROTO, "%s: string does not end where it says", walk_name(walk, record));
		return NULL;
	}
	if (!bytes)
		walk_fail(walk, -EPROTO, "message ends within %s", walk_name(walk, record));
	return bytes;
}

bool walk_string_unpack(struct iof_walk *walk, struct walk_record *record)
{
	const uint8_t *from = NULL;
	uint32_t length = 0;

	if (record->direction & IOF_IN) {
		from = take_string(walk, record, &walk->request, &length);
		if (!from)
			return false;
	}
	/* The driver may write a longer one than it got. */
	record->native_size = record->direction & IOF_OUT_EXACT ? record->capacity : length;
	record->native = iof_arena_take(&walk->driver, record->native_size, 16);
	if (!record->native) {
		walk_fail(walk, -E2BIG, "%s: no room for %zu bytes", walk_name(walk, record), record->native_size);
		return false;
	}
	if (from)
		memcpy(record->native, from, length);
	record->image = record->native;
	record->size = length;
	record->segment.canonical = from;
	record->segment.count = length;
	return true;
}

void walk_string_pack(struct iof_walk *walk, struct walk_record *record)
{
	const uint8_t *nul = memchr(record->native, 0, record->native_size);
	uint8_t *to;

	if (!nul) {
		walk_fail(walk, -EPROTO, "%s: driver returned %zu bytes without an end", walk_name(walk, record),
			  record->native_size);
		return;
	}
	record->reply_size = (size_t)(nul - record->native) + 1;
	to = walk_message_take(walk, 4 + record->reply_size, true);
	if (!to)
		return;
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(record->reply_size >> 8 * i);
	memcpy(to + 4, record->native, record->reply_size);
	record->reply = to + 4;
	record->segment.count = (uint32_t)record->reply_size;
}

void walk_string_reply(struct iof_walk *walk, struct walk_record *record, struct iof_cursor *reply)
{
	uint32_t length;

	record->reply = take_string(walk, record, reply, &length);
	record->reply_size = record->reply ? length : 0;
}
