/* SPDX-License-Identifier: MIT */
/*
 * Each look at readiness asks the host, so a stale answer cannot be given; while somebody sleeps on the file the
 * host also pushes one event, which wakes the sleeper to ask again.
 */
#include "front.h"

#include <errno.h>
#include <poll.h>

#define POLL_GONE   (POLLERR | POLLHUP)
#define POLL_ALWAYS (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM) /* of a driver without poll */

void poll_wake(struct file *file)
{
	struct fuse_pollhandle *handle = file->poll;

	if (!handle)
		return;
	file->poll = NULL; /* one wake-up each: whoever still waits comes with a new handle */
	file->armed = 0;
	(void)fuse_lowlevel_notify_poll(handle);
	fuse_pollhandle_destroy(handle);
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
	int error = call_error(call, reply);

	(void)payload, (void)length;
	if (error)
		call->fail(call, error);
	else
		fuse_reply_poll(call->req, (unsigned)reply->result & 0xffffu);
}

void front_poll(fuse_req_t req, struct fuse_file_info *info, struct fuse_pollhandle *handle)
{
	struct file *file = file_of(info);
	struct iof_request request = {.op = IOF_OP_POLL, .reply_max = IOF_REPLY_SIZE};
	uint8_t payload[8];
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
	iof_put_u32(payload, info->poll_events | file->armed);
	iof_put_u32(payload + 4, handle != NULL);
	request.handle = file->handle;
	call_interruptible(call, false);
	call_submit(call, &request, payload, sizeof(payload));
}
