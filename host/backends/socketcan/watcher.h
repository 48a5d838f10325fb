/* SPDX-License-Identifier: MIT */
/**
 * @file watcher.h
 * Tells when descriptors become ready, from a thread of its own.
 */
#ifndef IOFERRY_HOST_SOCKETCAN_WATCHER_H
#define IOFERRY_HOST_SOCKETCAN_WATCHER_H

#include "host/backend.h"

#include <poll.h>
#include <pthread.h>

/** What a node reports of a socket's events: its error is the interface that went down, of which a message tells. */
static inline uint32_t socketcan_events(uint32_t events, uint32_t wanted)
{
	return events & POLLERR ? (events & ~(uint32_t)POLLERR) | (wanted & (POLLIN | POLLRDNORM)) : events;
}

/** A descriptor that is watched for. The owner embeds it; zeroed at first. */
struct socketcan_watch {
	int fd;
	host_notify *notify; /**< NULL: not watched now */
	void *context;
	uint32_t events;
};

struct socketcan_watcher;

/** NULL: no memory. Its thread starts with the first watch. */
struct socketcan_watcher *socketcan_watcher_create(void);
void socketcan_watcher_destroy(
	struct socketcan_watcher *watcher); /**< nothing may be watched any more; NULL is allowed */

/** Calls @p notify once when fd has some of @p events (or an error). A later call replaces an earlier one. 0 or -errno.
 */
int socketcan_watch(struct socketcan_watcher *watcher, struct socketcan_watch *watch, uint32_t events,
		    host_notify *notify, void *context);
/** Ends it; no notify runs afterwards. */
void socketcan_unwatch(struct socketcan_watcher *watcher, struct socketcan_watch *watch);

#endif
