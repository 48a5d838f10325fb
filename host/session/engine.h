/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * The host's side of links: sessions, their threads, and what they share.
 *
 * Each session has threads of its own. One of them holds the reader's role: it receives a message, checks it,
 * runs the command itself and answers. While an operation that may wait runs, a standby thread watches a timer;
 * if the operation has not returned after 200 us the standby becomes the reader. So one call costs no thread
 * switch, and a call that waits delays no other.
 */
#ifndef IOFERRY_HOST_ENGINE_H
#define IOFERRY_HOST_ENGINE_H

#include "host/session/device.h"
#include <control.pb-c.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>

struct engine;

/** Caps. Those of a session count for sessions that begin later. A guest is one identity that a link vouches for. */
struct engine_limits {
	unsigned sessions; /**< of all guests; root and the daemon's own user get in above it, to see why */
	unsigned sessions_per_guest;
	unsigned strangers;         /**< sessions of all guests that no device admits */
	unsigned threads_per_guest; /**< of all its sessions; each has its first two in any case */
	unsigned opens_per_guest;   /**< of the host, for all its sessions */
	uint32_t message;           /**< greatest message, bytes */
	unsigned handles;           /**< per session */
	unsigned threads;           /**< per session; one fewer calls may be blocked */
	unsigned replies;           /**< per session: kept and promised replies */
	size_t reply_bytes;         /**< per session: kept and promised replies, bytes */
	unsigned takeover_us;       /**< how long a call may run before a standby becomes the reader */
	unsigned hello_ms;          /**< how long a session may take for its hello */
};

#define ENGINE_LIMITS_DEFAULT                                                                                          \
	((struct engine_limits){.sessions = 256,                                                                       \
				.sessions_per_guest = 64,                                                              \
				.strangers = 16,                                                                       \
				.threads_per_guest = 256,                                                              \
				.opens_per_guest = 1024,                                                               \
				.message = IOF_MESSAGE_MAX,                                                            \
				.handles = 256,                                                                        \
				.threads = 64,                                                                         \
				.replies = 512,                                                                        \
				.reply_bytes = 8u << 20,                                                               \
				.takeover_us = 200,                                                                    \
				.hello_ms = 5000})

/** The signal that ends a driver's wait. Its handler is installed by engine_create(). */
#define ENGINE_CANCEL_SIGNAL SIGUSR2

/** NULL: no memory, or no thread. */
struct engine *engine_create(const struct engine_limits *limits);
/** Ends all sessions and waits for them. False: after @p timeout_ms some thread was still in a driver. */
bool engine_stop(struct engine *engine, int timeout_ms);
/** After engine_stop() returned true. */
void engine_destroy(struct engine *engine);

void engine_set_limits(struct engine *engine, const struct engine_limits *limits);
/** Takes the reference over. Opens of devices that are no longer in the set go on. */
void engine_set_devices(struct engine *engine, struct device_set *set);
/** Reference to the current set. */
struct device_set *engine_devices(struct engine *engine);
/** Whether each call is logged, decoded. */
void engine_set_trace(struct engine *engine, bool trace);

/**
 * Begins a session on @p link, which is taken over in any case. Thread-safe.
 * @param address of the listener, for policy and logs; copied
 * @param reason  gets who is refused and why, for people
 * @return 0; -EUSERS: too many sessions; -ENOMEM; -EAGAIN: no thread.
 */
int engine_accept(struct engine *engine, struct iof_link *link, const char *address, char *reason, size_t reason_size);

/** Sessions at this moment. */
unsigned engine_sessions(struct engine *engine);
/** How often a standby became the reader, since the start. */
uint64_t engine_takeovers(struct engine *engine);

#endif
