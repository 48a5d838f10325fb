/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

struct file *file_of(const struct fuse_file_info *info)
{
	return (struct file *)(uintptr_t)info->fh;
}

bool file_alive(const struct file *file)
{
	const struct link *link = &file->node->front->link;

	return link->session && file->epoch == link->epoch;
}

struct file *file_find(struct front *front, iof_handle handle)
{
	for (struct file *file = front->files; file; file = file->next)
		if (file->handle == handle && file_alive(file))
			return file;
	return NULL;
}

static struct file *create(struct node *node, iof_handle handle, bool nonblock)
{
	struct front *front = node->front;
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->node = node;
	file->device = node->offered;
	file->interface = node->offered->interface;
	file->handle = handle;
	file->epoch = front->link.epoch;
	file->nonblock = nonblock;
	file->next = front->files;
	file->link = &front->files;
	if (file->next)
		file->next->link = &file->next;
	front->files = file;
	return file;
}

static void destroy(struct file *file)
{
	if (file->poll)
		fuse_pollhandle_destroy(file->poll);
	*file->link = file->next;
	if (file->next)
		file->next->link = file->link;
	free(file);
}

void files_abandon(struct node *node)
{
	struct front *front = node->front;
	struct file *next;

	for (struct file *file = front->files; file; file = next) {
		next = file->next;
		if (file->node != node)
			continue;
		if (file_alive(file))
			iof_session_close(front->link.session, file->handle);
		destroy(file);
	}
}

bool files_update(struct front *front)
{
	bool kept = false;

	for (struct file *file = front->files; file; file = file->next) {
		const struct iof_device *offered = file->node->offered;

		if (!file_alive(file))
			continue;
		if (offered && offered->interface == file->interface)
			file->device = offered;
		else
			kept = true;
	}
	return kept;
}

/* For close_is_early: the last close lets the opens go on that came after it. */
static void closed(struct node *node)
{
	if (node->closing && !--node->closing)
		calls_release(&node->waiting);
}

static void fail_open(struct call *call, int error)
{
	/* The kernel takes ENOSYS as "this device has no open": every open would then succeed without us. */
	fuse_reply_err(call->req, error == ENOSYS ? ENODEV : call_header_error(error));
}

/* The caller went away meanwhile: what was opened for it is closed again. */
static void orphan_open(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct iof_session *session = call->node->front->link.session;
	iof_handle handle;
	uint64_t token;

	if (session && !call_error(reply) && !iof_session_open_result(session, reply, payload, length, &handle, &token))
		iof_session_close(session, handle);
}

static void finish_open(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct iof_session *session = call->node->front->link.session;
	iof_handle handle = 0;
	struct file *file;
	uint64_t token;
	int error = call_error(reply);

	if (!error)
		error = -iof_session_open_result(session, reply, payload, length, &handle, &token);
	if (error) {
		call->fail(call, error);
		return;
	}
	file = call->node->offered && call->node->offered->interface ? create(call->node, handle,
									      call->info.flags & O_NONBLOCK)
								     : NULL;
	if (!file) {
		call->fail(call, ENODEV);
		iof_session_close(session, handle);
		return;
	}
	call->info.fh = (uint64_t)(uintptr_t)file;
	/* -ENOENT: the caller was killed, and there will be no release. */
	if (call->node->front->kind->reply_open(call->req, &call->info) == -ENOENT) {
		destroy(file);
		iof_session_close(session, handle);
	}
}

void file_open_submit(struct call *call)
{
	struct link *link = &call->node->front->link;
	const struct iof_device *device = call->node->offered;

	if (!link->session || !device || !device->interface) {
		call_refuse(call, ENODEV);
		return;
	}
	call->submitted = true;
	call_submitted(call, iof_session_open_submit(link->session, &call->call, device->name, call->info.flags));
}

void file_open(struct node *node, fuse_req_t req, struct fuse_file_info *info)
{
	struct front *front = node->front;
	struct call *call = call_begin(node, NULL, req, finish_open, fail_open);

	if (!call)
		return;
	call->orphan = orphan_open;
	call->info = *info;
	call_interruptible(call, true);
	link_process(front); /* an open that comes right after the link's end must not fail with it */
	if (node->closing)
		call_queue(&node->waiting, call);
	else if (front->link.session)
		file_open_submit(call);
	else if (link_await(front, call))
		call_refuse(call, ENODEV);
}

static void fail_release(struct call *call, int error)
{
	(void)error; /* close() has no errno to give */
	fuse_reply_err(call->req, 0);
	closed(call->node);
}

static void finish_release(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	(void)reply, (void)payload, (void)length;
	fuse_reply_err(call->req, 0);
	closed(call->node);
}

/* Where the kernel lets it, close() returns when the host has closed: a driver's release may wait, and what it does is
 * done by then. */
void file_release(fuse_req_t req, struct fuse_file_info *info)
{
	struct file *file = file_of(info);
	struct iof_request request = {.op = IOF_OP_CLOSE};
	struct call *call;
	struct front *front;
	bool alive;

	if (!file) {
		fuse_reply_err(req, 0);
		return;
	}
	front = file->node->front;
	alive = file_alive(file);
	request.handle = file->handle;
	request.reply_max = IOF_REPLY_SIZE;
	call = alive ? call_begin(file->node, NULL, req, finish_release, fail_release) : NULL;
	destroy(file);
	if (call) {
		call->node->closing += front->kind->close_is_early;
		call->cancelled = true; /* a close is never cut short */
		loop_timer_set(&front->loop, &call->deadline, front->options.interrupt_deadline_ms);
		call_submit(call, &request, NULL, 0);
	} else if (!alive) {
		fuse_reply_err(req, 0);
	}
}
