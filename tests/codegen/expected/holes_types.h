/* SPDX-License-Identifier: MIT */
/* Generated from features/holes.idl by ioferryc, do not edit. */
#ifndef IOFERRY_HOLES_TYPES_H
#define IOFERRY_HOLES_TYPES_H

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
#define HOLES_CONFIGURE IOFERRY_BY_LAYOUT(0x40086801u, 0x40046801u, 0x40046801u, 0x40046801u)
#define HOLES_COUNT     IOFERRY_BY_LAYOUT(0x80086802u, 0x80046802u, 0x80046802u, 0x80046802u)
#define HOLES_TAKE      IOFERRY_BY_LAYOUT(0x80086803u, 0x80046803u, 0x80046803u, 0x80046803u)

struct holes_config {
	uint32_t mode;
	uint64_t mask;
};

struct holes_envelope {
	struct holes_config *buffer;
	uint32_t size;
};

#endif
