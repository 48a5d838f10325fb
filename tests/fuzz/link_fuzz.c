/* SPDX-License-Identifier: MIT */
/*
 * A link that reads any bytes, in pieces of any size: what it delivers are the messages of the input, in order, and
 * nothing else.
 */
#include "fuzz.h"
#include "transports/stream/stream.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MESSAGE_MAX 200u

struct reader {
	const uint8_t *next, *end;
};

static void deliver(void *context, const uint8_t *bytes, size_t length)
{
	struct reader *reader = context;
	struct iof_request request;
	struct iof_reply reply;

	if ((uintptr_t)bytes & 7 || length < IOF_REPLY_SIZE || length > MESSAGE_MAX ||
	    (size_t)(reader->end - reader->next) < length || memcmp(bytes, reader->next, length) != 0)
		abort();
	reader->next += length;
	fuzz_accepted++;
	(void)iof_request_decode(bytes, length, MESSAGE_MAX, &request);
	(void)iof_reply_decode(bytes, length, MESSAGE_MAX, &reply);
}

/* What the link must make of the bytes from @p at on: -EPROTO, or -EAGAIN while a message is incomplete. */
static int expected(const uint8_t *at, const uint8_t *end)
{
	uint32_t length;

	if (end - at < 4)
		return -EAGAIN;
	length = iof_get_u32(at);
	return length < IOF_REPLY_SIZE || length > MESSAGE_MAX ? -EPROTO : -EAGAIN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iof_peer peer = {.transport = "fuzz"};
	struct reader reader;
	struct iof_link *link;
	size_t piece, sent;
	ssize_t n = -EAGAIN;
	int fds[2];

	if (size < 1)
		return 0;
	piece = 1 + data[0];
	data++;
	size--;
	reader = (struct reader){.next = data, .end = data + size};
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 || iof_stream_link_create(fds[0], &peer, &link) < 0)
		abort();
	link->ops->set_message_max(link, MESSAGE_MAX);
	for (sent = 0; sent < size && n != -EPROTO; sent += piece) {
		if (piece > size - sent)
			piece = size - sent;
		if (write(fds[1], data + sent, piece) != (ssize_t)piece)
			abort();
		do
			n = link->ops->receive(link, false, deliver, &reader);
		while (n > 0);
		if (n != expected(reader.next, data + sent + piece))
			abort();
	}
	close(fds[1]);
	if (n != -EPROTO && link->ops->receive(link, true, deliver, &reader) != -ENODEV)
		abort();
	link->ops->destroy(link);
	return 0;
}
