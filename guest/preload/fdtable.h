/* SPDX-License-Identifier: MIT */
/**
 * @file fdtable.h
 * What each descriptor number of the process means to the shim. A look-up takes no lock and costs a load or two,
 * because every read() and write() of the application on its own files comes by here.
 */
#ifndef PRELOAD_FDTABLE_H
#define PRELOAD_FDTABLE_H

#include <stdbool.h>
#include <stddef.h>

/** What a number stands for. The first member of struct shim_file. */
enum fd_kind {
	FD_DEVICE = 1, /**< an open device: struct shim_file */
	FD_EPOLL,      /**< an epoll set that a device was added to */
	FD_PRIVATE,    /**< a descriptor of the shim, which does not exist for the application */
};

struct fd_entry {
	enum fd_kind kind;
};

#define FD_CHUNK  1024u
#define FD_CHUNKS 1024u /* descriptors above 2^20 cannot be devices: the kernel's default nr_open ends there */

extern _Atomic(_Atomic(const struct fd_entry *) *) fd_chunks[FD_CHUNKS];
extern const struct fd_entry fd_epoll, fd_private;

/** The entry of @p fd; NULL: none of ours. Any int is allowed. */
static inline const struct fd_entry *fd_entry(int fd)
{
	_Atomic(const struct fd_entry *) *chunk;

	if (__builtin_expect((unsigned)fd >= FD_CHUNKS * FD_CHUNK, 0))
		return NULL;
	chunk = fd_chunks[(unsigned)fd / FD_CHUNK];
	return chunk ? chunk[(unsigned)fd % FD_CHUNK] : NULL;
}

/** Sets the entry (NULL: none) and yields the former. Fails only with no memory for a first entry of a chunk. */
bool fd_entry_set(int fd, const struct fd_entry *entry, const struct fd_entry **former);
/** Takes the entry away if it still is @p entry. */
bool fd_entry_clear(int fd, const struct fd_entry *entry);
/** Lowest number >= @p from that has an entry; -1: none. */
int fd_entry_next(int from);

#endif
