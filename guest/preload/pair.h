/* SPDX-License-Identifier: MIT */
/**
 * @file pair.h
 * The socket pair behind an open device: the application holds one end, the shim the other. What the pair shows to
 * poll(), and the label by which another process image recognises it. See docs/shim.md.
 */
#ifndef PRELOAD_PAIR_H
#define PRELOAD_PAIR_H

#include "guest/preload/names.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pair_label {
	uint64_t token;
	uint32_t flags; /**< of open() */
	char name[NAME_SIZE];
};

struct pair {
	int application; /**< the application's descriptor: the lowest free number */
	int self;        /**< private duplicate of it, on which the shim receives and sends what sets the levels */
	int peer;        /**< private: the other end */
	ino_t inode;     /**< of the application's end */
};

/** Makes a pair; O_NONBLOCK and FD_CLOEXEC as @p flags (of open()) say. 0 or negative errno. */
int pair_create(int flags, struct pair *pair);
/** Writes the label. Where the kernel refuses, the descriptor does not survive exec. */
void pair_label_set(int fd, const struct pair_label *label);
/** Whether @p fd carries a label. */
bool pair_label_get(int fd, struct pair_label *label);
/** Inode of the socket under @p fd; 0: none. */
ino_t pair_inode(int fd);

/** Makes the application's end @p self readable, writable or not. Idempotent; never waits. */
void pair_show_in(int self, int peer, bool on);
void pair_show_out(int self, int peer, bool on);
/** Closes the shim's end so that the other shows POLLERR and POLLHUP; @p for_all: also while another process has that
 *  end, and then POLLHUP alone. */
void pair_hang_up(int self, int peer, bool for_all);

/** Moves a descriptor to where the application does not meet it, and marks it as the shim's own. The new number. */
int private_fd(int fd);
/** A private duplicate; -1. */
int private_dup(int fd);
/** Closes a private descriptor; -1 is allowed. */
void private_close(int fd);

#endif
