/* SPDX-License-Identifier: MIT */
#include "scalar.h"
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool walk_replies(const struct walk_record *record, uint32_t error)
{
	/* With an errno nothing says that the driver wrote what it would have to write in full: zeros would
	 * reach the caller. */
	if (error && !(record->direction & IOF_IN))
		return false;
	return record->segment.present && record->direction & IOF_OUT_EXACT;
}

static uint64_t counted(const struct iof_walk *walk, const struct walk_counter *counter, int32_t result)
{
	const struct walk_record *from;
	size_t at;

	if (counter->source == WALK_RETURNED_RESULT)
		return result > 0 ? (uint64_t)result : 0;
	from = &walk->segments[counter->segment];
	at = counter->element * iof_type_size(from->segment.type, IOF_ABI_CANONICAL) + counter->offset;
	if (counter->size > 8 || at > from->reply_size || from->reply_size - at < counter->size)
		return 0;
	return iof_scalar_load(from->reply + at, counter->size, false);
}

size_t walk_reply_size(struct iof_walk *walk, const struct walk_record *record, int32_t result, uint32_t error)
{
	const struct walk_counter *counter = &record->counter;
	size_t unit = counter->bytes ? 1 : iof_type_size(record->segment.type, IOF_ABI_CANONICAL);
	uint64_t count, capacity = counter->bytes ? record->size : record->segment.count;

	if (counter->source == WALK_RETURNED_ALL)
		return record->size;
	if (counter->source == WALK_RETURNED_RESULT && error)
		return record->size;
	count = counted(walk, counter, result);
	if (count > capacity) {
		if (!error)
			walk_fail(walk, -EPROTO, "%s: %" PRIu64 " returned into room for %" PRIu64,
				  walk_name(walk, record), count, capacity);
		count = capacity;
	}
	return (size_t)count * unit;
}

/* The driver's memory in the host's ABI, made canonical where that differs. */
static void refresh(const struct iof_walk *walk, struct walk_record *record)
{
	if (record->image == record->native)
		return;
	iof_type_to_canonical(record->segment.type, walk->abi, record->native, record->image, record->segment.count);
	walk_arms_to_canonical(walk, record, record->native, record->image);
}

static void pack_segment(struct iof_walk *walk, struct walk_record *record, int32_t result, uint32_t error)
{
	uint8_t *to;

	refresh(walk, record);
	record->reply_size = walk_reply_size(walk, record, result, error);
	to = walk_message_take(walk, record->reply_size, !walk_follows(record, IOF_OUT_EXACT));
	if (!to)
		return;
	memcpy(to, record->image, record->reply_size);
	/* The daemon's addresses are nobody's business. */
	if (walk_has_pointers(walk, record))
		walk_each_slot(walk, record, to, record->reply_size, NULL, walk_slot_presence);
	record->reply = to;
}

int iof_pack(struct iof_walk *walk, int32_t result, uint32_t error, const void **payload, size_t *length)
{
	int failed;

	if (walk->pass != WALK_UNPACKED)
		return -EINVAL;
	walk->message_size = 0;
	for (unsigned i = 0; i < walk->n_segments && !walk->error; i++) {
		struct walk_record *record = &walk->segments[i];

		record->reply = NULL;
		record->reply_size = 0;
		if (!walk_replies(record, error))
			continue;
		if (record->string)
			walk_string_pack(walk, record);
		else
			pack_segment(walk, record, result, error);
	}
	failed = walk_end(walk, WALK_PACKED);
	if (failed)
		return failed;
	*payload = walk->message;
	*length = walk->message_size;
	return 0;
}
