/* SPDX-License-Identifier: MIT */
#include "host/session/opens.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>

#define ALWAYS_REPORTED ((uint32_t)(POLLERR | POLLHUP | POLLNVAL))

void open_registry_create(struct open_registry *registry)
{
	registry->first = NULL;
	(void)pthread_mutex_init(&registry->lock, NULL);
}

void open_registry_destroy(struct open_registry *registry)
{
	(void)pthread_mutex_destroy(&registry->lock);
}

struct open_file *open_create(struct device *device, const struct iof_peer *peer)
{
	struct open_file *open = calloc(1, sizeof(*open));

	if (!open)
		return NULL;
	/* The token lets another session of the peer attach: guessing it must be hopeless. */
	while (!open->token) {
		if (getrandom(&open->token, sizeof(open->token), 0) != (ssize_t)sizeof(open->token)) {
			free(open);
			return NULL;
		}
	}
	open->refs = 1;
	open->device = device_get(device);
	open->peer = *peer;
	(void)pthread_mutex_init(&open->poll_lock, NULL);
	return open;
}

void open_publish(struct open_registry *registry, struct open_file *open)
{
	atomic_fetch_add(&open->device->opens, 1);
	(void)pthread_mutex_lock(&registry->lock);
	open->next = registry->first;
	open->link = &registry->first;
	if (open->next)
		open->next->link = &open->next;
	registry->first = open;
	(void)pthread_mutex_unlock(&registry->lock);
}

struct open_file *open_get(struct open_file *open)
{
	atomic_fetch_add_explicit(&open->refs, 1, memory_order_relaxed);
	return open;
}

bool open_put(struct open_registry *registry, struct open_file *open)
{
	unsigned refs = atomic_load(&open->refs);

	/* The last reference goes under the lock, or open_find() could revive what is being destroyed. */
	while (refs > 1)
		if (atomic_compare_exchange_weak(&open->refs, &refs, refs - 1))
			return false;
	(void)pthread_mutex_lock(&registry->lock);
	if (atomic_fetch_sub(&open->refs, 1) != 1) {
		(void)pthread_mutex_unlock(&registry->lock);
		return false;
	}
	if (open->link) {
		*open->link = open->next;
		if (open->next)
			open->next->link = open->link;
	}
	(void)pthread_mutex_unlock(&registry->lock);
	return true;
}

void open_destroy(struct open_file *open)
{
	if (open->file) {
		open->device->backend_device->backend->close(open->file);
		atomic_fetch_sub(&open->device->opens, 1);
	}
	device_put(open->device);
	(void)pthread_mutex_destroy(&open->poll_lock);
	free(open);
}

struct open_file *open_find(struct open_registry *registry, uint64_t token, const struct iof_peer *peer)
{
	struct open_file *open;

	(void)pthread_mutex_lock(&registry->lock);
	for (open = registry->first; open; open = open->next)
		if (open->token == token && peer_same(&open->peer, peer))
			break;
	if (open)
		(void)open_get(open);
	(void)pthread_mutex_unlock(&registry->lock);
	return open;
}

/* registry->lock is held. */
static unsigned shared_by(const struct open_registry *registry, const struct iof_peer *peer)
{
	unsigned count = 0;

	for (const struct open_file *open = registry->first; open; open = open->next)
		count += open->shares && peer_same(&open->peer, peer);
	return count;
}

int open_share(struct open_registry *registry, struct open_file *open, uint64_t until_ms, unsigned most)
{
	int error = 0;

	(void)pthread_mutex_lock(&registry->lock);
	if (!open->shares) {
		/* Shares can be renewed: without a limit they would hold opens that no handle counts. */
		if (shared_by(registry, &open->peer) < most)
			(void)open_get(open);
		else
			error = -EMFILE;
	}
	if (!error) {
		if (open->shares < UINT_MAX)
			open->shares++;
		open->shared_until_ms = until_ms;
	}
	(void)pthread_mutex_unlock(&registry->lock);
	return error;
}

void open_unshare(struct open_registry *registry, struct open_file *open)
{
	bool last;

	(void)pthread_mutex_lock(&registry->lock);
	last = open->shares == 1;
	if (open->shares)
		open->shares--;
	(void)pthread_mutex_unlock(&registry->lock);
	if (last)
		(void)open_put(registry, open);
}

struct open_file *open_expired(struct open_registry *registry, uint64_t now_ms, uint64_t *next_ms)
{
	struct open_file *expired = NULL;

	*next_ms = UINT64_MAX;
	(void)pthread_mutex_lock(&registry->lock);
	for (struct open_file *open = registry->first; open; open = open->next) {
		if (!open->shares)
			continue;
		if (!expired && open->shared_until_ms <= now_ms) {
			expired = open;
			open->shares = 0;
		} else if (open->shared_until_ms < *next_ms) {
			*next_ms = open->shared_until_ms;
		}
	}
	(void)pthread_mutex_unlock(&registry->lock);
	return expired;
}

void open_add_waiter(struct open_file *open, struct poll_waiter *waiter, iof_handle handle)
{
	(void)pthread_mutex_lock(&open->poll_lock);
	waiter->open = open;
	waiter->handle = handle;
	waiter->armed = false;
	waiter->answering = 0;
	waiter->early = 0;
	waiter->next = open->waiters;
	waiter->link = &open->waiters;
	if (waiter->next)
		waiter->next->link = &waiter->next;
	open->waiters = waiter;
	(void)pthread_mutex_unlock(&open->poll_lock);
}

void open_remove_waiter(struct poll_waiter *waiter)
{
	struct open_file *open = waiter->open;

	(void)pthread_mutex_lock(&open->poll_lock);
	*waiter->link = waiter->next;
	if (waiter->next)
		waiter->next->link = waiter->link;
	waiter->open = NULL;
	waiter->armed = false;
	(void)pthread_mutex_unlock(&open->poll_lock);
}

/* Fires what is armed, except @p but. Spurious for waiters of other events: they poll again. poll_lock is held. */
static void fire_armed(struct open_file *open, const struct poll_waiter *but, uint32_t revents)
{
	for (struct poll_waiter *waiter = open->waiters; waiter; waiter = waiter->next) {
		if (!waiter->armed || waiter == but)
			continue;
		waiter->armed = false;
		if (waiter->answering)
			waiter->early |= revents;
		else
			waiter->fire(waiter, revents);
	}
}

static void notified(void *context, uint32_t revents)
{
	struct open_file *open = context;

	(void)pthread_mutex_lock(&open->poll_lock);
	fire_armed(open, NULL, revents);
	(void)pthread_mutex_unlock(&open->poll_lock);
}

/* False: the waiter has been taken out meanwhile. poll_lock is held. */
static bool is_waiter(const struct open_file *open, const struct poll_waiter *waiter, iof_handle handle)
{
	return waiter->open == open && waiter->handle == handle;
}

/* The events that all armed waiters wait for; @p waiter is armed first. False: it is no waiter of this open. */
static bool arm_waiter(struct open_file *open, struct poll_waiter *waiter, iof_handle handle, uint32_t events,
		       uint32_t *all)
{
	bool ours;

	(void)pthread_mutex_lock(&open->poll_lock);
	ours = is_waiter(open, waiter, handle);
	if (ours) {
		waiter->events = events;
		waiter->armed = true;
	}
	*all = 0;
	for (const struct poll_waiter *each = open->waiters; each; each = each->next)
		*all |= each->armed ? each->events : 0;
	(void)pthread_mutex_unlock(&open->poll_lock);
	return ours;
}

void open_answered(struct open_file *open, struct poll_waiter *waiter, iof_handle handle)
{
	uint32_t early;

	(void)pthread_mutex_lock(&open->poll_lock);
	if (is_waiter(open, waiter, handle) && waiter->answering && !--waiter->answering) {
		early = waiter->early;
		waiter->early = 0;
		if (early)
			waiter->fire(waiter, early);
	}
	(void)pthread_mutex_unlock(&open->poll_lock);
}

uint32_t open_poll(struct open_file *open, struct poll_waiter *waiter, iof_handle handle, uint32_t events, bool arm)
{
	const struct host_backend *backend = open->device->backend_device->backend;
	uint32_t wanted = events | ALWAYS_REPORTED;
	uint32_t all, ready;

	if (!arm)
		return backend->poll(open->file, events, NULL, NULL) & wanted;
	(void)pthread_mutex_lock(&open->poll_lock);
	if (is_waiter(open, waiter, handle))
		waiter->answering++;
	(void)pthread_mutex_unlock(&open->poll_lock);
	/* A backend remembers one notification an open, so it is asked for what all waiters want. */
	for (;;) {
		if (!arm_waiter(open, waiter, handle, events, &all))
			return POLLNVAL;
		ready = backend->poll(open->file, all, notified, open);
		if (!ready)
			return 0;
		(void)pthread_mutex_lock(&open->poll_lock);
		fire_armed(open, waiter, ready);
		if (ready & wanted)
			waiter->armed = false;
		(void)pthread_mutex_unlock(&open->poll_lock);
		if (ready & wanted)
			return ready & wanted;
	}
}
