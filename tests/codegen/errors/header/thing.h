/* SPDX-License-Identifier: MIT */
/* The header of a driver whose IDL file is wrong. */
#ifndef THING_H
#define THING_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct thing_config {
	int mode;
	__u32 level;
	unsigned long rate;
};

struct thing_list {
	__u32 count;
	__u64 items[4];
};

struct thing_name {
	char text[16];
};

#define THING_SET  _IOW('t', 1, struct thing_config)
#define THING_LIST _IOR('t', 2, struct thing_list)
#define THING_NAME _IOR('t', 4, struct thing_name)

#endif
