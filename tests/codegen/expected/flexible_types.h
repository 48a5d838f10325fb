/* SPDX-License-Identifier: MIT */
/* Generated from features/flexible.idl by ioferryc, do not edit. */
#ifndef IOFERRY_FLEXIBLE_TYPES_H
#define IOFERRY_FLEXIBLE_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#ifndef IOFERRY_BY_LAYOUT
#if defined(__LP64__)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) lp64
#elif defined(__i386__)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) i386
#elif defined(__USE_TIME_BITS64) || (defined(_TIME_BITS) && _TIME_BITS == 64)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) eabi32_time64
#else
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) eabi32
#endif
#endif

/* Commands: the numbers of the ABI that includes this. */
#define FLEXIBLE_SEND        IOFERRY_BY_LAYOUT(0x40086601u, 0x40046601u, 0x40046601u, 0x40046601u)
#define FLEXIBLE_RECEIVE     IOFERRY_BY_LAYOUT(0x80086602u, 0x80046602u, 0x80046602u, 0x80046602u)
#define FLEXIBLE_FILL        0x6603u
#define FLEXIBLE_READ_RESULT 0x6604u

struct flexible_frame {
	uint32_t id;
	unsigned long stamp;
};

struct flexible_list {
	uint32_t count;
	struct flexible_frame list[];
};

struct flexible_FILL {
	uint32_t size;
	uint8_t *data;
};

struct flexible_READ_RESULT {
	uint32_t n;
	struct flexible_frame *frames;
};

#endif
