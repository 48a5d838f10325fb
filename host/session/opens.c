/* SPDX-License-Identifier: MIT */
#include "host/session/opens.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>

void open_registry_create(struct open_registry *registry)
{
	registry->first = NULL;
	(void)pthread_mutex_init(&registry->lock, NULL);
}

void open_registry_destroy(struct open_registry *registry)
{
	(void)pthread_mutex_destroy(&registry->lock);
}

int open_create(struct device *device, struct account *account, unsigned most, struct open_file **result)
{
	struct open_file *open;
	int error = -ENOMEM;

	if (!account_take(account, ACCOUNT_OPENS, most))
		return -EMFILE;
	open = calloc(1, sizeof(*open));
	if (!open)
		goto fail;
	error = -EIO;
	/* The token lets another session of the guest attach: guessing it must be hopeless. */
	while (!open->token)
		if (getrandom(&open->token, sizeof(open->token), 0) != (ssize_t)sizeof(open->token))
			goto fail;
	open->refs = 1;
	open->device = device_get(device);
	open->account = account;
	(void)pthread_mutex_init(&open->arm_lock, NULL);
	(void)pthread_mutex_init(&open->poll_lock, NULL);
	*result = open;
	return 0;
fail:
	free(open);
	account_give(account, ACCOUNT_OPENS);
	return error;
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
	(void)pthread_mutex_destroy(&open->arm_lock);
	(void)pthread_mutex_destroy(&open->poll_lock);
	account_give(open->account, ACCOUNT_OPENS);
	free(open);
}

struct open_file *open_find(struct open_registry *registry, uint64_t token, const struct account *account)
{
	struct open_file *open;

	(void)pthread_mutex_lock(&registry->lock);
	for (open = registry->first; open; open = open->next)
		if (open->token == token && open->account == account)
			break;
	if (open)
		(void)open_get(open);
	(void)pthread_mutex_unlock(&registry->lock);
	return open;
}

/* registry->lock is held. */
static unsigned shared_by(const struct open_registry *registry, const struct account *account)
{
	unsigned count = 0;

	for (const struct open_file *open = registry->first; open; open = open->next)
		count += open->shares && open->account == account;
	return count;
}

int open_share(struct open_registry *registry, struct open_file *open, uint64_t until_ms, unsigned most)
{
	int error = 0;

	(void)pthread_mutex_lock(&registry->lock);
	if (!open->shares) {
		/* Shares can be renewed: without a limit they would hold opens that no handle counts. */
		if (shared_by(registry, open->account) < most)
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
