/* SPDX-License-Identifier: MIT */
#include "transports/9p2000/address.h"
#include "transports/stream/address.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct kind {
	const char *scheme;
	int (*check)(const char *rest, char *reason, size_t reason_size);
	int (*open)(const char *rest, char *reason, size_t reason_size); /* a descriptor */
	iof_stream_identify *identify;
	bool is_client;
};

/* --- tcp ---------------------------------------------------------------------------------------------------------- */

/* Numbers only: a name may come to mean another address. 0 or -EINVAL. */
static int parse_tcp(const char *rest, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	char host[64];
	uint32_t port;
	size_t end;

	memset(address, 0, sizeof *address);
	if (iof_address_port(rest, host, sizeof host, &port) < 0 || !port || port > UINT16_MAX)
		return -EINVAL;
	end = strlen(host) - 1;
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*length = sizeof *v4;
		return 0;
	}
	if (host[0] != '[' || host[end] != ']')
		return -EINVAL;
	host[end] = '\0';
	if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) != 1)
		return -EINVAL;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	*length = sizeof *v6;
	return 0;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static int read_tcp(const char *rest, struct sockaddr_storage *address, socklen_t *length, char *reason,
		    size_t reason_size)
{
	if (parse_tcp(rest, address, length) < 0) {
		(void)snprintf(reason, reason_size,
			       "\"%s\": expected 127.0.0.1:port or [::1]:port, with a port from 1 to 65535", rest);
		return -EINVAL;
	}
	if (is_loopback(address))
		return 0;
	(void)snprintf(reason, reason_size,
		       "\"%s\" is no loopback address: 9P has no authentication, so that whoever reached it would have "
		       "the devices; write 127.0.0.1 or [::1]",
		       rest);
	return -EPERM;
}

static int check_tcp(const char *rest, char *reason, size_t reason_size)
{
	struct sockaddr_storage address;
	socklen_t length;

	return read_tcp(rest, &address, &length, reason, reason_size);
}

static int open_tcp(const char *rest, char *reason, size_t reason_size)
{
	struct sockaddr_storage address;
	socklen_t length;
	int fd, one = 1, error = read_tcp(rest, &address, &length, reason, reason_size);

	if (error)
		return error;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	    bind(fd, (const struct sockaddr *)&address, length) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	error = -errno;
	(void)snprintf(reason, reason_size, "tcp:%s: %s", rest, strerror(-error));
	if (fd >= 0)
		(void)close(fd);
	return error;
}

static int identify_tcp(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer)
{
	int one = 1;

	(void)address;
	(void)path;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	(void)snprintf(peer->name, sizeof peer->name, "tcp");
	return 0;
}

/* --- fd ----------------------------------------------------------------------------------------------------------- */

static int check_fd(const char *rest, char *reason, size_t reason_size)
{
	uint32_t number;

	if (iof_address_number(rest, &number) == 0 && number <= INT32_MAX)
		return 0;
	(void)snprintf(reason, reason_size, "\"%s\": expected the number of a descriptor", rest);
	return -EINVAL;
}

/* A stream of bytes in both directions: 0 or a negative errno. */
static int check_stream(int fd, char *reason, size_t reason_size)
{
	struct stat file;
	int value = 0;
	socklen_t size = sizeof value;
	const char *what = NULL;

	if (fstat(fd, &file) < 0) {
		(void)snprintf(reason, reason_size, "fd:%d: %s: nobody has passed it", fd, strerror(errno));
		return -EBADF;
	}
	if (S_ISSOCK(file.st_mode)) {
		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size) < 0 || value != SOCK_STREAM)
			what = "is no stream socket";
		else if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value)
			what = "listens; a connected socket is wanted";
	} else if (!S_ISCHR(file.st_mode)) {
		what = "is neither a socket nor a port";
	}
	if (!what)
		return 0;
	(void)snprintf(reason, reason_size, "fd:%d %s", fd, what);
	return -EINVAL;
}

static int open_fd(const char *rest, char *reason, size_t reason_size)
{
	uint32_t number;
	int error = check_fd(rest, reason, reason_size);

	if (error)
		return error;
	(void)iof_address_number(rest, &number);
	error = check_stream((int)number, reason, reason_size);
	if (error)
		return error;
	(void)fcntl((int)number, F_SETFD, FD_CLOEXEC);
	return (int)number;
}

/* Whoever passed it has chosen the peer, of which some sockets tell more. */
static int identify_fd(int fd, const struct sockaddr_storage *none, const char *path, struct iof_peer *peer)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof address;
	sa_family_t family = AF_UNSPEC;

	(void)none;
	if (getpeername(fd, (struct sockaddr *)&address, &length) == 0)
		family = address.ss_family;
	switch (family) {
	case AF_UNIX: return iof_unix_identify(fd, &address, path, peer);
	case AF_VSOCK: return iof_vsock_identify(fd, &address, path, peer);
	case AF_INET:
	case AF_INET6: return identify_tcp(fd, &address, path, peer);
	default: (void)snprintf(peer->name, sizeof peer->name, "fd:%d", fd); return 0;
	}
}

/* --- all ---------------------------------------------------------------------------------------------------------- */

static const struct kind kinds[] = {
	{"unix", iof_unix_check, iof_unix_listen, iof_unix_identify, false},
	{"tcp", check_tcp, open_tcp, identify_tcp, false},
	{"vsock", iof_vsock_check, iof_vsock_listen, iof_vsock_identify, false},
	{"fd", check_fd, open_fd, identify_fd, true},
};

static const struct kind *find(const char *address, const char **rest, char *reason, size_t reason_size)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t length = strlen(kinds[i].scheme);

		if (strncmp(address, kinds[i].scheme, length) == 0 && address[length] == ':') {
			*rest = address + length + 1;
			return &kinds[i];
		}
	}
	(void)snprintf(reason, reason_size, "\"9p2000:%s\": expected " P9_ADDRESS_HELP, address);
	return NULL;
}

int p9_address_check(const char *address, char *reason, size_t reason_size)
{
	const char *rest;
	const struct kind *kind = find(address, &rest, reason, reason_size);

	return kind ? kind->check(rest, reason, reason_size) : -EINVAL;
}

int p9_address_open(const char *address, struct p9_source *source, char *reason, size_t reason_size)
{
	const char *rest;
	const struct kind *kind = find(address, &rest, reason, reason_size);
	int fd = kind ? kind->open(rest, reason, reason_size) : -EINVAL;

	if (fd < 0)
		return fd;
	*source = (struct p9_source){.fd = fd, .is_client = kind->is_client, .identify = kind->identify};
	if (kind->identify == iof_unix_identify)
		source->path = rest;
	return 0;
}
