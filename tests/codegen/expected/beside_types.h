/* SPDX-License-Identifier: MIT */
/* Generated from features/beside.idl by ioferryc, do not edit. */
#ifndef IOFERRY_BESIDE_TYPES_H
#define IOFERRY_BESIDE_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define BESIDE_QUERY 0x1u

#endif
