/* SPDX-License-Identifier: MIT */
/**
 * @file memory.h
 * This process's own memory as the arguments of its calls reach it: a bad pointer is EFAULT, not a crash.
 */
#ifndef PRELOAD_MEMORY_H
#define PRELOAD_MEMORY_H

#include <ioferry/marshal.h>

extern const struct iof_memory shim_memory;

/** Copies from memory of the application. 0 or -EFAULT. */
int memory_copy(void *to, const void *from, size_t length);

#endif
