/* SPDX-License-Identifier: MIT */
/*
 * A client of the 9P2000.L server that sends any bytes: what it gets are whole answers, none larger than was agreed.
 * Input: a byte, bit 0: it has said its version and attached before, the rest: how long the pieces are; then bytes.
 */
#include "fuzz.h"
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The root is fid 0. */
static const uint8_t greeting[] = "\x15\0\0\0\x64\1\0\0\0\2\0\x08\0"
				  "9P2000.L"
				  "\x17\0\0\0\x68\1\0\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0";

static int device(void *context, const struct iof_peer *peer, size_t index, char *name, size_t size)
{
	(void)context;
	(void)peer;
	if (index > 1 || size < 5)
		return -ENOENT;
	memcpy(name, index ? "can1" : "can0", 5);
	return 0;
}

static const char *file(void *context, size_t index)
{
	(void)context;
	return index ? NULL : "status";
}

static char *text(void *context, const struct iof_peer *peer, const char *of, const char *name, size_t *length)
{
	(void)context;
	(void)peer;
	(void)name;
	*length = strlen(of);
	return strdup(of);
}

static void *serve(void *connection)
{
	p9_connection_serve(connection);
	/* The client waits for the end, and the descriptor is the connection's to close. */
	(void)shutdown(((struct p9_connection *)connection)->fd, SHUT_RDWR);
	return NULL;
}

static void send_all(int fd, const uint8_t *bytes, size_t size, size_t piece)
{
	for (size_t sent = 0; sent < size; sent += piece) {
		if (piece > size - sent)
			piece = size - sent;
		if (send(fd, bytes + sent, piece, MSG_NOSIGNAL) < 0)
			return; /* the server does not want more */
	}
}

/* Bytes that were there, up to @p size. */
static size_t receive(int fd, uint8_t *bytes, size_t size)
{
	size_t got = 0;
	ssize_t n;

	while (got < size && (n = read(fd, bytes + got, size - got)) > 0)
		got += (size_t)n;
	return got;
}

static void take_answers(int fd)
{
	static uint8_t answer[P9_MSIZE_MAX];

	while (receive(fd, answer, P9_HEADER) == P9_HEADER) {
		uint32_t length = iof_get_u32(answer);

		if (length < P9_HEADER || length > P9_MSIZE_MAX || !(answer[4] & 1))
			abort();
		if (receive(fd, answer + P9_HEADER, length - P9_HEADER) < length - P9_HEADER)
			return;
		fuzz_look(answer, length);
		fuzz_accepted += answer[4] != P9_RLERROR;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iof_texts texts = {.device = device, .file = file, .text = text};
	const struct iof_peer peer = {.transport = "9p2000", .cid = UINT32_MAX};
	struct p9_connection *connection;
	pthread_t thread;
	int fds[2];

	if (size < 1)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 ||
	    p9_connection_create(fds[0], &texts, &peer, &connection) < 0)
		abort();
	if (data[0] & 1)
		send_all(fds[1], greeting, sizeof greeting - 1, sizeof greeting);
	/* All of it fits into the socket: nobody waits before the answers are taken. */
	if (pthread_create(&thread, NULL, serve, connection) != 0)
		abort();
	send_all(fds[1], data + 1, size - 1, 1 + 16 * (size_t)(data[0] >> 1));
	(void)shutdown(fds[1], SHUT_WR);
	take_answers(fds[1]);
	(void)pthread_join(thread, NULL);
	p9_connection_destroy(connection);
	(void)close(fds[1]);
	return 0;
}
