/* SPDX-License-Identifier: MIT */
#include "transports/9p/guest/link.h"
#include <stdlib.h>
#include <string.h>

#define SMALL_BYTES 1024u  /* requests that need no memory: on a stack that a signal handler may have to do with */
#define FIRST_BYTES 16384u /* of a reply that may be larger, and mostly is not */

/* What the host says by its silence. */
static int arrive_zero(struct folder_link *link, uint64_t tag)
{
	const struct iof_reply reply = {.length = IOF_REPLY_SIZE, .status = IOF_STATUS_COMPLETED, .tag = tag};
	struct arrival *arrival = arrival_create(IOF_REPLY_SIZE);

	if (!arrival)
		return -ENOMEM;
	iof_reply_encode(&reply, arrival->bytes);
	link_arrived(link, arrival);
	return 0;
}

static struct arrival *arrival_grow(struct arrival *arrival, size_t size)
{
	struct arrival *grown = realloc(arrival, sizeof *arrival + size);

	if (!grown)
		free(arrival);
	return grown;
}

/* The rest of a reply whose first bytes have been read. */
static int fetch_rest(struct folder_link *link, uint64_t offset, struct arrival **arrival, size_t have, size_t length)
{
	struct arrival *grown = arrival_grow(*arrival, have + file_size(link, length - have));

	*arrival = grown;
	if (!grown)
		return -ENOMEM;
	return file_read_fresh(link, link->call, offset + have, grown->bytes + have, length - have);
}

int link_fetch(struct folder_link *link, uint64_t tag, uint32_t most, bool *late)
{
	uint64_t offset = FOLDER_REPLIES + tag % FOLDER_SLOTS * FOLDER_STRIDE;
	uint32_t message_max = __atomic_load_n(&link->message_max, __ATOMIC_RELAXED), length;
	size_t first;
	struct arrival *arrival;
	int error;

	if (most > message_max)
		most = message_max;
	first = file_size(link, most < FIRST_BYTES ? (most < IOF_REPLY_SIZE ? IOF_REPLY_SIZE : most) : FIRST_BYTES);
	arrival = arrival_create(first);
	if (!arrival)
		return -ENOMEM;
	error = file_read_fresh(link, link->call, offset, arrival->bytes, first);
	length = error ? 0 : iof_get_u32(arrival->bytes);
	*late = !error && !length;
	if (error || !length)
		goto out;
	error = length < IOF_REPLY_SIZE || length > message_max ? -EPROTO : 0;
	if (!error && length > first)
		error = fetch_rest(link, offset, &arrival, first, length);
	if (error)
		goto out;
	arrival->length = length;
	link_arrived(link, arrival);
	return 0;
out:
	free(arrival);
	return error;
}

struct outgoing {
	uint8_t *bytes;
	size_t length, room;
	uint8_t small[SMALL_BYTES];
};

static int join(const struct folder_link *link, const struct iovec *parts, int n_parts, struct outgoing *message)
{
	uint8_t *at;

	message->length = 0;
	for (int i = 0; i < n_parts; i++)
		message->length += parts[i].iov_len;
	message->room = file_size(link, message->length);
	at = message->bytes = message->room <= sizeof message->small ? message->small : malloc(message->room);
	if (!at)
		return -ENOMEM;
	for (int i = 0; i < n_parts; at += parts[i++].iov_len)
		memcpy(at, parts[i].iov_base, parts[i].iov_len);
	return 0;
}

/* Requests that nobody waits for go beside those in which the host may be for a while. */
static int send_beside(struct folder_link *link, struct outgoing *message)
{
	return file_frame(link, message->bytes, message->length, message->room);
}

static int send_call(struct folder_link *link, struct outgoing *message)
{
	uint64_t tag = iof_get_u64(message->bytes + 8);
	uint32_t reply_max = iof_get_u32(message->bytes + 36);
	bool late = false;
	int error = file_write_through(link, link->call, tag % FOLDER_SLOTS * FOLDER_STRIDE, message->bytes,
				       message->length, message->room);

	if (!error && !(link->mode & FOLDER_CACHED))
		return arrive_zero(link, tag);
	if (error == -EINPROGRESS)
		late = true;
	else if (!error || error == -EREMOTEIO)
		error = link_fetch(link, tag, reply_max, &late);
	if (late) {
		reaper_expect(link);
		return 0;
	}
	return error;
}

/* Whether the message asks for an event. */
static bool listens(const uint8_t *bytes, size_t length, unsigned op)
{
	return op == IOF_OP_POLL && length >= IOF_REQUEST_SIZE + 8 && iof_get_u32(bytes + IOF_REQUEST_SIZE + 4);
}

int link_send(struct iof_link *base, const struct iovec *parts, int n_parts)
{
	struct folder_link *link = (struct folder_link *)base;
	struct outgoing message;
	struct sending sending;
	unsigned op;
	int error = join(link, parts, n_parts, &message);

	if (error)
		return link_fail(link);
	if (message.length < IOF_REQUEST_SIZE ||
	    message.length > __atomic_load_n(&link->message_max, __ATOMIC_RELAXED)) {
		error = -E2BIG;
		goto out;
	}
	if (link_is_dead(link)) {
		error = -ENODEV;
		goto out;
	}
	op = message.bytes[4] | (unsigned)message.bytes[5] << 8;
	if (listens(message.bytes, message.length, op))
		reaper_listen(link);
	if (op == IOF_OP_REAP)
		reaper_expect(link);
	if (op == IOF_OP_CANCEL || op == IOF_OP_ACK || op == IOF_OP_REAP)
		error = send_beside(link, &message);
	else {
		link_sending(link, &sending);
		error = send_call(link, &message);
		link_sent(link, &sending);
	}
	if (error)
		error = link_fail(link);
out:
	if (message.bytes != message.small)
		free(message.bytes);
	return error;
}
