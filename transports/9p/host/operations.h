/* SPDX-License-Identifier: MIT */
/* What FUSE asks of a tree. */
#ifndef IOFERRY_TRANSPORTS_9P_OPERATIONS_H
#define IOFERRY_TRANSPORTS_9P_OPERATIONS_H

#define FUSE_USE_VERSION 35
#include "transports/9p/host/tree.h"
#include <fuse_lowlevel.h>
#include <pthread.h>

#define SHARE_LISTS 64u

/* The requests that are with the tree, for those that the kernel interrupts. The user data of the FUSE session. */
struct share {
	struct tree *tree;
	struct tree_node *root;
	pthread_mutex_t lock;
	struct share_request *requests;

	/* The serving thread's: what the kernel knows. It need not give it back before it unmounts. */
	struct share_node *nodes[SHARE_LISTS];
	struct share_open *opens;
};

/* Gives back what the kernel did not. Nothing is served any more. */
void share_clear(struct share *share);

extern const struct fuse_lowlevel_ops share_operations;

#endif
