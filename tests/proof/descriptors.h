/* SPDX-License-Identifier: MIT */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <ioferry/abi.h>

/** The types of each interface; each list, and the list of lists, ends with NULL. */
extern const struct iof_type *const *const type_lists[];

#endif
