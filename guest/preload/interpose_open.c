/* SPDX-License-Identifier: MIT */
/* open() and its relatives. */
#include "guest/preload/beside.h"
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

/*
 * A path that may be a device is asked of the host first; another one only after the kernel has denied it. The two
 * halves of each function below.
 */
static bool open_first(const char *path, int flags, int *result)
{
	char name[NAME_SIZE];

	return name_of_path(path, name) ? device_open(name, flags, result) : beside_open(path, flags, result);
}

static int open_denied(int directory, const char *path, int flags)
{
	char name[NAME_SIZE];
	int result;

	if (errno != ENOENT || flags & O_CREAT || name_of_path(path, name) || !name_resolve(directory, path, name))
		return -1;
	if (!device_open(name, flags, &result)) {
		errno = ENOENT;
		return -1;
	}
	return (int)shim_result(result);
}

static int finish(int fd, int directory, const char *path, int flags)
{
	if (fd < 0)
		return open_denied(directory, path, flags);
	if (fd_entry(fd))
		device_forget(fd);
	return fd;
}

static bool takes_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

#define OPEN(name, parameters, arguments, directory)                                                                   \
	INTERPOSE int name parameters                                                                                  \
	{                                                                                                              \
		mode_t mode = 0;                                                                                       \
		va_list list;                                                                                          \
		int result;                                                                                            \
                                                                                                                       \
		if (takes_mode(flags)) {                                                                               \
			va_start(list, flags);                                                                         \
			mode = va_arg(list, mode_t);                                                                   \
			va_end(list);                                                                                  \
		}                                                                                                      \
		if (open_first(path, flags, &result))                                                                  \
			return (int)shim_result(result);                                                               \
		return finish(real()->name arguments, directory, path, flags);                                         \
	}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
OPEN(openat, (int directory, const char *path, int flags, ...), (directory, path, flags, mode), directory)
OPEN(openat64, (int directory, const char *path, int flags, ...), (directory, path, flags, mode), directory)

/* What open() without a mode becomes under _FORTIFY_SOURCE. */
#define OPEN_2(name, parameters, arguments, directory)                                                                 \
	int name parameters;                                                                                           \
	INTERPOSE int name parameters                                                                                  \
	{                                                                                                              \
		int result;                                                                                            \
                                                                                                                       \
		if (open_first(path, flags, &result))                                                                  \
			return (int)shim_result(result);                                                               \
		return finish(real()->name arguments, directory, path, flags);                                         \
	}

OPEN_2(__open_2, (const char *path, int flags), (path, flags), AT_FDCWD)
OPEN_2(__open64_2, (const char *path, int flags), (path, flags), AT_FDCWD)
OPEN_2(__openat_2, (int directory, const char *path, int flags), (directory, path, flags), directory)
OPEN_2(__openat64_2, (int directory, const char *path, int flags), (directory, path, flags), directory)

#define CREAT_FLAGS (O_CREAT | O_WRONLY | O_TRUNC)

INTERPOSE int creat(const char *path, mode_t mode)
{
	int result;

	if (open_first(path, CREAT_FLAGS, &result))
		return (int)shim_result(result);
	return finish(real()->creat(path, mode), AT_FDCWD, path, CREAT_FLAGS);
}

INTERPOSE int creat64(const char *path, mode_t mode)
{
	int result;

	if (open_first(path, CREAT_FLAGS, &result))
		return (int)shim_result(result);
	return finish(real()->creat64(path, mode), AT_FDCWD, path, CREAT_FLAGS);
}
