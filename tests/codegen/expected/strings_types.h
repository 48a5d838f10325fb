/* SPDX-License-Identifier: MIT */
/* Generated from features/strings.idl by ioferryc, do not edit. */
#ifndef IOFERRY_STRINGS_TYPES_H
#define IOFERRY_STRINGS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define STRINGS_INLINE  0x1u
#define STRINGS_OPEN    0x2u
#define STRINGS_RENAME  0x3u
#define STRINGS_BOUNDED 0x4u

struct strings_INLINE {
	uint32_t major;
	char name[32];
};

struct strings_OPEN {
	char *name;
};

struct strings_RENAME {
	char *name;
};

struct strings_BOUNDED {
	char *name;
	int length;
};

#endif
