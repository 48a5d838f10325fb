/* SPDX-License-Identifier: MIT */
/* Generated from features/numbers.idl by ioferryc, do not edit. */
#ifndef IOFERRY_NUMBERS_TYPES_H
#define IOFERRY_NUMBERS_TYPES_H

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
#define NUMBERS_SET_ITEM   IOFERRY_BY_LAYOUT(0x40086e80u, 0x40046e80u, 0x40046e80u, 0x40046e80u)
#define NUMBERS_SET_OTHER  IOFERRY_BY_LAYOUT(0x40086e81u, 0x40046e81u, 0x40046e81u, 0x40046e81u)
#define NUMBERS_SET_LENGTH IOFERRY_BY_LAYOUT(0x40106e82u, 0x40086e82u, 0x40086e82u, 0x40086e82u)
#define NUMBERS_GET_BITS   0x80006e20u
#define NUMBERS_GET_EVENTS 0x80006e40u
#define NUMBERS_GET_AXIS   0x80044e00u
#define NUMBERS_OLD        0x7u
#define NUMBERS_EXPORT     0x8u

struct numbers_item {
	unsigned long value;
};

#endif
