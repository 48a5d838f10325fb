/* SPDX-License-Identifier: MIT */
/* Generated from features/counts.idl by ioferryc, do not edit. */
#ifndef IOFERRY_COUNTS_TYPES_H
#define IOFERRY_COUNTS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define COUNTS_ELEMENTS 0x1u
#define COUNTS_BYTES    0x2u
#define COUNTS_BOTH     0x3u

struct counts_frame {
	uint32_t id;
	uint8_t data[8];
};

struct counts_ELEMENTS {
	uint32_t n;
	struct counts_frame *frames;
};

struct counts_BYTES {
	uint32_t size;
	struct counts_frame *frames;
};

struct counts_BOTH {
	uint32_t n_sent;
	uint32_t n_room;
	uint16_t *sent;
	uint16_t *received;
};

#endif
