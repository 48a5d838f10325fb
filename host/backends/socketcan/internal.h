/* SPDX-License-Identifier: MIT */
/**
 * @file internal.h
 * What the files of this backend share: socketcan.c (devices, opens, poll), transfer.c (messages), ioctl.c.
 */
#ifndef IOFERRY_HOST_SOCKETCAN_INTERNAL_H
#define IOFERRY_HOST_SOCKETCAN_INTERNAL_H

#include "host/backends/socketcan/translate.h"
#include "host/backends/socketcan/watcher.h"

#include <ioferry/log.h>

struct file {
	struct host_file host;
	struct socketcan_watch watch; /* .fd is the socket */
	int index;
	bool su;
	uint32_t drops; /* of the socket, as reported last */
};

struct device {
	struct host_device host;
	struct socketcan_watcher *watcher;
	const char *interface_name;
	bool configure; /* applications may change the interface */

	pthread_mutex_t lock; /* of what follows */
	struct file *files[C4L_OPENS];
	unsigned opens;
	unsigned long baud;
	uint32_t code, mask;
	int time_format;
	uint64_t previous_time;
	bool stopped;
	struct iof_log_limit refusals; /* a guest may ask for bit rates as often as it likes */
};

static inline struct device *device_of(const struct file *file)
{
	return (struct device *)file->host.device;
}

/** Gives the socket of @p file the device's filter. The device is locked. 0 or a negative errno. */
int socketcan_set_filters(const struct device *device, const struct file *file);

ssize_t socketcan_read(struct host_file *host, void *buffer, size_t count, struct host_call *call);
ssize_t socketcan_write(struct host_file *host, void *buffer, size_t count, struct host_call *call);
/** Sends one message. 0; -EAGAIN: no room, and the call does not wait; -EINTR; other errnos. */
int socketcan_send(struct device *device, const struct file *file, const c4l_message *message, bool nonblock,
		   const struct host_call *call);
/** Whether CMD_STOP was the last word. Locks. */
bool socketcan_is_stopped(struct device *device);
/** Throws away what waits in the socket. */
void socketcan_drain(const struct file *file);

long socketcan_ioctl(struct host_file *host, const struct iof_command *info, uint32_t number, uint64_t argument,
		     struct host_call *call);

#endif
