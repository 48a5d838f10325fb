/* SPDX-License-Identifier: MIT */
/* The state of a guest's session, for the files session*.c. */
#ifndef IOFERRY_SESSION_IMPL_H
#define IOFERRY_SESSION_IMPL_H

#include <ioferry/control.h>
#include <ioferry/session.h>
#include <ioferry/sys.h>
#include <ioferry/transport.h>

#define CALL_BUCKETS   256u  /* power of two */
#define CALLS_AT_FIRST 8u    /* outstanding before the hello has told the host's limit */
#define ACK_WINDOW     4096u /* replies that may overtake each other; power of two */

/* Futex word of a call. Changed with the session's lock held, but for the step from CALL_FINISHING to CALL_DONE. */
enum call_state {
	CALL_UNATTENDED, /* in flight or finishing; belongs to done(), never touched after it */
	CALL_PENDING,    /* in flight; its thread is elsewhere, or reads the link */
	CALL_SLEEPING,   /* in flight; its thread is among the followers and sleeps on this word */
	CALL_PROMOTED,   /* in flight; taken out of the followers to read the link next */
	CALL_FINISHING,  /* done() is running */
	CALL_AWAITED,    /* done() is running, and a thread sleeps on this word */
	CALL_DONE,       /* done() has run */
};

/* Which replies have arrived, so that an ack never covers one that has not. */
struct acks {
	uint64_t upto;  /* this one and all before it have arrived */
	uint64_t told;  /* the last ack that was sent */
	uint64_t bytes; /* arrived since then */
	uint64_t arrived[ACK_WINDOW / 64];
};

struct device_table {
	struct device_table *older; /* kept: somebody may still hold its devices */
	struct iof_control_arena arena;
	const Ioferry__HelloReply *hello; /* in the arena, as all strings are */
	struct iof_device *devices;
	size_t n_devices;
};

struct iof_session {
	struct iof_link *link;
	struct iof_session_options options;
	char client[64];
	uint32_t message_max, max_calls, keep_replies, keep_bytes; /* constant after the hello */

	struct iof_lock lock; /* of all that follows and is not marked atomic */
	struct iof_call *buckets[CALL_BUCKETS];
	uint32_t outstanding;
	uint64_t last_tag;
	struct acks acks;
	bool dead; /* atomic; the link is gone, new calls are refused */
	bool lost; /* atomic; and everybody has been told */

	bool reading;                 /* somebody has the role of the reader */
	const void *reader;           /* which thread; NULL: that of the promoted call */
	struct iof_call *promoted;    /* its thread is not awake yet */
	struct iof_call *reader_call; /* what it waits for; NULL: nothing */
	bool asleep;                  /* the reader's own: between options.asleep(true) and (false) */
	bool garbage;                 /* the reader's own: a message could not be decoded */
	struct iof_call *followers;   /* the youngest first */

	uint32_t idle; /* futex word: changes when the role of the reader falls free while a server waits for that */
	bool idle_wanted;
	uint32_t servers; /* atomic, futex word: threads in iof_session_serve() */
	bool closing;     /* atomic */

	struct device_table *table; /* atomic */
};

/* session_calls.c */
void session_deliver(void *context, const uint8_t *bytes, size_t length);
void session_lose(struct iof_session *session);
void session_ack_if_due(struct iof_session *session);
int session_send(struct iof_session *session, const struct iof_request *request, const struct iovec *payload,
		 int n_parts);
void session_unfollow(struct iof_call *call);
/* Whether the call was still there; then done() will not run. */
bool session_withdraw(struct iof_session *session, uint64_t tag);

/* session_wait.c: the role of the reader */
bool session_take_role(struct iof_session *session);
void session_release_role(struct iof_session *session);
int session_read(struct iof_session *session);

/* session_control.c */
struct control_call {
	struct iof_call call;
	struct iof_control_arena *arena;
	const Ioferry__ControlReply *reply; /* NULL where it had no payload */
	int error;                          /* negative errno or 0 */
};

int control_submit(struct iof_session *session, struct iof_call *call, const Ioferry__ControlRequest *request);
void control_prepare(struct control_call *control, struct iof_control_arena *arena);
/* Takes the reply in: its error, and what it says. */
void control_take(struct control_call *control, const struct iof_reply *reply, const uint8_t *payload, size_t length);
int control_finish(struct iof_session *session, struct control_call *control);

/* session_hello.c */
int session_hello(struct iof_session *session, int timeout_ms, char *reason, size_t reason_size);
void device_tables_destroy(struct device_table *table);

#endif
