/* SPDX-License-Identifier: MIT */
/* A link over a connected stream socket. Receiving is one thread's at a time; sending is locked. */
#include "link.h"
#include "transports/descriptor.h"
#include <ioferry/sys.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>

static void stream_shutdown(struct iof_link *base)
{
	struct stream_link *link = stream_link(base);

	__atomic_store_n(&link->dead, true, __ATOMIC_RELEASE);
	iof_sys(SYS_shutdown, link->fd, SHUT_RDWR);
}

static int stream_descriptor(const struct iof_link *base)
{
	return ((const struct stream_link *)base)->fd;
}

static void stream_set_message_max(struct iof_link *base, uint32_t bytes)
{
	__atomic_store_n(&stream_link(base)->message_max, bytes, __ATOMIC_RELAXED);
}

static const struct iof_peer *stream_peer(const struct iof_link *base)
{
	return &((const struct stream_link *)base)->peer;
}

static void stream_destroy(struct iof_link *base)
{
	struct stream_link *link = stream_link(base);

	iof_descriptor_close(link->fd);
	free(link->buffer);
	free(link->backlog);
	free(link);
}

static const struct iof_link_ops stream_ops = {
	.send = stream_send,
	.flush = stream_flush,
	.wants_write = stream_wants_write,
	.receive = stream_receive,
	.sleep = stream_sleep,
	.descriptor = stream_descriptor,
	.set_message_max = stream_set_message_max,
	.peer = stream_peer,
	.shutdown = stream_shutdown,
	.destroy = stream_destroy,
};

int stream_fail(struct stream_link *link, int error)
{
	stream_shutdown(&link->base);
	return error;
}

bool stream_is_dead(const struct stream_link *link)
{
	return __atomic_load_n(&link->dead, __ATOMIC_ACQUIRE);
}

int iof_stream_link_create(int fd, const struct iof_peer *peer, struct iof_link **link)
{
	struct stream_link *made = calloc(1, sizeof *made);

	if (!made)
		goto fail;
	made->buffer = malloc(STREAM_BUFFER);
	if (!made->buffer)
		goto fail;
	made->base.ops = &stream_ops;
	made->fd = iof_descriptor_keep(fd);
	made->peer = *peer;
	made->message_max = IOF_MESSAGE_MAX;
	made->size = STREAM_BUFFER;
	stream_prime(made);
	*link = &made->base;
	return 0;
fail:
	free(made);
	iof_close(fd);
	return -ENOMEM;
}
