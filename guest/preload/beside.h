/* SPDX-License-Identifier: MIT */
/**
 * @file beside.h
 * Companion files of the host's devices (guest/common/companion.h), as this process sees them: only where the host
 * offers a device that has them. Not inside a section; may connect. Paths may be NULL.
 */
#ifndef PRELOAD_BESIDE_H
#define PRELOAD_BESIDE_H

#include "guest/common/companion.h"

/** As companion_text(); -ENOENT: ask the kernel. */
int beside_text(const char *path, char **text, size_t *length);
/** As companion_entries(); -ENOENT: ask the kernel. */
int beside_entries(const char *path, struct companion_entry **entries, size_t *count);
/**
 * Opens a companion file, for reading only.
 * @param[out] result a descriptor of a file in memory, or a negative errno
 * @return false: there is none, *result is untouched
 */
bool beside_open(const char *path, int flags, int *result);

#endif
