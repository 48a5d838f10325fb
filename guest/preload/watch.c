/* SPDX-License-Identifier: MIT */
#include "guest/preload/watch.h"
#include "guest/preload/file.h"
#include <poll.h>
#include <stdatomic.h>

#define SETS_MAX 64
#define CLOSING  0x80000000u /* in references: the last one is being given back */

static struct epoll_set {
	struct fd_entry entry;
	_Atomic(uint32_t) references; /* numbers that stand for it */
} sets[SETS_MAX];

static struct iof_lock sets_lock; /* so that two threads make one set for a number */

static struct epoll_set *set_at(const struct fd_entry *entry)
{
	return entry == &fd_epoll ? NULL : (struct epoll_set *)(uintptr_t)entry;
}

static const struct fd_entry *create(int fd)
{
	const struct fd_entry *former;

	for (unsigned i = 0; i < SETS_MAX; i++) {
		if (sets[i].references)
			continue;
		sets[i].entry.kind = FD_EPOLL;
		if (!fd_entry_set(fd, &sets[i].entry, &former))
			break;
		sets[i].references = 1;
		return &sets[i].entry;
	}
	(void)fd_entry_set(fd, &fd_epoll, &former);
	return &fd_epoll;
}

const struct fd_entry *watch_set_of(int fd)
{
	const struct fd_entry *entry;

	iof_lock(&sets_lock);
	entry = fd_entry(fd);
	if (!entry)
		entry = create(fd);
	iof_unlock(&sets_lock);
	return entry->kind == FD_EPOLL ? entry : &fd_epoll;
}

const struct fd_entry *watch_set_hold(const struct fd_entry *entry)
{
	struct epoll_set *set = set_at(entry);
	uint32_t references = set ? (uint32_t)set->references : 0;

	while (references && references != CLOSING) {
		if (atomic_compare_exchange_weak(&set->references, &references, references + 1))
			return entry;
	}
	return &fd_epoll;
}

/* The lock is held. */
static void recount(struct shim_file *file)
{
	uint32_t all = file->kept;

	for (unsigned i = 0; i < FILE_WATCHES; i++)
		all |= file->watches[i].events;
	file->watched = all != 0;
	file->wanted = all & ~(uint32_t)FILE_WATCHED;
}

static void forget_set(const struct fd_entry *set)
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		iof_lock(&file->lock);
		for (unsigned k = 0; k < FILE_WATCHES; k++) {
			if (file->watches[k].set == set)
				file->watches[k] = (struct file_watch){0};
		}
		recount(file);
		iof_unlock(&file->lock);
		file_put(file);
	}
}

void watch_set_put(const struct fd_entry *entry)
{
	struct epoll_set *set = set_at(entry);

	uint32_t references = set ? (uint32_t)set->references : 0;

	if (!set)
		return;
	while (!atomic_compare_exchange_weak(&set->references, &references, references == 1 ? CLOSING : references - 1))
		;
	if (references > 1)
		return;
	forget_set(entry);
	set->references = 0; /* free from here on */
}

/* The lock is held. NULL: not there, or for @set NULL: no room. */
static struct file_watch *find(struct shim_file *file, const struct fd_entry *set, int fd)
{
	for (unsigned i = 0; i < FILE_WATCHES; i++) {
		struct file_watch *watch = &file->watches[i];

		if (watch->set == set && (!set || watch->fd == fd))
			return watch;
	}
	return NULL;
}

uint32_t watch_add(struct shim_file *file, const struct fd_entry *set, int fd, uint32_t events)
{
	struct file_watch *watch;
	uint32_t former = 0;

	events |= FILE_WATCHED;
	iof_lock(&file->lock);
	watch = set == &fd_epoll ? NULL : find(file, set, fd);
	if (watch) {
		former = watch->events;
		watch->events |= events;
	} else {
		watch = set == &fd_epoll ? NULL : find(file, NULL, 0);
		if (watch)
			*watch = (struct file_watch){set, fd, events};
		else
			file->kept |= events;
	}
	recount(file);
	iof_unlock(&file->lock);
	return former;
}

void watch_set(struct shim_file *file, const struct fd_entry *set, int fd, uint32_t events)
{
	struct file_watch *watch;

	iof_lock(&file->lock);
	watch = find(file, set, fd);
	if (watch && events)
		watch->events = events | FILE_WATCHED;
	else if (watch)
		*watch = (struct file_watch){0};
	recount(file);
	iof_unlock(&file->lock);
}

void watch_forked(void)
{
	sets_lock = (struct iof_lock){0};
	for (unsigned i = 0; i < SETS_MAX; i++)
		sets[i].references = 0;
	for (int fd = fd_entry_next(0); fd >= 0; fd = fd_entry_next(fd + 1)) {
		struct epoll_set *set = fd_entry(fd)->kind == FD_EPOLL ? set_at(fd_entry(fd)) : NULL;

		if (set)
			set->references++;
	}
}

bool watch_any(const struct link *link)
{
	bool any = false;

	for (unsigned i = 0; !any && i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		iof_lock(&file->lock);
		any = file->watched && file->link == link;
		iof_unlock(&file->lock);
		file_put(file);
	}
	return any;
}
