/* SPDX-License-Identifier: MIT */
/**
 * @file descriptor.h
 * Descriptors that a transport keeps in a guest's process. Inside of the preload shim these are replaced (by the
 * linker's --wrap): the application must not meet them.
 */
#ifndef IOFERRY_TRANSPORTS_DESCRIPTOR_H
#define IOFERRY_TRANSPORTS_DESCRIPTOR_H

/** Takes over a descriptor, and gives what to use in its place. */
int iof_descriptor_keep(int fd);
/** Closes one that was kept. */
void iof_descriptor_close(int fd);

#endif
