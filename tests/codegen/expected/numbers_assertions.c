/* SPDX-License-Identifier: MIT */
/* Generated from features/numbers.idl by ioferryc, do not edit. */
/*
 * Compiles only if the layouts that ioferryc computed are the compiler's. With the driver's own header
 * (<numbers.h>) it checks that too.
 */

#include "numbers_types.h"

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

_Static_assert(sizeof(struct numbers_item) == IOFERRY_BY_LAYOUT(8, 4, 4, 4), "size of struct numbers_item");
_Static_assert(offsetof(struct numbers_item, value) == 0, "offset of value in struct numbers_item");
_Static_assert(sizeof(((struct numbers_item *)0)->value) == IOFERRY_BY_LAYOUT(8, 4, 4, 4),
	       "size of value in struct numbers_item");

#if __has_include(<numbers.h>)
#include <numbers.h>
#else
#define HEADER_MISSING
#endif

#ifndef HEADER_MISSING
_Static_assert(sizeof(struct item) == IOFERRY_BY_LAYOUT(8, 4, 4, 4), "size of struct item");
_Static_assert(offsetof(struct item, value) == 0, "offset of value in struct item");
_Static_assert(sizeof(((struct item *)0)->value) == IOFERRY_BY_LAYOUT(8, 4, 4, 4), "size of value in struct item");
_Static_assert((unsigned int)SET_ITEM == IOFERRY_BY_LAYOUT(0x40086e80, 0x40046e80, 0x40046e80, 0x40046e80),
	       "number of SET_ITEM");
_Static_assert((unsigned int)SET_OTHER == IOFERRY_BY_LAYOUT(0x40086e81, 0x40046e81, 0x40046e81, 0x40046e81),
	       "number of SET_OTHER");
_Static_assert((unsigned int)SET_LENGTH == IOFERRY_BY_LAYOUT(0x40106e82, 0x40086e82, 0x40086e82, 0x40086e82),
	       "number of SET_LENGTH");
_Static_assert((unsigned int)GET_BITS(0) == 0x80006e20, "number of GET_BITS");
_Static_assert((unsigned int)GET_EVENTS(0, 0) == 0x80006e40, "number of GET_EVENTS");
_Static_assert((unsigned int)GET_AXIS(0) == 0x80044e00, "number of GET_AXIS");
_Static_assert((unsigned int)OLD == 7, "number of OLD");
_Static_assert((unsigned int)EXPORT == 8, "number of EXPORT");
#endif
