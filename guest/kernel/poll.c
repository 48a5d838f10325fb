/* SPDX-License-Identifier: MIT */
/*
 * Each look at readiness asks the host, so a stale answer cannot be given; while somebody sleeps on the file the
 * host also pushes one event, which wakes the sleeper to ask again.
 *
 * The host pushes one event for what armed it, and a question of which something is ready arms nothing. Some things
 * would be lost by that, so further questions are sent that nobody has called for:
 *  - what others sleep for, or an edge-triggered epoll waits for in the other direction, when something is ready;
 *  - what an edge-triggered epoll waits for once its reader has come to EAGAIN or a short count: it does not look
 *    before it is woken.
 *
 * Of the questions that arm, one is on its way at a time: the host may take two in either order, and their answers
 * would not tell what it has promised. A look that comes meanwhile does not arm; what it was after is asked for when
 * the answer is there.
 */
#include "front.h"

#include <errno.h>
#include <poll.h>

#define POLL_GONE   ((uint32_t)(POLLERR | POLLHUP))
#define POLL_ALWAYS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM) /* of a driver without poll */

/* Events of which a driver may report any. */
static const uint32_t classes[] = {POLLIN | POLLRDNORM, POLLOUT | POLLWRNORM, POLLPRI};

void poll_wake(struct file *file)
{
	struct fuse_pollhandle *handle = file->poll;

	/* One wake-up each: whoever still waits comes with a new handle. */
	file->poll = NULL;
	file->wanted = 0;
	file->missed = 0;
	if (!handle)
		return;
	(void)fuse_lowlevel_notify_poll(handle);
	fuse_pollhandle_destroy(handle);
}

void poll_event(struct file *file)
{
	file->promised = 0;
	poll_wake(file);
}

/* There is no answer to the question that was to arm: who relies on it has to look again. */
static void give_up(struct file *file)
{
	file->asking = false;
	poll_wake(file);
}

static void fail_own(struct call *call, int error)
{
	struct file *file = file_find(call->node->front, call->handle);

	(void)error;
	if (file)
		give_up(file);
}

static void send_question(struct call *call, const struct file *file, uint32_t events)
{
	struct iof_request request = {.op = IOF_OP_POLL, .reply_max = IOF_REPLY_SIZE, .handle = file->handle};
	uint8_t payload[8];

	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, call->asked != 0);
	call_submit(call, &request, payload, sizeof(payload));
}

static void take_own(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length);

/* Arms the host for @events, and for what it has promised to those who still sleep. Sleepers are woken for @events. */
static void ask_own(struct file *file, uint32_t events)
{
	struct call *call;

	if (file->asking) {
		file->missed |= events;
		return;
	}
	call = call_begin(file->node, NULL, NULL, take_own, fail_own);
	if (!call) {
		poll_wake(file);
		return;
	}
	call->orphan = take_own;
	call->handle = file->handle;
	call->asked = (file->promised & file->wanted) | events;
	call->wakes = events;
	file->asking = true;
	send_question(call, file, call->asked);
}

/* The answer to a question that arms. Sleepers are woken if any of @wakes is ready. */
static void take_answer(struct file *file, uint32_t asked, uint32_t wakes, uint32_t ready)
{
	uint32_t rest = 0;

	file->asking = false;
	file->promised = ready & (asked | POLL_GONE) ? 0 : asked;
	if (ready & wakes) {
		poll_wake(file);
		return;
	}
	if (ready & asked & ~POLL_GONE)
		for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (!(ready & classes[i]))
				rest |= asked & classes[i];
	rest = (rest | file->missed) & file->wanted & ~file->promised;
	file->missed = 0;
	if (rest)
		ask_own(file, rest);
}

/* The answer to a question that nobody called for, or whose caller has not waited for it. */
static void take_own(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct file *file = file_find(call->node->front, call->handle);
	uint32_t ready = (uint32_t)reply->result, gone;

	(void)payload, (void)length;
	if (!file)
		return;
	if (call_error(reply)) {
		give_up(file);
		return;
	}
	gone = ready & POLL_GONE & ~file->gone; /* a state that stays wakes once */
	file->gone = ready & POLL_GONE;
	take_answer(file, call->asked, call->wakes | gone, ready);
}

void poll_drained(struct file *file, uint32_t events)
{
	uint32_t due = file->wanted & events & ~file->promised;

	if (file->poll && due && file_alive(file))
		ask_own(file, due);
}

static void fail_poll(struct call *call, int error)
{
	/* The question of a caller that a signal has called away is still on its way: take_own() gets the answer. */
	if (error != EINTR && call->asked)
		give_up(call->file);
	/* An errno would be taken as POLLERR, and ENOSYS as "always ready" for ever. */
	switch (error) {
	case EINTR: fuse_reply_poll(call->req, 0); break;
	case EAGAIN: fuse_reply_poll(call->req, POLL_ALWAYS); break; /* over a cap: let the caller look itself */
	default: fuse_reply_poll(call->req, POLL_GONE);
	}
}

static void finish_poll(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct file *file = call->file;
	uint32_t ready = (uint32_t)reply->result;
	int error = call_error(reply);

	(void)payload, (void)length;
	if (error) {
		if (call->asked)
			give_up(file);
		call->asked = 0;
		call->fail(call, error);
		return;
	}
	fuse_reply_poll(call->req, ready & 0xffffu);
	if (!call->asked)
		return;
	file->gone = ready & POLL_GONE;
	take_answer(file, call->asked, 0, ready);
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
		file->wanted |= info->poll_events;
	if (handle && file->asking) {
		file->missed |= info->poll_events;
	} else if (handle) {
		file->asking = true;
		call->asked = call->wakes = file->wanted;
		call->handle = file->handle;
		call->orphan = take_own;
	}
	call_interruptible(call, false);
	send_question(call, file, info->poll_events | call->asked);
}
