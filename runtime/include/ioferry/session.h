/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * The guest's side of a link: hello, opens, and tagged calls that any number of threads make at once.
 *
 * On a link that is a stream the waiting thread reads it itself (leader/follower): with one call outstanding
 * no other thread is woken. A thread that reads delivers what belongs to others by running their calls'
 * done(), then wakes them.
 */
#ifndef IOFERRY_SESSION_H
#define IOFERRY_SESSION_H

#include <ioferry/shape.h>
#include <ioferry/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iof_session;
struct iof_transport;

/** A device that the host offers to this guest. Strings are owned by the session. */
struct iof_device {
	const char *name;                      /**< node name below /dev, "can0" */
	const struct iof_interface *interface; /**< of this build; NULL: the host's interface is unknown here */
	const char *interface_name;
	uint32_t mode;                         /**< permission bits for the node, 0600 style */
	uint32_t major, minor;                 /**< wanted device number; major 0: any */
};

/** A call in flight. Owned by the caller, at a fixed place, from submit until done() has been called. */
struct iof_call {
	/**
	 * Runs once, in whichever thread reads the link, with no lock held; may not wait. @p payload is valid
	 * during done() only. After it the call object is free again.
	 */
	void (*done)(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length);
	void *user;

	/* The engine's own. */
	uint64_t tag;
	uint32_t state; /**< futex word */
	struct iof_call *next, **link;
};

struct iof_session_options {
	int connect_timeout_ms;  /**< 0: 2000 */
	uint32_t message_max;    /**< 0: IOF_MESSAGE_MAX; the smaller of both sides' counts */
	const char *client;      /**< what the host logs about this program (never trusted), "ioferry-cuse" */
	/** A pushed readiness event; runs in the thread that reads. NULL: events are dropped. */
	void (*event)(void *context, iof_handle handle, uint32_t revents);
	/** The link is gone; runs once, after every outstanding call's done(). NULL: not told. */
	void (*lost)(void *context);
	void *context;
};

/**
 * Connects, says hello, and learns the host's devices.
 * @param reason gets a sentence for people when it fails
 * @return 0; -ENODEV: nobody there; -EPROTONOSUPPORT: versions do not meet; -EINVAL: bad address; other errnos.
 */
int iof_session_create(const char *address, const struct iof_session_options *options, struct iof_session **session,
                       char *reason, size_t reason_size);
/** Ends outstanding calls (IOF_STATUS_LOST) and frees. No other thread may be in the session. */
void iof_session_destroy(struct iof_session *session);

/** Devices as of the hello (or the last iof_session_refresh()). */
size_t iof_session_devices(const struct iof_session *session, const struct iof_device **devices);
/** Whether the command's hash is the same on both sides; a command that differs must end with ENOTTY. */
bool iof_session_carries(const struct iof_session *session, const struct iof_device *device,
                         const struct iof_command *command);
/** True once the link is gone. */
bool iof_session_is_lost(const struct iof_session *session);

/**
 * Sends a request; length, tag and ack are filled in. Thread-safe.
 * @param payload n_parts pieces behind the header, borrowed during the call only
 * @return 0: done() will be called; -ENODEV: link gone; -EAGAIN: too many calls outstanding; -E2BIG.
 */
struct iovec;
int iof_session_submit(struct iof_session *session, struct iof_call *call, const struct iof_request *request,
                       const struct iovec *payload, int n_parts);

/**
 * Waits until done() has run; reads the link meanwhile if nobody else does.
 * @param restartable true: the wait goes on after a signal handler with SA_RESTART; false: any handler ends it
 * @return 0; -EINTR: a handler ran, the call is still in flight.
 */
int iof_session_wait(struct iof_session *session, struct iof_call *call, bool restartable);

/** Asks the host to end the call. Its done() comes as always, with the status that tells what happened. */
int iof_session_cancel(struct iof_session *session, struct iof_call *call);

/** For event loops: descriptor to poll, and whether to poll it for writing too. */
int iof_session_descriptor(const struct iof_session *session);
bool iof_session_wants_write(const struct iof_session *session);
/** Reads and writes what can be without waiting. 0; -ENODEV: link gone (lost() has run). */
int iof_session_process(struct iof_session *session);

/**
 * Opens a device: one open on the host. Waits. @p flags are open(2)'s.
 * @param[out] token lets another session attach to the same host open (fork)
 * @return 0; the host's errno negated; -EINTR: cancelled, nothing stays open; -ENODEV.
 */
int iof_session_open(struct iof_session *session, const char *device, int flags, iof_handle *handle, uint64_t *token);
/** As iof_session_open(), not waiting: call->done() gets the handle through iof_session_open_result(). */
int iof_session_open_submit(struct iof_session *session, struct iof_call *call, const char *device, int flags);
int iof_session_open_result(struct iof_session *session, const struct iof_reply *reply, const uint8_t *payload,
                            size_t length, iof_handle *handle, uint64_t *token);
/** Keeps the host open of @p token alive for 5 s so that a forked child can attach. Waits. */
int iof_session_share(struct iof_session *session, uint64_t token);
/** A second handle on the host open of @p token, made by another session of the same peer. Waits. */
int iof_session_attach(struct iof_session *session, uint64_t token, iof_handle *handle);
/** Closes; the reply is not waited for. */
void iof_session_close(struct iof_session *session, iof_handle handle);

#endif
