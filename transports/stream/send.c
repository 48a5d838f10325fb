/* SPDX-License-Identifier: MIT */
/* Sending: one sendmsg() that never sleeps; what the socket does not take waits in the backlog. */
#include "link.h"
#include <ioferry/wire.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Beyond the backlog's limit there is room for what frees resources at the other side: acks, cancels, closes. */
#define SMALL_MESSAGE 64u
#define SMALL_RESERVE 65536u

static size_t pending(const struct stream_link *link)
{
	return link->queued - link->sent;
}

static void note_pending(struct stream_link *link)
{
	if (!pending(link)) {
		link->sent = link->queued = 0;
		if (link->backlog_size > STREAM_BUFFER) {
			free(link->backlog);
			link->backlog = NULL;
			link->backlog_size = 0;
		}
	}
	__atomic_store_n(&link->wants_write, pending(link) != 0, __ATOMIC_RELEASE);
}

static int reserve(struct stream_link *link, size_t more)
{
	size_t size = link->backlog_size ? link->backlog_size : 4096;
	uint8_t *backlog;

	if (link->sent) {
		memmove(link->backlog, link->backlog + link->sent, pending(link));
		link->queued -= link->sent;
		link->sent = 0;
	}
	while (size < link->queued + more)
		size *= 2;
	if (size == link->backlog_size)
		return 0;
	backlog = realloc(link->backlog, size);
	if (!backlog)
		return -ENOMEM;
	link->backlog = backlog;
	link->backlog_size = size;
	return 0;
}

/* Keeps what follows the first @skip bytes of the parts. */
static int keep(struct stream_link *link, const struct iovec *parts, int n_parts, size_t length, size_t skip)
{
	int r = reserve(link, length - skip);

	if (r < 0)
		return r;
	for (int i = 0; i < n_parts; i++) {
		size_t from = skip < parts[i].iov_len ? skip : parts[i].iov_len;
		size_t bytes = parts[i].iov_len - from;

		skip -= from;
		if (bytes)
			memcpy(link->backlog + link->queued, (const uint8_t *)parts[i].iov_base + from, bytes);
		link->queued += bytes;
	}
	note_pending(link);
	return 0;
}

static bool is_full(long r)
{
	return r == -EAGAIN || r == -EINTR || r == -ENOBUFS || r == -ENOMEM;
}

static int flush_locked(struct stream_link *link)
{
	while (pending(link)) {
		long r = iof_sys(SYS_sendto, link->fd, link->backlog + link->sent, pending(link),
				 MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);

		if (is_full(r))
			break;
		if (r < 0)
			return stream_fail(link, -ENODEV);
		link->sent += (size_t)r;
	}
	note_pending(link);
	return pending(link) ? 1 : 0;
}

static int send_behind(struct stream_link *link, const struct iovec *parts, int n_parts, size_t length)
{
	size_t limit = 2 * (size_t)__atomic_load_n(&link->message_max, __ATOMIC_RELAXED);

	if (length <= SMALL_MESSAGE)
		limit += SMALL_RESERVE;
	if (pending(link) + length > limit || keep(link, parts, n_parts, length, 0) < 0)
		return -ENOBUFS;
	return flush_locked(link);
}

static int send_locked(struct stream_link *link, const struct iovec *parts, int n_parts, size_t length)
{
	struct msghdr header = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)n_parts};
	long r;

	if (pending(link)) {
		r = flush_locked(link);
		if (r != 0)
			return r < 0 ? (int)r : send_behind(link, parts, n_parts, length);
	}
	r = iof_sys(SYS_sendmsg, link->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (r == (long)length)
		return 0;
	if (r < 0 && !is_full(r))
		return stream_fail(link, -ENODEV);
	if (keep(link, parts, n_parts, length, r < 0 ? 0 : (size_t)r) == 0)
		return 1;
	/* Half a message can neither be kept nor taken back. */
	return r <= 0 ? -ENOBUFS : stream_fail(link, -ENODEV);
}

int stream_send(struct iof_link *base, const struct iovec *parts, int n_parts)
{
	struct stream_link *link = stream_link(base);
	size_t length = 0;
	int r;

	for (int i = 0; i < n_parts; i++)
		length += parts[i].iov_len;
	if (length > __atomic_load_n(&link->message_max, __ATOMIC_RELAXED))
		return -E2BIG;
	if (stream_is_dead(link))
		return -ENODEV;
	iof_lock(&link->lock);
	r = send_locked(link, parts, n_parts, length);
	iof_unlock(&link->lock);
	return r;
}

int stream_flush(struct iof_link *base)
{
	struct stream_link *link = stream_link(base);
	int r;

	if (stream_is_dead(link))
		return -ENODEV;
	iof_lock(&link->lock);
	r = flush_locked(link);
	iof_unlock(&link->lock);
	return r;
}

bool stream_wants_write(const struct iof_link *base)
{
	const struct stream_link *link = (const struct stream_link *)base;

	return __atomic_load_n(&link->wants_write, __ATOMIC_ACQUIRE);
}
