/* SPDX-License-Identifier: MIT */
/* Generated from features/copy_back.idl by ioferryc, do not edit. */
#ifndef IOFERRY_COPY_BACK_TYPES_H
#define IOFERRY_COPY_BACK_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define COPY_BACK_ALWAYS  0x1u
#define COPY_BACK_SUCCESS 0x2u
#define COPY_BACK_LISTED  0x3u

struct copy_back_setting {
	uint32_t value;
	uint32_t real;
};

#endif
