/* SPDX-License-Identifier: MIT */
#include "stream.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <sys/ioctl.h>

static int set_blocking(int fd)
{
	int off = 0;

	return (int)iof_sys(SYS_ioctl, fd, FIONBIO, &off);
}

static int wait_connected(int fd, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - iof_now_ms();
		int r = left > 0 ? iof_poll(fd, POLLOUT, (int)left) : 0;
		int error = 0;
		socklen_t size = sizeof error;

		if (r == -EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? r : -ETIMEDOUT;
		r = (int)iof_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size);
		return r < 0 ? r : -error;
	}
}

int iof_stream_connect_socket(int fd, const struct sockaddr *address, socklen_t length, int timeout_ms)
{
	int64_t deadline = iof_now_ms() + timeout_ms;
	int r;

	for (;;) {
		r = (int)iof_sys(SYS_connect, fd, address, length);
		/* A Unix listener whose queue is full gives EAGAIN, and nothing to poll for. */
		if (r != -EAGAIN || iof_now_ms() >= deadline)
			break;
		iof_poll(-1, 0, 10);
	}
	if (r == -EINPROGRESS)
		r = wait_connected(fd, deadline);
	if (r == -EAGAIN)
		r = -ETIMEDOUT;
	if (r == 0)
		r = set_blocking(fd); /* the link sleeps in recvmmsg() itself */
	if (r < 0)
		iof_close(fd);
	return r;
}

int iof_stream_connect(const struct sockaddr *address, socklen_t length, int timeout_ms)
{
	int fd = (int)iof_sys(SYS_socket, address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return fd;
	r = iof_stream_connect_socket(fd, address, length, timeout_ms);
	return r < 0 ? r : fd;
}
