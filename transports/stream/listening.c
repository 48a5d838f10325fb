/* SPDX-License-Identifier: MIT */
/* A listening socket, and the file that it may have. */
#include "stream.h"
#include <ioferry/sys.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int iof_listening_init(struct iof_listening *listening, int fd, const char *path, iof_stream_identify *identify)
{
	struct stat file;

	*listening = (struct iof_listening){.fd = fd, .identify = identify};
	if (!path)
		return 0;
	listening->path = strdup(path);
	if (!listening->path) {
		iof_close(fd);
		return -ENOMEM;
	}
	if (lstat(path, &file) == 0) {
		listening->device = file.st_dev;
		listening->inode = file.st_ino;
	}
	return 0;
}

int iof_listening_accept(const struct iof_listening *listening, struct iof_peer *peer)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	int fd = (int)iof_sys(SYS_accept4, listening->fd, &address, &length, SOCK_CLOEXEC);
	int r;

	if (fd < 0)
		return fd == -ECONNABORTED || fd == -EINTR ? -EAGAIN : fd;
	*peer = (struct iof_peer){.uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	r = listening->identify(fd, &address, listening->path, peer);
	if (r < 0) {
		iof_close(fd);
		return r;
	}
	return fd;
}

void iof_listening_close(struct iof_listening *listening)
{
	struct stat file;

	if (listening->path && lstat(listening->path, &file) == 0 && file.st_dev == listening->device &&
	    file.st_ino == listening->inode)
		unlink(listening->path);
	iof_close(listening->fd);
	free(listening->path);
}
