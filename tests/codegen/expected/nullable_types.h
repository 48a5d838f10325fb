/* SPDX-License-Identifier: MIT */
/* Generated from features/nullable.idl by ioferryc, do not edit. */
#ifndef IOFERRY_NULLABLE_TYPES_H
#define IOFERRY_NULLABLE_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define NULLABLE_SET   0x1u
#define NULLABLE_LIST  0x2u
#define NULLABLE_MAYBE 0x3u

struct nullable_filter {
	uint32_t from;
	uint32_t to;
};

struct nullable_LIST {
	uint32_t n;
	struct nullable_filter list[];
};

struct nullable_MAYBE {
	uint32_t *value;
	uint32_t *always;
};

#endif
