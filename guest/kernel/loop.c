/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

uint64_t loop_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int loop_init(struct loop *loop)
{
	*loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
	return loop->epoll < 0 ? -errno : 0;
}

void loop_fini(struct loop *loop)
{
	if (loop->epoll >= 0)
		close(loop->epoll);
	loop->epoll = -1;
}

int loop_watch(struct loop *loop, struct loop_source *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	if (source->watched && source->events == events)
		return 0;
	if (epoll_ctl(loop->epoll, source->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, source->fd, &event) < 0)
		return -errno;
	source->watched = true;
	source->events = events;
	return 0;
}

void loop_forget(struct loop *loop, struct loop_source *source)
{
	if (source->watched)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	source->watched = false;
}

void loop_timer_clear(struct loop_timer *timer)
{
	if (!timer->link)
		return;
	*timer->link = timer->next;
	if (timer->next)
		timer->next->link = timer->link;
	timer->link = NULL;
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms)
{
	struct loop_timer **link = &loop->timers;

	loop_timer_clear(timer);
	timer->at_ms = loop_now_ms() + delay_ms;
	while (*link && (*link)->at_ms <= timer->at_ms)
		link = &(*link)->next;
	timer->next = *link;
	timer->link = link;
	if (timer->next)
		timer->next->link = &timer->next;
	*link = timer;
}

/* Milliseconds until the first timer; -1: none. */
static int until_timer(const struct loop *loop)
{
	uint64_t now;

	if (!loop->timers)
		return -1;
	now = loop_now_ms();
	if (loop->timers->at_ms <= now)
		return 0;
	return loop->timers->at_ms - now < 60000 ? (int)(loop->timers->at_ms - now) : 60000;
}

static void run_timers(struct loop *loop)
{
	uint64_t now;

	if (!loop->timers)
		return;
	now = loop_now_ms();
	while (loop->timers && loop->timers->at_ms <= now) {
		struct loop_timer *timer = loop->timers;

		loop_timer_clear(timer);
		timer->expired(timer->context);
	}
}

int loop_turn(struct loop *loop)
{
	struct epoll_event event;
	/* One event a turn: a callback may free the owner of another source that is ready. */
	int n = epoll_wait(loop->epoll, &event, 1, until_timer(loop));

	if (n < 0 && errno != EINTR)
		return -errno;
	if (n > 0) {
		struct loop_source *source = event.data.ptr;

		source->ready(source->context, event.events);
	}
	run_timers(loop);
	return 0;
}
