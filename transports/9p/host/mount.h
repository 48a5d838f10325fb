/* SPDX-License-Identifier: MIT */
/* A FUSE file system whose files are a tree's. */
#ifndef IOFERRY_TRANSPORTS_9P_MOUNT_H
#define IOFERRY_TRANSPORTS_9P_MOUNT_H

#include "transports/9p/host/tree.h"

struct mount;

/**
 * Mounts @p tree, which is borrowed, at @p folder and serves it in a thread of its own. What a daemon that was killed
 * has left mounted there is taken away first.
 * @return 0 or negative errno; @p reason gets a sentence
 */
int mount_create(struct tree *tree, const char *folder, struct mount **result, char *reason, size_t reason_size);
/** Unmounts, lazily where files are open still. The tree has been ended: nothing is parked. */
void mount_destroy(struct mount *mount);

#endif
