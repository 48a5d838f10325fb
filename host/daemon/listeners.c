/* SPDX-License-Identifier: MIT */
#include "host/daemon/listeners.h"
#include "host/daemon/texts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>

enum { ACCEPT_AT_ONCE = 16 };

struct entry {
	struct entry *next;
	struct iof_listener *listener;
	struct texts texts;
	bool wanted;
	struct iof_log_limit refused, failed;
	char address[];
};

struct listeners {
	int epoll;
	struct engine *engine;
	uint32_t mode;
	struct entry *entries;
};

struct listeners *listeners_create(int epoll, struct engine *engine)
{
	struct listeners *listeners = calloc(1, sizeof(*listeners));

	if (listeners) {
		listeners->epoll = epoll;
		listeners->engine = engine;
	}
	return listeners;
}

void listeners_set_mode(struct listeners *listeners, uint32_t mode)
{
	listeners->mode = mode;
}

static void close_unwanted(struct listeners *listeners)
{
	for (struct entry **link = &listeners->entries; *link;) {
		struct entry *entry = *link;

		if (entry->wanted) {
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		(void)epoll_ctl(listeners->epoll, EPOLL_CTL_DEL, entry->listener->ops->descriptor(entry->listener),
				NULL);
		entry->listener->ops->destroy(entry->listener);
		free(entry);
	}
}

void listeners_destroy(struct listeners *listeners)
{
	(void)listeners_set(listeners, NULL, 0);
	free(listeners);
}

static int open_address(struct listeners *listeners, const char *address)
{
	const struct iof_host_transport *transport;
	struct epoll_event event = {.events = EPOLLIN};
	struct entry *entry = NULL;
	char reason[256] = "";
	const char *rest;
	int error;

	transport = iof_host_transport_find(address, &rest, reason, sizeof(reason));
	error = transport ? 0 : -EINVAL;
	if (!error) {
		/* Who may connect is the policy's matter, which knows the peer; so the service's own mask must not
		 * decide. It is the process's, but no other thread makes files. */
		mode_t mask = umask(~listeners->mode & 0777);

		entry = calloc(1, sizeof(*entry) + strlen(address) + 1);
		error = entry ? 0 : -ENOMEM;
		if (entry) {
			memcpy(entry->address, address, strlen(address) + 1);
			texts_init(&entry->texts, listeners->engine, entry->address);
			error = transport->listen(rest, &entry->texts.base, &entry->listener, reason, sizeof(reason));
		}
		(void)umask(mask);
	}
	if (error) {
		iof_log(IOF_LOG_ERR, "cannot listen at %s: %s", address, reason[0] ? reason : strerror(-error));
		free(entry);
		return error;
	}
	entry->wanted = true;
	event.data.ptr = entry;
	if (epoll_ctl(listeners->epoll, EPOLL_CTL_ADD, entry->listener->ops->descriptor(entry->listener), &event) < 0) {
		error = -errno;
		entry->listener->ops->destroy(entry->listener);
		free(entry);
		return error;
	}
	entry->next = listeners->entries;
	listeners->entries = entry;
	iof_log(IOF_LOG_NOTICE, "listening at %s", address);
	return 0;
}

size_t listeners_set(struct listeners *listeners, const char *const *addresses, size_t count)
{
	size_t failed = 0;

	for (struct entry *entry = listeners->entries; entry; entry = entry->next)
		entry->wanted = false;
	for (size_t i = 0; i < count; i++) {
		struct entry *entry = listeners->entries;

		while (entry && strcmp(entry->address, addresses[i]) != 0)
			entry = entry->next;
		if (entry)
			entry->wanted = true;
		else
			failed += open_address(listeners, addresses[i]) < 0;
	}
	close_unwanted(listeners);
	return failed;
}

static void log_refused(struct entry *entry, struct iof_log_limit *limit, const char *what, const char *reason)
{
	uint32_t dropped;

	if (iof_log_allowed(limit, 5, 1000, &dropped))
		iof_log(IOF_LOG_WARNING, "%s: %s: %s (%u more)", entry->address, what, reason, dropped);
}

void listeners_accept(void *event, struct engine *engine)
{
	struct entry *entry = event;
	struct timespec pause = {.tv_nsec = 50000000};
	char reason[256];

	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		struct iof_link *link;
		int error = entry->listener->ops->accept(entry->listener, &link);

		if (error == -EAGAIN)
			return;
		if (error) {
			log_refused(entry, &entry->failed, "cannot accept", strerror(-error));
			/* Out of descriptors the listener stays readable: do not spin. */
			(void)nanosleep(&pause, NULL);
			return;
		}
		if (engine_accept(engine, link, entry->address, reason, sizeof(reason)) < 0)
			log_refused(entry, &entry->refused, "session refused", reason);
	}
}
