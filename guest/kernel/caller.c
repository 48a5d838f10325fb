/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RUNNING_YIELDS 8 /* the caller has queued its request and goes to sleep now: usually one is enough */

#define NATIVE ((uint8_t)IOF_ABI_LAYOUT(IOF_ABI_NATIVE))

struct number {
	uint64_t number;
	uint8_t operation; /* enum caller_operation */
	uint8_t layout;    /* enum iof_layout */
};

/*
 * The operation is known from the FUSE request; the number then tells the caller's ABI, because no number
 * stands for the same operation in two ABIs of these architectures (x86-64: 0 and 3 are read, i386's 0 is
 * restart_syscall and x86-64's 3 is close).
 */
static const struct number numbers[] = {
	{SYS_read, CALLER_READ, NATIVE},      {SYS_pread64, CALLER_READ, NATIVE},  {SYS_write, CALLER_WRITE, NATIVE},
	{SYS_pwrite64, CALLER_WRITE, NATIVE}, {SYS_ioctl, CALLER_IOCTL, NATIVE},
#if defined(__x86_64__)
	{3, CALLER_READ, IOF_LAYOUT_I386},    {180, CALLER_READ, IOF_LAYOUT_I386}, {4, CALLER_WRITE, IOF_LAYOUT_I386},
	{181, CALLER_WRITE, IOF_LAYOUT_I386}, {54, CALLER_IOCTL, IOF_LAYOUT_I386},
#elif defined(__aarch64__)
	{3, CALLER_READ, IOF_LAYOUT_EABI32},   {180, CALLER_READ, IOF_LAYOUT_EABI32},
	{4, CALLER_WRITE, IOF_LAYOUT_EABI32},  {181, CALLER_WRITE, IOF_LAYOUT_EABI32},
	{54, CALLER_IOCTL, IOF_LAYOUT_EABI32},
#endif
};

int caller_syscall_parse(const char *line, struct caller_syscall *call)
{
	int fields;

	if (strncmp(line, "running", 7) == 0)
		return -EAGAIN;
	fields = sscanf(line, "%" SCNu64 " %" SCNx64 " %" SCNx64 " %" SCNx64, &call->number, &call->argument[0],
			&call->argument[1], &call->argument[2]);
	/* A thread that sleeps outside a system call shows "-1 SP PC". */
	return fields == 4 && (int64_t)call->number >= 0 ? 0 : -EPROTO;
}

int caller_io_from_syscall(const struct caller_syscall *call, enum caller_operation operation, struct caller_io *io)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t mask = numbers[i].layout == IOF_LAYOUT_LP64 ? UINT64_MAX : UINT32_MAX;

		if (numbers[i].operation != operation || numbers[i].number != call->number)
			continue;
		io->layout = (enum iof_layout)numbers[i].layout;
		io->fd = (int)call->argument[0];
		io->address = call->argument[1] & mask;
		io->count = call->argument[2] & mask;
		return 0;
	}
	return -EOPNOTSUPP;
}

/* Reads a small file of /proc as a string. */
static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;
	int ret = 0;

	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	if (got < 0)
		ret = -errno;
	text[got > 0 ? got : 0] = '\0';
	close(fd);
	return ret;
}

int caller_io(pid_t tid, enum caller_operation operation, struct caller_io *io)
{
	struct caller_syscall call;
	char path[64], line[256];
	int ret;

	if (tid <= 0)
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/syscall", (int)tid);
	for (int turn = 0;; turn++) {
		ret = read_text(path, line, sizeof(line));
		if (!ret)
			ret = caller_syscall_parse(line, &call);
		if (ret != -EAGAIN || turn >= RUNNING_YIELDS)
			break;
		sched_yield();
	}
	return ret ? ret : caller_io_from_syscall(&call, operation, io);
}

int caller_flags_parse(const char *text)
{
	const char *line = strstr(text, "flags:");
	unsigned flags;

	if (!line || (line != text && line[-1] != '\n') || sscanf(line, "flags: %o", &flags) != 1)
		return -EPROTO;
	return (int)(flags & INT32_MAX);
}

int caller_flags(pid_t tid, int fd)
{
	char path[64], text[512];
	int ret;

	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, fd);
	ret = read_text(path, text, sizeof(text));
	return ret ? ret : caller_flags_parse(text);
}
