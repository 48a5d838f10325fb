/* SPDX-License-Identifier: MIT */
/*
 * "9p:/srv/ioferry/vm1" on a host: a FUSE mount of call files, which anything can export as a folder (QEMU's virtio-9p,
 * virtiofsd). Its guest is whoever that is exported to: a folder a guest.
 */
#include "transports/9p/host/mount.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct share_listener {
	struct iof_listener base;
	struct tree *tree;
	struct mount *mount;
};

static int listener_descriptor(const struct iof_listener *base)
{
	return tree_descriptor(((const struct share_listener *)base)->tree);
}

static int listener_accept(struct iof_listener *base, struct iof_link **link)
{
	return tree_accept(((struct share_listener *)base)->tree, link);
}

static void listener_destroy(struct iof_listener *base)
{
	struct share_listener *listener = (struct share_listener *)base;

	tree_end(listener->tree);
	mount_destroy(listener->mount);
	free(listener);
}

static const struct iof_listener_ops listener_ops = {
	.descriptor = listener_descriptor,
	.accept = listener_accept,
	.destroy = listener_destroy,
};

static int share_check(const char *rest, char *reason, size_t reason_size)
{
	if (*rest == '/')
		return 0;
	(void)snprintf(reason, reason_size, "\"%s\" is no absolute path of a folder: 9p:/srv/ioferry/vm1", rest);
	return -EINVAL;
}

static int share_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **result, char *reason,
			size_t reason_size)
{
	struct iof_peer peer = {.transport = "9p", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	struct share_listener *listener;
	int error = share_check(rest, reason, reason_size);

	if (error)
		return error;
	listener = calloc(1, sizeof *listener);
	if (!listener)
		return -ENOMEM;
	listener->base.ops = &listener_ops;
	(void)snprintf(peer.name, sizeof peer.name, "9p:%s", rest);
	error = tree_create(texts, &peer, &listener->tree);
	if (error)
		goto fail;
	error = mount_create(listener->tree, rest, &listener->mount, reason, reason_size);
	if (error)
		goto fail;
	*result = &listener->base;
	return 0;
fail:
	tree_end(listener->tree);
	free(listener);
	return error;
}

extern const struct iof_host_transport iof_host_transport_9p;
const struct iof_host_transport iof_host_transport_9p = {
	.scheme = "9p",
	.address_help = "9p:/folder/to/share",
	.check = share_check,
	.listen = share_listen,
};
