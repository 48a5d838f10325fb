/* SPDX-License-Identifier: MIT */
#include "carrier.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vm_sockets.h> /* some of its versions need sys/socket.h before it */

union any_address {
	struct sockaddr plain;
	struct sockaddr_un un;
	struct sockaddr_vm vm;
};

static int parse(const char *text, union any_address *address, socklen_t *length)
{
	unsigned cid, port;

	memset(address, 0, sizeof(*address));
	if (sscanf(text, "vsock:%u:%u", &cid, &port) == 2) {
		address->vm = (struct sockaddr_vm){.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port};
		*length = sizeof(address->vm);
		return 0;
	}
	if (strlen(text) >= sizeof(address->un.sun_path))
		return -ENAMETOOLONG;
	address->un.sun_family = AF_UNIX;
	memcpy(address->un.sun_path, text, strlen(text));
	*length = sizeof(address->un);
	return 0;
}

/* @p attach is connect() or bind(). */
static int attach_to(const char *text, int (*attach)(int, const struct sockaddr *, socklen_t))
{
	union any_address address;
	socklen_t length;
	int fd, error = parse(text, &address, &length);

	if (error)
		return error;
	fd = socket(address.plain.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!attach(fd, &address.plain, length))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

int socket_connect(const char *address)
{
	return attach_to(address, connect);
}

int socket_listen(const char *address)
{
	int fd = attach_to(address, bind);

	if (fd >= 0 && listen(fd, 64)) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* --- a VMM's part ------------------------------------------------------------------------------------------------- */

struct pipe {
	int from, to;
};

static void *pass(void *context)
{
	struct pipe pipe = *(struct pipe *)context;
	char bytes[65536];
	ssize_t n;

	free(context);
	while ((n = read(pipe.from, bytes, sizeof(bytes))) > 0) {
		for (ssize_t done = 0, sent; done < n; done += sent) {
			sent = send(pipe.to, bytes + done, (size_t)(n - done), MSG_NOSIGNAL);
			if (sent <= 0)
				goto out;
		}
	}
out:
	shutdown(pipe.to, SHUT_WR);
	close(pipe.from);
	return NULL;
}

static void start_pass(int from, int to)
{
	struct pipe *pipe = malloc(sizeof(*pipe));
	pthread_t thread;

	if (!pipe)
		abort();
	*pipe = (struct pipe){from, to};
	if (pthread_create(&thread, NULL, pass, pipe))
		abort();
	pthread_detach(thread);
}

/* "CONNECT 7700\n" is answered by "OK 1\n". */
static int greet(int fd, unsigned *port)
{
	char line[32];
	size_t used = 0;

	while (used < sizeof(line) - 1 && read(fd, line + used, 1) == 1 && line[used] != '\n')
		used++;
	line[used] = '\0';
	if (sscanf(line, "CONNECT %u", port) != 1)
		return -EPROTO;
	return write(fd, "OK 1\n", 5) == 5 ? 0 : -EPROTO;
}

struct bridge {
	int fd;
	char path[100];
};

static void *bridge(void *context)
{
	struct bridge *bridge = context;
	int guest;

	while ((guest = accept4(bridge->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		char path[128];
		unsigned port = 0;
		int host = -1;

		if (!greet(guest, &port)) {
			(void)snprintf(path, sizeof(path), "%s_%u", bridge->path, port);
			host = socket_connect(path);
		}
		if (host < 0) {
			close(guest);
			continue;
		}
		start_pass(guest, dup(host));
		start_pass(host, dup(guest));
	}
	return NULL;
}

int bridge_start(const char *path)
{
	static struct bridge made;
	pthread_t thread;

	(void)snprintf(made.path, sizeof(made.path), "%s", path);
	made.fd = socket_listen(path);
	if (made.fd < 0)
		return made.fd;
	if (pthread_create(&thread, NULL, bridge, &made))
		abort();
	pthread_detach(thread);
	return 0;
}
