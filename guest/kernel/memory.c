/* SPDX-License-Identifier: MIT */
#include "memory.h"

int memory_gather(struct memory_ioctl *ioctl, const struct iof_memory *memory)
{
	return iof_gather(ioctl->walk, ioctl->command, ioctl->number, ioctl->abi, ioctl->argument, memory,
			  &ioctl->payload, &ioctl->length, &ioctl->null_argument);
}
