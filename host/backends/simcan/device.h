/* SPDX-License-Identifier: MIT */
/**
 * @file device.h
 * What the simulated drivers have in common: a controller on a bus, threads that wait for it, and poll().
 */
#ifndef IOFERRY_HOST_SIMCAN_DEVICE_H
#define IOFERRY_HOST_SIMCAN_DEVICE_H

#include "host/backend.h"
#include "host/backends/simcan/bus.h"

struct config_node;
struct simcan_device;

/** A driver: one API on top of a simulated controller. */
struct simcan_api {
	const char *interface; /**< name of the interface it implements */
	/** Reads its settings and makes the device, allocated and with its simcan_device first; simcan_device_init()
	 *  inside. */
	int (*create)(const struct config_node *settings, struct simcan_bus *bus, struct simcan_device **device);
	int (*open)(struct simcan_device *device, int flags, struct host_file **file);
	void (*close)(struct host_file *file);
	long (*ioctl_locked)(struct host_file *file, uint32_t number, void *argument, struct host_call *call);
	ssize_t (*read_locked)(struct host_file *file, void *buffer, size_t count, struct host_call *call);
	ssize_t (*write_locked)(struct host_file *file, void *buffer, size_t count, struct host_call *call);
	uint32_t (*ready_locked)(struct host_file *file); /**< poll mask now */
};

extern const struct simcan_api simcan_can4linux, simcan_pcan;
/** Those whose interface is in this build, NULL-terminated. */
extern const struct simcan_api *const simcan_apis[];

struct simcan_watch;

struct simcan_device {
	struct host_device host;
	const struct simcan_api *api;
	struct simcan_bus *bus; /**< owned reference */
	struct simcan_controller *controller;
	pthread_cond_t changed;       /**< with the bus's lock; any state that somebody waits for */
	struct simcan_watch *watches; /**< of poll() */
	struct simcan_work notify;
};

/** Adds a controller of @p driver, whose context is the device. Takes over @p bus on success. @return 0 or -ENOMEM. */
int simcan_device_init(struct simcan_device *device, const struct simcan_api *api, struct simcan_bus *bus,
		       const struct simcan_driver *driver);
/** Undoes it, and frees the memory that the device begins. */
void simcan_device_destroy(struct simcan_device *device);

/** The setting "bitrate" (kbit/s, @p fallback if absent) and its two timing registers. Only CiA's: config_ok() tells.
 */
int64_t simcan_setting_bitrate(const struct config_node *settings, int64_t fallback, uint8_t *btr0, uint8_t *btr1);

/** Wakes who waits, and has those that poll told. */
void simcan_device_changed_locked(struct simcan_device *device);
/** Waits for a change. @return 0, or -EINTR once the call is cancelled. Spurious wake-ups are normal. */
int simcan_device_wait_locked(struct simcan_device *device, const struct host_call *call);

uint32_t simcan_device_poll(struct host_file *file, uint32_t events, host_notify *notify, void *context);
/** Forgets what @p file polls for; no notification runs or will run afterwards. Takes the lock itself. */
void simcan_device_forget(struct host_file *file);

/** As backend->device_create, on a clock of the caller's (for tests). */
int simcan_device_create_on(const struct config_node *settings, const struct iof_interface *interface,
			    const struct simcan_clock *clock, struct host_device **device);

extern const struct host_backend host_backend_simcan;

#endif
