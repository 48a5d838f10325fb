/* SPDX-License-Identifier: MIT */
/* Generated from features/bounds.idl by ioferryc, do not edit. */
#ifndef IOFERRY_BOUNDS_TYPES_H
#define IOFERRY_BOUNDS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define BOUNDS_PLACE  0x1u
#define BOUNDS_PLACES 0x2u
#define BOUNDS_LEVEL  0x3u

struct bounds_place {
	uint32_t channel;
	int name;
};

struct bounds_PLACES {
	uint8_t n;
	struct bounds_place *places;
};

#endif
