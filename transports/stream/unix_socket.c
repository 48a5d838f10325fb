/* SPDX-License-Identifier: MIT */
/* Unix socket files, for the transports that have one. */
#include "stream.h"
#include <ioferry/sys.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int iof_unix_address(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!length)
		return -EINVAL;
	if (length >= sizeof address->sun_path)
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, length + 1);
	return 0;
}

/* A socket file outlives its daemon. It is stale exactly if connecting to it is refused. */
static int remove_stale(const struct sockaddr_un *address, char *reason, size_t reason_size)
{
	const char *path = address->sun_path;
	struct stat file;
	int fd;

	if (lstat(path, &file) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(file.st_mode)) {
		snprintf(reason, reason_size, "%s exists and is not a socket", path);
		return -EEXIST;
	}
	fd = iof_stream_connect((const struct sockaddr *)address, sizeof *address, 200);
	if (fd == -ECONNREFUSED) {
		if (unlink(path) == 0 || errno == ENOENT)
			return 0;
		snprintf(reason, reason_size, "%s is stale and cannot be removed: %s", path, strerror(errno));
		return -errno;
	}
	if (fd >= 0)
		iof_close(fd);
	snprintf(reason, reason_size, "%s is in use: another process listens there", path);
	return -EADDRINUSE;
}

int iof_unix_check(const char *path, char *reason, size_t reason_size)
{
	struct sockaddr_un address;
	int r = iof_unix_address(path, &address);

	if (r < 0) {
		snprintf(reason, reason_size, "\"%s\": a socket's path has 1 to %zu bytes", path,
			 sizeof address.sun_path - 1);
		return r;
	}
	if (path[0] == '/')
		return 0;
	/* A daemon's working directory is nobody's choice, and the guest's programs have others. */
	snprintf(reason, reason_size, "\"%s\": a socket's path begins with '/'", path);
	return -EINVAL;
}

int iof_unix_listen(const char *path, char *reason, size_t reason_size)
{
	struct sockaddr_un address;
	int fd = -1;
	int r = iof_unix_check(path, reason, reason_size);

	if (r < 0)
		return r;
	(void)iof_unix_address(path, &address);
	r = remove_stale(&address, reason, reason_size);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0) {
		r = -errno;
		snprintf(reason, reason_size, "%s: %s", path, strerror(errno));
		if (fd >= 0)
			iof_close(fd);
		return r;
	}
	return fd;
}

int iof_unix_identify(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;
	int r = (int)iof_sys(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size);

	(void)address;
	(void)path;
	if (r < 0)
		return r;
	peer->transport = "unix";
	peer->uid = credentials.uid;
	peer->gid = credentials.gid;
	peer->pid = credentials.pid;
	snprintf(peer->name, sizeof peer->name, "unix:uid=%u", credentials.uid);
	return 0;
}
