/* SPDX-License-Identifier: MIT */
/* Generated from features/values.idl by ioferryc, do not edit. */
#ifndef IOFERRY_VALUES_TYPES_H
#define IOFERRY_VALUES_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

/* Commands: the numbers of the ABI that includes this. */
#define VALUES_NOTHING 0x7601u
#define VALUES_IGNORED 0x40027602u
#define VALUES_LEVEL   0x7603u
#define VALUES_MASK    0x7604u

#endif
