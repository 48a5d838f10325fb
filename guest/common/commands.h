/* SPDX-License-Identifier: MIT */
/**
 * @file commands.h
 * Whether a caller's ioctl is carried, and the line in the log that says why one is not.
 */
#ifndef GUEST_COMMON_COMMANDS_H
#define GUEST_COMMON_COMMANDS_H

#include <ioferry/session.h>
#include <stdbool.h>
#include <stdint.h>

/** Numbers that are logged in each layout; a program that tries all of them does not fill the log. */
#define COMMANDS_SAID 32

/** The numbers whose refusal has been logged. All zeros at first; its owner decides how long it remembers. */
struct commands_said {
	_Atomic(uint32_t) entries[IOF_LAYOUTS][COMMANDS_SAID];
};

/** Where a number arrives. All is borrowed for the call. */
struct commands_place {
	const struct iof_session *session;
	const struct iof_device *device;       /**< of the session; NULL: it has it no more, so nothing is carried */
	const struct iof_interface *interface; /**< the device's; NULL: unknown to this build */
	const char *name;                      /**< the device or its node, for the log */
	bool node;                             /**< the kernel brings the call, and it takes some numbers itself */
	struct commands_said *said;
};

/**
 * The command that @p number means to a caller of @p layout.
 * @return NULL: not declared, not to be carried (from here), or declared otherwise by the host. The ioctl ends with
 *         ENOTTY then; the first time for a number and layout, the reason is logged, at IOF_LOG_WARNING.
 * Waits for nothing, allocates nothing: any thread, and signal handlers.
 */
const struct iof_command *commands_find(const struct commands_place *place, enum iof_layout layout, uint32_t number);

#endif
