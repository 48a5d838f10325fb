/* SPDX-License-Identifier: MIT */
/* Calls in flight: the table of tags, sending, and what a reply does. */
#include "session_impl.h"
#include <ioferry/log.h>
#include <sys/uio.h>

#define MAX_PARTS 7

static struct iof_call **bucket(struct iof_session *session, uint64_t tag)
{
	return &session->buckets[tag & (CALL_BUCKETS - 1)];
}

/* Puts the call into the table under a new tag. */
static int enter(struct iof_session *session, struct iof_call *call)
{
	struct iof_call **head;
	int r = 0;

	call->state = call->waited ? CALL_PENDING : CALL_UNATTENDED;
	iof_lock(&session->lock);
	if (__atomic_load_n(&session->dead, __ATOMIC_RELAXED)) {
		r = -ENODEV;
	} else if (session->outstanding >= session->max_calls) {
		r = -EAGAIN;
	} else {
		call->tag = ++session->last_tag;
		head = bucket(session, call->tag);
		call->next = *head;
		call->link = head;
		if (call->next)
			call->next->link = &call->next;
		*head = call;
		session->outstanding++;
	}
	iof_unlock(&session->lock);
	return r;
}

void session_unfollow(struct iof_call *call)
{
	*call->queue_link = call->queue_next;
	if (call->queue_next)
		call->queue_next->queue_link = call->queue_link;
}

/* Takes a call out of the table, with the lock held. Returns the state it was in. */
static enum call_state take_locked(struct iof_session *session, struct iof_call *call)
{
	enum call_state state = (enum call_state)call->state;

	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	session->outstanding--;
	if (state == CALL_SLEEPING)
		session_unfollow(call);
	if (state != CALL_UNATTENDED)
		__atomic_store_n(&call->state, CALL_FINISHING, __ATOMIC_RELAXED);
	return state;
}

static struct iof_call *find(struct iof_session *session, uint64_t tag)
{
	struct iof_call *call = *bucket(session, tag);

	while (call && call->tag != tag)
		call = call->next;
	return call;
}

bool session_withdraw(struct iof_session *session, uint64_t tag)
{
	struct iof_call *call;

	iof_lock(&session->lock);
	call = find(session, tag);
	if (call)
		take_locked(session, call);
	iof_unlock(&session->lock);
	return call != NULL;
}

static void finish(struct iof_call *call, enum call_state before, const struct iof_reply *reply, const uint8_t *payload,
		   size_t length)
{
	call->done(call, reply, payload, length);
	if (before == CALL_UNATTENDED)
		return;
	/* A thread that reads the link for its own call sleeps in no futex: one call costs no wake-up. */
	if (__atomic_exchange_n(&call->state, CALL_DONE, __ATOMIC_ACQ_REL) == CALL_AWAITED || before == CALL_SLEEPING)
		iof_futex_wake(&call->state, 1);
}

static bool note_arrival(struct acks *acks, uint64_t seq, size_t bytes)
{
	if (seq > acks->upto + ACK_WINDOW)
		return false;
	acks->bytes += bytes;
	if (seq <= acks->upto)
		return true; /* sent again on our request */
	acks->arrived[seq % ACK_WINDOW / 64] |= UINT64_C(1) << seq % 64;
	for (;;) {
		uint64_t next = acks->upto + 1, bit = UINT64_C(1) << next % 64;
		uint64_t *word = &acks->arrived[next % ACK_WINDOW / 64];

		if (!(*word & bit))
			return true;
		*word &= ~bit;
		acks->upto = next;
	}
}

void session_deliver(void *context, const uint8_t *bytes, size_t length)
{
	struct iof_session *session = context;
	enum call_state before = CALL_UNATTENDED;
	struct iof_call *call;
	struct iof_reply reply;

	if (session->garbage || iof_reply_decode(bytes, length, session->message_max, &reply) < 0 ||
	    reply.length != length) {
		session->garbage = true;
		return;
	}
	if (reply.status == IOF_STATUS_EVENT) {
		if (reply.tag == IOF_EVENT_DEVICES && session->options.changed)
			session->options.changed(session->options.context);
		else if (reply.tag != IOF_EVENT_DEVICES && session->options.event)
			session->options.event(session->options.context, reply.tag, (uint32_t)reply.result);
		return;
	}
	iof_lock(&session->lock);
	if (!note_arrival(&session->acks, reply.seq, length))
		session->garbage = true;
	call = session->garbage ? NULL : find(session, reply.tag);
	if (call)
		before = take_locked(session, call);
	iof_unlock(&session->lock);
	/* Nobody waits for the replies of closes. */
	if (call)
		finish(call, before, &reply, bytes + IOF_REPLY_SIZE, length - IOF_REPLY_SIZE);
}

void session_lose(struct iof_session *session)
{
	struct iof_reply reply = {.length = IOF_REPLY_SIZE, .status = IOF_STATUS_LOST, .error = ENODEV};

	session->link->ops->shutdown(session->link);
	iof_lock(&session->lock);
	__atomic_store_n(&session->dead, true, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < CALL_BUCKETS; i++) {
		while (session->buckets[i]) {
			struct iof_call *call = session->buckets[i];
			enum call_state before = take_locked(session, call);

			iof_unlock(&session->lock);
			reply.tag = call->tag;
			finish(call, before, &reply, NULL, 0);
			iof_lock(&session->lock);
		}
	}
	iof_unlock(&session->lock);
	/* lost() is for those who did not ask for the end. */
	if (!__atomic_exchange_n(&session->lost, true, __ATOMIC_ACQ_REL) && session->options.lost &&
	    !__atomic_load_n(&session->closing, __ATOMIC_ACQUIRE))
		session->options.lost(session->options.context);
}

/* Fills in length and ack, and sends. 0 or -ENODEV, -EAGAIN, -E2BIG. */
int session_send(struct iof_session *session, const struct iof_request *request, const struct iovec *payload,
		 int n_parts)
{
	struct iof_request filled = *request;
	uint8_t header[IOF_REQUEST_SIZE];
	struct iovec parts[1 + MAX_PARTS] = {{.iov_base = header, .iov_len = sizeof header}};
	size_t length = sizeof header;
	int r;

	if (n_parts > MAX_PARTS)
		return -EINVAL;
	for (int i = 0; i < n_parts; i++) {
		if (payload[i].iov_len > session->message_max - length)
			return -E2BIG;
		parts[1 + i] = payload[i];
		length += payload[i].iov_len;
	}
	filled.length = (uint32_t)length;
	if (!filled.reply_max)
		filled.reply_max = session->message_max;
	iof_lock(&session->lock);
	filled.ack = session->acks.told = session->acks.upto;
	session->acks.bytes = 0;
	iof_unlock(&session->lock);
	iof_request_encode(&filled, header);

	r = session->link->ops->send(session->link, parts, 1 + n_parts);
	if (r == -ENODEV)
		__atomic_store_n(&session->dead, true, __ATOMIC_RELEASE);
	if (r == -ENOBUFS)
		return -EAGAIN;
	return r < 0 ? r : 0;
}

int iof_session_submit(struct iof_session *session, struct iof_call *call, const struct iof_request *request,
		       const struct iovec *payload, int n_parts)
{
	struct iof_request tagged = *request;
	int r = enter(session, call);

	if (r < 0)
		return r;
	tagged.tag = call->tag; /* from the send on, the call may be over at any time */
	r = session_send(session, &tagged, payload, n_parts);
	if (r == 0 || !session_withdraw(session, tagged.tag))
		return 0;
	return r;
}

int iof_session_cancel(struct iof_session *session, struct iof_call *call)
{
	struct iof_request request = {.op = IOF_OP_CANCEL};
	uint8_t tag[8];
	struct iovec payload = {.iov_base = tag, .iov_len = sizeof tag};

	iof_put_u64(tag, call->tag);
	return session_send(session, &request, &payload, 1);
}

void session_ack_if_due(struct iof_session *session)
{
	struct iof_request request = {.op = IOF_OP_ACK};
	bool due;

	iof_lock(&session->lock);
	due = session->acks.upto > session->acks.told &&
	      (session->acks.upto - session->acks.told > session->keep_replies / 2 ||
	       session->acks.bytes > session->keep_bytes / 2);
	iof_unlock(&session->lock);
	if (due)
		session_send(session, &request, NULL, 0);
}

void iof_session_close(struct iof_session *session, iof_handle handle)
{
	struct iof_request request = {.op = IOF_OP_CLOSE, .handle = handle};

	/* A tag that is in no table: its reply is counted for the acks and dropped. */
	iof_lock(&session->lock);
	request.tag = ++session->last_tag;
	iof_unlock(&session->lock);
	session_send(session, &request, NULL, 0);
}

int iof_reply_error(const struct iof_reply *reply)
{
	switch (reply->status) {
	case IOF_STATUS_INTERRUPTED:
	case IOF_STATUS_NEVER_STARTED: return -EINTR;
	case IOF_STATUS_LOST: return -ENODEV;
	case IOF_STATUS_REFUSED: return reply->error && reply->error <= INT32_MAX ? -(int)reply->error : -EIO;
	default: return reply->error <= INT32_MAX ? -(int)reply->error : -EIO;
	}
}
