/* SPDX-License-Identifier: MIT */
/* epoll: the kernel's own, on the descriptors' levels, which are brought up to date before it looks at them. */
#include "guest/preload/device.h"
#include "guest/preload/memory.h"
#include "guest/preload/readiness.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include "guest/preload/watch.h"
#include <ioferry/sys.h>
#include <sys/epoll.h>

/* In a section. Between the two changes what is watched for is the sum of both: the kernel may have either. */
static int control(struct section *section, struct shim_file *file, int set, int operation, struct epoll_event *event,
		   int fd)
{
	const struct fd_entry *entry = watch_set_of(set);
	uint32_t former = 0, now = 0;
	struct epoll_event copy;
	int result;

	if (operation != EPOLL_CTL_DEL) {
		if (memory_copy(&copy, event, sizeof copy))
			return (int)shim_result(-EFAULT);
		now = copy.events & READINESS_EVENTS;
		former = watch_add(file, entry, fd, now);
		readiness_watch(section, file);
	}
	result = real()->epoll_ctl(set, operation, fd, event);
	if (operation != EPOLL_CTL_DEL || !result)
		watch_set(file, entry, fd, result ? former : operation == EPOLL_CTL_DEL ? 0 : now | FILE_WATCHED);
	return result;
}

INTERPOSE int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
	struct section *section;
	struct shim_file *file;
	int result, error;

	if (!device_visible(fd)) {
		errno = EBADF;
		return -1;
	}
	if (!file_of(fd_entry(fd)) || operation < EPOLL_CTL_ADD || operation > EPOLL_CTL_MOD)
		return real()->epoll_ctl(set, operation, fd, event);
	section = section_enter();
	file = section->file = file_get(fd);
	result =
		file ? control(section, file, set, operation, event, fd) : real()->epoll_ctl(set, operation, fd, event);
	error = errno;
	section_leave(section, false);
	errno = error;
	return result;
}

static void refresh(int set)
{
	const struct fd_entry *entry = fd_entry(set);
	struct section *section;

	if (__builtin_expect(!entry || entry->kind != FD_EPOLL, 1))
		return;
	section = section_enter();
	readiness_refresh_watched(section);
	section_leave(section, false);
}

INTERPOSE int epoll_wait(int set, struct epoll_event *events, int max, int timeout)
{
	refresh(set);
	return real()->epoll_wait(set, events, max, timeout);
}

INTERPOSE int epoll_pwait(int set, struct epoll_event *events, int max, int timeout, const sigset_t *mask)
{
	refresh(set);
	return real()->epoll_pwait(set, events, max, timeout, mask);
}

INTERPOSE int epoll_pwait2(int set, struct epoll_event *events, int max, const struct timespec *timeout,
			   const sigset_t *mask)
{
	refresh(set);
	return real()->epoll_pwait2(set, events, max, timeout, mask);
}
