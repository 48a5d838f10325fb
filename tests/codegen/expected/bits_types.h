/* SPDX-License-Identifier: MIT */
/* Generated from features/bits.idl by ioferryc, do not edit. */
#ifndef IOFERRY_BITS_TYPES_H
#define IOFERRY_BITS_TYPES_H

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
#define BITS_BAUD   IOFERRY_BY_LAYOUT(0x40086204u, 0x40046204u, 0x40046204u, 0x40046204u)
#define BITS_HEADER 0x40046205u

#endif
