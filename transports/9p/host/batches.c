/* SPDX-License-Identifier: MIT */
/* What the guest learns from events. A batch is kept until the next one is asked for: the read may come again. */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <string.h>

static uint32_t padded(uint32_t length)
{
	return (length + 7) & ~7u;
}

void batches_add(struct folder *folder, struct outgoing *outgoing)
{
	outgoing->next_batch = NULL;
	*folder->batching_last = outgoing;
	folder->batching_last = &outgoing->next_batch;
	if (folder->waiting)
		batches_wake(folder, 0);
}

/* A message, or an announcement of one that no batch of this size could hold. */
static uint32_t put(uint8_t *at, const struct outgoing *outgoing, size_t size)
{
	if (padded(outgoing->length) <= size - FOLDER_BATCH_HEAD || !outgoing->tag) {
		memcpy(at, outgoing->bytes, outgoing->length);
		return outgoing->length;
	}
	iof_put_u32(at, FOLDER_ANNOUNCE_SIZE);
	iof_put_u32(at + 4, outgoing->length);
	iof_put_u64(at + 8, outgoing->tag);
	return FOLDER_ANNOUNCE_SIZE;
}

static uint32_t room_for(const struct outgoing *outgoing, size_t size)
{
	if (padded(outgoing->length) <= size - FOLDER_BATCH_HEAD || !outgoing->tag)
		return padded(outgoing->length);
	return FOLDER_ANNOUNCE_SIZE;
}

/* Makes the batch of what waits, as far as it fits; a reply stays until it is acknowledged, an event is gone. */
static void compose(struct folder *folder, uint64_t number, size_t size, uint32_t flags)
{
	uint32_t at = FOLDER_BATCH_HEAD;

	if (size > sizeof folder->batch_bytes)
		size = sizeof folder->batch_bytes;
	while (folder->batching && room_for(folder->batching, size) <= size - at) {
		struct outgoing *outgoing = folder->batching;
		uint32_t used = put(folder->batch_bytes + at, outgoing, size);

		memset(folder->batch_bytes + at + used, 0, padded(used) - used);
		at += padded(used);
		folder->batching = outgoing->next_batch;
		if (!folder->batching)
			folder->batching_last = &folder->batching;
		if (outgoing->tag)
			outgoing->state = OUTGOING_READY;
		else
			outgoing_forget(folder, outgoing);
	}
	iof_put_u32(folder->batch_bytes, at);
	iof_put_u32(folder->batch_bytes + 4, flags);
	iof_put_u64(folder->batch_bytes + 8, number);
	folder->batch = number;
	folder->batch_length = at;
}

static uint64_t number_of(const struct folder *folder, uint64_t offset)
{
	uint64_t slot = offset / FOLDER_BATCH_STRIDE % FOLDER_BATCHES;

	return slot == folder->batch % FOLDER_BATCHES ? folder->batch : folder->batch + 1;
}

static void answer(struct folder *folder, struct tree_request *request)
{
	folder_answer_padded(request, folder->batch_bytes, folder->batch_length,
			     (size_t)(request->offset % FOLDER_BATCH_STRIDE));
}

void batches_wake(struct folder *folder, uint32_t flags)
{
	struct tree_request *request = folder_unpark(&folder->waiting);

	if (!request)
		return;
	compose(folder, number_of(folder, request->offset), request->size, flags);
	answer(folder, request);
}

static bool may_park(struct folder *folder)
{
	return !(folder->mode & FOLDER_SERIAL) && !folder->waiting && folder->tree->parked < TREE_PARKED_MAX;
}

void batches_read(struct folder *folder, uint64_t offset, struct tree_request *request)
{
	uint64_t number = number_of(folder, offset);
	bool begins = offset % FOLDER_BATCH_STRIDE == 0 && number != folder->batch;

	if (begins && (number % FOLDER_BATCHES != offset / FOLDER_BATCH_STRIDE % FOLDER_BATCHES ||
		       request->size < FOLDER_BATCH_HEAD + IOF_REPLY_SIZE)) {
		folder_answer(request, EINVAL, 0);
		return;
	}
	if (begins && !folder->batching && may_park(folder)) {
		folder_park(folder, &folder->waiting, request, FOLDER_POLL_MS);
		return;
	}
	if (begins)
		compose(folder, number, request->size,
			!folder->batching && !(folder->mode & FOLDER_SERIAL) ? FOLDER_BATCH_HASTY : 0);
	answer(folder, request);
}
