/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <ioferry/wire.h>

static bool check_count(struct iof_walk *walk, const struct iof_io *io, uint64_t count)
{
	if (!io->record)
		walk_fail(walk, -EINVAL, "the interface has no such call");
	else if (count > io->max_count)
		walk_fail(walk, -EINVAL, "count is %" PRIu64 ", at most %" PRIu32, count, io->max_count);
	return !walk->error;
}

static const struct iof_segment *add_records(struct iof_walk *walk, const struct iof_io *io, uint64_t address,
					     uint32_t count)
{
	struct walk_record *record = walk_record_add(walk, io->record, count, io->direction);
	const struct iof_segment *segment;

	if (!record)
		return &walk_absent;
	record->address = address;
	record->list = true;
	segment = walk_fill(walk, record);
	iof_walk_returned_result(walk, segment, !io->count_records);
	return segment;
}

int iof_gather_records(struct iof_walk *walk, const struct iof_io *io, iof_abi abi, uint64_t address, uint32_t count,
		       const struct iof_memory *memory, const void **payload, size_t *length)
{
	uint8_t *head;
	int error;

	walk_begin(walk, WALK_GATHERING, abi);
	walk->memory = memory;
	head = walk_message_take(walk, 8, true);
	if (head)
		iof_put_u64(head, count);
	if (count && !address)
		walk_fail(walk, -EFAULT, "buffer is NULL");
	if (check_count(walk, io, count))
		add_records(walk, io, address, count);
	error = walk_end(walk, WALK_GATHERED);
	if (error)
		return error;
	walk->scatter_mark = walk->scratch.used;
	*payload = walk->message;
	*length = walk->message_size;
	return 0;
}

int iof_unpack_records(struct iof_walk *walk, const struct iof_io *io, const void *payload, size_t length,
		       uint32_t *count, void **buffer)
{
	const struct iof_segment *segment = &walk_absent;
	const uint8_t *head;
	uint64_t wanted;
	int error;

	walk_begin(walk, WALK_UNPACKING, IOF_ABI_NATIVE);
	iof_cursor_init(&walk->request, payload, length);
	head = iof_cursor_take(&walk->request, 8);
	wanted = head ? iof_get_u64(head) : 0;
	if (!head || length > walk->max_payload)
		walk_fail(walk, -EPROTO, "payload has %zu bytes, 8 to %zu allowed", length, walk->max_payload);
	if (check_count(walk, io, wanted))
		segment = add_records(walk, io, 0, (uint32_t)wanted);
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
