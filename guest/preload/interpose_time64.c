/* SPDX-License-Identifier: MIT */
/*
 * The symbols of programs with a 64-bit time_t on 32-bit machines: what concerns a device becomes the call with the
 * C library's own time_t.
 */
#include "guest/preload/real.h"

#if !defined(__LP64__) && __TIMESIZE == 32
#include "guest/preload/call.h"
#include "guest/preload/device.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

/* struct stat of such a program: the kernel's stat64 fields in the C library's order, times of 16 bytes. */
struct stat_time64 {
	uint64_t st_dev, st_ino;
	uint32_t st_mode, st_nlink, st_uid, st_gid;
	uint64_t st_rdev;
	int64_t st_size;
	int32_t st_blksize;
	int64_t st_blocks;
	struct timespec64 times[3];
	uint32_t reserved[2];
};

/* There is a layout for it where 8-byte integers are aligned to 8; for i386 there is none. */
#if defined(__i386__)
#define ABI_TIME64 IOF_ABI_NATIVE
#else
#define ABI_TIME64 ((iof_abi)IOF_LAYOUT_EABI32_TIME64 | IOF_NATIVE_ORDER)
#endif

static bool is_ours(int fd)
{
	const struct fd_entry *entry = fd_entry(fd);

	return __builtin_expect(entry != NULL, 0) && entry->kind != FD_EPOLL;
}

int __ioctl_time64(int fd, unsigned long number, ...);
INTERPOSE int __ioctl_time64(int fd, unsigned long number, ...)
{
	void *argument;
	va_list list;

	va_start(list, number);
	argument = va_arg(list, void *);
	va_end(list);
	return is_ours(fd) ? ioctl_device(fd, ABI_TIME64, number, (uintptr_t)argument)
			   : real()->__ioctl_time64(fd, number, argument);
}

int __fcntl_time64(int fd, int command, ...);
INTERPOSE int __fcntl_time64(int fd, int command, ...)
{
	bool duplicates = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	void *argument;
	va_list list;

	va_start(list, command);
	argument = va_arg(list, void *);
	va_end(list);
	return is_ours(fd) || duplicates ? fcntl(fd, command, argument) : real()->__fcntl_time64(fd, command, argument);
}

static const struct timespec *narrow(const struct timespec64 *wide, struct timespec *timeout)
{
	if (!wide)
		return NULL;
	timeout->tv_sec = wide->tv_sec > LONG_MAX ? LONG_MAX : (time_t)wide->tv_sec;
	timeout->tv_nsec = wide->tv_nsec;
	return timeout;
}

static bool has_device(const struct pollfd *fds, nfds_t n)
{
	for (nfds_t i = 0; fds && i < n; i++) {
		if (is_ours(fds[i].fd))
			return true;
	}
	return false;
}

int __ppoll64(struct pollfd *fds, nfds_t n, const struct timespec64 *timeout, const sigset_t *mask);
INTERPOSE int __ppoll64(struct pollfd *fds, nfds_t n, const struct timespec64 *timeout, const sigset_t *mask)
{
	struct timespec own;

	return has_device(fds, n) ? ppoll(fds, n, narrow(timeout, &own), mask)
				  : real()->__ppoll64(fds, n, timeout, mask);
}

int __ppoll64_chk(struct pollfd *fds, nfds_t n, const struct timespec64 *timeout, const sigset_t *mask, size_t size);
INTERPOSE int __ppoll64_chk(struct pollfd *fds, nfds_t n, const struct timespec64 *timeout, const sigset_t *mask,
			    size_t size)
{
	return size / sizeof *fds < n ? real()->__ppoll64_chk(fds, n, timeout, mask, size)
				      : __ppoll64(fds, n, timeout, mask);
}

static bool set_has_device(int n, const fd_set *set)
{
	for (int fd = fd_entry_next(0); set && fd >= 0 && fd < n; fd = fd_entry_next(fd + 1)) {
		if (FD_ISSET(fd, set))
			return true;
	}
	return false;
}

int __select64(int n, fd_set *in, fd_set *out, fd_set *except, struct timeval64 *timeout);
INTERPOSE int __select64(int n, fd_set *in, fd_set *out, fd_set *except, struct timeval64 *timeout)
{
	struct timeval own = {0, 0};
	int ready;

	if (!set_has_device(n, in) && !set_has_device(n, out) && !set_has_device(n, except))
		return real()->__select64(n, in, out, except, timeout);
	if (timeout) {
		own.tv_sec = timeout->tv_sec > LONG_MAX ? LONG_MAX : (time_t)timeout->tv_sec;
		own.tv_usec = (suseconds_t)timeout->tv_usec;
	}
	ready = select(n, in, out, except, timeout ? &own : NULL);
	if (timeout)
		*timeout = (struct timeval64){own.tv_sec, own.tv_usec};
	return ready;
}

int __pselect64(int n, fd_set *in, fd_set *out, fd_set *except, const struct timespec64 *timeout, const sigset_t *mask);
INTERPOSE int __pselect64(int n, fd_set *in, fd_set *out, fd_set *except, const struct timespec64 *timeout,
			  const sigset_t *mask)
{
	struct timespec own;

	if (!set_has_device(n, in) && !set_has_device(n, out) && !set_has_device(n, except))
		return real()->__pselect64(n, in, out, except, timeout, mask);
	return pselect(n, in, out, except, narrow(timeout, &own), mask);
}

int __epoll_pwait2_time64(int set, struct epoll_event *events, int max, const struct timespec64 *timeout,
			  const sigset_t *mask);
INTERPOSE int __epoll_pwait2_time64(int set, struct epoll_event *events, int max, const struct timespec64 *timeout,
				    const sigset_t *mask)
{
	struct timespec own;

	return fd_entry(set) ? epoll_pwait2(set, events, max, narrow(timeout, &own), mask)
			     : real()->__epoll_pwait2_time64(set, events, max, timeout, mask);
}

static struct timespec64 widen(struct timespec time)
{
	return (struct timespec64){time.tv_sec, (int32_t)time.tv_nsec, 0};
}

static int convert(int result, const struct stat64 *from, struct stat_time64 *to)
{
	if (result)
		return result;
	*to = (struct stat_time64){.st_dev = from->st_dev,
				   .st_ino = from->st_ino,
				   .st_mode = from->st_mode,
				   .st_nlink = from->st_nlink,
				   .st_uid = from->st_uid,
				   .st_gid = from->st_gid,
				   .st_rdev = from->st_rdev,
				   .st_size = from->st_size,
				   .st_blksize = from->st_blksize,
				   .times = {widen(from->st_atim), widen(from->st_mtim), widen(from->st_ctim)}};
	return 0;
}

/* The C library's own first: only what it denies may be a device, or what the name says is one. */
#define STAT(name, native, parameters, arguments, native_arguments, is_device)                                         \
	int name parameters;                                                                                           \
	INTERPOSE int name parameters                                                                                  \
	{                                                                                                              \
		struct stat64 own;                                                                                     \
		int result;                                                                                            \
                                                                                                                       \
		if (!(is_device)) {                                                                                    \
			result = real()->name arguments;                                                               \
			if (!result || errno != ENOENT)                                                                \
				return result;                                                                         \
		}                                                                                                      \
		result = native native_arguments;                                                                      \
		if (!result && !S_ISCHR(own.st_mode) && own.st_dev != SHIM_DEV)                                        \
			return real()->name arguments;                                                                 \
		return convert(result, &own, status);                                                                  \
	}

static bool is_named(const char *path)
{
	char name[NAME_SIZE];

	return name_of_path(path, name);
}

STAT(__stat64_time64, stat64, (const char *path, struct stat_time64 *status), (path, status), (path, &own),
     is_named(path))
STAT(__lstat64_time64, lstat64, (const char *path, struct stat_time64 *status), (path, status), (path, &own),
     is_named(path))
STAT(__fstat64_time64, fstat64, (int fd, struct stat_time64 *status), (fd, status), (fd, &own), is_ours(fd))
STAT(__fstatat64_time64, fstatat64, (int fd, const char *path, struct stat_time64 *status, int flags),
     (fd, path, status, flags), (fd, path, &own, flags), is_named(path) || (is_ours(fd) && (flags & AT_EMPTY_PATH)))
#endif
