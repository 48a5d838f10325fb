/* SPDX-License-Identifier: MIT */
/*
 * "vsock:cid:port": AF_VSOCK streams. The host's kernel vouches for the CID, which names the VM, and not for users in
 * it; a source port below 1024 shows that root of the guest connected.
 */
#include "transports/stream/stream.h"
#include <ioferry/sys.h>
#include <stdio.h>

/* Tries a few ports that only root may bind. Where none is to be had, the kernel picks a high one, and the host's
 * policy decides what that is worth. */
static void bind_low_port(int fd)
{
	struct sockaddr_vm address = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY};
	uint32_t first = (uint32_t)iof_sys(SYS_getpid);

	for (uint32_t i = 0; i < 64; i++) {
		address.svm_port = 512 + (first + i) % 512;
		if (iof_sys(SYS_bind, fd, &address, sizeof address) != -EADDRINUSE)
			return;
	}
}

static int vsock_connect(const char *rest, int timeout_ms, struct iof_link **link)
{
	struct iof_peer peer = {.transport = "vsock", .uid = (uid_t)-1, .gid = (gid_t)-1};
	struct sockaddr_vm address;
	int fd, r = iof_vsock_address(rest, &address);

	if (r < 0)
		return r;
	fd = (int)iof_sys(SYS_socket, AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	iof_vsock_widen(fd);
	bind_low_port(fd);
	r = iof_stream_connect_socket(fd, (const struct sockaddr *)&address, sizeof address, timeout_ms);
	if (r < 0)
		return r;
	peer.cid = address.svm_cid;
	peer.port = address.svm_port;
	snprintf(peer.name, sizeof peer.name, "vsock:cid=%u", address.svm_cid);
	return iof_stream_link_create(fd, &peer, link);
}

static int vsock_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **listener, char *reason,
			size_t reason_size)
{
	int fd = iof_vsock_listen(rest, reason, reason_size);

	(void)texts;
	return fd < 0 ? fd : iof_stream_listener_create(fd, NULL, iof_vsock_identify, listener);
}

extern const struct iof_transport iof_transport_vsock;
const struct iof_transport iof_transport_vsock = {
	.scheme = "vsock",
	.address_help = "vsock:2:port, or vsock:any:port to listen",
	.connect = vsock_connect,
};

extern const struct iof_host_transport iof_host_transport_vsock;
const struct iof_host_transport iof_host_transport_vsock = {
	.scheme = "vsock",
	.address_help = "vsock:2:port, or vsock:any:port to listen",
	.check = iof_vsock_check,
	.listen = vsock_listen,
};
