/* SPDX-License-Identifier: MIT */
/* AF_VSOCK sockets, for the transports that listen at one. */
#include "address.h"
#include "stream.h"
#include <ioferry/sys.h>
#include <stdio.h>
#include <string.h>

/* "any" is what a listener wants. */
int iof_vsock_address(const char *text, struct sockaddr_vm *address)
{
	char cid[16];
	uint32_t port;
	int r = iof_address_port(text, cid, sizeof cid, &port);

	if (r < 0)
		return -EINVAL;
	*address = (struct sockaddr_vm){.svm_family = AF_VSOCK, .svm_port = port, .svm_cid = VMADDR_CID_ANY};
	return strcmp(cid, "any") == 0 ? 0 : iof_address_number(cid, &address->svm_cid);
}

void iof_vsock_widen(int fd)
{
	uint64_t bytes = 1U << 20;

	iof_sys(SYS_setsockopt, fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, &bytes, sizeof bytes);
	iof_sys(SYS_setsockopt, fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &bytes, sizeof bytes);
}

static int parse_listen(const char *text, struct sockaddr_vm *address, char *reason, size_t reason_size)
{
	if (iof_vsock_address(text, address) == 0 && iof_address_port_is_one(address->svm_port))
		return 0;
	snprintf(reason, reason_size, "\"%s\": expected any:port or cid:port, with a port from 1 to %u", text,
		 IOF_ADDRESS_PORT_MAX);
	return -EINVAL;
}

int iof_vsock_check(const char *text, char *reason, size_t reason_size)
{
	struct sockaddr_vm address;

	return parse_listen(text, &address, reason, reason_size);
}

int iof_vsock_listen(const char *text, char *reason, size_t reason_size)
{
	struct sockaddr_vm address;
	int fd, r = parse_listen(text, &address, reason, reason_size);

	if (r < 0)
		return r;
	/* 2 is how a guest calls its host. The host's own name for itself is that of every address. */
	if (address.svm_cid == VMADDR_CID_HOST)
		address.svm_cid = VMADDR_CID_ANY;
	fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		iof_vsock_widen(fd);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 || listen(fd, SOMAXCONN) < 0) {
		r = -errno;
		snprintf(reason, reason_size, "vsock:%s: %s", text, strerror(errno));
		if (fd >= 0)
			iof_close(fd);
		return r;
	}
	return fd;
}

int iof_vsock_identify(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer)
{
	const struct sockaddr_vm *vm = (const struct sockaddr_vm *)address;

	(void)fd;
	(void)path;
	peer->transport = "vsock";
	peer->cid = vm->svm_cid;
	peer->port = vm->svm_port;
	snprintf(peer->name, sizeof peer->name, "vsock:cid=%u", vm->svm_cid);
	return 0;
}
