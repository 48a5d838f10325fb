/* SPDX-License-Identifier: MIT */
/**
 * @file credentials.h
 * Runs a driver's methods as another user.
 *
 * Credentials are a thread's own in Linux; only the C library keeps those of a process in step. So the thread
 * that is about to enter the driver changes its own, with system calls of its own, and changes them back. This
 * costs nine system calls a call, and none where nothing is configured.
 */
#ifndef IOFERRY_CHARDEV_CREDENTIALS_H
#define IOFERRY_CHARDEV_CREDENTIALS_H

#include "complaints.h"
#include "host/daemon/config.h"
#include <sys/types.h>

struct credentials;

/**
 * Reads `user`, `groups` and `capabilities` of a device. Errors are recorded in the configuration.
 * @return NULL where none is configured: the daemon's own are used. NULL after an error, too: the device must not be.
 */
struct credentials *credentials_create(const struct config_node *settings);
void credentials_destroy(struct credentials *credentials);

/** Takes them on in the calling thread. 0 or a negative errno (logged), with the thread as it was. NULL: 0. */
int credentials_enter(const struct credentials *credentials, struct complaints *complaints);
/** Takes the daemon's own on again. A thread that cannot go back ends the process. */
void credentials_leave(const struct credentials *credentials);

#endif
