/* SPDX-License-Identifier: MIT */
/*
 * Messages that a guest writes, whole or in ascending pieces (msize of 9P, max_write of FUSE).
 *
 * A request is taken once: kernels and QEMU may write the same bytes again (a page is written back twice; the rest of a
 * write that returned short), and a call that was repeated would be a frame sent twice.
 */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool note_tag(struct folder *folder, uint64_t tag)
{
	uint64_t bit;

	if (tag + TAGS_WINDOW <= folder->tag_high)
		return false;
	if (tag > folder->tag_high) {
		if (tag - folder->tag_high >= TAGS_WINDOW)
			memset(folder->tags, 0, sizeof folder->tags);
		else
			for (uint64_t between = folder->tag_high + 1; between <= tag; between++)
				folder->tags[between % TAGS_WINDOW / 64] &= ~(UINT64_C(1) << between % 64);
		folder->tag_high = tag;
	}
	bit = UINT64_C(1) << tag % 64;
	if (folder->tags[tag % TAGS_WINDOW / 64] & bit)
		return false;
	folder->tags[tag % TAGS_WINDOW / 64] |= bit;
	return true;
}

static struct incoming *incoming_create(const uint8_t *bytes, size_t size, uint32_t length)
{
	struct incoming *message = malloc(sizeof *message + length);

	if (!message)
		return NULL;
	*message = (struct incoming){.length = length, .arrived = size < length ? (uint32_t)size : length};
	memcpy(message->bytes, bytes, message->arrived);
	return message;
}

static void deliver(struct folder *folder, struct incoming *message, uint64_t ack)
{
	iof_put_u64(message->bytes + 16, outgoing_ack(folder, ack));
	message->next = NULL;
	*folder->inbox_last = message;
	folder->inbox_last = &message->next;
	(void)pthread_cond_signal(&folder->arrived);
}

static bool has_reply(const struct iof_request *request)
{
	return request->op != IOF_OP_CANCEL && request->op != IOF_OP_ACK && request->op != IOF_OP_REAP;
}

/* Gives the whole message, which it takes over, to the host. 0 or a positive errno; EALREADY: it had it before. */
static int complete(struct folder *folder, struct incoming *message, struct outgoing **outgoing)
{
	uint32_t message_max = __atomic_load_n(&folder->message_max, __ATOMIC_RELAXED);
	struct iof_request request;
	int error = EPROTO;

	*outgoing = NULL;
	if (iof_request_decode(message->bytes, message->length, message_max, &request) < 0 ||
	    request.length != message->length)
		goto refuse;
	if (has_reply(&request)) {
		error = EALREADY;
		if (!note_tag(folder, request.tag))
			goto refuse;
		*outgoing = outgoing_expect(folder, request.tag);
		error = ENOMEM;
		if (!*outgoing)
			goto refuse;
	}
	deliver(folder, message, request.ack);
	return 0;
refuse:
	free(message);
	return error;
}

static struct incoming **piece_of(struct folder *folder, uint64_t slot)
{
	struct incoming **link = &folder->pieces;

	while (*link && (*link)->slot != slot)
		link = &(*link)->next;
	return link;
}

static void drop_piece(struct folder *folder, struct incoming **link)
{
	struct incoming *message = *link;

	*link = message->next;
	folder->n_pieces--;
	free(message);
}

/* The first bytes of a message, whose length they give. */
static int begin(struct folder *folder, uint64_t slot, const uint8_t *bytes, size_t size, struct incoming **whole)
{
	struct incoming **link = piece_of(folder, slot), *message;
	uint32_t length = size >= IOF_REQUEST_SIZE ? iof_get_u32(bytes) : 0;

	if (length < IOF_REQUEST_SIZE || length > __atomic_load_n(&folder->message_max, __ATOMIC_RELAXED) ||
	    iof_get_u64(bytes + 8) % FOLDER_SLOTS != slot)
		return EPROTO;
	if (*link)
		drop_piece(folder, link);
	if (size < length && folder->n_pieces == PIECES_MAX)
		return ENOBUFS;
	message = incoming_create(bytes, size, length);
	if (!message)
		return ENOMEM;
	message->slot = slot;
	if (message->arrived == length) {
		*whole = message;
		return 0;
	}
	message->next = folder->pieces;
	folder->pieces = message;
	folder->n_pieces++;
	return 0;
}

/* What follows. More than the message is padding. */
static int go_on(struct folder *folder, uint64_t slot, size_t within, const uint8_t *bytes, size_t size,
		 struct incoming **whole)
{
	struct incoming **link = piece_of(folder, slot), *message = *link;
	size_t left;

	if (!message)
		return EALREADY;
	if (within > message->arrived)
		return EINVAL;
	left = message->length - within;
	if (size > left)
		size = left;
	memcpy(message->bytes + within, bytes, size);
	if (within + size > message->arrived)
		message->arrived = (uint32_t)(within + size);
	if (message->arrived == message->length) {
		*link = message->next;
		folder->n_pieces--;
		*whole = message;
	}
	return 0;
}

/* Bytes of a message that the host has had: the answer is what it was, or has become. */
static void answer_again(struct folder *folder, uint64_t slot, struct tree_request *request)
{
	struct outgoing *outgoing = outgoing_of_slot(folder, slot);

	if (outgoing)
		outgoing_answer_write(outgoing, request);
	else
		folder_answer(request, 0, request->size);
}

void requests_write(struct folder *folder, uint64_t offset, const uint8_t *bytes, size_t size,
		    struct tree_request *request)
{
	uint64_t slot = offset / FOLDER_STRIDE;
	size_t within = (size_t)(offset % FOLDER_STRIDE);
	struct incoming *whole = NULL;
	struct outgoing *outgoing = NULL;
	int error;

	if (within)
		error = go_on(folder, slot, within, bytes, size, &whole);
	else
		error = begin(folder, slot, bytes, size, &whole);
	if (!error && whole)
		error = complete(folder, whole, &outgoing);
	if (error == EALREADY)
		answer_again(folder, slot, request);
	else if (outgoing)
		outgoing_answer_write(outgoing, request);
	else
		folder_answer(request, error, size);
}

int requests_take(struct folder *folder, const uint8_t *bytes, uint32_t length)
{
	struct outgoing *outgoing;
	struct incoming *message;
	int error;

	if (length < IOF_REQUEST_SIZE)
		return EPROTO;
	message = incoming_create(bytes, length, length);
	if (!message)
		return ENOMEM;
	error = complete(folder, message, &outgoing);
	if (outgoing)
		outgoing->state = OUTGOING_LATE;
	return error == EALREADY ? 0 : error;
}

void requests_free(struct folder *folder)
{
	while (folder->pieces)
		drop_piece(folder, &folder->pieces);
}
