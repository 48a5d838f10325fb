/* SPDX-License-Identifier: MIT */
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/wire.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_FIRST 65536u

/* TCP acknowledges with an answer. A request whose answer is not to come soon must be all the same: until then Linux'
 * v9fs, which leaves Nagle's algorithm on, sends no other. Holds until data comes. False: this is no TCP. */
static bool acknowledge(int fd)
{
	int one = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof one) == 0;
}

static int init(struct p9_connection *connection, const struct iof_texts *texts, const struct iof_peer *peer)
{
	int flags = fcntl(connection->fd, F_GETFL);
	struct stat file;

	if (flags < 0 || fcntl(connection->fd, F_SETFL, flags | O_NONBLOCK) < 0 || fstat(connection->fd, &file) < 0)
		return -errno;
	connection->is_socket = S_ISSOCK(file.st_mode);
	connection->is_tcp = acknowledge(connection->fd);
	connection->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (connection->wake < 0)
		return -errno;
	connection->buffer = malloc(BUFFER_FIRST);
	if (!connection->buffer)
		return -ENOMEM;
	connection->size = BUFFER_FIRST;
	return tree_create(texts, peer, &connection->tree);
}

int p9_connection_create(int fd, const struct iof_texts *texts, const struct iof_peer *peer,
			 struct p9_connection **connection)
{
	struct p9_connection *made = calloc(1, sizeof *made);
	int error;

	if (!made) {
		(void)close(fd);
		return -ENOMEM;
	}
	made->fd = fd;
	made->wake = -1;
	made->msize = P9_MSIZE_FIRST;
	made->kept_last = &made->kept;
	(void)pthread_mutex_init(&made->lock, NULL);
	for (unsigned i = 0; i < P9_REQUESTS_MAX; i++) {
		made->requests[i].next = made->free;
		made->free = &made->requests[i];
	}
	error = init(made, texts, peer);
	if (error)
		p9_connection_destroy(made);
	else
		*connection = made;
	return error;
}

void p9_connection_destroy(struct p9_connection *connection)
{
	p9_cancel_all(connection);
	p9_fids_clear(connection);
	tree_end(connection->tree);
	while (connection->kept) {
		struct p9_kept *kept = connection->kept;

		connection->kept = kept->next;
		free(kept);
	}
	(void)pthread_mutex_destroy(&connection->lock);
	if (connection->wake >= 0)
		(void)close(connection->wake);
	(void)close(connection->fd);
	free(connection->buffer);
	free(connection);
}

void p9_connection_stop(struct p9_connection *connection)
{
	uint64_t one = 1;

	(void)pthread_mutex_lock(&connection->lock);
	connection->ended = true;
	(void)pthread_mutex_unlock(&connection->lock);
	(void)!write(connection->wake, &one, sizeof one);
}

static bool has_ended(struct p9_connection *connection)
{
	bool ended;

	(void)pthread_mutex_lock(&connection->lock);
	ended = connection->ended;
	(void)pthread_mutex_unlock(&connection->lock);
	return ended;
}

/* Answers the requests that are there whole. False: this is no client of 9P. @p held: there are more, which wait. */
static bool take_requests(struct p9_connection *connection, bool *held)
{
	for (*held = false;;) {
		const uint8_t *bytes = connection->buffer + connection->start;
		size_t there = connection->fill - connection->start;
		uint32_t length;

		if (there < 4)
			return true;
		length = iof_get_u32(bytes);
		if (length < P9_HEADER || length > connection->msize)
			return false;
		if (there < length)
			return true;
		*held = p9_is_held(connection);
		if (*held)
			return true;
		if (!p9_dispatch(connection, bytes, length))
			return false;
		connection->start += length;
	}
}

/* The buffer begins with a request, and is large enough for it. */
static int make_room(struct p9_connection *connection)
{
	uint8_t *larger;

	if (connection->start) {
		connection->fill -= connection->start;
		memmove(connection->buffer, connection->buffer + connection->start, connection->fill);
		connection->start = 0;
	}
	if (connection->fill < connection->size)
		return 0;
	/* Pages that nothing is written to cost nothing: a length alone takes no memory. */
	larger = realloc(connection->buffer, connection->msize);
	if (!larger)
		return -ENOMEM;
	connection->buffer = larger;
	connection->size = connection->msize;
	return 0;
}

/* False: the client is gone. */
static bool receive(struct p9_connection *connection)
{
	ssize_t n;

	if (make_room(connection) < 0)
		return false;
	n = read(connection->fd, connection->buffer + connection->fill, connection->size - connection->fill);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	connection->fill += (size_t)n;
	return n > 0;
}

/* Waits for requests, unless they are held, and for room for what is kept. */
static bool wait_and_move(struct p9_connection *connection, bool held)
{
	struct pollfd watched[] = {{.fd = connection->fd, .events = held ? 0 : POLLIN},
				   {.fd = connection->wake, .events = POLLIN}};
	short found;
	uint64_t count;

	if (p9_has_kept(connection))
		watched[0].events |= POLLOUT;
	if (connection->is_tcp && p9_has_asked(connection))
		(void)acknowledge(connection->fd);
	if (poll(watched, 2, -1) < 0)
		return errno == EINTR;
	if (watched[1].revents)
		(void)!read(connection->wake, &count, sizeof count);
	found = watched[0].revents;
	if (found & POLLOUT)
		p9_flush(connection);
	if (has_ended(connection))
		return false;
	if (found & POLLIN)
		return receive(connection);
	return !(found & (POLLHUP | POLLERR | POLLNVAL));
}

void p9_connection_serve(struct p9_connection *connection)
{
	bool held;

	while (take_requests(connection, &held) && wait_and_move(connection, held))
		;
}
