/* SPDX-License-Identifier: MIT */
/**
 * @file watch.h
 * Which devices are in which epoll sets, for which events: only for those the host is asked while nobody looks. Inside
 * a section.
 *
 * A set is known by what its number stands for, as a device is, so that all duplicates of the number are the same set.
 * What cannot be remembered (too many sets, or one device too often) counts as watched for as long as the device is
 * open.
 */
#ifndef PRELOAD_WATCH_H
#define PRELOAD_WATCH_H

#include "guest/preload/fdtable.h"
#include <stdint.h>

struct link;
struct shim_file;

/** What the set under @p fd is known by; a new one if there is none. Not counted for the caller. */
const struct fd_entry *watch_set_of(int fd);
/** A number more stands for @p set. What it then stands for: a set that is just going is no longer known. */
const struct fd_entry *watch_set_hold(const struct fd_entry *set);
/** A number fewer: with the last one the set goes, and what was in it. */
void watch_set_put(const struct fd_entry *set);

/** Device @p file under the number @p fd is to be in @p set for @p events (of poll()) too. The former ones; 0: it was
 * not. */
uint32_t watch_add(struct shim_file *file, const struct fd_entry *set, int fd, uint32_t events);
/** ... for exactly these. 0: it is not in the set. */
void watch_set(struct shim_file *file, const struct fd_entry *set, int fd, uint32_t events);
/** In a forked child: what counts are the descriptors. */
void watch_forked(void);
/** Whether any device of @p link is in a set. */
bool watch_any(const struct link *link);

#endif
