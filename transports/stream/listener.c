/* SPDX-License-Identifier: MIT */
#include "stream.h"
#include <ioferry/sys.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct stream_listener {
	struct iof_listener base;
	int fd;
	iof_stream_identify *identify;
	char *path; /* NULL: not a Unix socket */
	dev_t device;
	ino_t inode;
};

static int listener_descriptor(const struct iof_listener *base)
{
	return ((const struct stream_listener *)base)->fd;
}

static int listener_accept(struct iof_listener *base, struct iof_link **link)
{
	struct stream_listener *listener = (struct stream_listener *)base;
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	struct iof_peer peer = {.uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	int fd = (int)iof_sys(SYS_accept4, listener->fd, &address, &length, SOCK_CLOEXEC);
	int r;

	if (fd < 0)
		return fd == -ECONNABORTED || fd == -EINTR ? -EAGAIN : fd;
	r = listener->identify(fd, &address, listener->path, &peer);
	if (r < 0) {
		iof_close(fd);
		return r;
	}
	return iof_stream_link_create(fd, &peer, link);
}

static void listener_destroy(struct iof_listener *base)
{
	struct stream_listener *listener = (struct stream_listener *)base;
	struct stat file;

	if (listener->path && lstat(listener->path, &file) == 0 && file.st_dev == listener->device &&
	    file.st_ino == listener->inode)
		unlink(listener->path);
	iof_close(listener->fd);
	free(listener->path);
	free(listener);
}

static const struct iof_listener_ops listener_ops = {
	.descriptor = listener_descriptor,
	.accept = listener_accept,
	.destroy = listener_destroy,
};

int iof_stream_listener_create(int fd, const char *path, iof_stream_identify *identify, struct iof_listener **listener)
{
	struct stream_listener *made = calloc(1, sizeof *made);
	struct stat file;

	if (!made)
		goto fail;
	made->base.ops = &listener_ops;
	made->fd = fd;
	made->identify = identify;
	if (path) {
		made->path = strdup(path);
		if (!made->path)
			goto fail;
		if (lstat(path, &file) == 0) {
			made->device = file.st_dev;
			made->inode = file.st_ino;
		}
	}
	*listener = &made->base;
	return 0;
fail:
	free(made);
	iof_close(fd);
	return -ENOMEM;
}
