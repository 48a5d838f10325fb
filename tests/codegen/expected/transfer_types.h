/* SPDX-License-Identifier: MIT */
/* Generated from features/transfer.idl by ioferryc, do not edit. */
#ifndef IOFERRY_TRANSFER_TYPES_H
#define IOFERRY_TRANSFER_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define TRANSFER_WAIT_US      0x1u
#define TRANSFER_WAIT_SECONDS 0x2u

struct transfer_record {
	uint32_t id;
	struct timeval stamp;
};

struct transfer_WAIT_SECONDS {
	uint32_t seconds;
	int error;
};

#endif
