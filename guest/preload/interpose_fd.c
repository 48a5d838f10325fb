/* SPDX-License-Identifier: MIT */
/* close(), dup() and fcntl(): what changes the descriptor table. */
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <linux/close_range.h>
#include <stdarg.h>
#include <unistd.h>

static int no_such(void)
{
	errno = EBADF;
	return -1;
}

INTERPOSE int close(int fd)
{
	const struct fd_entry *entry = fd_entry(fd);
	struct section *section;
	long result;

	if (__builtin_expect(!entry, 1))
		return real()->close(fd);
	if (entry->kind == FD_PRIVATE)
		return no_such();
	if (device_in_vfork())
		return real()->close(fd);
	section = section_enter();
	device_set(fd, NULL);
	result = iof_sys(SYS_close, fd);
	section_leave(section, false);
	return (int)shim_result(result);
}

/* The kernel closes between the shim's own descriptors. */
static int close_around(unsigned first, unsigned last, unsigned flags)
{
	struct section *section = section_enter();
	bool keep = flags & CLOSE_RANGE_CLOEXEC, vfork = device_in_vfork();
	unsigned from = first;
	long result = 0;

	for (int fd = fd_entry_next((int)first); fd >= 0 && (unsigned)fd <= last && !result;
	     fd = fd_entry_next(fd + 1)) {
		if (fd_entry(fd) == &fd_private) {
			if ((unsigned)fd > from)
				result = iof_sys(SYS_close_range, from, (unsigned)fd - 1, flags);
			from = (unsigned)fd + 1;
		} else if (!keep && !vfork) {
			device_set(fd, NULL);
		}
	}
	if (!result && from <= last)
		result = iof_sys(SYS_close_range, from, last, flags);
	section_leave(section, false);
	return (int)result;
}

INTERPOSE int close_range(unsigned first, unsigned last, int flags)
{
	if (first > last || first > INT32_MAX || (unsigned)flags & ~(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE) ||
	    fd_entry_next((int)first) < 0)
		return real()->close_range(first, last, flags);
	return (int)shim_result(close_around(first, last, (unsigned)flags));
}

INTERPOSE void closefrom(int first)
{
	if (first < 0)
		first = 0;
	if (fd_entry_next(first) < 0)
		real()->closefrom(first);
	else if (close_around((unsigned)first, ~0u, 0) == -ENOSYS) {
		/* Linux before 5.9 */
		for (int fd = first, end = (int)sysconf(_SC_OPEN_MAX); fd < end; fd++)
			(void)close(fd);
	}
}

/* The kernel has made @p fd a duplicate of @p of. */
static int duplicated(int of, int fd)
{
	if (fd < 0 || fd == of || (!fd_entry(of) && !fd_entry(fd)) || device_in_vfork())
		return fd;
	device_duplicated(of, fd);
	return fd;
}

INTERPOSE int dup(int fd)
{
	return device_visible(fd) ? duplicated(fd, real()->dup(fd)) : no_such();
}

INTERPOSE int dup2(int fd, int to)
{
	return device_visible(fd) && device_visible(to) ? duplicated(fd, real()->dup2(fd, to)) : no_such();
}

INTERPOSE int dup3(int fd, int to, int flags)
{
	return device_visible(fd) && device_visible(to) ? duplicated(fd, real()->dup3(fd, to, flags)) : no_such();
}

/* The kernel sets its own O_LARGEFILE, which a 64-bit libc defines as 0. */
#if defined(__LP64__)
#define KERNEL_O_LARGEFILE 0100000
#else
#define KERNEL_O_LARGEFILE O_LARGEFILE
#endif

/* What F_GETFL says of a device: the socket's own access mode is always O_RDWR. */
static int status_of(const struct shim_file *file, int flags)
{
	/* O_SYNC holds O_DSYNC's bit. */
	const int opened = O_ACCMODE | KERNEL_O_LARGEFILE | O_SYNC | O_NOATIME;

	return flags < 0 ? flags : (flags & ~(O_ACCMODE | O_ASYNC)) | (file->flags & opened);
}

static int fcntl_device(struct shim_file *file, int fd, int command, void *argument)
{
	int flags = (int)(intptr_t)argument, result;

	switch (command) {
	case F_GETFL: return status_of(file, real()->fcntl(fd, F_GETFL));
	case F_SETFL:
		/* A driver without SIGIO takes O_ASYNC and does nothing. */
		result = real()->fcntl(fd, F_SETFL, flags & ~O_ASYNC);
		if (!result)
			file->status = flags & O_NONBLOCK;
		return result;
	default: return real()->fcntl(fd, command, argument);
	}
}

static int fcntl_any(int (*function)(int, int, ...), int fd, int command, void *argument)
{
	const struct fd_entry *entry = fd_entry(fd);
	struct section *section;
	struct shim_file *file;
	int result;

	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		return device_visible(fd) ? duplicated(fd, function(fd, command, argument)) : no_such();
	if (!entry || entry->kind == FD_EPOLL)
		return function(fd, command, argument);
	if (entry->kind == FD_PRIVATE)
		return no_such();
	section = section_enter();
	file = file_get(fd);
	result = file ? fcntl_device(file, fd, command, argument) : no_such();
	if (file)
		file_put(file);
	section_leave(section, false);
	return result;
}

#define FCNTL(name)                                                                                                    \
	INTERPOSE int name(int fd, int command, ...)                                                                   \
	{                                                                                                              \
		void *argument;                                                                                        \
		va_list list;                                                                                          \
                                                                                                                       \
		va_start(list, command);                                                                               \
		argument = va_arg(list, void *);                                                                       \
		va_end(list);                                                                                          \
		return fcntl_any(real()->name, fd, command, argument);                                                 \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
