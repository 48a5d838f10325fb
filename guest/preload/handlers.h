/* SPDX-License-Identifier: MIT */
/**
 * @file handlers.h
 * Signal handlers, called through a function of ours that takes note of it.
 *
 * A call on a device sleeps in several system calls, one after the other, where the kernel's driver would sleep once. A
 * handler that runs between two of them has to end the call as well (unless SA_RESTART), and the kernel does not tell
 * that it ran. So from the first open on every handler is installed behind one that tells the thread's section.
 */
#ifndef PRELOAD_HANDLERS_H
#define PRELOAD_HANDLERS_H

/** Wraps the handlers that are installed, and from now on those that will be. Idempotent; in a section. */
void handlers_wrap(void);

#endif
