/* SPDX-License-Identifier: MIT */
/* Generated from features/shown.idl by ioferryc, do not edit. */
#ifndef IOFERRY_SHOWN_TYPES_H
#define IOFERRY_SHOWN_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define SHOWN_MODE_OFF       0
#define SHOWN_MODE_ON        5
#define SHOWN_MODE_AUTO      6
#define SHOWN_OFFSET_BELOW   (-1)
#define SHOWN_OFFSET_NONE    0
#define SHOWN_RATE_1         0
#define SHOWN_RATE_2         1
#define SHOWN_UNUSED         0
#define SHOWN_FRAME_STANDARD 0
#define SHOWN_FRAME_RTR      1
#define SHOWN_FRAME_EXT      2
#define SHOWN_FRAME_ERROR    128
#define SHOWN_FRAME_ANY      3

/* Commands: the numbers of the ABI that includes this. */
#define SHOWN_SEND  0x1u
#define SHOWN_MODE  0x2u
#define SHOWN_MASK  0x3u
#define SHOWN_FLAGS 0x4u
#define SHOWN_MODES 0x5u

struct shown_frame {
	uint32_t id;
	uint16_t flags;
	unsigned int mode;
	int8_t offset;
	uint8_t length;
	uint8_t data[8];
	uint64_t filter[2];
	struct {
		int rate;
		unsigned long timeout;
	} timing;
};

struct shown_SEND {
	uint32_t count;
	struct shown_frame list[];
};

struct shown_MODES {
	uint32_t n;
	unsigned int *modes;
	uint32_t *flags;
};

#endif
