/* SPDX-License-Identifier: MIT */
/*
 * The link's descriptors among those that the application does not meet. The transport makes them, with the lowest
 * free numbers, so that the application's first open() would not get the number that it natively gets; and a shell
 * that says `exec 3<>/dev/can0` would replace one. The linker (--wrap) leads the transport's calls here.
 */
#include "guest/preload/pair.h"
#include "transports/descriptor.h"

int __wrap_iof_descriptor_keep(int fd);
void __wrap_iof_descriptor_close(int fd);

int __wrap_iof_descriptor_keep(int fd)
{
	return private_fd(fd);
}

void __wrap_iof_descriptor_close(int fd)
{
	private_close(fd);
}
