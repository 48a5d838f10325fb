/* SPDX-License-Identifier: MIT */
/* A device whose calls wait, fail and count as a test wants. */
#ifndef IOFERRY_TEST_FAKE_H
#define IOFERRY_TEST_FAKE_H

#include "host/session/device.h"
#include <stdatomic.h>

enum fake_command {
	FAKE_FAST = 0x4601,     /* inline; gives its argument + 1 */
	FAKE_WORD = 0x4602,     /* adds 1 to the u32 that the argument points to */
	FAKE_WAIT = 0x4603,     /* waits for fake_release(), in a system call that a signal ends; gives the argument */
	FAKE_STUBBORN = 0x4604, /* as above, and does not listen to signals */
	FAKE_COND = 0x4605,     /* waits for the backend's cancel method only */
	FAKE_NONBLOCK = 0x4606, /* gives O_NONBLOCK as the call has it */
	FAKE_FAILS = 0x4607,    /* errno 257, as esd gives */
	FAKE_DENIED = 0x4608,   /* a command that a policy test forbids */
	FAKE_NEVER = 0x4609,    /* declared as not to be carried */
	FAKE_LIST = 0x460a,     /* {u32 count, u32 list[max 4]}: the driver sets count to 9 */
};

struct fake {
	struct host_device base;
	int pipe[2];
	atomic_int waiting, open_files, opens, closes, cancels, reads;
	atomic_int open_waits;  /* open() waits as FAKE_WAIT does */
	atomic_int read_waits;  /* read() waits as FAKE_STUBBORN does */
	atomic_int close_waits; /* close() likewise */
	atomic_int poll_waits;  /* the next poll() waits as FAKE_STUBBORN does, before it looks */
	atomic_uint ready;      /* poll */
	atomic_uint soon;       /* becomes ready, in another thread, while poll() has not answered yet */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct fake_file *files;
};

extern const struct iof_interface fake_interface;
extern const struct host_backend fake_backend;

/** A device of one reference, "fake0" and so on; its struct fake. */
struct device *fake_device(const char *name, struct fake **result);
/** Lets @p count waiting calls go, now or later. */
void fake_release(struct fake *fake, int count);
/** Waits until @p value is @p wanted, at most 20 s; fails the test then. */
void fake_wait_for(atomic_int *value, int wanted);
void fake_set_ready(struct fake *fake, unsigned events);

#endif
