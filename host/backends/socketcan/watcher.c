/* SPDX-License-Identifier: MIT */
/**
 * @file watcher.c
 * One epoll thread for the opens of a device.
 */
#include "host/backends/socketcan/watcher.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct socketcan_watcher {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	int epoll, stop;                 /* stop: an eventfd */
	struct socketcan_watch *running; /* whose notify is being called */
	pthread_t thread;
	bool started;
};

struct socketcan_watcher *socketcan_watcher_create(void)
{
	struct socketcan_watcher *watcher = calloc(1, sizeof(*watcher));
	struct epoll_event event = {.events = EPOLLIN};

	if (!watcher)
		return NULL;
	watcher->epoll = epoll_create1(EPOLL_CLOEXEC);
	watcher->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watcher->epoll < 0 || watcher->stop < 0 ||
	    epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, watcher->stop, &event)) {
		close(watcher->epoll);
		close(watcher->stop);
		free(watcher);
		return NULL;
	}
	pthread_mutex_init(&watcher->lock, NULL);
	pthread_cond_init(&watcher->idle, NULL);
	return watcher;
}

void socketcan_watcher_destroy(struct socketcan_watcher *watcher)
{
	if (!watcher)
		return;
	if (watcher->started) {
		eventfd_write(watcher->stop, 1);
		pthread_join(watcher->thread, NULL);
	}
	close(watcher->epoll);
	close(watcher->stop);
	pthread_cond_destroy(&watcher->idle);
	pthread_mutex_destroy(&watcher->lock);
	free(watcher);
}

static void forget_locked(struct socketcan_watcher *watcher, struct socketcan_watch *watch)
{
	if (watch->notify)
		epoll_ctl(watcher->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
	watch->notify = NULL;
}

static void tell_locked(struct socketcan_watcher *watcher, struct socketcan_watch *watch, uint32_t events)
{
	host_notify *notify = watch->notify;
	void *context = watch->context;
	uint32_t wanted = watch->events;

	forget_locked(watcher, watch);
	watcher->running = watch;
	pthread_mutex_unlock(&watcher->lock);
	notify(context, socketcan_events(events, wanted)); /* EPOLL* and POLL* are the same bits */
	pthread_mutex_lock(&watcher->lock);
	watcher->running = NULL;
	pthread_cond_broadcast(&watcher->idle);
}

static void *watcher_thread(void *argument)
{
	struct socketcan_watcher *watcher = argument;
	bool stopped = false;

	while (!stopped) {
		struct epoll_event event;

		/* Only wakes up: what it returns may be of a watch that ends before the lock is taken. */
		epoll_wait(watcher->epoll, &event, 1, -1);
		pthread_mutex_lock(&watcher->lock);
		if (epoll_wait(watcher->epoll, &event, 1, 0) == 1) {
			stopped = !event.data.ptr;
			if (!stopped)
				tell_locked(watcher, event.data.ptr, event.events);
		}
		pthread_mutex_unlock(&watcher->lock);
	}
	return NULL;
}

static int start_thread_locked(struct socketcan_watcher *watcher)
{
	sigset_t all, previous;
	int err;

	if (watcher->started)
		return 0;
	/* Signals end calls that block in a session's thread; none is meant for this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &previous);
	err = pthread_create(&watcher->thread, NULL, watcher_thread, watcher);
	pthread_sigmask(SIG_SETMASK, &previous, NULL);
	watcher->started = !err;
	return -err;
}

int socketcan_watch(struct socketcan_watcher *watcher, struct socketcan_watch *watch, uint32_t events,
		    host_notify *notify, void *context)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	int err;

	pthread_mutex_lock(&watcher->lock);
	err = start_thread_locked(watcher);
	if (!err) {
		forget_locked(watcher, watch);
		if (epoll_ctl(watcher->epoll, EPOLL_CTL_ADD, watch->fd, &event))
			err = -errno;
	}
	if (!err) {
		watch->notify = notify;
		watch->context = context;
		watch->events = events;
	}
	pthread_mutex_unlock(&watcher->lock);
	return err;
}

void socketcan_unwatch(struct socketcan_watcher *watcher, struct socketcan_watch *watch)
{
	pthread_mutex_lock(&watcher->lock);
	forget_locked(watcher, watch);
	while (watcher->running == watch && !pthread_equal(watcher->thread, pthread_self()))
		pthread_cond_wait(&watcher->idle, &watcher->lock);
	pthread_mutex_unlock(&watcher->lock);
}
