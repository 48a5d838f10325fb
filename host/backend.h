/* SPDX-License-Identifier: MIT */
/**
 * @file backend.h
 * What stands behind a device of the daemon: the real node (chardev), a simulated controller (simcan), the
 * can4linux API over SocketCAN (socketcan). A backend sees the driver's view: arguments in this process's own
 * memory, laid out as the host's ABI has them.
 *
 * Methods run in the session's threads, several at once on one file; a backend locks for itself.
 */
#ifndef IOFERRY_HOST_BACKEND_H
#define IOFERRY_HOST_BACKEND_H

#include <ioferry/shape.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct host_device; /**< a configured device; a backend embeds it at the start of its own */
struct host_file;   /**< one open; likewise */
struct config_node; /**< a setting with its place in the configuration file (host/daemon/config.h) */

/** A call that a cancel may want to end. The session owns it; valid while the method runs. */
struct host_call {
	uint64_t tag;
	bool nonblock;          /**< O_NONBLOCK as the guest's open file has it now */
	volatile int cancelled; /**< set before the cancel method or signal comes; atomic access only */
};

/** Tells the session that poll() would now report @p revents. Any thread; not from inside a method of the file. */
typedef void host_notify(void *context, uint32_t revents);

struct host_backend {
	const char *name;
	const char *help; /**< one line for --help and errors: which settings a device has */

	/**
	 * Makes a device from its settings. @p settings is the mapping below the device's name.
	 * @return 0, or -EINVAL after config_error() has said what is wrong and where.
	 */
	int (*device_create)(const struct config_node *settings, const struct iof_interface *interface,
			     struct host_device **device);
	void (*device_destroy)(struct host_device *device);

	/** All results are the driver's: >= 0, or a negative errno (magnitude may exceed 133). */
	int (*open)(struct host_device *device, int flags, struct host_call *call, struct host_file **file);
	/** Last reference gone; no other method runs or will run. May wait, as a driver's release does. */
	void (*close)(struct host_file *file);
	long (*ioctl)(struct host_file *file, const struct iof_command *command, uint32_t number, uint64_t argument,
		      struct host_call *call);
	/** @p count as the interface counts (records or bytes). */
	ssize_t (*read)(struct host_file *file, void *buffer, size_t count, struct host_call *call);
	ssize_t (*write)(struct host_file *file, void *buffer, size_t count, struct host_call *call);
	/** Readiness now. If @p notify is not NULL and none of @p events is ready, it is called once, later. A file has
	 *  one such call to come: it takes the place of an earlier one, which stays where something is ready. */
	uint32_t (*poll)(struct host_file *file, uint32_t events, host_notify *notify, void *context);
	/** Wakes a call whose `cancelled` has just been set, where a signal to its thread would not do. May be NULL.
	 *  Runs with the session locked: may take the backend's own locks, may not wait or call a host_notify. */
	void (*cancel)(struct host_file *file, struct host_call *call);
};

struct host_device {
	const struct host_backend *backend;
	const struct iof_interface *interface;
};

struct host_file {
	struct host_device *device;
};

/** Backends of this build, NULL-terminated. */
extern const struct host_backend *const host_backends[];

#endif
