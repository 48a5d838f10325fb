/* SPDX-License-Identifier: MIT */
/**
 * @file vector.h
 * A call written down byte by byte, as its file tells it (README.md).
 */
#ifndef VECTORS_VECTOR_H
#define VECTORS_VECTOR_H

#include <ioferry/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTOR_BYTES_MAX   16384
#define VECTOR_BLOCKS_MAX  16
#define VECTOR_REFS_MAX    16
#define VECTOR_CALLERS_MAX 4
#define VECTOR_NAME_MAX    64
#define VECTOR_TRACE_MAX   1024

/* A pointer in a block. */
struct vector_ref {
	size_t offset;
	char label[VECTOR_NAME_MAX];
};

/* Bytes at an address of the caller, or at a label in the driver. */
struct vector_block {
	unsigned line;
	uint64_t address;
	char label[VECTOR_NAME_MAX];
	size_t size;
	uint8_t bytes[VECTOR_BYTES_MAX];
	unsigned n_refs;
	struct vector_ref refs[VECTOR_REFS_MAX];
};

struct vector_blocks {
	unsigned n;
	struct vector_block block[VECTOR_BLOCKS_MAX];
};

struct vector_caller {
	char name[VECTOR_NAME_MAX];
	iof_abi abi;
	uint32_t number, count;
	uint64_t argument;
	struct vector_blocks before, after;
};

struct vector {
	const char *path;
	char interface[VECTOR_NAME_MAX], command[VECTOR_NAME_MAX];
	bool io; /* command is "read" or "write" */
	int32_t result;
	uint32_t error;
	uint32_t refused;             /* errno of a call that does not travel; 0: it does */
	uint64_t value;               /* what the driver gets where that is no memory */
	char trace[VECTOR_TRACE_MAX]; /* "": not told */
	struct vector_block request, reply;
	struct vector_blocks driver_before, driver_after;
	unsigned n_callers;
	struct vector_caller caller[VECTOR_CALLERS_MAX];
};

/* Reads a file; says on stderr what is wrong with it and where. The vector is large: not for the stack. */
bool vector_read(const char *path, struct vector *vector);

#endif
