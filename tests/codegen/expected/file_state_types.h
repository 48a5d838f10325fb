/* SPDX-License-Identifier: MIT */
/* Generated from features/file_state.idl by ioferryc, do not edit. */
#ifndef IOFERRY_FILE_STATE_TYPES_H
#define IOFERRY_FILE_STATE_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define FILE_STATE_CREATE 0x1u
#define FILE_STATE_TAKE   0x2u

struct file_state_object {
	uint32_t id;
	uint8_t data[8];
};

struct file_state_TAKE {
	uint32_t n;
	struct file_state_object *objects;
};

#endif
