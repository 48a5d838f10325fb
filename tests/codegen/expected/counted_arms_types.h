/* SPDX-License-Identifier: MIT */
/* Generated from features/counted_arms.idl by ioferryc, do not edit. */
#ifndef IOFERRY_COUNTED_ARMS_TYPES_H
#define IOFERRY_COUNTED_ARMS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define COUNTED_ARMS_TO_DEVICE 1
#define COUNTED_ARMS_NOTHING   3

/* Commands: the numbers of the ABI that includes this. */
#define COUNTED_ARMS_TRANSFER 0x1u

struct counted_arms_piece {
	void *base;
	size_t length;
};

struct counted_arms_request {
	uint8_t direction;
	uint8_t n_pieces;
	uint32_t length;
	void *data;
};

#endif
