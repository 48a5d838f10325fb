/* SPDX-License-Identifier: MIT */
/**
 * @file replies.h
 * Sends a session's replies and keeps them until the guest has acknowledged them, because a reply may be lost on
 * the way (a call cut by a signal on a transport that can only ask and answer), and with it a frame that the
 * driver has already taken out of its queue.
 *
 * Nothing is copied in the usual case: a reply is kept where its worker packed it, and that worker's next call
 * mostly carries the acknowledgement. Only if it does not, the reply is copied before the memory is used again.
 */
#ifndef IOFERRY_HOST_REPLIES_H
#define IOFERRY_HOST_REPLIES_H

#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <pthread.h>

struct kept_reply {
	uint64_t tag;
	uint8_t header[IOF_REPLY_SIZE];
	const uint8_t *payload; /* own, or lent by a worker */
	size_t length;
	uint8_t *own;
	size_t own_size;
};

struct replies {
	pthread_mutex_t lock;
	struct iof_link *link;
	struct kept_reply *slots; /* seq % n_slots */
	uint32_t n_slots;
	uint32_t cap;            /* replies kept and calls running, before calls are refused */
	size_t cap_bytes, bytes; /* of payloads kept, and promised to running calls */
	uint32_t running;
	uint64_t last, acked;
	uint64_t sent_bytes;
};

/** @p link is borrowed. 0 or -ENOMEM. */
int replies_create(struct replies *replies, struct iof_link *link, uint32_t cap, size_t cap_bytes);
void replies_destroy(struct replies *replies);

/** The guest has all replies up to @p ack. -EPROTO: it cannot have them. */
int replies_ack(struct replies *replies, uint64_t ack);
/** Makes room for the reply of a new call of up to @p bytes. -EAGAIN: too much is unacknowledged. @p always: refuse
 *  only what no guest that acknowledges can reach. */
int replies_reserve(struct replies *replies, size_t bytes, bool always);
/**
 * Sends a reply; length and seq are filled in.
 * @param reserved what replies_reserve() got
 * @param seq      not NULL: @p payload is lent until replies_settle(); gets the number to settle
 * @return as iof_link_ops::send
 */
int replies_send(struct replies *replies, struct iof_reply *reply, const void *payload, size_t length, size_t reserved,
		 uint64_t *seq);
/** The memory lent for reply @p seq is about to be used again. */
void replies_settle(struct replies *replies, uint64_t seq);
/** Sends the kept reply of @p tag again. -ENOENT: none; else as iof_link_ops::send. */
int replies_send_again(struct replies *replies, uint64_t tag);
/** Replies kept, and sent so far. */
void replies_counts(struct replies *replies, uint32_t *kept, uint64_t *sent, uint64_t *bytes);

#endif
