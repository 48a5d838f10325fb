/* SPDX-License-Identifier: MIT */
/* Generated from features/used.idl by ioferryc, do not edit. */
#ifndef IOFERRY_USED_TYPES_H
#define IOFERRY_USED_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define USED_BYTES   0x1u
#define USED_SECTORS 0x2u
#define USED_DERIVED 0x3u

struct used_BYTES {
	uint32_t id;
	char data[64];
	int length;
};

struct used_SECTORS {
	uint32_t count;
	uint8_t sectors[4][512];
};

struct used_DERIVED {
	uint8_t words;
	uint8_t bytes[16];
};

#endif
