/* SPDX-License-Identifier: MIT */
#include "stream.h"
#include <ioferry/sys.h>
#include <stdlib.h>

struct stream_listener {
	struct iof_listener base;
	struct iof_listening listening;
};

static int listener_descriptor(const struct iof_listener *base)
{
	return ((const struct stream_listener *)base)->listening.fd;
}

static int listener_accept(struct iof_listener *base, struct iof_link **link)
{
	struct stream_listener *listener = (struct stream_listener *)base;
	struct iof_peer peer;
	int fd = iof_listening_accept(&listener->listening, &peer);

	return fd < 0 ? fd : iof_stream_link_create(fd, &peer, link);
}

static void listener_destroy(struct iof_listener *base)
{
	struct stream_listener *listener = (struct stream_listener *)base;

	iof_listening_close(&listener->listening);
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

	if (!made) {
		iof_close(fd);
		return -ENOMEM;
	}
	made->base.ops = &listener_ops;
	if (iof_listening_init(&made->listening, fd, path, identify) < 0) {
		free(made);
		return -ENOMEM;
	}
	*listener = &made->base;
	return 0;
}
