/* SPDX-License-Identifier: MIT */
/*
 * The session's life. iof_session_create() waits, so a thread of its own runs it; everything else happens in
 * the loop. Nothing is replayed: what was outstanding ends with ENODEV, and files of an older session stay dead.
 */
#include "front.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 100
#define SLOW_MS        200  /* an attempt that took longer: opens do not start another one at once ... */
#define HOLD_OFF_MS    1000 /* ... but fail at once for this long, else enumerating N nodes takes N timeouts */

static void on_event(void *context, iof_handle handle, uint32_t revents)
{
	struct file *file = file_find(context, handle);

	(void)revents; /* whoever is woken asks the host again */
	if (file)
		poll_event(file);
}

static void *connect_thread(void *context)
{
	struct front *front = context;
	struct link *link = &front->link;
	struct iof_session_options options = {
		.connect_timeout_ms = (int)front->options.connect_timeout_ms,
		.client = front->kind->options.program,
		.event = on_event,
		.changed = refresh_wanted,
		.context = front,
	};
	uint64_t one = 1;

	link->error =
		iof_session_create(front->options.address, &options, &link->made, link->reason, sizeof(link->reason));
	if (write(link->connected.fd, &one, sizeof(one)) != sizeof(one))
		iof_log(IOF_LOG_ERR, "eventfd: %s", strerror(errno));
	return NULL;
}

void link_connect(struct front *front)
{
	struct link *link = &front->link;
	int error;

	if (link->connecting || link->session)
		return;
	loop_timer_clear(&link->retry);
	link->made = NULL;
	link->began_ms = loop_now_ms();
	error = pthread_create(&link->thread, NULL, connect_thread, front);
	if (error) {
		iof_log(IOF_LOG_ERR, "cannot start a thread to connect: %s", strerror(error));
		loop_timer_set(&front->loop, &link->retry, front->options.retry_max_ms);
		return;
	}
	link->connecting = true;
}

static void on_session(void *context, uint32_t events)
{
	(void)events;
	link_process(context);
}

static void link_up(struct front *front)
{
	struct link *link = &front->link;
	int error;

	link->session = link->made;
	link->made = NULL;
	link->epoch++;
	link->pause_ms = PAUSE_FIRST_MS;
	link->said_down = false;
	link->source = (struct loop_source){
		.fd = iof_session_descriptor(link->session), .ready = on_session, .context = front};
	error = loop_watch(&front->loop, &link->source, EPOLLIN);
	if (error)
		iof_log(IOF_LOG_ERR, "cannot watch the link: %s", strerror(-error));
	nodes_update(front);
	iof_log(IOF_LOG_NOTICE, "connected to %s: %u nodes", front->options.address, nodes_count(front));
	(void)sd_notifyf(0, "STATUS=Connected to %s, %u nodes", front->options.address, nodes_count(front));
	/* The session may have read more than its hello: that would not make the descriptor readable again. */
	link_process(front);
}

static void link_failed(struct front *front)
{
	struct link *link = &front->link;

	link->failed_ms = loop_now_ms();
	link->failed_slowly = link->failed_ms - link->began_ms > SLOW_MS;
	iof_log(link->said_down ? IOF_LOG_DEBUG : IOF_LOG_NOTICE, "no connection to %s yet: %s; trying again",
		front->options.address, link->reason[0] ? link->reason : strerror(-link->error));
	if (!link->said_down)
		(void)sd_notifyf(0, "STATUS=Waiting for %s", front->options.address);
	link->said_down = true;
	loop_timer_set(&front->loop, &link->retry, link->pause_ms);
	link->pause_ms *= 2;
	if (link->pause_ms > front->options.retry_max_ms)
		link->pause_ms = front->options.retry_max_ms;
}

static void on_connected(void *context, uint32_t events)
{
	struct front *front = context;
	struct link *link = &front->link;
	uint64_t count;

	(void)events;
	if (read(link->connected.fd, &count, sizeof(count)) != sizeof(count) || !link->connecting)
		return;
	pthread_join(link->thread, NULL);
	link->connecting = false;
	if (link->error)
		link_failed(front);
	else
		link_up(front);
	calls_release(&front->link.waiting);
}

static void on_retry(void *context)
{
	link_connect(context);
}

int link_await(struct front *front, struct call *call)
{
	struct link *link = &front->link;

	if (!link->connecting && link->failed_slowly && loop_now_ms() - link->failed_ms < HOLD_OFF_MS)
		return -ENODEV;
	link_connect(front);
	if (!link->connecting)
		return -ENODEV;
	call_queue(&link->waiting, call);
	return 0;
}

static void link_down(struct front *front)
{
	struct link *link = &front->link;
	struct iof_session *session = link->session;

	loop_forget(&front->loop, &link->source);
	link->session = NULL; /* first: what ends now must not send */
	nodes_detach(front);
	iof_session_destroy(session);
	refresh_forget(front);
	for (struct file *file = front->files; file; file = file->next)
		poll_wake(file);
}

void link_settle(struct front *front)
{
	struct link *link = &front->link;

	if (!link->session)
		return;
	if (!iof_session_is_lost(link->session)) {
		(void)loop_watch(&front->loop, &link->source,
				 EPOLLIN | (iof_session_wants_write(link->session) ? EPOLLOUT : 0));
		return;
	}
	iof_log(IOF_LOG_WARNING, "connection to %s lost: open files are dead, nodes stay", front->options.address);
	link_down(front);
	(void)sd_notifyf(0, "STATUS=Waiting for %s", front->options.address);
	link->failed_slowly = false;
	link_connect(front);
}

void link_process(struct front *front)
{
	if (front->link.session)
		(void)iof_session_process(front->link.session);
	link_settle(front);
}

int link_init(struct front *front)
{
	struct link *link = &front->link;

	link->pause_ms = PAUSE_FIRST_MS;
	link->retry = (struct loop_timer){.expired = on_retry, .context = front};
	link->connected = (struct loop_source){
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = on_connected, .context = front};
	if (link->connected.fd < 0)
		return -errno;
	return loop_watch(&front->loop, &link->connected, EPOLLIN);
}

void link_fini(struct front *front)
{
	struct link *link = &front->link;

	if (link->connecting) { /* bounded by connect_timeout_ms */
		pthread_join(link->thread, NULL);
		link->connecting = false;
		if (!link->error)
			iof_session_destroy(link->made);
	}
	calls_release(&front->link.waiting);
	if (link->session)
		link_down(front);
	loop_timer_clear(&link->retry);
	loop_forget(&front->loop, &link->connected);
	if (link->connected.fd >= 0)
		close(link->connected.fd);
}
