/* SPDX-License-Identifier: MIT */
/*
 * Answers: one system call each, which never sleeps. What the socket does not take is kept, and sent by the
 * connection's thread, so that a client that does not read holds up nobody but itself.
 */
#include "transports/9p2000/connection.h"
#include <ioferry/sys.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 32 };

static void wake(const struct p9_connection *connection)
{
	uint64_t one = 1;

	(void)iof_sys(SYS_write, connection->wake, &one, sizeof one);
}

static void end_locked(struct p9_connection *connection)
{
	connection->ended = true;
	wake(connection);
}

/* Bytes sent, or a negative errno. */
static long put(const struct p9_connection *connection, const struct iovec *parts, int n_parts)
{
	struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)n_parts};
	long r;

	if (connection->is_socket)
		r = iof_sys(SYS_sendmsg, connection->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		r = iof_sys(SYS_writev, connection->fd, parts, (long)n_parts);
	return r == -EAGAIN || r == -EINTR || r == -ENOBUFS || r == -ENOMEM ? 0 : r;
}

/* What follows the first @p skip of @p length bytes. 0 or -ENOMEM. */
static int keep(struct p9_connection *connection, const struct iovec *parts, int n_parts, size_t length, size_t skip)
{
	struct p9_kept *kept = malloc(sizeof *kept + length - skip);
	uint8_t *at;

	if (!kept)
		return -ENOMEM;
	*kept = (struct p9_kept){.length = length - skip};
	at = kept->bytes;
	for (int i = 0; i < n_parts; i++) {
		size_t from = skip < parts[i].iov_len ? skip : parts[i].iov_len;

		memcpy(at, (const uint8_t *)parts[i].iov_base + from, parts[i].iov_len - from);
		at += parts[i].iov_len - from;
		skip -= from;
	}
	*connection->kept_last = kept;
	connection->kept_last = &kept->next;
	connection->answer_bytes += kept->length;
	return 0;
}

static void send_locked(struct p9_connection *connection, const struct iovec *parts, int n_parts)
{
	bool was_empty = !connection->kept;
	size_t length = 0;
	long sent = 0;

	if (connection->ended)
		return;
	for (int i = 0; i < n_parts; i++)
		length += parts[i].iov_len;
	if (was_empty)
		sent = put(connection, parts, n_parts);
	if (sent < 0 || ((size_t)sent < length && keep(connection, parts, n_parts, length, (size_t)sent) < 0))
		end_locked(connection);
	else if ((was_empty && connection->kept) || connection->held)
		wake(connection);
}

void p9_send(struct p9_connection *connection, const struct iovec *parts, int n_parts)
{
	(void)pthread_mutex_lock(&connection->lock);
	send_locked(connection, parts, n_parts);
	(void)pthread_mutex_unlock(&connection->lock);
}

void p9_flush(struct p9_connection *connection)
{
	struct p9_kept *kept;

	(void)pthread_mutex_lock(&connection->lock);
	while ((kept = connection->kept)) {
		const struct iovec rest = {.iov_base = kept->bytes + kept->sent, .iov_len = kept->length - kept->sent};
		long sent = put(connection, &rest, 1);

		if (sent < 0)
			connection->ended = true;
		if (sent <= 0)
			break;
		kept->sent += (size_t)sent;
		connection->answer_bytes -= (size_t)sent;
		if (kept->sent < kept->length)
			continue;
		connection->kept = kept->next;
		if (!kept->next)
			connection->kept_last = &connection->kept;
		free(kept);
	}
	(void)pthread_mutex_unlock(&connection->lock);
}

bool p9_has_kept(struct p9_connection *connection)
{
	bool has;

	(void)pthread_mutex_lock(&connection->lock);
	has = connection->kept != NULL;
	(void)pthread_mutex_unlock(&connection->lock);
	return has;
}

bool p9_has_asked(struct p9_connection *connection)
{
	bool has;

	(void)pthread_mutex_lock(&connection->lock);
	has = connection->asked != NULL;
	(void)pthread_mutex_unlock(&connection->lock);
	return has;
}

bool p9_is_held(struct p9_connection *connection)
{
	bool held;

	(void)pthread_mutex_lock(&connection->lock);
	held = !connection->free || connection->answer_bytes > P9_ANSWERS_MAX;
	connection->held = held;
	(void)pthread_mutex_unlock(&connection->lock);
	return held;
}

static void release_locked(struct p9_request *request)
{
	struct p9_connection *connection = request->connection;

	*request->link = request->next;
	if (request->next)
		request->next->link = request->link;
	connection->answer_bytes -= request->promised;
	request->next = connection->free;
	connection->free = request;
}

/* In whatever thread had the answer, with the tree's locks. */
static void request_done(struct tree_request *base, int error, const struct iovec *parts, int n_parts, size_t total)
{
	struct p9_request *request = (struct p9_request *)base;
	struct p9_connection *connection = request->connection;
	struct iovec all[1 + PARTS_MAX];
	uint8_t header[P9_READ_HEADER];
	size_t length = sizeof header;

	if (n_parts > PARTS_MAX)
		error = EIO;
	if (error || !parts)
		n_parts = 0;
	all[0] = (struct iovec){.iov_base = header, .iov_len = sizeof header};
	for (int i = 0; i < n_parts; i++) {
		all[1 + i] = parts[i];
		length += parts[i].iov_len;
	}
	p9_put_header(header, length, error ? P9_RLERROR : (uint8_t)(request->type + 1), request->tag);
	iof_put_u32(header + P9_HEADER, error ? (uint32_t)error : (uint32_t)total);
	(void)pthread_mutex_lock(&connection->lock);
	release_locked(request);
	send_locked(connection, all, 1 + n_parts);
	(void)pthread_mutex_unlock(&connection->lock);
}

struct tree_request *p9_ask(struct p9_connection *connection, const struct p9_in *in, uint32_t answer_length)
{
	struct p9_request *request;

	(void)pthread_mutex_lock(&connection->lock);
	request = connection->free;
	connection->free = request->next;
	request->base.done = request_done;
	request->connection = connection;
	request->type = in->type;
	request->tag = in->tag;
	request->promised = answer_length;
	connection->answer_bytes += answer_length;
	request->next = connection->asked;
	request->link = &connection->asked;
	if (request->next)
		request->next->link = &request->next;
	connection->asked = request;
	(void)pthread_mutex_unlock(&connection->lock);
	return &request->base;
}

/* The tree's locks come before the connection's, which is not held. A request that is done meanwhile stays what it is:
 * only this thread takes another. */
static void cancel(struct p9_request *request)
{
	struct p9_connection *connection = request->connection;

	if (!tree_cancel(&request->base))
		return;
	(void)pthread_mutex_lock(&connection->lock);
	release_locked(request);
	(void)pthread_mutex_unlock(&connection->lock);
}

void p9_cancel(struct p9_connection *connection, uint16_t tag)
{
	struct p9_request *request;

	(void)pthread_mutex_lock(&connection->lock);
	request = connection->asked;
	while (request && request->tag != tag)
		request = request->next;
	(void)pthread_mutex_unlock(&connection->lock);
	if (request)
		cancel(request);
}

void p9_cancel_all(struct p9_connection *connection)
{
	struct p9_request *request;

	do {
		(void)pthread_mutex_lock(&connection->lock);
		request = connection->asked;
		(void)pthread_mutex_unlock(&connection->lock);
		if (request)
			cancel(request);
	} while (request);
}
