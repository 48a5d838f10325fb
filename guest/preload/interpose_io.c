/* SPDX-License-Identifier: MIT */
/* read(), write() and ioctl(). */
#include "guest/preload/call.h"
#include "guest/preload/device.h"
#include "guest/preload/memory.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* 0: foreign; 1: a device; -1: does not exist. */
static inline int kind_of(int fd)
{
	const struct fd_entry *entry = fd_entry(fd);

	if (__builtin_expect(!entry || entry->kind == FD_EPOLL, 1))
		return 0;
	return entry->kind == FD_DEVICE ? 1 : -1;
}

enum way { WAY_READ, WAY_WRITE };

/* One transfer for each element, as the kernel does for drivers that have no vectors of their own. */
static ssize_t transfer(enum way way, int fd, const struct iovec *parts, int n_parts)
{
	struct section *section = section_enter_cancellable();
	struct shim_file *file = section->file = file_get(fd);
	ssize_t total = 0, part = file ? 0 : -EBADF;

	for (int i = 0; file && i < n_parts; i++) {
		if (!parts[i].iov_len && n_parts > 1)
			continue;
		part = way == WAY_READ ? call_read(section, file, fd, parts[i].iov_base, parts[i].iov_len)
				       : call_write(section, file, fd, parts[i].iov_base, parts[i].iov_len);
		if (part > 0)
			total += part;
		if (part < 0 || (size_t)part != parts[i].iov_len)
			break;
	}
	section_leave(section, part == -EINTR && !total);
	return shim_result(part < 0 && !total ? part : total);
}

static ssize_t transfer_vector(enum way way, int fd, const struct iovec *vector, int n)
{
	struct iovec parts[IOV_MAX];

	if (n < 0 || n > IOV_MAX) {
		errno = EINVAL;
		return -1;
	}
	/* The kernel copies the vector before it does anything; a bad pointer is EFAULT and nothing moves. */
	if (n && memory_copy(parts, vector, (size_t)n * sizeof *parts)) {
		errno = EFAULT;
		return -1;
	}
	return transfer(way, fd, parts, n);
}

static ssize_t no_such(void)
{
	errno = EBADF;
	return -1;
}

INTERPOSE ssize_t read(int fd, void *buffer, size_t count)
{
	struct iovec part = {buffer, count};
	int kind = kind_of(fd);

	if (!kind)
		return real()->read(fd, buffer, count);
	return kind < 0 ? no_such() : transfer(WAY_READ, fd, &part, 1);
}

ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size);
INTERPOSE ssize_t __read_chk(int fd, void *buffer, size_t count, size_t size)
{
	/* For a device that counts in records the compiler compared other units. */
	return kind_of(fd) ? read(fd, buffer, count) : real()->__read_chk(fd, buffer, count, size);
}

INTERPOSE ssize_t write(int fd, const void *buffer, size_t count)
{
	struct iovec part = {(void *)(uintptr_t)buffer, count};
	int kind = kind_of(fd);

	if (!kind)
		return real()->write(fd, buffer, count);
	return kind < 0 ? no_such() : transfer(WAY_WRITE, fd, &part, 1);
}

INTERPOSE ssize_t readv(int fd, const struct iovec *vector, int n)
{
	int kind = kind_of(fd);

	if (!kind)
		return real()->readv(fd, vector, n);
	return kind < 0 ? no_such() : transfer_vector(WAY_READ, fd, vector, n);
}

INTERPOSE ssize_t writev(int fd, const struct iovec *vector, int n)
{
	int kind = kind_of(fd);

	if (!kind)
		return real()->writev(fd, vector, n);
	return kind < 0 ? no_such() : transfer_vector(WAY_WRITE, fd, vector, n);
}

/* What the kernel does itself, whatever the driver. The socket underneath would do more (FIOASYNC). */
static bool ioctl_of_kernel(struct shim_file *file, int fd, unsigned long number, uintptr_t argument, long *result)
{
	int on;

	switch ((uint32_t)number) {
	case FIOCLEX:
	case FIONCLEX: *result = iof_sys(SYS_ioctl, fd, number, argument); return true;
	case FIONBIO:
		*result = iof_sys(SYS_ioctl, fd, number, argument);
		if (!*result && !memory_copy(&on, (const void *)argument, sizeof on))
			file->status = on ? O_NONBLOCK : 0;
		return true;
	case FIOASYNC:
		*result = memory_copy(&on, (const void *)argument, sizeof on);
		if (!*result && on)
			*result = -ENOTTY;
		return true;
	default: return false;
	}
}

int ioctl_device(int fd, iof_abi abi, unsigned long number, uintptr_t argument)
{
	struct section *section = section_enter();
	struct shim_file *file = section->file = file_get(fd);
	long result = -EBADF;

	if (file && !ioctl_of_kernel(file, fd, number, argument, &result))
		result = call_ioctl(section, file, fd, abi, number, argument);
	section_leave(section, false);
	return (int)shim_result(result);
}

INTERPOSE int ioctl(int fd, unsigned long number, ...)
{
	int kind = kind_of(fd);
	void *argument;
	va_list list;

	va_start(list, number);
	argument = va_arg(list, void *);
	va_end(list);
	if (!kind)
		return real()->ioctl(fd, number, argument);
	return kind < 0 ? (int)no_such() : ioctl_device(fd, IOF_ABI_NATIVE, number, (uintptr_t)argument);
}
