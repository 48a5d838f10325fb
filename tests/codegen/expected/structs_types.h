/* SPDX-License-Identifier: MIT */
/* Generated from features/structs.idl by ioferryc, do not edit. */
#ifndef IOFERRY_STRUCTS_TYPES_H
#define IOFERRY_STRUCTS_TYPES_H

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

#define STRUCTS_NAME_LEN 32
#define STRUCTS_IDLE     0
#define STRUCTS_BUSY     5
#define STRUCTS_GONE     6
#define STRUCTS_LOW      (-1)
#define STRUCTS_HIGH     0

/* Commands: the numbers of the ABI that includes this. */
#define STRUCTS_GET_EVERYTHING IOFERRY_BY_LAYOUT(0x80887301u, 0x806c7301u, 0x80707301u, 0x80807301u)
#define STRUCTS_SET_TIGHT      IOFERRY_BY_LAYOUT(0x400f7302u, 0x400b7302u, 0x400b7302u, 0x400b7302u)
#define STRUCTS_SWAP_LOOSE     0xc0107303u
#define STRUCTS_READ_ALL       0x7304u
#define STRUCTS_SET_LEVEL      0x7305u
#define STRUCTS_SET_MASK       0x7306u
#define STRUCTS_RESET          0x7307u

struct structs_point {
	int x;
	int y;
};

struct structs_everything {
	uint8_t byte;
	int64_t wide;
	long native;
	unsigned long flags;
	unsigned int state;
	uint32_t serial;
	char name[32];
	uint16_t matrix[2][3];
	struct structs_point corners[2];
	struct {
		uint8_t r;
		uint8_t g;
		uint8_t b;
	} colour;
	struct timeval when;
	time_t since;
	size_t length;
};

struct structs_tight {
	uint8_t tag;
	unsigned long stamp;
	uint32_t id;
	uint16_t flags;
} __attribute__((packed));

struct structs_loose {
	uint8_t tag;
	uint8_t data[5] __attribute__((aligned(8)));
} __attribute__((aligned(16)));

#endif
