/* SPDX-License-Identifier: MIT */
/* The state of a stream link, for the files of this folder. */
#ifndef IOFERRY_TRANSPORTS_STREAM_LINK_H
#define IOFERRY_TRANSPORTS_STREAM_LINK_H

#include "stream.h"
#include <ioferry/sys.h>

#define STREAM_BUFFER      65536u  /* receive buffer at first */
#define STREAM_BUFFER_IDLE 262144u /* and at most, once what needed more has been delivered */

struct stream_link {
	struct iof_link base;
	int fd;
	struct iof_peer peer;
	uint32_t message_max; /* atomic */
	bool dead;            /* atomic; nothing is sent any more, and what has arrived is still delivered */

	/* Receiving: buffer[0, fill) has arrived and is not delivered. Outside of stream_receive() the header
	 * always describes the free space behind it, and msg_len what has arrived there and is not in fill yet. */
	uint8_t *buffer;
	size_t size, fill;
	struct iovec space;
	struct mmsghdr header;

	/* Sending: backlog[sent, queued) waits for the socket. */
	struct iof_lock lock;
	uint8_t *backlog;
	size_t backlog_size, sent, queued;
	bool wants_write; /* atomic copy of queued > sent */
};

static inline struct stream_link *stream_link(struct iof_link *base)
{
	return (struct stream_link *)base;
}

/* Ends the link for both directions; returns error. */
int stream_fail(struct stream_link *link, int error);
bool stream_is_dead(const struct stream_link *link);

void stream_prime(struct stream_link *link);
int stream_sleep(struct iof_link *base);
ssize_t stream_receive(struct iof_link *base, bool wait, iof_deliver *deliver, void *context);

int stream_send(struct iof_link *base, const struct iovec *parts, int n_parts);
int stream_flush(struct iof_link *base);
bool stream_wants_write(const struct iof_link *base);

#endif
