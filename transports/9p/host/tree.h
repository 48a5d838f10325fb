/* SPDX-License-Identifier: MIT */
/**
 * @file tree.h
 * The synthetic files that a host shows to a guest, for any file server: the FUSE mount (share.c), which hypervisors
 * export, and the 9P2000.L server.
 *
 *     sessions                                      a text: what the sessions have done
 *     DEVICE/interface.idl, DEVICE/status           texts, too; all are made when they are opened
 *     32 hexadecimal digits/call, .../ctl, .../events   a session (../layout.h), listed nowhere
 *
 * A session's state belongs to its name: however often its files are opened (QEMU opens each twice, closes what it has
 * not used for a while, and opens it again), it is one. It is over when the guest says so, or when none of its files
 * has been open and nothing was asked for TREE_SILENCE_MS.
 *
 * All functions are thread-safe, but for a node or an open that another thread gives up meanwhile.
 */
#ifndef IOFERRY_TRANSPORTS_9P_TREE_H
#define IOFERRY_TRANSPORTS_9P_TREE_H

#include <ioferry/transport.h>
#include <stdbool.h>
#include <sys/stat.h>

#define TREE_SILENCE_MS 3000
#define TREE_PARKED_MAX 16 /**< reads that are held at once: QEMU has 64 threads for all that a guest asks for */
#define TREE_NAME_SIZE  256

struct tree;
struct tree_node;
struct tree_open;

/**
 * @param texts borrowed, must outlive the tree; NULL: no devices are shown
 * @param peer  who has these files, as far as the server vouches for it; copied. All sessions have it.
 * @return 0 or negative errno
 */
int tree_create(const struct iof_texts *texts, const struct iof_peer *peer, struct tree **result);
/** Ends all sessions: what is parked is answered with ENODEV. Nodes and opens stay valid, and fail with ENODEV; the
 *  links are their owners' to destroy. The tree is freed with the last of these. NULL is allowed. */
void tree_end(struct tree *tree);

/** How long a write waits for the call that it asks for: FOLDER_GRACE_MS at first. */
void tree_set_grace(struct tree *tree, unsigned ms);

/** Readable when tree_accept() has something. */
int tree_descriptor(const struct tree *tree);
/** The link of a session that has begun. 0, -EAGAIN, or another negative errno. */
int tree_accept(struct tree *tree, struct iof_link **link);

/** Nodes are counted references: each node that a function gives is the caller's to put. */
struct tree_node *tree_root(struct tree *tree);
/** 0, -ENOENT, -ENOTDIR, -ENFILE (too many sessions at once) or -ENOMEM. */
int tree_walk(struct tree_node *folder, const char *name, struct tree_node **result);
/** The folder that the node is in; the root is in itself. */
struct tree_node *tree_parent(struct tree_node *node);
struct tree_node *tree_node_get(struct tree_node *node);
void tree_node_put(struct tree_node *node, uint64_t times);

/** st_ino (unique among living nodes), st_mode, st_nlink, st_size; the rest is 0. */
void tree_stat(const struct tree_node *node, struct stat *attributes);
/** The name of the @p index th entry of a folder; sessions are not listed. 0 or -ENOENT (no more), -ENOTDIR. */
int tree_list(struct tree_node *folder, size_t index, char name[static TREE_NAME_SIZE], struct stat *attributes);
/** As tree_list(), the entries beginning with "." and "..": what a directory read gives from @p offset on. */
int tree_entry(struct tree_node *folder, uint64_t offset, char name[static TREE_NAME_SIZE], struct stat *attributes);

/**
 * @param flags O_ACCMODE of open(2); others mean nothing here, O_TRUNC included
 * @return 0; -EACCES: a text for writing; -EISDIR; -ENODEV: the session is over; -ENOMEM
 */
int tree_open(struct tree_node *node, int flags, struct tree_open **result);
/** Answers what is parked of this open with EBADF. */
void tree_close(struct tree_open *open);

/** One read or write; the server's memory until done() has run or tree_cancel() has returned true. */
struct tree_request {
	/**
	 * Runs once, in this thread or another, now or later. May not wait, may not call the tree.
	 * @param error  0 or a positive errno
	 * @param parts  of a read: @p total bytes, valid during the call only; else NULL
	 * @param total  of a read: as many as were asked for, fewer only at the end of a text; of a write: written
	 */
	void (*done)(struct tree_request *request, int error, const struct iovec *parts, int n_parts, size_t total);

	/* The tree's own. */
	struct tree_open *open;
	struct tree_request *next, **link;
	uint64_t offset, until_ms;
	size_t size;
};

void tree_read(struct tree_open *open, uint64_t offset, size_t size, struct tree_request *request);
/** @p bytes are borrowed until it returns. */
void tree_write(struct tree_open *open, uint64_t offset, const void *bytes, size_t size, struct tree_request *request);
/** True: the request was parked, and done() will not run. False: done() has run. A write that is cancelled has been
 *  taken all the same. */
bool tree_cancel(struct tree_request *request);

#endif
