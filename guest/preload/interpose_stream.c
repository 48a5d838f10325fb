/* SPDX-License-Identifier: MIT */
/*
 * Streams of devices. stdio reads and writes through the C library's inner functions, which nobody can interpose; so a
 * device's stream is one with functions of its own (fopencookie), which call the interposed ones.
 */
#include "guest/preload/beside.h"
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define STREAMS_MAX 64

/* fileno() of a stream of ours. */
static struct {
	_Atomic(bool) taken;
	_Atomic(FILE *) stream;
	int fd; /* of the stream, before it is there */
} streams[STREAMS_MAX];

static ssize_t stream_read(void *cookie, char *buffer, size_t size)
{
	return read((int)(intptr_t)cookie, buffer, size);
}

static ssize_t stream_write(void *cookie, const char *buffer, size_t size)
{
	ssize_t written = write((int)(intptr_t)cookie, buffer, size);

	return written < 0 ? 0 : written; /* the convention of fopencookie() */
}

static int stream_close(void *cookie)
{
	int fd = (int)(intptr_t)cookie;

	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		if (!streams[i].stream || streams[i].fd != fd)
			continue;
		streams[i].stream = NULL;
		streams[i].taken = false;
	}
	return close(fd);
}

static FILE *stream_create(int fd, const char *mode)
{
	cookie_io_functions_t functions = {.read = stream_read, .write = stream_write, .close = stream_close};
	FILE *stream = fopencookie((void *)(intptr_t)fd, mode, functions);

	for (unsigned i = 0; stream && i < STREAMS_MAX; i++) {
		if (streams[i].taken || atomic_exchange(&streams[i].taken, true))
			continue;
		streams[i].fd = fd;
		streams[i].stream = stream;
		break;
	}
	return stream;
}

static int flags_of(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	return flags | (strchr(mode, 'e') ? O_CLOEXEC : 0);
}

static bool open_stream(const char *path, const char *mode, FILE **stream)
{
	char name[NAME_SIZE];
	int fd;

	if (!mode || !name_of_path(path, name) || !device_open(name, flags_of(mode), &fd))
		return false;
	*stream = NULL;
	if (fd < 0) {
		errno = -fd;
		return true;
	}
	*stream = stream_create(fd, mode);
	if (!*stream)
		(void)close(fd);
	return true;
}

/* A companion file needs no functions of its own. */
static bool open_beside(const char *path, const char *mode, FILE **stream)
{
	int fd;

	if (!mode || !beside_open(path, flags_of(mode), &fd))
		return false;
	*stream = fd < 0 ? NULL : real()->fdopen(fd, mode);
	if (fd < 0)
		errno = -fd;
	else if (!*stream)
		(void)close(fd);
	return true;
}

#define FOPEN(name)                                                                                                    \
	INTERPOSE FILE *name(const char *restrict path, const char *restrict mode)                                     \
	{                                                                                                              \
		FILE *stream;                                                                                          \
                                                                                                                       \
		if (open_stream(path, mode, &stream) || open_beside(path, mode, &stream))                              \
			return stream;                                                                                 \
		return real()->name(path, mode);                                                                       \
	}

FOPEN(fopen)
FOPEN(fopen64)

#define FREOPEN(name)                                                                                                  \
	INTERPOSE FILE *name(const char *restrict path, const char *restrict mode, FILE *restrict stream)              \
	{                                                                                                              \
		FILE *other;                                                                                           \
                                                                                                                       \
		if (!open_stream(path, mode, &other))                                                                  \
			return real()->name(path, mode, stream);                                                       \
		/* A stream cannot be given functions of its own afterwards. freopen() closes it whatever happens. */  \
		if (other)                                                                                             \
			(void)fclose(other);                                                                           \
		(void)fclose(stream);                                                                                  \
		errno = ENODEV;                                                                                        \
		return NULL;                                                                                           \
	}

FREOPEN(freopen)
FREOPEN(freopen64)

INTERPOSE FILE *fdopen(int fd, const char *mode)
{
	return file_of(fd_entry(fd)) ? stream_create(fd, mode) : real()->fdopen(fd, mode);
}

static int number_of(const FILE *stream)
{
	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		if (streams[i].stream == stream)
			return streams[i].fd;
	}
	return -1;
}

INTERPOSE int fileno(FILE *stream)
{
	int fd = number_of(stream);

	return fd >= 0 ? fd : real()->fileno(stream);
}

INTERPOSE int fileno_unlocked(FILE *stream)
{
	int fd = number_of(stream);

	return fd >= 0 ? fd : real()->fileno_unlocked(stream);
}
