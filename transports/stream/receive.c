/* SPDX-License-Identifier: MIT */
/*
 * Receiving: one recvmmsg() for as much as is there, messages delivered in place.
 *
 * Why recvmmsg() for one "message" of a stream: it writes the count into memory, recv() only returns it. A thread
 * that is cancelled, or interrupted by a handler that reads the link itself, on its way out of the system call
 * loses a returned value, and with it the place in the stream.
 */
#include "link.h"
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>

void stream_prime(struct stream_link *link)
{
	link->space = (struct iovec){.iov_base = link->buffer + link->fill, .iov_len = link->size - link->fill};
	link->header = (struct mmsghdr){.msg_hdr = {.msg_iov = &link->space, .msg_iovlen = 1}};
}

static int resize(struct stream_link *link, size_t size)
{
	uint8_t *buffer = realloc(link->buffer, size);

	if (!buffer)
		return -ENOMEM;
	link->buffer = buffer;
	link->size = size;
	return 0;
}

/* The buffer grows as bytes arrive, not as a length announces them: 4 bytes shall not cost the host a megabyte. */
static int make_room(struct stream_link *link)
{
	if (link->fill == link->size)
		return resize(link, link->size * 2);
	if (!link->fill && link->size > STREAM_BUFFER_IDLE)
		(void)resize(link, STREAM_BUFFER_IDLE); /* where it fails, the large one serves on */
	return 0;
}

/* Messages delivered, or -EPROTO for a length that cannot be. */
static ssize_t deliver_all(struct stream_link *link, iof_deliver *deliver, void *context)
{
	uint8_t *at = link->buffer, *end = link->buffer + link->fill;
	ssize_t delivered = 0;

	while (end - at >= 4) {
		uint32_t length = iof_get_u32(at);

		if (length < IOF_REPLY_SIZE || length > __atomic_load_n(&link->message_max, __ATOMIC_RELAXED))
			return -EPROTO;
		if ((size_t)(end - at) < length)
			break;
		/* Behind a message of odd length the next one is moved over the tail of its delivered predecessor. */
		size_t off = (uintptr_t)at & 7;

		if (off)
			memmove(at - off, at, length);
		deliver(context, at - off, length);
		at += length;
		delivered++;
	}
	link->fill = (size_t)(end - at);
	if (delivered)
		memmove(link->buffer, at, link->fill);
	return delivered;
}

static ssize_t deliver_arrived(struct stream_link *link, iof_deliver *deliver, void *context)
{
	ssize_t delivered;
	int r;

	link->fill += link->header.msg_len;
	link->header.msg_len = 0;
	delivered = deliver_all(link, deliver, context);
	if (delivered < 0)
		return delivered;
	r = make_room(link);
	stream_prime(link);
	return r < 0 ? r : delivered;
}

static long read_socket(struct stream_link *link, int flags)
{
	return iof_sys(SYS_recvmmsg, link->fd, &link->header, 1U, flags, NULL);
}

int stream_sleep(struct iof_link *base)
{
	struct stream_link *link = stream_link(base);

	if (link->header.msg_len)
		return 0;
	/* An end or an error is receive()'s to find; it does not go away. */
	return read_socket(link, 0) == -EINTR ? -EINTR : 0;
}

ssize_t stream_receive(struct iof_link *base, bool wait, iof_deliver *deliver, void *context)
{
	struct stream_link *link = stream_link(base);
	bool failed = false;

	for (;;) {
		ssize_t delivered = deliver_arrived(link, deliver, context);
		long r;

		if (delivered < 0)
			return stream_fail(link, (int)delivered);
		if (delivered)
			return delivered;
		r = read_socket(link, wait ? 0 : MSG_DONTWAIT);
		if (r == -EAGAIN || r == -EINTR)
			return r;
		if (r == 1 && link->header.msg_len)
			continue;
		/* recvmmsg() reports a reset before the bytes that arrived ahead of it: look once more. */
		if (r == 1 || failed)
			return stream_fail(link, -ENODEV);
		failed = true;
	}
}
