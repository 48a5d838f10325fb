/* SPDX-License-Identifier: MIT */
/* Generated from features/descriptors.idl by ioferryc, do not edit. */
#ifndef IOFERRY_DESCRIPTORS_TYPES_H
#define IOFERRY_DESCRIPTORS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#define DESCRIPTORS_WITH_FILE 1

/* Commands: the numbers of the ABI that includes this. */
#define DESCRIPTORS_ATTACH  0x1u
#define DESCRIPTORS_EXPORT  0x2u
#define DESCRIPTORS_SETUP   0x3u
#define DESCRIPTORS_REQUEST 0x4u
#define DESCRIPTORS_IMPORT  0x5u

struct descriptors_SETUP {
	int file;
	uint32_t size;
};

struct descriptors_REQUEST {
	uint32_t flags;
	int request;
	uint32_t value;
};

#endif
