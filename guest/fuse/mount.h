/* SPDX-License-Identifier: MIT */
/**
 * @file mount.h
 * What ioferry-fuse adds to guest/kernel: one mounted file system, in which each device is a file.
 */
#ifndef IOFERRY_FUSE_MOUNT_H
#define IOFERRY_FUSE_MOUNT_H

#include "guest/kernel/front.h"
#include "memory_copied.h"

#include <time.h>

/** A file or folder that the kernel knows, under the number that it was told. */
struct place {
	struct place *next;
	fuse_ino_t number;
	uint64_t lookups; /**< how often it was told; the kernel gives them back when it forgets */
	bool folder;
	char path[OPTIONS_NAME_MAX]; /**< below the mount point: a node's name, or what some begin with */
};

struct mount {
	struct front front; /* must be first */
	struct fuse_session *session;
	struct loop_source source;
	struct place root;    /**< the mount point; the kernel never forgets it */
	struct place *places; /**< all others */
	fuse_ino_t last_number;
	struct timespec since; /**< time of all files */
	uid_t uid;             /**< owner where nothing else is said */
	gid_t gid;
};

/** A call, and what of its caller's memory the kernel has copied. */
struct copied_call {
	struct call call; /* must be first */
	struct memory_copied copied;
};

/* mount.c: struct front_kind's functions of the whole, and of opens */
/** Mounts at front.options.folder. */
int mount_start(struct front *front);
void mount_stop(struct front *front);
int mount_reply_open(fuse_req_t req, const struct fuse_file_info *info);

/* tree.c: files and folders. Nothing of them is cached by the kernel, so devices come and go as the host's do. */
void tree_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void tree_forget(fuse_req_t req, fuse_ino_t number, uint64_t lookups);
void tree_getattr(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info);
void tree_setattr(fuse_req_t req, fuse_ino_t number, struct stat *attributes, int which, struct fuse_file_info *info);
/** What the kernel calls by a number, or NULL. */
const struct place *tree_place(const struct mount *mount, fuse_ino_t number);
/** The part of a node's name below a folder; NULL: it is not there, or not any more. */
const char *tree_below(const struct node *node, const char *folder);
/** The node of a file, or NULL. */
struct node *tree_node(const struct mount *mount, fuse_ino_t number);
void tree_destroy(struct mount *mount);

/* folder.c */
void folder_open(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info);
void folder_read(fuse_req_t req, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *info);
void folder_release(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info);

/* file_node.c: struct front_kind's functions of nodes */
bool file_node_name_is_free(const struct node *node);
int file_node_start(struct node *node);
void file_node_stop(struct node *node);

/* copied.c: its functions of ioctls */
int copied_gather(struct call *call, struct memory_ioctl *ioctl, const struct ioctl_copied *copied);
const void *copied_output(struct call *call, size_t *size);

#endif
