/* SPDX-License-Identifier: MIT */
/**
 * @file names.h
 * Which paths are devices of the host.
 */
#ifndef PRELOAD_NAMES_H
#define PRELOAD_NAMES_H

#include <stdbool.h>

#define NAME_SIZE 64 /* of a device, below /dev, with its NUL */

/**
 * The name below /dev of an absolute path that the shim may serve, folded. False for all other paths; makes no system
 * call.
 */
bool name_of_path(const char *path, char name[NAME_SIZE]);
/** As name_of_path() for any path: relative ones, symbolic links. For paths that the kernel does not know; keeps errno.
 */
bool name_resolve(int directory, const char *path, char name[NAME_SIZE]);

enum name_state {
	NAME_FOREIGN, /**< the kernel's business */
	NAME_OFFERED, /**< the host has it */
	NAME_AWAY,    /**< would be the host's, which is away: ENODEV */
};

struct link;
struct iof_device;
/**
 * Whether the host offers @p name; connects if need be. Inside a section.
 * @param[out] link with a reference, @p device on it, for NAME_OFFERED
 */
enum name_state name_look_up(const char *name, struct link **link, const struct iof_device **device);

#endif
