/* SPDX-License-Identifier: MIT */
/* Generated from features/elements.idl by ioferryc, do not edit. */
#ifndef IOFERRY_ELEMENTS_TYPES_H
#define IOFERRY_ELEMENTS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define ELEMENTS_READ 1

/* Commands: the numbers of the ABI that includes this. */
#define ELEMENTS_TRANSFER      0x10u
#define ELEMENTS_TRANSFER_PAIR 0x11u
#define ELEMENTS_TRANSFER_LIST 0x12u

struct elements_message {
	uint16_t flags;
	uint16_t len;
	uint8_t *buf;
};

struct elements_pair {
	struct elements_message both[2];
};

struct elements_TRANSFER {
	struct elements_message *msgs;
	uint32_t n;
};

struct elements_TRANSFER_LIST {
	uint32_t n;
	struct elements_message list[];
};

#endif
