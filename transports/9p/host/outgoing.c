/* SPDX-License-Identifier: MIT */
/*
 * Replies, from the request's arrival until the guest acknowledges them: until then a read of one may come again.
 *
 * A reply that says no more than 0 is told by the success of the request's write. The guest never sees its number, so
 * numbers are counted anew for those that it does see, and its acks are translated back.
 */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct outgoing **list_of(struct folder *folder, uint64_t tag)
{
	return &folder->by_tag[tag % OUTGOING_LISTS];
}

struct outgoing *outgoing_find(const struct folder *folder, uint64_t tag)
{
	struct outgoing *outgoing = folder->by_tag[tag % OUTGOING_LISTS];

	while (outgoing && outgoing->tag != tag)
		outgoing = outgoing->next;
	return outgoing;
}

/* The youngest, which is the first of its list. */
struct outgoing *outgoing_of_slot(const struct folder *folder, uint64_t slot)
{
	struct outgoing *outgoing = folder->by_tag[slot % OUTGOING_LISTS];

	_Static_assert(FOLDER_SLOTS % OUTGOING_LISTS == 0, "a slot's tags are in one list");
	while (outgoing && (!outgoing->tag || outgoing->tag % FOLDER_SLOTS != slot))
		outgoing = outgoing->next;
	return outgoing;
}

struct outgoing *outgoing_expect(struct folder *folder, uint64_t tag)
{
	struct outgoing *outgoing = calloc(1, sizeof *outgoing), **list = list_of(folder, tag);

	if (!outgoing)
		return NULL;
	outgoing->tag = tag;
	outgoing->next = *list;
	*list = outgoing;
	return outgoing;
}

static void drop_bytes(struct folder *folder, struct outgoing *outgoing)
{
	folder->outgoing_bytes -= outgoing->length;
	free(outgoing->bytes);
	outgoing->bytes = NULL;
	outgoing->length = 0;
}

void outgoing_forget(struct folder *folder, struct outgoing *outgoing)
{
	struct outgoing **link = list_of(folder, outgoing->tag);

	while (*link != outgoing)
		link = &(*link)->next;
	*link = outgoing->next;
	drop_bytes(folder, outgoing);
	free(outgoing);
}

/* What is acknowledged has been read, so that it waits for no batch: but the guest may be lying. */
static void leave_batch(struct folder *folder, const struct outgoing *outgoing)
{
	struct outgoing **link = &folder->batching;

	while (*link && *link != outgoing)
		link = &(*link)->next_batch;
	if (!*link)
		return;
	*link = outgoing->next_batch;
	if (!*link)
		folder->batching_last = link;
}

uint64_t outgoing_ack(struct folder *folder, uint64_t guest_ack)
{
	while (folder->unacked && folder->unacked->guest_seq <= guest_ack) {
		struct outgoing *outgoing = folder->unacked;

		folder->unacked = outgoing->next_unacked;
		if (!folder->unacked)
			folder->unacked_last = &folder->unacked;
		folder->acked = outgoing->host_seq;
		if (outgoing->state == OUTGOING_BATCHED)
			leave_batch(folder, outgoing);
		outgoing_forget(folder, outgoing);
	}
	return folder->acked;
}

static void park(struct folder *folder, struct outgoing *outgoing, struct tree_request *request, bool reads)
{
	outgoing->asker_reads = reads;
	folder_park(folder, &outgoing->asker, request, folder->tree->grace_ms);
}

/* Whoever waits for the reply is told that it takes longer. */
static void give_up(struct outgoing *outgoing)
{
	struct tree_request *asker = folder_unpark(&outgoing->asker);

	outgoing->state = OUTGOING_LATE;
	if (asker && outgoing->asker_reads)
		folder_answer_padded(asker, NULL, 0, 0);
	else if (asker)
		folder_answer(asker, EINPROGRESS, 0);
}

void outgoing_answer_write(struct outgoing *outgoing, struct tree_request *request)
{
	struct folder *folder = request->open->folder;

	if (folder->mode & FOLDER_CACHED) {
		folder_answer(request, 0, request->size);
		return;
	}
	switch (outgoing->state) {
	case OUTGOING_RUNNING:
		if (!outgoing->asker) {
			park(folder, outgoing, request, false);
			return;
		}
		give_up(outgoing);
		folder_answer(request, EINPROGRESS, 0);
		return;
	case OUTGOING_READY: folder_answer(request, EREMOTEIO, 0); return;
	case OUTGOING_TOLD: folder_answer(request, 0, request->size); return;
	default: folder_answer(request, EINPROGRESS, 0); return;
	}
}

void outgoing_read(struct folder *folder, uint64_t slot, size_t from, struct tree_request *request)
{
	struct outgoing *outgoing = outgoing_of_slot(folder, slot);

	if (outgoing && outgoing->state == OUTGOING_RUNNING && !outgoing->asker) {
		park(folder, outgoing, request, true);
		return;
	}
	if (outgoing && outgoing->state == OUTGOING_RUNNING)
		give_up(outgoing);
	folder_answer_padded(request, outgoing ? outgoing->bytes : NULL, outgoing ? outgoing->length : 0, from);
}

static bool says_only_zero(const struct iof_reply *reply)
{
	return reply->length == IOF_REPLY_SIZE && reply->status == IOF_STATUS_COMPLETED && !reply->result &&
	       !reply->error;
}

/* Where the reply of a request goes, and who waited for it. */
static void settle(struct folder *folder, struct outgoing *outgoing, const struct iof_reply *reply)
{
	bool late = outgoing->state == OUTGOING_LATE, reads = outgoing->asker_reads;
	struct tree_request *asker = folder_unpark(&outgoing->asker);

	outgoing->host_seq = reply->seq;
	*folder->unacked_last = outgoing;
	folder->unacked_last = &outgoing->next_unacked;
	if (asker && !reads && says_only_zero(reply)) {
		outgoing->state = OUTGOING_TOLD;
		drop_bytes(folder, outgoing);
		folder_answer(asker, 0, asker->size);
		return;
	}
	outgoing->guest_seq = ++folder->guest_seq;
	iof_put_u64(outgoing->bytes + 16, outgoing->guest_seq);
	outgoing->state = late ? OUTGOING_BATCHED : OUTGOING_READY;
	if (asker && reads)
		folder_answer_padded(asker, outgoing->bytes, outgoing->length, (size_t)(asker->offset % FOLDER_STRIDE));
	else if (asker)
		folder_answer(asker, EREMOTEIO, 0);
	if (late)
		batches_add(folder, outgoing);
}

/* An event, or a reply that only the answer to a write told: for a batch, and gone with it. */
static int send_unasked(struct folder *folder, uint8_t *bytes, uint32_t length)
{
	struct outgoing *outgoing = outgoing_expect(folder, 0);

	if (!outgoing) {
		folder->outgoing_bytes -= length;
		free(bytes);
		return -ENOMEM;
	}
	outgoing->bytes = bytes;
	outgoing->length = length;
	outgoing->state = OUTGOING_BATCHED;
	batches_add(folder, outgoing);
	return 0;
}

static int send_locked(struct folder *folder, const struct iof_reply *reply, uint8_t *bytes, uint32_t length)
{
	struct outgoing *outgoing = reply->status == IOF_STATUS_EVENT ? NULL : outgoing_find(folder, reply->tag);

	if (outgoing && outgoing->host_seq && outgoing->bytes) { /* asked for again */
		free(bytes);
		if (outgoing->state == OUTGOING_READY)
			batches_add(folder, outgoing);
		outgoing->state = OUTGOING_BATCHED;
		return 0;
	}
	folder->outgoing_bytes += length;
	if (!outgoing || outgoing->host_seq) {
		iof_put_u64(bytes + 16, 0); /* not counted */
		return send_unasked(folder, bytes, length);
	}
	outgoing->bytes = bytes;
	outgoing->length = length;
	settle(folder, outgoing, reply);
	return 0;
}

static uint8_t *joined(const struct iovec *parts, int n_parts, size_t *length)
{
	uint8_t *bytes, *at;

	*length = 0;
	for (int i = 0; i < n_parts; i++)
		*length += parts[i].iov_len;
	at = bytes = malloc(*length ? *length : 1);
	for (int i = 0; bytes && i < n_parts; at += parts[i++].iov_len)
		memcpy(at, parts[i].iov_base, parts[i].iov_len);
	return bytes;
}

int outgoing_send(struct iof_link *link, const struct iovec *parts, int n_parts)
{
	struct folder *folder = (struct folder *)link;
	uint32_t message_max = __atomic_load_n(&folder->message_max, __ATOMIC_RELAXED);
	struct iof_reply reply;
	size_t length;
	uint8_t *bytes = joined(parts, n_parts, &length);
	int error = 0;

	if (!bytes)
		return -ENOMEM;
	if (length > message_max || iof_reply_decode(bytes, length, message_max, &reply) < 0) {
		free(bytes);
		return -E2BIG;
	}
	(void)pthread_mutex_lock(&folder->lock);
	if (folder->dead)
		error = -ENODEV;
	else if (folder->outgoing_bytes + length > (size_t)message_max * OUTGOING_FACTOR)
		error = -ENOBUFS;
	if (error)
		free(bytes);
	else
		error = send_locked(folder, &reply, bytes, (uint32_t)length);
	(void)pthread_mutex_unlock(&folder->lock);
	return error;
}

void outgoing_tick(struct folder *folder, uint64_t now_ms, uint64_t *next_ms)
{
	for (unsigned i = 0; i < OUTGOING_LISTS; i++)
		for (struct outgoing *outgoing = folder->by_tag[i]; outgoing; outgoing = outgoing->next) {
			if (!outgoing->asker)
				continue;
			if (outgoing->asker->until_ms <= now_ms)
				give_up(outgoing);
			else if (outgoing->asker->until_ms < *next_ms)
				*next_ms = outgoing->asker->until_ms;
		}
}

void outgoing_drop_askers(struct folder *folder, const struct tree_open *open, int error)
{
	for (unsigned i = 0; i < OUTGOING_LISTS; i++)
		for (struct outgoing *outgoing = folder->by_tag[i]; outgoing; outgoing = outgoing->next)
			if (outgoing->asker && (!open || outgoing->asker->open == open)) {
				outgoing->state = OUTGOING_LATE;
				folder_answer(folder_unpark(&outgoing->asker), error, 0);
			}
}

void outgoing_free(struct folder *folder)
{
	for (unsigned i = 0; i < OUTGOING_LISTS; i++)
		for (struct outgoing *outgoing = folder->by_tag[i], *next; outgoing; outgoing = next) {
			next = outgoing->next;
			free(outgoing->bytes);
			free(outgoing);
		}
}
