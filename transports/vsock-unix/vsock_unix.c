/* SPDX-License-Identifier: MIT */
/*
 * "vsock-unix:/path:port": the host's side of Firecracker's and Cloud Hypervisor's vsock.
 *
 * For a guest that dials CID 2, port P, the VMM connects to the Unix socket "/path_P", without a handshake: there the
 * daemon listens. In the other direction one connects to "/path" itself, says "CONNECT P" and reads "OK N". There
 * is no CID in either; the socket's path is what identifies the VM.
 */
#include "transports/stream/address.h"
#include "transports/stream/stream.h"
#include <ioferry/sys.h>
#include <stdio.h>
#include <string.h>

/* Room for more than a socket's path may have: iof_unix_check() says what is too long. */
enum { SOCKET_PATH_MAX = sizeof((struct sockaddr_un *)NULL)->sun_path + 16 };

static int identify(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer)
{
	const char *end = path + strlen(path);

	(void)fd;
	(void)address;
	while (end > path && *end != '_')
		end--; /* the port is the daemon's choice; the VM is named by the path before it */
	peer->transport = "vsock-unix";
	snprintf(peer->name, sizeof peer->name, "vsock-unix:%.*s", (int)(end - path), path);
	return 0;
}

/* Reads "OK 1234\n" byte by byte: what follows it belongs to the link. */
static int read_answer(int fd, int64_t deadline)
{
	char answer[32];

	for (size_t used = 0; used < sizeof answer; used++) {
		int64_t left = deadline - iof_now_ms();
		int r = left > 0 ? iof_poll(fd, POLLIN, (int)left) : -ETIMEDOUT;

		if (r == -EINTR) {
			used--;
			continue;
		}
		if (r <= 0)
			return r < 0 ? r : -ETIMEDOUT;
		/* The VMM closes without a word where nothing in the guest listens. */
		if (iof_sys(SYS_recvfrom, fd, &answer[used], (size_t)1, 0, NULL, NULL) != 1)
			return -ECONNREFUSED;
		if (answer[used] == '\n')
			return used >= 3 && memcmp(answer, "OK ", 3) == 0 ? 0 : -EPROTO;
	}
	return -EPROTO;
}

static int handshake(int fd, uint32_t port, int timeout_ms)
{
	char line[32];
	int length = snprintf(line, sizeof line, "CONNECT %u\n", port);
	int64_t deadline = iof_now_ms() + timeout_ms;

	if (iof_sys(SYS_sendto, fd, line, (size_t)length, MSG_NOSIGNAL, NULL, 0) != length)
		return -ECONNRESET;
	return read_answer(fd, deadline);
}

static int vsock_unix_connect(const char *rest, int timeout_ms, struct iof_link **link)
{
	struct iof_peer peer = {.transport = "vsock-unix", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	struct sockaddr_un address;
	char path[sizeof address.sun_path];
	uint32_t port;
	int fd, r = iof_address_port(rest, path, sizeof path, &port);

	if (r == 0)
		r = iof_unix_address(path, &address);
	if (r < 0)
		return r;
	fd = iof_stream_connect((const struct sockaddr *)&address, sizeof address, timeout_ms);
	if (fd < 0)
		return fd;
	r = handshake(fd, port, timeout_ms);
	if (r < 0) {
		iof_close(fd);
		return r;
	}
	snprintf(peer.name, sizeof peer.name, "vsock-unix:%s", path);
	return iof_stream_link_create(fd, &peer, link);
}

/* The socket that the VMM connects to. */
static int parse_listen(const char *rest, char *socket_path, size_t size, char *reason, size_t reason_size)
{
	char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
	uint32_t port;
	int r = iof_address_port(rest, path, sizeof path, &port);

	if (r < 0 || !iof_address_port_is_one(port)) {
		snprintf(reason, reason_size, "\"%s\": expected /path:port, with a port from 1 to %u", rest,
			 IOF_ADDRESS_PORT_MAX);
		return r < 0 ? r : -EINVAL;
	}
	snprintf(socket_path, size, "%s_%u", path, port);
	return 0;
}

static int vsock_unix_check(const char *rest, char *reason, size_t reason_size)
{
	char path[SOCKET_PATH_MAX];
	int r = parse_listen(rest, path, sizeof path, reason, reason_size);

	return r < 0 ? r : iof_unix_check(path, reason, reason_size);
}

static int vsock_unix_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **listener,
			     char *reason, size_t reason_size)
{
	char with_port[SOCKET_PATH_MAX];
	int fd, r = parse_listen(rest, with_port, sizeof with_port, reason, reason_size);

	(void)texts;
	if (r < 0)
		return r;
	fd = iof_unix_listen(with_port, reason, reason_size);
	return fd < 0 ? fd : iof_stream_listener_create(fd, with_port, identify, listener);
}

extern const struct iof_transport iof_transport_vsock_unix;
const struct iof_transport iof_transport_vsock_unix = {
	.scheme = "vsock-unix",
	.address_help = "vsock-unix:/path/of/vm.vsock:port",
	.connect = vsock_unix_connect,
};

extern const struct iof_host_transport iof_host_transport_vsock_unix;
const struct iof_host_transport iof_host_transport_vsock_unix = {
	.scheme = "vsock-unix",
	.address_help = "vsock-unix:/path/of/vm.vsock:port",
	.check = vsock_unix_check,
	.listen = vsock_unix_listen,
};
