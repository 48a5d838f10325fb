/* SPDX-License-Identifier: MIT */
/*
 * What the caller's system call tells (caller.h), without waiting for the caller. A thread that was preempted between
 * queueing its request and going to sleep still runs, and on a busy machine it stays so for many milliseconds: other
 * callers are served meanwhile, and it is looked at again later. An errno in its place would be one that no driver
 * returned: a sender failed after some thousand frames.
 */
#include "front.h"

#include <errno.h>

#define PAUSE_MAX_MS 16

static void again(void *context)
{
	struct call *call = context;
	struct caller_io io;
	int ret;

	/* A session that began meanwhile may have given the handle's number to another open. */
	if (!file_alive(call->file)) {
		call_refuse(call, ENODEV);
		return;
	}
	ret = caller_io(call->tid, call->look.operation, &io);
	if (ret == -EAGAIN) {
		if (call->look.pause_ms < PAUSE_MAX_MS)
			call->look.pause_ms *= 2;
		loop_timer_set(&call->node->front->loop, &call->look.timer, call->look.pause_ms);
		return;
	}
	call->look.looked(call, ret, &io);
}

bool call_look(struct call *call, enum caller_operation operation, call_looked *looked)
{
	struct caller_io io;
	int ret = caller_io(call->tid, operation, &io);

	if (ret != -EAGAIN) {
		looked(call, ret, &io);
		return false;
	}
	iof_log(IOF_LOG_DEBUG, "%s: caller %d still runs, and is looked at again", call->node->path, (int)call->tid);
	call->look = (struct call_look){
		.timer = {.expired = again, .context = call},
		.operation = operation,
		.looked = looked,
		.pause_ms = 1,
	};
	loop_timer_set(&call->node->front->loop, &call->look.timer, call->look.pause_ms);
	return true;
}
