/* SPDX-License-Identifier: MIT */
/* Calls of the control plane: open, attach, share, status, trace. */
#include "session_impl.h"
#include <ioferry/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

#define SMALL_BYTES       2048u /* what a reply to open, attach or share unpacks to, with room to spare */
#define SMALL_ALLOCATIONS 16u

int control_submit(struct iof_session *session, struct iof_call *call, const Ioferry__ControlRequest *request)
{
	struct iof_request header = {.op = IOF_OP_CONTROL};
	uint8_t small[512], *bytes = small;
	size_t size = ioferry__control_request__get_packed_size(request);
	struct iovec payload;
	ssize_t length;
	int r;

	if (size > sizeof small)
		bytes = malloc(size);
	if (!bytes)
		return -ENOMEM;
	length = iof_control_pack_request(request, bytes, size);
	payload = (struct iovec){.iov_base = bytes, .iov_len = (size_t)length};
	r = length < 0 ? (int)length : iof_session_submit(session, call, &header, &payload, 1);
	if (bytes != small)
		free(bytes);
	return r;
}

void control_take(struct control_call *control, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	control->error = iof_reply_error(reply);
	if (length && iof_control_unpack_reply(control->arena, payload, length, &control->reply) < 0)
		control->error = -EPROTO;
	if (control->error && control->reply && control->reply->reason[0])
		iof_log(IOF_LOG_DEBUG, "the host says: %s", control->reply->reason);
}

static void control_done(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	control_take((struct control_call *)call, reply, payload, length);
}

void control_prepare(struct control_call *control, struct iof_control_arena *arena)
{
	*control = (struct control_call){.call = {.done = control_done, .waited = true}, .arena = arena};
}

/* Ended by a signal, it cancels; the answer says what has become of the call, and nothing is left behind. */
int control_finish(struct iof_session *session, struct control_call *control)
{
	int r = iof_session_wait(session, &control->call, true);

	if (r == -EINTR) {
		iof_session_cancel(session, &control->call);
		while (r == -EINTR)
			r = iof_session_wait(session, &control->call, true);
	}
	if (r == 0)
		return control->error;
	session_withdraw(session, control->call.tag); /* the call is on the stack of a function that returns */
	return r;
}

static int control_call(struct iof_session *session, const Ioferry__ControlRequest *request,
			struct iof_control_arena *arena, const Ioferry__ControlReply **reply)
{
	struct control_call control;
	int r;

	control_prepare(&control, arena);
	r = control_submit(session, &control.call, request);
	if (r == 0)
		r = control_finish(session, &control);
	*reply = control.reply;
	return r;
}

static int opened(const Ioferry__ControlReply *reply, iof_handle *handle, uint64_t *token)
{
	if (!reply || reply->what_case != IOFERRY__CONTROL_REPLY__WHAT_OPEN)
		return -EPROTO;
	*handle = reply->open->handle;
	if (token)
		*token = reply->open->token;
	return 0;
}

/* A call whose reply holds a handle. */
static int open_call(struct iof_session *session, const Ioferry__ControlRequest *request, iof_handle *handle,
		     uint64_t *token)
{
	uint64_t memory[SMALL_BYTES / 8];
	struct iof_control_arena arena;
	const Ioferry__ControlReply *reply;
	int r;

	iof_control_arena_use(&arena, memory, sizeof memory, SMALL_ALLOCATIONS);
	r = control_call(session, request, &arena, &reply);
	return r < 0 ? r : opened(reply, handle, token);
}

static void open_request(const char *device, int flags, Ioferry__Open *open, Ioferry__ControlRequest *request)
{
	ioferry__control_request__init(request);
	ioferry__open__init(open);
	open->device = (char *)(uintptr_t)device; /* protobuf-c has no const strings */
	open->flags = iof_open_flags_encode(flags);
	request->what_case = IOFERRY__CONTROL_REQUEST__WHAT_OPEN;
	request->open = open;
}

int iof_session_open(struct iof_session *session, const char *device, int flags, iof_handle *handle, uint64_t *token)
{
	Ioferry__ControlRequest request;
	Ioferry__Open open;

	open_request(device, flags, &open, &request);
	return open_call(session, &request, handle, token);
}

int iof_session_open_submit(struct iof_session *session, struct iof_call *call, const char *device, int flags)
{
	Ioferry__ControlRequest request;
	Ioferry__Open open;

	open_request(device, flags, &open, &request);
	return control_submit(session, call, &request);
}

int iof_session_open_result(struct iof_session *session, const struct iof_reply *reply, const uint8_t *payload,
			    size_t length, iof_handle *handle, uint64_t *token)
{
	uint64_t memory[SMALL_BYTES / 8];
	struct iof_control_arena arena;
	const Ioferry__ControlReply *message;
	int r = iof_reply_error(reply);

	(void)session;
	if (r < 0)
		return r;
	iof_control_arena_use(&arena, memory, sizeof memory, SMALL_ALLOCATIONS);
	r = iof_control_unpack_reply(&arena, payload, length, &message);
	return r < 0 ? r : opened(message, handle, token);
}

int iof_session_attach(struct iof_session *session, uint64_t token, bool shared, iof_handle *handle)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Attach attach = IOFERRY__ATTACH__INIT;

	attach.token = token;
	attach.beside_shares = !shared;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_ATTACH;
	request.attach = &attach;
	return open_call(session, &request, handle, NULL);
}

int iof_session_share(struct iof_session *session, uint64_t token)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Share share = IOFERRY__SHARE__INIT;
	uint64_t memory[SMALL_BYTES / 8];
	struct iof_control_arena arena;
	const Ioferry__ControlReply *reply;

	share.token = token;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_SHARE;
	request.share = &share;
	iof_control_arena_use(&arena, memory, sizeof memory, SMALL_ALLOCATIONS);
	return control_call(session, &request, &arena, &reply);
}

/* A question of the daemon's administrator. @p reason gets what the host says of an error. */
static int ask(struct iof_session *session, const Ioferry__ControlRequest *request, struct iof_control_arena *arena,
	       Ioferry__ControlReply__WhatCase what, const Ioferry__ControlReply **reply, char *reason,
	       size_t reason_size)
{
	int r = control_call(session, request, arena, reply);

	snprintf(reason, reason_size, "%s", r < 0 && *reply ? (*reply)->reason : "");
	if (r < 0)
		return r;
	return *reply && (*reply)->what_case == what ? 0 : -EPROTO;
}

int iof_session_status(struct iof_session *session, struct iof_control_arena *arena,
		       const Ioferry__StatusReply **status, char *reason, size_t reason_size)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__StatusQuery query = IOFERRY__STATUS_QUERY__INIT;
	const Ioferry__ControlReply *reply;
	int r;

	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_STATUS;
	request.status = &query;
	r = ask(session, &request, arena, IOFERRY__CONTROL_REPLY__WHAT_STATUS, &reply, reason, reason_size);
	if (r == 0)
		*status = reply->status;
	return r;
}

int iof_session_trace(struct iof_session *session, struct iof_control_arena *arena, Ioferry__TraceQuery *query,
		      const Ioferry__TraceReply **trace, char *reason, size_t reason_size)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	const Ioferry__ControlReply *reply;
	int r;

	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_TRACE;
	request.trace = query;
	r = ask(session, &request, arena, IOFERRY__CONTROL_REPLY__WHAT_TRACE, &reply, reason, reason_size);
	if (r == 0)
		*trace = reply->trace;
	return r;
}
