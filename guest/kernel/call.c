/* SPDX-License-Identifier: MIT */
#include "front.h"
#include "guest/common/outcome.h"
#include "guest/common/records.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define HEADER_ERROR_MAX 511 /* fuse_dev_do_write() refuses -512 and below */

static void list_add(struct call **list, struct call *call)
{
	call->next = *list;
	call->link = list;
	if (call->next)
		call->next->link = &call->next;
	*list = call;
}

static void list_remove(struct call *call)
{
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
}

static void destroy(struct call *call)
{
	iof_walk_destroy(call->walk);
	free(call->bytes);
	free(call);
}

static struct call *create(size_t size)
{
	struct call *call = calloc(1, size);

	if (!call)
		return NULL;
	call->walk = iof_walk_create(IOF_MESSAGE_MAX - IOF_REQUEST_SIZE);
	if (!call->walk) {
		free(call);
		return NULL;
	}
	return call;
}

/* Whether a call puts something into the device. An ioctl whose argument brings nothing back does. */
static bool sends(const struct call *call)
{
	if (call->io)
		return call->io == &call->file->interface->write;
	return call->command && call->command->argument == IOF_ARG_POINTER && !iof_walk_reply_max(call->walk);
}

/* Which readiness a call has used up that got EAGAIN, or less than it asked for. 0: it has not. */
static uint32_t drained(const struct call *call, const struct iof_reply *reply)
{
	bool less = call->io && !reply->error &&
		    records_result(call->io, call->abi, call->size, reply->result) < (ssize_t)call->size;

	if (!call->file || reply->status != IOF_STATUS_COMPLETED || (reply->error != EAGAIN && !less))
		return 0;
	return sends(call) ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;
}

/* The host has answered, or the link is gone. */
static void on_done(struct iof_call *iof, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct call *call = (struct call *)iof;

	if (call->req) {
		call->finish(call, reply, payload, length);
		if (drained(call, reply))
			poll_drained(call->file, drained(call, reply));
	} else if (call->orphan) {
		call->orphan(call, reply, payload, length);
	}
	call_end(call);
}

/* The caller goes on, the host's operation is on its own. */
static void orphan(struct call *call, int error)
{
	struct iof_session *session = call->node->front->link.session;

	call->fail(call, error);
	call->req = NULL;
	call->file = NULL;
	if (!call->cancelled && session)
		(void)iof_session_cancel(session, &call->call);
	call->cancelled = true;
}

/* The host has not answered in time. */
static void on_deadline(void *context)
{
	struct call *call = context;

	node_log(call->node, IOF_LOG_WARNING, "the host has not ended a %s in %u ms; the caller goes on without it",
		 call->interrupted ? "call that a signal interrupted" : "close",
		 call->node->front->options.interrupt_deadline_ms);
	orphan(call, EINTR);
}

void calls_abandon(struct node *node)
{
	struct front *front = node->front;
	struct call *call;

	do {
		for (call = front->calls; call && (call->node != node || !call->req); call = call->next)
			;
		if (call && call->submitted) {
			orphan(call, ENODEV);
		} else if (call) {
			call_unqueue(call);
			call_refuse(call, ENODEV);
		}
	} while (call);
}

struct call *call_begin(struct node *node, struct file *file, fuse_req_t req, call_finish *finish, call_fail *fail)
{
	struct front *front = node->front;
	struct call *call = front->pool;

	if (call)
		list_remove(call);
	else
		call = create(front->kind->call_size);
	if (!call) {
		if (req)
			fuse_reply_err(req, ENOMEM);
		return NULL;
	}
	list_add(&front->calls, call);
	call->call = (struct iof_call){.done = on_done, .user = call};
	call->node = node;
	call->file = file;
	call->req = req;
	call->finish = finish;
	call->fail = fail;
	call->orphan = NULL;
	call->command = NULL;
	call->io = NULL;
	call->asked = 0;
	call->queue = NULL;
	call->submitted = call->cancellable = call->interrupted = call->cancelled = false;
	call->deadline = (struct loop_timer){.expired = on_deadline, .context = call};
	call->look = (struct call_look){.pause_ms = 0};
	return call;
}

void call_end(struct call *call)
{
	loop_timer_clear(&call->deadline);
	loop_timer_clear(&call->look.timer);
	list_remove(call);
	list_add(&call->node->front->pool, call);
}

void call_refuse(struct call *call, int error)
{
	call->fail(call, error);
	call_end(call);
}

void call_submitted(struct call *call, int error)
{
	/* From a successful submit on done() owns the call and may have run. */
	if (error)
		call_refuse(call, -error);
}

void call_submit(struct call *call, struct iof_request *request, const void *payload, size_t length)
{
	struct iof_session *session = call->node->front->link.session;
	struct iovec part = {(void *)(uintptr_t)payload, length};

	if (!session) {
		call_refuse(call, ENODEV);
		return;
	}
	call->submitted = true;
	call_submitted(call, iof_session_submit(session, &call->call, request, &part, length ? 1 : 0));
}

/* libfuse calls this with its locks held, so nothing may be answered here. */
static void on_interrupt(fuse_req_t req, void *data)
{
	struct call *call = data;

	(void)req;
	call->interrupted = true;
	call->node->front->interrupts++;
}

void call_interruptible(struct call *call, bool cancellable)
{
	call->cancellable = cancellable;
	fuse_req_interrupt_func(call->req, on_interrupt, call);
}

static bool needs_settling(const struct call *call)
{
	return call->interrupted && call->req && !call->deadline.link;
}

static void settle(struct front *front, struct call *call)
{
	if (!call->submitted) { /* an open that waits, or a caller that is looked at */
		call_unqueue(call);
		call_refuse(call, EINTR);
		return;
	}
	loop_timer_set(&front->loop, &call->deadline, front->options.interrupt_deadline_ms);
	/* A driver that does not wait does not see signals either: it is left alone until the deadline. */
	if (call->cancellable && !call->cancelled && front->link.session) {
		call->cancelled = true;
		(void)iof_session_cancel(front->link.session, &call->call);
	}
}

void calls_settle(struct front *front)
{
	struct call *call;

	if (!front->interrupts)
		return;
	front->interrupts = 0;
	do { /* from the start each time: what settles one call may end others */
		for (call = front->calls; call && !needs_settling(call); call = call->next)
			;
		if (call)
			settle(front, call);
	} while (call);
}

void call_queue(struct call **queue, struct call *call)
{
	call->queue = queue;
	call->waiting = *queue;
	*queue = call;
}

void call_unqueue(struct call *call)
{
	struct call **at = call->queue;

	if (!at)
		return;
	while (*at != call)
		at = &(*at)->waiting;
	*at = call->waiting;
	call->queue = NULL;
}

void calls_release(struct call **queue)
{
	while (*queue) {
		struct call *call = *queue;

		call_unqueue(call);
		file_open_submit(call);
	}
}

int call_error(const struct iof_reply *reply)
{
	return -outcome_error(reply);
}

int call_header_error(int error)
{
	return error > HEADER_ERROR_MAX ? EIO : error;
}

uint8_t *call_bytes(struct call *call)
{
	if (!call->bytes)
		call->bytes = malloc(MEMORY_BYTES);
	return call->bytes;
}

void calls_destroy(struct front *front)
{
	while (front->pool) {
		struct call *call = front->pool;

		front->pool = call->next;
		destroy(call);
	}
}
