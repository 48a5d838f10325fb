/* SPDX-License-Identifier: MIT */
/**
 * @file cuse.h
 * What ioferry-cuse adds to guest/kernel: device nodes, each with a FUSE session of its own, and memory by retry.
 */
#ifndef IOFERRY_CUSE_CUSE_H
#define IOFERRY_CUSE_CUSE_H

#include "guest/kernel/front.h"
#include "memory_retry.h"

/** A node of the kernel's. */
struct device {
	struct node node; /* must be first */
	uint32_t major, minor;
	struct fuse_session *session;
	struct loop_source source;
	bool exists; /* the kernel has made it */
};

/** A call, and what of its caller's memory the kernel has fetched. */
struct retry_call {
	struct call call; /* must be first */
	struct memory_retry retry;
};

/* device.c: struct front_kind's functions of nodes */
bool device_name_is_free(const struct node *node);
void device_init(struct node *node, const struct iof_device *offered, const struct options_device *wish);
int device_start(struct node *node);
void device_stop(struct node *node);
void device_changed(struct node *node);

/* retry.c: its functions of ioctls */
int retry_gather(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied);
const void *retry_output(struct call *call, size_t *size);

#endif
