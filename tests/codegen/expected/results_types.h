/* SPDX-License-Identifier: MIT */
/* Generated from features/results.idl by ioferryc, do not edit. */
#ifndef IOFERRY_RESULTS_TYPES_H
#define IOFERRY_RESULTS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define RESULTS_QUERY 0x1u
#define RESULTS_COUNT 0x2u
#define RESULTS_NAME  0x80007203u

#endif
