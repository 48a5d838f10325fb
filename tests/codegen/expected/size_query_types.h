/* SPDX-License-Identifier: MIT */
/* Generated from features/size_query.idl by ioferryc, do not edit. */
#ifndef IOFERRY_SIZE_QUERY_TYPES_H
#define IOFERRY_SIZE_QUERY_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define SIZE_QUERY_GET 0x1u

struct size_query_GET {
	uint32_t name;
	uint32_t size;
	void *value;
};

#endif
