/* SPDX-License-Identifier: MIT */
/* Generated from features/waiting.idl by ioferryc, do not edit. */
#ifndef IOFERRY_WAITING_TYPES_H
#define IOFERRY_WAITING_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define WAITING_WAIT    0x1u
#define WAITING_DEFAULT 0x2u
#define WAITING_ABORT   0x3u

struct waiting_WAIT_how {
	uint32_t timeout;
};

struct waiting_WAIT {
	struct waiting_WAIT_how *how;
	uint32_t *what;
};

#endif
