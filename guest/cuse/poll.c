/* SPDX-License-Identifier: MIT */
/*
 * Each look at readiness asks the host, so a stale answer cannot be given; while somebody sleeps on the file the
 * host also pushes one event, which wakes the sleeper to ask again.
 *
 * The host pushes for the last question that armed it, and only if nothing of it was ready. Two things would be lost
 * by that, so further questions are sent that nobody has called for:
 *  - what others sleep for, or an edge-triggered epoll waits for in the other direction, when something is ready;
 *  - what an edge-triggered epoll waits for once its reader has come to EAGAIN: it does not look before it is woken.
 */
#include "front.h"

#include <errno.h>
#include <poll.h>

#define POLL_GONE   ((uint32_t)(POLLERR | POLLHUP))
#define POLL_ALWAYS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM) /* of a driver without poll */

void poll_wake(struct file *file)
{
	struct fuse_pollhandle *handle = file->poll;

	if (!handle)
		return;
	file->poll = NULL; /* one wake-up each: whoever still waits comes with a new handle */
	file->armed = 0;
	file->promised = 0;
	(void)fuse_lowlevel_notify_poll(handle);
	fuse_pollhandle_destroy(handle);
}

/* An own question could not be asked: sleepers have to ask themselves. */
static void fail_own(struct call *call, int error)
{
	struct file *file = file_find(call->node->front, call->handle);

	(void)error;
	if (file)
		poll_wake(file);
}

static void send_question(struct call *call, const struct file *file, uint32_t events, bool arm)
{
	struct iof_request request = {.op = IOF_OP_POLL, .reply_max = IOF_REPLY_SIZE, .handle = file->handle};
	uint8_t payload[8];

	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, arm);
	call_submit(call, &request, payload, sizeof(payload));
}

static void ask_own(struct file *file, uint32_t events, uint32_t wakes);

/* Events of which a driver may report any. */
static const uint32_t classes[] = {POLLIN | POLLRDNORM, POLLOUT | POLLWRNORM, POLLPRI};

/* Notes the answer to a question that arms. What the host has to be asked for once more; 0: nothing. */
static uint32_t note_answer(struct file *file, uint32_t asked, uint32_t ready)
{
	uint32_t rest = 0;

	file->promised = ready & (asked | POLL_GONE) ? 0 : asked;
	if (!(ready & asked & ~POLL_GONE))
		return 0;
	for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!(ready & classes[i]))
			rest |= asked & classes[i];
	return rest;
}

static void take_own(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct file *file = file_find(call->node->front, call->handle);
	uint32_t ready = (uint32_t)reply->result, rest;

	(void)payload, (void)length;
	if (!file)
		return;
	rest = note_answer(file, call->asked, ready);
	if (call_error(reply) || ready & call->wakes)
		poll_wake(file);
	else if (rest)
		ask_own(file, rest, rest);
}

static void ask_own(struct file *file, uint32_t events, uint32_t wakes)
{
	struct call *call = call_begin(file->node, NULL, NULL, take_own, fail_own);

	if (!call)
		return;
	call->orphan = take_own;
	call->handle = file->handle;
	call->asked = events;
	call->wakes = wakes;
	send_question(call, file, events, true);
}

void poll_drained(struct file *file, uint32_t events)
{
	if (file->poll && file->armed & events & ~file->promised && file_alive(file))
		ask_own(file, file->armed, events);
}

static void fail_poll(struct call *call, int error)
{
	/* An errno would be taken as POLLERR, and ENOSYS as "always ready" for ever. */
	switch (error) {
	case EINTR: fuse_reply_poll(call->req, 0); break;
	case EAGAIN: fuse_reply_poll(call->req, POLL_ALWAYS); break; /* over a cap: let the caller look itself */
	default: fuse_reply_poll(call->req, POLL_GONE);
	}
}

static void finish_poll(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	int error = call_error(reply);
	uint32_t ready = (uint32_t)reply->result, rest;

	(void)payload, (void)length;
	if (error) {
		call->fail(call, error);
		return;
	}
	fuse_reply_poll(call->req, ready & 0xffffu);
	rest = call->asked ? note_answer(call->file, call->asked, ready) : 0;
	if (rest)
		ask_own(call->file, rest, rest);
}

void front_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle)
{
	struct file *file = file_of(info);
	struct call *call;

	if (!file || !file_alive(file)) {
		if (handle)
			fuse_pollhandle_destroy(handle);
		fuse_reply_poll(req, POLL_GONE);
		return;
	}
	if (handle) {
		if (file->poll)
			fuse_pollhandle_destroy(file->poll);
		file->poll = handle;
	}
	if (!file->interface->poll) {
		fuse_reply_poll(req, POLL_ALWAYS);
		return;
	}
	call = call_begin(file->node, file, req, finish_poll, fail_poll);
	if (!call)
		return;
	/* Two sleepers may wait for different events, and there is one arming a file: it is for both. */
	if (handle)
		file->armed |= info->poll_events;
	call->asked = handle ? file->armed : 0;
	call_interruptible(call, false);
	send_question(call, file, info->poll_events | file->armed, handle != NULL);
}
