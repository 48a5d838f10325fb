/* SPDX-License-Identifier: MIT */
/**
 * @file opens.h
 * Opens of the host. One guest open is one host open: sessions hold handles on it, and each call that is in the
 * driver holds it too, so that the driver's release comes after the last call has left.
 */
#ifndef IOFERRY_HOST_OPENS_H
#define IOFERRY_HOST_OPENS_H

#include "host/session/account.h"
#include "host/session/device.h"
#include "host/session/readiness.h"
#include <ioferry/wire.h>

struct open_file;

/** All opens of the daemon, by token. */
struct open_registry {
	pthread_mutex_t lock;
	struct open_file *first;
};

struct open_file {
	_Atomic unsigned refs;
	struct device *device;
	struct host_file *file;
	uint64_t token;
	struct account *account; /**< of who opened it; the open is counted there */

	struct open_file *next, **link; /* registry->lock; after the last reference, accounts->lock */
	unsigned shares;                /* registry->lock; while there are any, they hold one reference */
	uint64_t shared_until_ms;       /* registry->lock */

	pthread_mutex_t arm_lock; /* around a backend's poll() that arms */
	pthread_mutex_t poll_lock;
	struct poll_waiter *waiters;
};

void open_registry_create(struct open_registry *registry);
void open_registry_destroy(struct open_registry *registry);

/** Makes an open with one reference and without a file: fill in ->file after the backend has opened it, then
 *  open_publish(). 0; -EMFILE: the guest has @p most; -ENOMEM; -EIO: no random number for its token. */
int open_create(struct device *device, struct account *account, unsigned most, struct open_file **result);
void open_publish(struct open_registry *registry, struct open_file *open);
struct open_file *open_get(struct open_file *open);
/** @return true: the last reference went, and the caller must call open_destroy(). */
bool open_put(struct open_registry *registry, struct open_file *open);
/** The driver's release (if there is a file); may wait. */
void open_destroy(struct open_file *open);

/** The open of this token if the guest made it, with a reference; NULL. */
struct open_file *open_find(struct open_registry *registry, uint64_t token, const struct account *account);
/** Keeps the open even without handles, until @p until_ms or until as many have attached as there were shares.
 *  0; -EMFILE: its guest has shared @p most other opens. */
int open_share(struct open_registry *registry, struct open_file *open, uint64_t until_ms, unsigned most);
/** Somebody attaches, and has a reference: one share less, if there is one. */
void open_unshare(struct open_registry *registry, struct open_file *open);
/** Takes one open out whose shares have expired, with their reference. @p next_ms gets the time of the next. */
struct open_file *open_expired(struct open_registry *registry, uint64_t now_ms, uint64_t *next_ms);

#endif
