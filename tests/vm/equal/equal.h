/* SPDX-License-Identifier: MIT */
/*
 * One program, run where the device is and where ioferry brings it to: each call prints one line with its result,
 * errno and every byte of the buffers it could touch. The two outputs must be equal.
 */
#ifndef TESTS_VM_EQUAL_H
#define TESTS_VM_EQUAL_H

#include <stddef.h>
#include <stdint.h>

#define UNTOUCHED 0xa5 /* what buffers hold before a call: bytes that nobody wrote are compared, too */

/** Prints "name: result" and, for a negative result, errno; keeps the line open for bytes(). */
void result(const char *name, long value);
/** Adds a buffer to the line. */
void bytes(const void *data, size_t length);
/** Ends the line of the last result. */
void done(void);

/** ioctl() and its line; @p length bytes at @p argument are printed. */
long call(const char *name, int fd, unsigned long number, void *argument, size_t length);
/** ioctl() with an argument by value, and its line. */
long call_value(const char *name, int fd, unsigned long number, unsigned long value);
/** Where nothing is mapped; a function, lest the compiler foresees what happens. */
void *bad_pointer(void);
/** @p size bytes, UNTOUCHED; never freed, and none of it reachable below or above by accident. */
void *fresh(size_t size);
/** A page with @p size bytes of @p data at its end that can be read only. */
void *read_only(const void *data, size_t size);
/** Sends SIGALRM to this process after @p ms, @p times times, with a handler installed with or without SA_RESTART. */
void alarm_after(int ms, int times, int sa_flags);
/** How often the handler ran since alarm_after(). */
int alarms(void);

/** The scripts, one per kind of device; @p path is the node. */
void equal_i2c(const char *path);
void equal_watchdog(const char *path);
void equal_tty(const char *path);

#endif
