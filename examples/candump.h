/* SPDX-License-Identifier: MIT */
/**
 * @file candump.h
 * Frames as lines of a candump log: "(1700000000.000000) can0 123#1122", extended identifiers with 8 digits, remote
 * frames as "123#R" or "123#R4".
 */
#ifndef EXAMPLES_CANDUMP_H
#define EXAMPLES_CANDUMP_H

#include "can4linux.h"

/** Prints one line to stdout. */
void candump_print(const char *interface, const canmsg_t *frame);
/** Reads one line. @return 0, or -1 if it is none. */
int candump_parse(const char *line, canmsg_t *frame);

#endif
