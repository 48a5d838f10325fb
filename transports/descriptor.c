/* SPDX-License-Identifier: MIT */
#include "transports/descriptor.h"
#include <ioferry/sys.h>

int iof_descriptor_keep(int fd)
{
	return fd;
}

void iof_descriptor_close(int fd)
{
	iof_close(fd);
}
