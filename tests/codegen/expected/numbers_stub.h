/* SPDX-License-Identifier: MIT */
/* Generated from features/numbers.idl by ioferryc, do not edit. */
#ifndef IOFERRY_NUMBERS_STUB_H
#define IOFERRY_NUMBERS_STUB_H

#include "numbers_types.h"

struct iof_file;
/* Returns what the driver's ioctl returned, or a negative errno. */
int iof_file_ioctl(struct iof_file *file, uint32_t number, void *argument);

/* ioctl SET_ITEM = _IOW('n', 0x80, struct item) (in struct item *arg); */
static inline int numbers_SET_ITEM(struct iof_file *file, struct numbers_item *arg)
{
	return iof_file_ioctl(file, NUMBERS_SET_ITEM, arg);
}

/* ioctl SET_OTHER = _IOW('n', 0x81, struct item) like SET_ITEM { idempotent; } */
static inline int numbers_SET_OTHER(struct iof_file *file, struct numbers_item *arg)
{
	return iof_file_ioctl(file, NUMBERS_SET_OTHER, arg);
}

/* ioctl SET_LENGTH = _IOC(1, 'n', 0x82, 2 * sizeof(long)) (in long *arg[2]); */
static inline int numbers_SET_LENGTH(struct iof_file *file, long *arg)
{
	return iof_file_ioctl(file, NUMBERS_SET_LENGTH, arg);
}

/* ioctl GET_BITS = _IOC(2, 'n', 0x20, 0) (out u8 *arg[_IOC_SIZE(command)]) { family (size); } */
static inline int numbers_GET_BITS(struct iof_file *file, uint32_t number, uint8_t *arg)
{
	return iof_file_ioctl(file, number, arg);
}

/* ioctl GET_EVENTS = _IOC(2, 'n', 0x40, 0) (out u8 *arg[_IOC_SIZE(command)]) { family (nr 32, size); } */
static inline int numbers_GET_EVENTS(struct iof_file *file, uint32_t number, uint8_t *arg)
{
	return iof_file_ioctl(file, number, arg);
}

/* ioctl GET_AXIS = _IOR('N', 0, int) (out int *arg) { family (nr); } */
static inline int numbers_GET_AXIS(struct iof_file *file, uint32_t number, int *arg)
{
	return iof_file_ioctl(file, number, arg);
}

/* ioctl OLD = 7 (in struct item *arg) { unsupported (cuse) "7 is taken by the kernel of the test"; } */
static inline int numbers_OLD(struct iof_file *file, struct numbers_item *arg)
{
	return iof_file_ioctl(file, NUMBERS_OLD, arg);
}

#endif
