/* SPDX-License-Identifier: MIT */
/*
 * The host's devices, when they change while the link is up: it tells that they have, is asked for them by another
 * hello, and nodes come and go. Not more often than once a second, whatever a host tells.
 */
#include "front.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define PAUSE_MS 1000

void refresh_wanted(void *context)
{
	struct front *front = context;

	front->link.changed = true;
}

static void on_answer(void *context, int error)
{
	struct front *front = context;

	front->link.refreshing = false;
	front->link.refreshed = !error;
	if (error == -EAGAIN) /* too many calls: later */
		front->link.changed = true;
	else if (error && error != -ENODEV)
		iof_log(IOF_LOG_WARNING, "the host's devices have changed, but it does not tell how: %s",
			strerror(-error));
}

static void on_due(void *context)
{
	struct front *front = context;
	struct link *link = &front->link;
	int error;

	link->changed = false;
	link->refreshing = true;
	link->refreshed_ms = loop_now_ms();
	error = iof_session_refresh_begin(link->session, on_answer, front);
	if (error)
		on_answer(front, error);
}

/* The first time at once. */
static void plan(struct front *front)
{
	struct link *link = &front->link;
	uint64_t since = loop_now_ms() - link->refreshed_ms;

	link->refresh.expired = on_due;
	link->refresh.context = front;
	loop_timer_set(&front->loop, &link->refresh, since < PAUSE_MS ? PAUSE_MS - since : 0);
}

void refresh_settle(struct front *front)
{
	struct link *link = &front->link;

	if (!link->session)
		return;
	if (link->refreshed) {
		link->refreshed = false;
		nodes_update(front);
		iof_log(IOF_LOG_NOTICE, "the host's devices have changed: %u nodes", nodes_count(front));
		(void)sd_notifyf(0, "STATUS=Connected to %s, %u nodes", front->options.address, nodes_count(front));
	}
	if (link->changed && !link->refreshing && !link->refresh.link)
		plan(front);
}

void refresh_forget(struct front *front)
{
	loop_timer_clear(&front->link.refresh);
	front->link.changed = false;
	front->link.refreshed = false;
}
