/* SPDX-License-Identifier: MIT */
/* Generated from features/status.idl by ioferryc, do not edit. */
#ifndef IOFERRY_STATUS_TYPES_H
#define IOFERRY_STATUS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define STATUS_COMMAND 0x0u
#define STATUS_NESTED  0x1u

struct status_command {
	int what;
	int error;
	unsigned long retval;
};

struct status_NESTED {
	struct status_command *command;
};

#endif
