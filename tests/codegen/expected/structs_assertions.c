/* SPDX-License-Identifier: MIT */
/* Generated from features/structs.idl by ioferryc, do not edit. */
/*
 * Compiles only if the layouts that ioferryc computed are the compiler's. With the driver's own header
 * () it checks that too.
 */

#include "structs_types.h"

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

_Static_assert(sizeof(struct structs_point) == 8, "size of struct structs_point");
_Static_assert(offsetof(struct structs_point, x) == 0, "offset of x in struct structs_point");
_Static_assert(sizeof(((struct structs_point *)0)->x) == 4, "size of x in struct structs_point");
_Static_assert(offsetof(struct structs_point, y) == 4, "offset of y in struct structs_point");
_Static_assert(sizeof(((struct structs_point *)0)->y) == 4, "size of y in struct structs_point");

_Static_assert(sizeof(struct structs_everything) == IOFERRY_BY_LAYOUT(136, 108, 112, 128),
	       "size of struct structs_everything");
_Static_assert(offsetof(struct structs_everything, byte) == 0, "offset of byte in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->byte) == 1, "size of byte in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, wide) == IOFERRY_BY_LAYOUT(8, 4, 8, 8),
	       "offset of wide in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->wide) == 8, "size of wide in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, native) == IOFERRY_BY_LAYOUT(16, 12, 16, 16),
	       "offset of native in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->native) == IOFERRY_BY_LAYOUT(8, 4, 4, 4),
	       "size of native in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, flags) == IOFERRY_BY_LAYOUT(24, 16, 20, 20),
	       "offset of flags in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->flags) == IOFERRY_BY_LAYOUT(8, 4, 4, 4),
	       "size of flags in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, state) == IOFERRY_BY_LAYOUT(32, 20, 24, 24),
	       "offset of state in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->state) == 4, "size of state in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, serial) == IOFERRY_BY_LAYOUT(36, 24, 28, 28),
	       "offset of serial in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->serial) == 4, "size of serial in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, name) == IOFERRY_BY_LAYOUT(40, 28, 32, 32),
	       "offset of name in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->name) == 32, "size of name in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, matrix) == IOFERRY_BY_LAYOUT(72, 60, 64, 64),
	       "offset of matrix in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->matrix) == 12, "size of matrix in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, corners) == IOFERRY_BY_LAYOUT(84, 72, 76, 76),
	       "offset of corners in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->corners) == 16, "size of corners in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, colour) == IOFERRY_BY_LAYOUT(100, 88, 92, 92),
	       "offset of colour in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->colour) == 3, "size of colour in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, when) == IOFERRY_BY_LAYOUT(104, 92, 96, 96),
	       "offset of when in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->when) == IOFERRY_BY_LAYOUT(16, 8, 8, 16),
	       "size of when in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, since) == IOFERRY_BY_LAYOUT(120, 100, 104, 112),
	       "offset of since in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->since) == IOFERRY_BY_LAYOUT(8, 4, 4, 8),
	       "size of since in struct structs_everything");
_Static_assert(offsetof(struct structs_everything, length) == IOFERRY_BY_LAYOUT(128, 104, 108, 120),
	       "offset of length in struct structs_everything");
_Static_assert(sizeof(((struct structs_everything *)0)->length) == IOFERRY_BY_LAYOUT(8, 4, 4, 4),
	       "size of length in struct structs_everything");

_Static_assert(sizeof(struct structs_tight) == IOFERRY_BY_LAYOUT(15, 11, 11, 11), "size of struct structs_tight");
_Static_assert(offsetof(struct structs_tight, tag) == 0, "offset of tag in struct structs_tight");
_Static_assert(sizeof(((struct structs_tight *)0)->tag) == 1, "size of tag in struct structs_tight");
_Static_assert(offsetof(struct structs_tight, stamp) == 1, "offset of stamp in struct structs_tight");
_Static_assert(sizeof(((struct structs_tight *)0)->stamp) == IOFERRY_BY_LAYOUT(8, 4, 4, 4),
	       "size of stamp in struct structs_tight");
_Static_assert(offsetof(struct structs_tight, id) == IOFERRY_BY_LAYOUT(9, 5, 5, 5),
	       "offset of id in struct structs_tight");
_Static_assert(sizeof(((struct structs_tight *)0)->id) == 4, "size of id in struct structs_tight");
_Static_assert(offsetof(struct structs_tight, flags) == IOFERRY_BY_LAYOUT(13, 9, 9, 9),
	       "offset of flags in struct structs_tight");
_Static_assert(sizeof(((struct structs_tight *)0)->flags) == 2, "size of flags in struct structs_tight");

_Static_assert(sizeof(struct structs_loose) == 16, "size of struct structs_loose");
_Static_assert(offsetof(struct structs_loose, tag) == 0, "offset of tag in struct structs_loose");
_Static_assert(sizeof(((struct structs_loose *)0)->tag) == 1, "size of tag in struct structs_loose");
_Static_assert(offsetof(struct structs_loose, data) == 8, "offset of data in struct structs_loose");
_Static_assert(sizeof(((struct structs_loose *)0)->data) == 5, "size of data in struct structs_loose");
