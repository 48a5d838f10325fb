/* SPDX-License-Identifier: MIT */
/*
 * The link's socket among the descriptors that the application does not meet. The transport makes it, with the lowest
 * free number, so that the application's first open() would not get the number that it natively gets; and a shell
 * that says `exec 3<>/dev/can0` would replace it. The linker (--wrap) leads the transport's call here.
 */
#include "guest/preload/fdtable.h"
#include "guest/preload/pair.h"
#include "transports/stream/stream.h"

int __real_iof_stream_link_create(int fd, const struct iof_peer *peer, struct iof_link **link);
int __wrap_iof_stream_link_create(int fd, const struct iof_peer *peer, struct iof_link **link);

int __wrap_iof_stream_link_create(int fd, const struct iof_peer *peer, struct iof_link **link)
{
	int high = private_fd(fd);
	int error = __real_iof_stream_link_create(high, peer, link);

	if (error)
		(void)fd_entry_clear(high, &fd_private);
	return error;
}
