/* SPDX-License-Identifier: MIT */
/**
 * @file version.h
 * Compares the version that a driver tells with the one that its IDL file was read from.
 */
#ifndef IOFERRY_CHARDEV_VERSION_H
#define IOFERRY_CHARDEV_VERSION_H

#include <ioferry/shape.h>

/** Issues a command with an argument by value on the node. >= 0: the driver's result; else a negative errno. */
typedef int64_t version_ask(void *context, uint32_t number, uint64_t argument);

/**
 * Logs a warning if the driver's version is another one. No error: a driver may be newer and understood all the same.
 * @param node how log lines call the device
 * @param ask  for versions that a command tells
 */
void version_check(const struct iof_interface *interface, const char *node, version_ask *ask, void *context);

#endif
