/* SPDX-License-Identifier: MIT */
/**
 * @file readiness.h
 * What poll() would say of a device: asking the host, and showing the answer on the descriptor. Inside a section.
 */
#ifndef PRELOAD_READINESS_H
#define PRELOAD_READINESS_H

#include <ioferry/session.h>
#include <poll.h>

/** The poll events that a driver reports, POLLERR and its like aside. */
#define READINESS_IN     (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI)
#define READINESS_OUT    (POLLOUT | POLLWRNORM | POLLWRBAND)
#define READINESS_EVENTS ((uint32_t)(READINESS_IN | READINESS_OUT))

struct section;
struct shim_call;
struct shim_file;

/** A question about one device. */
struct readiness {
	struct shim_file *file;
	uint32_t events; /**< poll events that matter */
	uint32_t asked;  /**< these, and what others are waiting for */
	struct shim_call *call;
};

/** Whether the host is to push an event, and may be left unasked where it was told so before. */
enum readiness_mode {
	READINESS_NOW,  /**< the state at this moment; nothing will be pushed */
	READINESS_WAIT, /**< the caller will sleep if nothing is ready */
};

/** Asks about all of them at once, and waits for the answers. Entries without a file are skipped. */
void readiness_ask(struct section *section, struct readiness *queries, unsigned n, enum readiness_mode mode);
/**
 * Some device is neither ready nor will the host tell when it is: something of another thread's question was ready,
 * which disarms the host. Only a caller that has called readiness_sleeper() can rely on the contrary.
 */
bool readiness_is_open(const struct readiness *queries, unsigned n);
/** The answer: ready ones of @p events, POLLERR and POLLHUP. No request. */
uint32_t readiness_told(struct shim_file *file, uint32_t events);
/** Makes the descriptor show the answer. */
void readiness_show(struct shim_file *file, uint32_t events);

/** An epoll set waits for the device from now on: what it shows is brought up to date, and kept so. */
void readiness_watch(struct section *section, struct shim_file *file);
/** Brings the levels of all devices in epoll sets up to date. */
void readiness_refresh_watched(struct section *section);

/** A thread is about to sleep until the device is ready (@p by 1), or has slept (-1). */
void readiness_sleeper(struct shim_file *file, int by);
/** What was asked of the host. */
struct readiness_question {
	uint32_t events;
	bool arm;
};

/** The answer: revents or a negative errno. In whichever thread reads the link. */
void readiness_answered(struct shim_file *file, const struct readiness_question *question, long revents);

/** A call on the device has ended: what was ready may be so no longer. */
void readiness_stale(struct shim_file *file);
/** Everything but close() fails with ENODEV from now on. */
void readiness_dead(struct shim_file *file);
/** iof_session_options.event and .lost; in whichever thread reads the link. */
void readiness_event(void *link, iof_handle handle, uint32_t revents);
void readiness_lost(void *link);

#endif
