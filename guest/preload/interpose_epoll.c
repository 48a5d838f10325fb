/* SPDX-License-Identifier: MIT */
/* epoll: the kernel's own, on the descriptors' levels, which are brought up to date before it looks at them. */
#include "guest/preload/device.h"
#include "guest/preload/readiness.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <ioferry/sys.h>
#include <sys/epoll.h>

static void watch(int set, int fd, uint32_t events)
{
	struct section *section = section_enter();
	struct shim_file *file = file_get(fd);

	if (file) {
		readiness_watch(section, file, events);
		if (!fd_entry(set))
			device_set(set, &fd_epoll);
		file_put(file);
	}
	section_leave(section, false);
}

INTERPOSE int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
	if (!device_visible(fd)) {
		errno = EBADF;
		return -1;
	}
	if (file_of(fd_entry(fd)) && event && (operation == EPOLL_CTL_ADD || operation == EPOLL_CTL_MOD))
		watch(set, fd, event->events);
	return real()->epoll_ctl(set, operation, fd, event);
}

static void refresh(int set)
{
	struct section *section;

	if (__builtin_expect(fd_entry(set) != &fd_epoll, 1))
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
