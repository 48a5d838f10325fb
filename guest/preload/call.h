/* SPDX-License-Identifier: MIT */
/**
 * @file call.h
 * ioctl(), read() and write() on a device: one request, one reply. Inside a section; errors are negative errnos.
 *
 * Call objects come from a pool, because nothing may be allocated here: a signal handler that interrupted malloc()
 * may be the caller.
 */
#ifndef PRELOAD_CALL_H
#define PRELOAD_CALL_H

#include <ioferry/marshal.h>
#include <ioferry/session.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct section;
struct shim_file;
struct shim_call;
struct link;

/** What a signal handler that runs meanwhile does to a call. */
enum call_signals {
	CALL_THROUGH, /**< nothing: natively it would be pending until the driver returns */
	CALL_RESTART, /**< ends it, unless it was installed with SA_RESTART */
	CALL_EINTR,   /**< ends it */
};

/** Fills the pool for the first open; later calls allocate only above CALLS_READY at a time. */
int call_pool_fill(void);
/** In a forked child: the parent's calls are not this process's. */
void call_pool_forked(void);

/** @p abi of the caller: a 32-bit program may have a time_t of either width. */
long call_ioctl(struct section *section, struct shim_file *file, int fd, iof_abi abi, unsigned long number,
		uint64_t argument);
/** @p count as the application gave it, in the interface's unit. */
ssize_t call_read(struct section *section, struct shim_file *file, int fd, void *buffer, size_t count);
ssize_t call_write(struct section *section, struct shim_file *file, int fd, const void *buffer, size_t count);
/** Opens @p device; fills handle and token. */
int call_open(struct section *section, struct link *link, const char *device, int flags, iof_handle *handle,
	      uint64_t *token);

/** A whole ioctl() on a device descriptor: -1 and errno. Not in a section. (interpose_io.c) */
int ioctl_device(int fd, iof_abi abi, unsigned long number, uintptr_t argument);

/**
 * Asks the host for readiness without waiting for the answer, which readiness_answered() gets. @p arm: the host pushes
 * an event if none of @p events is ready. NULL: no call object is free, or the link is gone.
 */
struct shim_call *call_poll_begin(struct shim_file *file, uint32_t events, bool arm);
/** Waits for the answer, and frees @p call. */
void call_poll_end(struct section *section, struct shim_call *call);
/** As call_poll_begin(), armed; nobody waits. */
void call_rearm(struct shim_file *file, uint32_t events);

/** Asks the host to end it. Any thread that knows it to be in flight. */
void call_cancel(struct shim_call *call);
/** The frame that waited for it is gone: ends it, gives its file back, and frees it when the reply comes. */
void call_abandon(struct shim_call *call);

#endif
