/* SPDX-License-Identifier: MIT */
/* Generated from features/returned.idl by ioferryc, do not edit. */
#ifndef IOFERRY_RETURNED_TYPES_H
#define IOFERRY_RETURNED_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define RETURNED_BY_FIELD  0x1u
#define RETURNED_BY_BYTES  0x2u
#define RETURNED_BY_OTHER  0x3u
#define RETURNED_BY_RESULT 0x4u
#define RETURNED_IN_BYTES  0x5u

struct returned_BY_FIELD {
	uint32_t n;
	uint32_t *list;
};

struct returned_BY_BYTES {
	uint32_t size;
	uint32_t *list;
};

struct returned_BY_OTHER {
	uint8_t room;
	uint8_t *sense;
	uint8_t written;
};

struct returned_BY_RESULT {
	uint32_t n;
	uint32_t *list;
};

struct returned_IN_BYTES {
	uint32_t n;
	uint32_t *list;
};

#endif
