/* SPDX-License-Identifier: MIT */
/* Generated from features/structs.idl by ioferryc, do not edit. */
#ifndef IOFERRY_STRUCTS_STUB_H
#define IOFERRY_STRUCTS_STUB_H

#include "structs_types.h"

struct iof_file;
/* Returns what the driver's ioctl returned, or a negative errno. */
int iof_file_ioctl(struct iof_file *file, uint32_t number, void *argument);

/* ioctl GET_EVERYTHING = _IOR('s', 1, struct everything) (out struct everything *arg); */
static inline int structs_GET_EVERYTHING(struct iof_file *file, struct structs_everything *arg)
{
	return iof_file_ioctl(file, STRUCTS_GET_EVERYTHING, arg);
}

/* ioctl SET_TIGHT = _IOW('s', 2, struct tight) (in struct tight *tight); */
static inline int structs_SET_TIGHT(struct iof_file *file, struct structs_tight *tight)
{
	return iof_file_ioctl(file, STRUCTS_SET_TIGHT, tight);
}

/* ioctl SWAP_LOOSE = _IOWR('s', 3, struct loose) (inout struct loose *arg) { copy_back success; } */
static inline int structs_SWAP_LOOSE(struct iof_file *file, struct structs_loose *arg)
{
	return iof_file_ioctl(file, STRUCTS_SWAP_LOOSE, arg);
}

/* ioctl READ_ALL = _IO('s', 4) (out exact u64 *arg[2]); */
static inline int structs_READ_ALL(struct iof_file *file, uint64_t *arg)
{
	return iof_file_ioctl(file, STRUCTS_READ_ALL, arg);
}

/* ioctl SET_LEVEL = _IO('s', 5) (int level); */
static inline int structs_SET_LEVEL(struct iof_file *file, int level)
{
	return iof_file_ioctl(file, STRUCTS_SET_LEVEL, (void *)(uintptr_t)level);
}

/* ioctl SET_MASK = _IO('s', 6) (unsigned long mask) { inline; } */
static inline int structs_SET_MASK(struct iof_file *file, unsigned long mask)
{
	return iof_file_ioctl(file, STRUCTS_SET_MASK, (void *)(uintptr_t)mask);
}

/* ioctl RESET = _IO('s', 7) (); */
static inline int structs_RESET(struct iof_file *file)
{
	return iof_file_ioctl(file, STRUCTS_RESET, NULL);
}

#endif
