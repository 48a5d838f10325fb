/* SPDX-License-Identifier: MIT */
/**
 * @file probe.h
 * A device made for the tests of the preload shim: a queue of records that read() takes from and write() adds to,
 * and commands that tell how the shim treats it. Included by the applications, as a driver's header would be, and by
 * the host that runs it.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>
#include <sys/ioctl.h>

struct probe_pair {
	uint32_t a, b;
	uint8_t rest[56];
};

/* What read() and write() count. */
struct probe_record {
	uint32_t value, pad;
};

#define PROBE_ADD        _IOWR('p', 1, struct probe_pair) /* b = a + 1; returns 5 */
#define PROBE_WAIT       _IO('p', 2)                      /* until PROBE_KICK; returns 9. A signal restarts it */
#define PROBE_WAIT_EINTR _IO('p', 3)                      /* the same; a signal ends it */
#define PROBE_KICK       _IO('p', 4)  /* ends waits, those that begin later included if none is there; how many */
#define PROBE_OPENS      _IO('p', 5)  /* host opens of this device at this moment */
#define PROBE_CLOSES     _IO('p', 6)  /* host closes so far */
#define PROBE_NONBLOCK   _IO('p', 7)  /* whether the host sees O_NONBLOCK */
#define PROBE_WAITING    _IO('p', 8)  /* calls that wait now, read() included */
#define PROBE_FULL       _IO('p', 9)  /* argument 1: not writable from now on; 0: writable */
#define PROBE_PUSH       _IO('p', 10) /* adds a record with this value */
#define PROBE_CANCELS    _IO('p', 11) /* calls that ended because of a cancel */
#define PROBE_SLOW       _IO('p', 12) /* for so many ms, not to be interrupted; returns 12 */
#define PROBE_RESULT     _IO('p', 13) /* returns the argument's 32 bits, also what no driver returns */
#define PROBE_ERRNO      _IO('p', 14) /* fails with the errno that the argument is */
#define PROBE_POLLS      _IO('p', 15) /* questions about this device's readiness so far */
#define PROBE_UNDECLARED _IO('p', 99)

#endif
