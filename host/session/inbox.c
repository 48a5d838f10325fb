/* SPDX-License-Identifier: MIT */
/* Messages that came together with the one that is being run: a length, then the message, each at a multiple of 8. */
#include "host/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	MESSAGES = 4,       /* size in greatest messages: more than any transport delivers at once */
	KEPT_BYTES = 65536, /* what is larger is given back when all of it has been served */
	LOOK_AHEAD = 16,    /* messages; a guest could make a look at all of them take long */
};

static size_t padded(size_t length)
{
	return 8 + ((length + 7) & ~(size_t)7);
}

int inbox_append(struct session *session, const uint8_t *bytes, size_t length)
{
	size_t need = session->inbox_used + padded(length);

	if (need > session->inbox_size) {
		size_t size = need < 4096 ? 4096 : need * 2;
		uint8_t *grown;

		if (size > (size_t)session->limits.message * MESSAGES * 2)
			return -ENOBUFS;
		grown = realloc(session->inbox, size);
		if (!grown)
			return -ENOMEM;
		session->inbox = grown;
		session->inbox_size = size;
	}
	iof_put_u64(session->inbox + session->inbox_used, length);
	memcpy(session->inbox + session->inbox_used + 8, bytes, length);
	session->inbox_used = need;
	return 0;
}

bool inbox_take(struct session *session, const uint8_t **bytes, size_t *length)
{
	const uint8_t *at;

	if (session->inbox_next >= session->inbox_used)
		return false;
	at = session->inbox + session->inbox_next;
	*length = (size_t)iof_get_u64(at);
	*bytes = at + 8;
	session->inbox_next += padded(*length);
	return true;
}

void inbox_clear(struct session *session)
{
	session->inbox_used = session->inbox_next = 0;
	if (session->inbox_size <= KEPT_BYTES)
		return;
	free(session->inbox);
	session->inbox = NULL;
	session->inbox_size = 0;
}

static bool is_cancel(const struct session *session, const uint8_t *bytes, size_t length, uint64_t tag)
{
	struct iof_request request;

	return length == IOF_REQUEST_SIZE + 8 && !iof_request_decode(bytes, length, session->message_max, &request) &&
	       request.op == IOF_OP_CANCEL && iof_get_u64(bytes + IOF_REQUEST_SIZE) == tag;
}

bool inbox_has_cancel(const struct session *session, uint64_t tag)
{
	size_t next = session->inbox_next;

	for (int i = 0; i < LOOK_AHEAD && next < session->inbox_used; i++) {
		size_t length = (size_t)iof_get_u64(session->inbox + next);

		if (is_cancel(session, session->inbox + next + 8, length, tag))
			return true;
		next += padded(length);
	}
	return false;
}
