/* SPDX-License-Identifier: MIT */
/**
 * @file reactor.h
 * A thread that waits for readiness of a device's opens.
 */
#ifndef IOFERRY_CHARDEV_REACTOR_H
#define IOFERRY_CHARDEV_REACTOR_H

#include "host/backend.h"
#include <pthread.h>

/** An open's place in the reactor. */
struct reactor_entry {
	struct reactor_entry *next;
	uint64_t id;
	int fd;
	bool added;
	host_notify *notify; /**< NULL: not armed */
	void *context;
};

struct reactor {
	pthread_mutex_t lock;
	pthread_t thread;
	struct reactor_entry *entries;
	uint64_t last_id;
	int epoll, end; /**< -1: the thread does not run yet */
};

void reactor_create(struct reactor *reactor);
/** No entry is in it any more. */
void reactor_destroy(struct reactor *reactor);
/** Calls @p notify once, when any of @p events (poll's) is there; it may be at once, in the reactor's thread.
 *  0 or a negative errno: -EPERM where the driver has no poll. */
int reactor_arm(struct reactor *reactor, struct reactor_entry *entry, uint32_t events, host_notify *notify,
		void *context);
/** When it returns, notify is not running and will not be called. */
void reactor_remove(struct reactor *reactor, struct reactor_entry *entry);

#endif
