/* SPDX-License-Identifier: MIT */
/**
 * @file device.h
 * Descriptors of devices: made by open, inherited by a new image or a forked child, received, duplicated, closed.
 * Not inside a section unless said otherwise.
 */
#ifndef PRELOAD_DEVICE_H
#define PRELOAD_DEVICE_H

#include "guest/preload/file.h"
#include "guest/preload/names.h"
#include <sys/sysmacros.h>

#define SHIM_DEV makedev(0, 5) /* st_dev of what the shim describes: where devtmpfs usually is */

/** The errno convention of the C library: -4095 to -1 is errno and -1. */
long shim_result(long result);

/**
 * Opens @p name if the host offers it; a cancellation point then.
 * @param[out] result a descriptor or a negative errno
 * @return false: not the host's, *result is untouched
 */
bool device_open(const char *name, int flags, int *result);

/** The number @p fd now stands for @p entry (NULL: nothing of ours), whatever it stood for. Takes a reference. */
void device_set(int fd, const struct fd_entry *entry);
/** The kernel has just handed out @p fd for a file of its own: an entry of it is left over from an unseen close. */
void device_forget(int fd);
/** The kernel has made @p fd a duplicate of @p of. */
void device_duplicated(int of, int fd);
/** False: @p fd is the shim's own, and does not exist for the application. */
static inline bool device_visible(int fd)
{
	const struct fd_entry *entry = fd_entry(fd);

	return !entry || entry->kind != FD_PRIVATE;
}

/** Whether this is a child of vfork(), which has its parent's memory but its own descriptors. */
bool device_in_vfork(void);
/** In a child that was forked unseen (a system call of its own): what fork() would have done. In a section. */
void device_check_process(void);
/** Takes over descriptors with a label that this image was born with. */
void device_adopt_inherited(void);
/**
 * Takes over @p fd if it carries a label; @p shared: a share was made for that. In a section.
 * @return true: this process has the open already, so that nothing was attached and no share taken.
 */
bool device_adopt(int fd, bool shared);
/** Before fork, in the parent, and after it, in the child. @p shared: the parent has made shares for it. In a section.
 */
void device_before_fork(void);
void device_forked(bool shared);
/** For device_in_vfork(): called by the constructor and in forked children. */
void device_note_process(void);

#endif
