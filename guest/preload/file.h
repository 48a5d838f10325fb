/* SPDX-License-Identifier: MIT */
/**
 * @file file.h
 * An open device: one handle of a session, under any number of descriptors of this process.
 *
 * Files live in a static array and are never freed, so that a look-up may touch one that is just being closed
 * and find out. References: one a descriptor number, one a call under way; the last one closes the handle.
 */
#ifndef PRELOAD_FILE_H
#define PRELOAD_FILE_H

#include "guest/preload/fdtable.h"
#include "guest/preload/names.h"
#include <ioferry/session.h>
#include <ioferry/sys.h>
#include <sys/types.h>

#define FILES_MAX    1024
#define FILE_WATCHES 8           /* epoll sets, or numbers of it in one, that are told apart */
#define FILE_WATCHED 0x80000000u /* in events of a watch: also a set that waits for nothing but the end has it */

struct link;

/** The file is in an epoll set under the number @c fd. */
struct file_watch {
	const struct fd_entry *set; /**< NULL: free */
	int fd;
	uint32_t events; /**< with FILE_WATCHED */
};

struct shim_file {
	struct fd_entry entry;
	_Atomic(uint32_t) references;
	_Atomic(bool) dead;              /**< host gone, or the attach failed: everything but close() is ENODEV */
	_Atomic(bool) shared;            /**< another process has the descriptor: ask the kernel for O_NONBLOCK */
	_Atomic(int) status;             /**< O_NONBLOCK as this process set it last */
	int flags;                       /**< of open(), access mode and creation flags included */
	struct link *link;               /**< holds a reference */
	const struct iof_device *device; /**< the link's, or one that stands for an unknown device; never NULL */
	char name[NAME_SIZE];
	iof_handle handle;
	uint64_t token;
	ino_t inode; /**< of the socket that the application holds */

	struct iof_lock lock; /**< of what follows; never held while a session function is called */
	int peer;             /**< the shim's end of the pair; -1: closed */
	int self;             /**< a duplicate of the application's end */
	struct file_watch watches[FILE_WATCHES];
	uint32_t kept;     /**< events of watches that found no room; never taken away */
	bool watched;      /**< in an epoll set: levels are kept on the descriptor */
	uint32_t wanted;   /**< poll events that any epoll set asks for */
	uint32_t told;     /**< what the host said last */
	uint32_t armed;    /**< events that the host will push when one becomes ready */
	unsigned sleepers; /**< threads that sleep in poll() for it */
	bool stale;        /**< ready bits of `told` may be no longer true */
};

/** The device under @p fd with a reference taken; NULL: not ours. Async-signal-safe, takes no lock. */
struct shim_file *file_get(int fd);
/** Gives a reference back; the last one closes. Inside a section. */
void file_put(struct shim_file *file);
struct shim_file *file_hold(struct shim_file *file);
/** A free file with one reference; NULL: all are in use. Inside a section. */
struct shim_file *file_create(void);
/** The i-th file, open or not: for the only thread of a forked child. */
struct shim_file *file_slot(unsigned index);
/** Files from this index on were never open. */
unsigned file_count(void);
/** The i-th file with a reference taken, if it is open; NULL. Inside a section. */
struct shim_file *file_at(unsigned index);
/** Whether any device is open. Anywhere. */
bool file_any(void);
/** O_NONBLOCK as it is now. */
bool file_nonblock(struct shim_file *file, int fd);

static inline struct shim_file *file_of(const struct fd_entry *entry)
{
	return entry && entry->kind == FD_DEVICE ? (struct shim_file *)entry : NULL;
}

#endif
