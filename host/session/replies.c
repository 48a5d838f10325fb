/* SPDX-License-Identifier: MIT */
#include "host/session/replies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	REFUSALS = 2,      /* slots are this many times the cap: refusals and answers to poll are kept too */
	OWN_REUSED = 1024, /* larger copies are freed when acknowledged: each slot may have one */
};

int replies_create(struct replies *replies, struct iof_link *link, uint32_t cap, size_t cap_bytes)
{
	*replies = (struct replies){.link = link, .cap = cap, .cap_bytes = cap_bytes, .n_slots = cap * REFUSALS};
	replies->slots = calloc(replies->n_slots, sizeof(*replies->slots));
	if (!replies->slots)
		return -ENOMEM;
	(void)pthread_mutex_init(&replies->lock, NULL);
	return 0;
}

void replies_destroy(struct replies *replies)
{
	for (uint32_t i = 0; i < replies->n_slots; i++)
		free(replies->slots[i].own);
	free(replies->slots);
	(void)pthread_mutex_destroy(&replies->lock);
}

static struct kept_reply *slot_of(const struct replies *replies, uint64_t seq)
{
	return &replies->slots[seq % replies->n_slots];
}

static void forget(struct replies *replies, struct kept_reply *kept)
{
	replies->bytes -= kept->length;
	kept->payload = NULL;
	kept->length = 0;
	kept->tag = 0;
	if (kept->own_size > OWN_REUSED) {
		free(kept->own);
		kept->own = NULL;
		kept->own_size = 0;
	}
}

int replies_ack(struct replies *replies, uint64_t ack)
{
	int error = 0;

	(void)pthread_mutex_lock(&replies->lock);
	if (ack > replies->last)
		error = -EPROTO;
	while (!error && replies->acked < ack)
		forget(replies, slot_of(replies, ++replies->acked));
	(void)pthread_mutex_unlock(&replies->lock);
	return error;
}

int replies_reserve(struct replies *replies, size_t bytes, bool always)
{
	uint64_t used;
	int error = 0;

	(void)pthread_mutex_lock(&replies->lock);
	used = replies->last - replies->acked + replies->running;
	if (used >= replies->n_slots)
		error = -ENOBUFS;
	else if (!always && (used >= replies->cap || replies->bytes + bytes > replies->cap_bytes))
		error = -EAGAIN;
	if (!error) {
		replies->running++;
		replies->bytes += bytes;
	}
	(void)pthread_mutex_unlock(&replies->lock);
	return error;
}

/* Copies a lent payload. Without memory the reply is not kept; it was sent, and only a reap would miss it. */
static void keep_copy(struct replies *replies, struct kept_reply *kept)
{
	if (kept->length > kept->own_size) {
		size_t size = kept->length < 256 ? 256 : kept->length;
		uint8_t *own = realloc(kept->own, size);

		if (!own) {
			forget(replies, kept);
			return;
		}
		kept->own = own;
		kept->own_size = size;
	}
	if (kept->length)
		memcpy(kept->own, kept->payload, kept->length);
	kept->payload = kept->own;
}

static int send_kept(struct replies *replies, struct kept_reply *kept)
{
	struct iovec parts[2] = {
		{.iov_base = kept->header, .iov_len = sizeof(kept->header)},
		{.iov_base = (void *)(uintptr_t)kept->payload, .iov_len = kept->length},
	};

	return replies->link->ops->send(replies->link, parts, kept->length ? 2 : 1);
}

int replies_send(struct replies *replies, struct iof_reply *reply, const void *payload, size_t length, size_t reserved,
		 uint64_t *seq)
{
	struct kept_reply *kept;
	int result;

	/* Numbering, keeping and sending are one step, so that replies leave in the order of their numbers. */
	(void)pthread_mutex_lock(&replies->lock);
	reply->length = (uint32_t)(IOF_REPLY_SIZE + length);
	reply->seq = ++replies->last;
	kept = slot_of(replies, reply->seq);
	kept->tag = reply->tag;
	kept->payload = payload;
	kept->length = length;
	iof_reply_encode(reply, kept->header);
	replies->running--;
	replies->bytes = replies->bytes - reserved + length;
	replies->sent_bytes += reply->length;
	result = send_kept(replies, kept);
	if (seq)
		*seq = reply->seq;
	else
		keep_copy(replies, kept);
	(void)pthread_mutex_unlock(&replies->lock);
	return result;
}

void replies_settle(struct replies *replies, uint64_t seq)
{
	struct kept_reply *kept = slot_of(replies, seq);

	(void)pthread_mutex_lock(&replies->lock);
	if (seq > replies->acked && kept->payload != kept->own)
		keep_copy(replies, kept);
	(void)pthread_mutex_unlock(&replies->lock);
}

int replies_send_again(struct replies *replies, uint64_t tag)
{
	int result = -ENOENT;

	(void)pthread_mutex_lock(&replies->lock);
	for (uint64_t seq = replies->acked + 1; seq <= replies->last && result == -ENOENT; seq++)
		if (slot_of(replies, seq)->tag == tag)
			result = send_kept(replies, slot_of(replies, seq));
	(void)pthread_mutex_unlock(&replies->lock);
	return result;
}

void replies_counts(struct replies *replies, uint32_t *kept, uint64_t *sent, uint64_t *bytes)
{
	(void)pthread_mutex_lock(&replies->lock);
	*kept = (uint32_t)(replies->last - replies->acked);
	*sent = replies->last;
	*bytes = replies->sent_bytes;
	(void)pthread_mutex_unlock(&replies->lock);
}
