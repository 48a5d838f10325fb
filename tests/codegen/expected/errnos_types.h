/* SPDX-License-Identifier: MIT */
/* Generated from features/errnos.idl by ioferryc, do not edit. */
#ifndef IOFERRY_ERRNOS_TYPES_H
#define IOFERRY_ERRNOS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define ERRNOS_READ  0x1u
#define ERRNOS_WRITE 0x2u

struct errnos_READ {
	uint32_t n;
	uint32_t *list;
};

#endif
