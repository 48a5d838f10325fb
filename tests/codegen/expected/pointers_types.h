/* SPDX-License-Identifier: MIT */
/* Generated from features/pointers.idl by ioferryc, do not edit. */
#ifndef IOFERRY_POINTERS_TYPES_H
#define IOFERRY_POINTERS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define POINTERS_ASK   0x7001u
#define POINTERS_MOVE  0x7002u
#define POINTERS_NAME  0x7003u
#define POINTERS_MAYBE 0x7004u
#define POINTERS_WIDE  0x7005u
#define POINTERS_LEVEL 0x7007u
#define POINTERS_AREA  0x7006u

struct pointers_request {
	unsigned long timeout;
	uint32_t kind;
};

struct pointers_reply {
	uint64_t stamp;
	uint8_t data[16];
};

struct pointers_ASK {
	struct pointers_request *request;
	struct pointers_reply *reply;
};

struct pointers_MOVE {
	uint32_t n_points;
	uint32_t n_bytes;
	uint16_t *points;
	void *bytes;
};

struct pointers_NAME {
	char *name;
};

struct pointers_MAYBE_next {
	uint8_t len;
	uint8_t *buf;
};

struct pointers_chain {
	struct pointers_MAYBE_next *next;
};

struct pointers_WIDE {
	uint32_t size;
	uint64_t words;
};

struct pointers_AREA {
	uint16_t w;
	uint16_t h;
	uint8_t *pixels;
};

#endif
