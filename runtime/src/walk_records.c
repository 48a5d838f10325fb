/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>

static bool check_count(struct iof_walk *walk, const struct iof_io *io, uint64_t count)
{
	if (!io->record) {
		walk_fail(walk, -EINVAL, "the interface has no such call");
		return false;
	}
	if (count > io->max_count) {
		walk_fail(walk, -EINVAL, "count is %" PRIu64 ", at most %" PRIu32, count, io->max_count);
		return false;
	}
	return true;
}

/* Inline, so that each pass has its own. */
static inline __attribute__((always_inline)) const struct iof_segment *
add_records(struct iof_walk *walk, const struct iof_io *io, uint64_t address, uint32_t count, walk_fetch *fetch)
{
	struct walk_record *record = walk_record_add(walk, io->record, count, io->direction);

	if (!record)
		return &walk_absent;
	record->address = address;
	record->list = true;
	record->counter.source = WALK_RETURNED_RESULT;
	record->counter.bytes = !io->count_records;
	return walk_fill_by(walk, record, fetch);
}

static uint8_t *put_count(struct iof_walk *walk, uint32_t count)
{
	uint8_t *head = walk_message_take(walk, 8, true);

	if (head)
		bytes_store_64(head, count);
	return head;
}

static bool check_buffer(struct iof_walk *walk, uint64_t address, uint32_t count)
{
	if (address || !count)
		return true;
	walk_fail(walk, -EFAULT, "buffer is NULL");
	return false;
}

int iof_gather_records(struct iof_walk *walk, const struct iof_io *io, iof_abi abi, uint64_t address, uint32_t count,
		       const struct iof_memory *memory, const void **payload, size_t *length)
{
	int error;

	walk_begin(walk, WALK_GATHERING, abi);
	walk->memory = memory;
	if (put_count(walk, count) && check_buffer(walk, address, count) && check_count(walk, io, count))
		add_records(walk, io, address, count, walk_fetch_guest);
	error = walk_end(walk, WALK_GATHERED);
	if (error)
		return error;
	walk->scatter_mark = walk->scratch.used;
	*payload = walk->message;
	*length = walk->message_size;
	return 0;
}

/* The count in front of the payload. */
static bool take_count(struct iof_walk *walk, size_t length, uint64_t *count)
{
	const uint8_t *head = iof_cursor_take(&walk->request, 8);

	if (!head || length > walk->max_payload) {
		walk_fail(walk, -EPROTO, "payload has %zu bytes, 8 to %zu allowed", length, walk->max_payload);
		return false;
	}
	*count = bytes_load_64(head);
	return true;
}

int iof_unpack_records(struct iof_walk *walk, const struct iof_io *io, const void *payload, size_t length,
		       uint32_t *count, void **buffer)
{
	const struct iof_segment *segment = &walk_absent;
	uint64_t wanted = 0;
	int error;

	walk_begin(walk, WALK_UNPACKING, IOF_ABI_NATIVE);
	iof_cursor_init(&walk->request, payload, length);
	if (take_count(walk, length, &wanted) && check_count(walk, io, wanted))
		segment = add_records(walk, io, 0, (uint32_t)wanted, walk_fetch_host);
	if (!walk->error && !iof_cursor_done(&walk->request))
		walk_fail(walk, -EPROTO, "payload of %zu bytes, %zu expected", length, walk->request.off);
	error = walk_end(walk, WALK_UNPACKED);
	if (error)
		return error;
	walk_settle_host(walk);
	*count = (uint32_t)wanted;
	*buffer = walk->segments[segment->index].native;
	return 0;
}
