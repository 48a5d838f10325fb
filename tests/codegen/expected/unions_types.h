/* SPDX-License-Identifier: MIT */
/* Generated from features/unions.idl by ioferryc, do not edit. */
#ifndef IOFERRY_UNIONS_TYPES_H
#define IOFERRY_UNIONS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define UNIONS_GET   1
#define UNIONS_SET   2
#define UNIONS_BYTE  10
#define UNIONS_WORD  11
#define UNIONS_BLOCK 12

/* Commands: the numbers of the ABI that includes this. */
#define UNIONS_PLAIN   0x20u
#define UNIONS_CHOSEN  0x21u
#define UNIONS_STRICT  0x22u
#define UNIONS_POINTED 0x23u
#define UNIONS_SEVERAL 0x24u
#define UNIONS_HOLDING 0x25u
#define UNIONS_BOTH    0x26u

struct unions_plain {
	uint32_t kind;
	union {
		uint32_t word;
		uint8_t bytes[4];
	} value;
};

struct unions_chosen {
	int kind;
	union {
		unsigned long number;
		long pair[2];
		struct {
			uint8_t a;
			uint64_t b;
		} other;
	} value;
};

struct unions_strict {
	uint8_t kind;
	union {
		uint8_t byte;
		uint16_t word;
	} value;
};

union unions_pointed_data {
	uint8_t byte;
	uint16_t word;
	struct {
		uint32_t len;
		uint8_t *data;
	} block;
};

struct unions_pointed {
	uint8_t access;
	uint32_t size;
	union unions_pointed_data *data;
};

struct unions_holding {
	uint32_t kind;
	union {
		uint16_t *one;
		struct {
			uint32_t n;
			uint64_t *list;
		} several;
		uint64_t none;
	} value;
};

struct unions_both {
	uint8_t a;
	uint8_t b;
	union {
		long number;
		uint8_t bytes[4];
	} value;
};

struct unions_SEVERAL {
	uint32_t n;
	struct unions_strict *items;
};

#endif
