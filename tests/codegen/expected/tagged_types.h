/* SPDX-License-Identifier: MIT */
/* Generated from features/tagged.idl by ioferryc, do not edit. */
#ifndef IOFERRY_TAGGED_TYPES_H
#define IOFERRY_TAGGED_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define TAGGED_NUMBER 1
#define TAGGED_PAIR   2
#define TAGGED_WITHIN (-1)

/* Commands: the numbers of the ABI that includes this. */
#define TAGGED_NEXT 0x30u
#define TAGGED_PASS 0x31u
#define TAGGED_SOME 0x32u

struct tagged_inner {
	uint8_t form;
	union {
		uint16_t word;
		char text[6];
	} content;
};

struct tagged_event {
	int16_t kind;
	unsigned long stamp;
	union {
		unsigned long number;
		uint16_t pair[2];
		struct tagged_inner inner;
	} value;
};

struct tagged_SOME {
	uint32_t n;
	struct tagged_event *list;
};

#endif
