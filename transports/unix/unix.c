/* SPDX-License-Identifier: MIT */
/* "unix:/path": guest and host on one kernel, or a socket that a container shares. The kernel vouches for the uid. */
#include "transports/stream/stream.h"
#include <ioferry/sys.h>

static int unix_connect(const char *rest, int timeout_ms, struct iof_link **link)
{
	struct iof_peer peer = {.cid = UINT32_MAX};
	struct sockaddr_un address;
	int fd, r = iof_unix_address(rest, &address);

	if (r < 0)
		return r;
	fd = iof_stream_connect((const struct sockaddr *)&address, sizeof address, timeout_ms);
	if (fd < 0)
		return fd;
	r = iof_unix_identify(fd, NULL, NULL, &peer);
	if (r < 0) {
		iof_close(fd);
		return r;
	}
	return iof_stream_link_create(fd, &peer, link);
}

static int unix_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **listener, char *reason,
		       size_t reason_size)
{
	int fd = iof_unix_listen(rest, reason, reason_size);

	(void)texts;
	return fd < 0 ? fd : iof_stream_listener_create(fd, rest, iof_unix_identify, listener);
}

extern const struct iof_transport iof_transport_unix;
const struct iof_transport iof_transport_unix = {
	.scheme = "unix",
	.address_help = "unix:/path/of/socket",
	.connect = unix_connect,
};

extern const struct iof_host_transport iof_host_transport_unix;
const struct iof_host_transport iof_host_transport_unix = {
	.scheme = "unix",
	.address_help = "unix:/path/of/socket",
	.check = iof_unix_check,
	.listen = unix_listen,
};
