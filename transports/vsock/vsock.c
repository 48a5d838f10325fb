/* SPDX-License-Identifier: MIT */
/*
 * "vsock:cid:port": AF_VSOCK streams. The host's kernel vouches for the CID, which names the VM, and not for users in
 * it; a source port below 1024 shows that root of the guest connected.
 */
#include "transports/stream/address.h"
#include "transports/stream/stream.h"
#include <ioferry/sys.h>
#include <linux/vm_sockets.h>
#include <stdio.h>
#include <string.h>

/* "any" is what a listener wants. */
static int parse(const char *rest, struct sockaddr_vm *address)
{
	char cid[16];
	uint32_t port;
	int r = iof_address_port(rest, cid, sizeof cid, &port);

	if (r < 0)
		return -EINVAL;
	*address = (struct sockaddr_vm){.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = VMADDR_CID_ANY};
	return strcmp(cid, "any") == 0 ? 0 : iof_address_number(cid, &address->svm_cid);
}

/* The default of 256 KiB would split every large message; the receiver's value is what counts. */
static void widen_buffers(int fd)
{
	uint64_t bytes = 1U << 20;

	iof_sys(SYS_setsockopt, fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &bytes, sizeof bytes);
	iof_sys(SYS_setsockopt, fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &bytes, sizeof bytes);
}

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
	int fd, r = parse(rest, &address);

	if (r < 0)
		return r;
	fd = (int)iof_sys(SYS_socket, AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	widen_buffers(fd);
	bind_low_port(fd);
	r = iof_stream_connect_socket(fd, (const struct sockaddr *)&address, sizeof address, timeout_ms);
	if (r < 0)
		return r;
	peer.cid = address.svm_cid;
	peer.port = address.svm_port;
	snprintf(peer.name, sizeof peer.name, "vsock:cid=%u", address.svm_cid);
	return iof_stream_link_create(fd, &peer, link);
}

static int identify(int fd, const struct sockaddr_storage *storage, const char *path, struct iof_peer *peer)
{
	const struct sockaddr_vm *address = (const struct sockaddr_vm *)storage;

	(void)fd;
	(void)path;
	peer->transport = "vsock";
	peer->cid = address->svm_cid;
	peer->port = address->svm_port;
	snprintf(peer->name, sizeof peer->name, "vsock:cid=%u", address->svm_cid);
	return 0;
}

static int parse_listen(const char *rest, struct sockaddr_vm *address, char *reason, size_t reason_size)
{
	if (parse(rest, address) == 0 && iof_address_port_is_one(address->svm_port))
		return 0;
	snprintf(reason, reason_size, "\"%s\": expected any:port or cid:port, with a port from 1 to %u", rest,
		 IOF_ADDRESS_PORT_MAX);
	return -EINVAL;
}

static int vsock_check(const char *rest, char *reason, size_t reason_size)
{
	struct sockaddr_vm address;

	return parse_listen(rest, &address, reason, reason_size);
}

static int vsock_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **listener, char *reason,
			size_t reason_size)
{
	struct sockaddr_vm address;
	int fd, r = parse_listen(rest, &address, reason, reason_size);

	(void)texts;
	if (r < 0)
		return r;
	/* 2 is how a guest calls its host. The host's own name for itself is that of every address. */
	if (address.svm_cid == VMADDR_CID_HOST)
		address.svm_cid = VMADDR_CID_ANY;
	fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		widen_buffers(fd);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0) {
		r = -errno;
		snprintf(reason, reason_size, "vsock:%s: %s", rest, strerror(errno));
		if (fd >= 0)
			iof_close(fd);
		return r;
	}
	return iof_stream_listener_create(fd, NULL, identify, listener);
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
	.check = vsock_check,
	.listen = vsock_listen,
};
