/* SPDX-License-Identifier: MIT */
/**
 * @file waiting.h
 * Waiting for devices among other descriptors, the application's thread reading the link meanwhile. Cancellation
 * points. Results as the C library's: -1 and errno.
 */
#ifndef PRELOAD_WAITING_H
#define PRELOAD_WAITING_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

/** As ppoll(); at least one descriptor is a device. @p timeout is not changed. */
int wait_poll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);

#endif
