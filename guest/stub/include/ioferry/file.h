/* SPDX-License-Identifier: MIT */
/**
 * @file file.h
 * Devices of the host for new programs: no node, no preloading, one round trip a call. The generated header
 * `<interface>_stub.h` has one typed function a command on top of iof_file_ioctl().
 *
 *     struct iof_session_options options = {.client = "thermo"};
 *     char reason[200];
 *
 *     if (iof_session_create("vsock:2:7700", &options, &session, reason, sizeof reason) < 0)
 *             errx(1, "%s", reason);
 *     if (iof_file_open(session, "i2c-1", O_RDWR, &file) == 0)
 *             i2c_dev_I2C_SLAVE(file, 0x48);
 *
 * All functions are thread-safe but iof_file_close(), which is the last one on a file. They return what the driver
 * returned, or a negative errno: the driver's own, or -ENODEV once the host is gone, -ENOTTY for a command that is
 * not declared or differs on the host (the log says so, once a number and open), -E2BIG for one that fits no message,
 * -EAGAIN for too many calls at once.
 * A call that may block ends with -EINTR when a signal handler ran, unless the driver restarts it and the handler
 * was installed with SA_RESTART. Pointers are used as by any C function: a bad one is a crash, not -EFAULT.
 */
#ifndef IOFERRY_FILE_H
#define IOFERRY_FILE_H

#include <ioferry/session.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct iof_file;

/**
 * Opens a device of the host. @p flags are open(2)'s.
 * @return 0; -ENODEV: the host has none of that name, or of an interface that this program does not know; others.
 */
int iof_file_open(struct iof_session *session, const char *device, int flags, struct iof_file **file);
/** Closes it on the host without waiting for that. No call may be on its way. NULL is allowed. */
void iof_file_close(struct iof_file *file);

/** @p argument as the driver's ioctl takes it: a pointer, or a value cast to one. */
/* The generated stubs declare it too, to need no other header. NOLINTNEXTLINE(readability-redundant-declaration) */
int iof_file_ioctl(struct iof_file *file, uint32_t number, void *argument);

/** @p count and result are in the driver's unit: bytes, or records where the interface says so. */
ssize_t iof_file_read(struct iof_file *file, void *buffer, size_t count);
/** As iof_file_read(). Some drivers write into the buffer. */
ssize_t iof_file_write(struct iof_file *file, void *buffer, size_t count);

/**
 * Readiness now (poll.h's events). Does not wait.
 * @param arm if none of @p events is ready: the session's event() is called once, later, with iof_file_handle().
 */
int iof_file_poll(struct iof_file *file, uint32_t events, bool arm);
iof_handle iof_file_handle(const struct iof_file *file);

/** O_NONBLOCK, from the next call on. Nothing changes where the driver looks at it at open only. */
void iof_file_set_nonblock(struct iof_file *file, bool nonblock);

/** What the hello told of it. */
const struct iof_device *iof_file_device(const struct iof_file *file);

#endif
