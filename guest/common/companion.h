/* SPDX-License-Identifier: MIT */
/**
 * @file companion.h
 * Files below /proc and /sys that a driver's libraries look for, and that a host's devices have no share in: their
 * paths and texts are of the interface (`companion` in its IDL file) and of the devices' names.
 *
 * All functions: any thread; nothing is kept between calls.
 */
#ifndef GUEST_COMMON_COMPANION_H
#define GUEST_COMMON_COMPANION_H

#include <ioferry/session.h>
#include <stdbool.h>
#include <stddef.h>

#define COMPANION_PATH 128 /* with its NUL; a longer path is no companion */
#define COMPANION_NAME 64  /* of an entry of a folder, with its NUL */

/** The devices that have companions. All are borrowed. */
struct companion_devices {
	const struct iof_device *const *list; /**< with an interface each */
	size_t count;
};

struct companion_entry {
	char name[COMPANION_NAME];
	bool folder;
};

/**
 * @p path without repeated slashes and "." in @p folded, if a device of @p interfaces (NULL-terminated) could have a
 * companion there or below. False for all others, soon: most paths that a program opens are.
 */
bool companion_possible(const struct iof_interface *const *interfaces, const char *path, char folded[COMPANION_PATH]);

/**
 * What a file says.
 * @param[out] text @p length bytes and a NUL, for free()
 * @return 0; -EISDIR: it is a folder that companions are in; -ENOENT: neither; -ENOMEM
 */
int companion_text(const struct companion_devices *devices, const char *folded, char **text, size_t *length);

/**
 * What is in a folder.
 * @param[out] entries @p count of them, each name once, for free()
 * @return 0; -ENOTDIR: it is a file; -ENOENT; -ENOMEM
 */
int companion_entries(const struct companion_devices *devices, const char *folded, struct companion_entry **entries,
		      size_t *count);

#endif
