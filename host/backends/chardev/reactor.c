/* SPDX-License-Identifier: MIT */
#include "reactor.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 16, END_ID = 0 };

void reactor_create(struct reactor *reactor)
{
	*reactor = (struct reactor){.epoll = -1, .end = -1};
	(void)pthread_mutex_init(&reactor->lock, NULL);
}

/* reactor->lock is held. NULL: removed after epoll_wait() had returned. */
static struct reactor_entry *find(struct reactor *reactor, uint64_t id)
{
	struct reactor_entry *entry = reactor->entries;

	while (entry && entry->id != id)
		entry = entry->next;
	return entry;
}

static void fire(struct reactor *reactor, uint64_t id, uint32_t revents)
{
	struct reactor_entry *entry;
	host_notify *notify;

	(void)pthread_mutex_lock(&reactor->lock);
	entry = find(reactor, id);
	notify = entry ? entry->notify : NULL;
	if (notify) {
		entry->notify = NULL;
		notify(entry->context, revents);
	}
	(void)pthread_mutex_unlock(&reactor->lock);
}

static void *reactor_main(void *context)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	struct reactor *reactor = context;
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, NULL);
	for (;;) {
		int count = epoll_wait(reactor->epoll, events, EVENTS_AT_ONCE, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.u64 == END_ID)
				return NULL;
			fire(reactor, events[i].data.u64, events[i].events);
		}
	}
}

/* reactor->lock is held. */
static int start(struct reactor *reactor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = END_ID};
	int error;

	if (reactor->epoll >= 0)
		return 0;
	reactor->epoll = epoll_create1(EPOLL_CLOEXEC);
	reactor->end = eventfd(0, EFD_CLOEXEC);
	if (reactor->epoll < 0 || reactor->end < 0 ||
	    epoll_ctl(reactor->epoll, EPOLL_CTL_ADD, reactor->end, &event) < 0)
		error = -errno;
	else
		error = -pthread_create(&reactor->thread, NULL, reactor_main, reactor);
	if (!error)
		return 0;
	if (reactor->epoll >= 0)
		(void)close(reactor->epoll);
	if (reactor->end >= 0)
		(void)close(reactor->end);
	reactor->epoll = reactor->end = -1;
	return error;
}

void reactor_destroy(struct reactor *reactor)
{
	if (reactor->epoll >= 0) {
		(void)eventfd_write(reactor->end, 1);
		(void)pthread_join(reactor->thread, NULL);
		(void)close(reactor->epoll);
		(void)close(reactor->end);
	}
	(void)pthread_mutex_destroy(&reactor->lock);
}

int reactor_arm(struct reactor *reactor, struct reactor_entry *entry, uint32_t events, host_notify *notify,
		void *context)
{
	/* poll's bits and epoll's are the same. */
	struct epoll_event event = {.events = events | EPOLLONESHOT};
	int error;

	(void)pthread_mutex_lock(&reactor->lock);
	error = start(reactor);
	if (error)
		goto out;
	if (!entry->id) {
		entry->id = ++reactor->last_id;
		entry->next = reactor->entries;
		reactor->entries = entry;
	}
	entry->notify = notify;
	entry->context = context;
	event.data.u64 = entry->id;
	if (epoll_ctl(reactor->epoll, entry->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, entry->fd, &event) < 0) {
		error = -errno;
		entry->notify = NULL;
	} else {
		entry->added = true;
	}
out:
	(void)pthread_mutex_unlock(&reactor->lock);
	return error;
}

void reactor_remove(struct reactor *reactor, struct reactor_entry *entry)
{
	struct reactor_entry **link = &reactor->entries;

	(void)pthread_mutex_lock(&reactor->lock);
	while (*link && *link != entry)
		link = &(*link)->next;
	if (*link)
		*link = entry->next;
	if (entry->added)
		(void)epoll_ctl(reactor->epoll, EPOLL_CTL_DEL, entry->fd, NULL);
	(void)pthread_mutex_unlock(&reactor->lock);
}
