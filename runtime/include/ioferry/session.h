/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * The guest's side of a link: hello, opens, and tagged calls that any number of threads make at once.
 *
 * On a link that is a stream the waiting thread reads it itself (leader/follower): with one call outstanding
 * no other thread is woken. A thread that reads delivers what belongs to others by running their calls'
 * done(), then wakes them.
 *
 * Signals: a thread that runs an application's handlers blocks signals around every function here and lets them
 * in by iof_session_options.asleep, for the time of the sleeping system call only. Then a handler may itself use
 * the session, even where it interrupted the thread that reads the link. No function here is a cancellation
 * point or enters a libc function that a preload shim may replace.
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
	uint32_t mode;         /**< permission bits for the node, 0600 style */
	uint32_t major, minor; /**< wanted device number; major 0: any */
	const void *schema;    /**< the engine's own */
};

/** A call in flight. Owned by the caller, at a fixed place, from submit until done() has been called. */
struct iof_call {
	/**
	 * Runs once, in whichever thread reads the link, with no lock held; may not wait. @p payload is valid
	 * during done() only. After it the call object is free again, unless it is waited for.
	 */
	void (*done)(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length);
	void *user;
	bool waited; /**< set before submit if iof_session_wait() will be called: free again when that returned 0 */

	/* The engine's own. */
	uint64_t tag;
	uint32_t state; /**< futex word */
	struct iof_call *next, **link;
	struct iof_call *queue_next, **queue_link;
};

struct iof_session_options {
	int connect_timeout_ms; /**< 0: 2000 */
	uint32_t message_max;   /**< 0: IOF_MESSAGE_MAX; the smaller of both sides' counts */
	const char *client;     /**< what the host logs about this program (never trusted), "ioferry-cuse" */
	/** A pushed readiness event; runs in the thread that reads. NULL: events are dropped. */
	void (*event)(void *context, iof_handle handle, uint32_t revents);
	/** The host's devices have changed: iof_session_refresh() tells how. Runs in the thread that reads, also before
	 *  iof_session_create() has returned. NULL: not told. */
	void (*changed)(void *context);
	/** The link is gone; runs once, after every outstanding call's done(). May not destroy. NULL: not told. */
	void (*lost)(void *context);
	/**
	 * Called right before (true) and after (false) each system call in which iof_session_wait() sleeps. Between
	 * the two, signal handlers may run, and the thread may be cancelled asynchronously or leave by a jump if
	 * iof_session_leave() follows. NULL: none.
	 */
	void (*asleep)(void *context, bool asleep);
	/**
	 * Asked between asleep(true) and the system call: whether a handler has run already that ends a wait, because
	 * its signal came while signals were blocked. True ends the wait with -EINTR. NULL: never.
	 */
	bool (*interrupted)(void *context, bool restartable);
	void *context;
};

/**
 * Connects, says hello, and learns the host's devices.
 * @param reason gets a sentence for people when it fails
 * @return 0; -ENODEV: nobody there; -EPROTONOSUPPORT: versions do not meet; -EINVAL: bad address; other errnos.
 */
int iof_session_create(const char *address, const struct iof_session_options *options, struct iof_session **session,
		       char *reason, size_t reason_size);
/** Ends outstanding calls (IOF_STATUS_LOST) and frees; waits until iof_session_serve() has returned. No other
 *  thread may be in the session. lost() does not run. NULL is allowed. */
void iof_session_destroy(struct iof_session *session);
/** In a forked child: frees its copy, whatever other threads of the parent were doing with it. The parent's link
 *  stays as it is. No done() runs. */
void iof_session_forget(struct iof_session *session);

/** Devices as of the hello (or the last refresh). Valid until destroy, even across a refresh. */
size_t iof_session_devices(const struct iof_session *session, const struct iof_device **devices);
/** Asks for the devices as they are now. Waits. 0, -EINTR, -ENODEV. One refresh at a time. */
int iof_session_refresh(struct iof_session *session);
/**
 * As iof_session_refresh(), not waiting: @p done runs once, in the thread that reads, as an iof_call's done() does;
 * with 0 iof_session_devices() tells the new ones.
 * @return 0: @p done will run, or has; as iof_session_submit(), or -ENOMEM
 */
int iof_session_refresh_begin(struct iof_session *session, void (*done)(void *context, int error), void *context);
/** Frees what iof_session_devices() told before the last refresh: nobody may hold such devices any more. */
void iof_session_forget_devices(struct iof_session *session);
/** Greatest message that both sides take, header included. */
uint32_t iof_session_message_max(const struct iof_session *session);
/** Whether the command's hash is the same on both sides; a command that differs must end with ENOTTY. */
bool iof_session_carries(const struct iof_session *session, const struct iof_device *device,
			 const struct iof_command *command);
/** The same of read() and write(); false as well where the interface has none. */
bool iof_session_carries_read(const struct iof_session *session, const struct iof_device *device);
bool iof_session_carries_write(const struct iof_session *session, const struct iof_device *device);
/** True once the link is gone. */
bool iof_session_is_lost(const struct iof_session *session);

struct iovec;
/**
 * Sends a request; length, tag and ack are filled in, and reply_max where it is 0. Thread-safe. One system call.
 * @param payload n_parts pieces behind the header (at most 7), borrowed during the call only
 * @return 0: done() will be called, or has been; -ENODEV: link gone; -EAGAIN: too many calls outstanding; -E2BIG.
 */
int iof_session_submit(struct iof_session *session, struct iof_call *call, const struct iof_request *request,
		       const struct iovec *payload, int n_parts);

/**
 * Waits until done() has run; reads the link meanwhile if nobody else does.
 * @param restartable true: the wait goes on after a signal handler with SA_RESTART; false: any handler ends it.
 *                    (While the socket is full and the request not sent yet, any handler ends it.)
 * @return 0; -EINTR: a handler ran, the call is still in flight; -EINVAL: call->waited is not set;
 *         -EDEADLK: a handler interrupted the thread that reads the link, outside options.asleep.
 */
int iof_session_wait(struct iof_session *session, struct iof_call *call, bool restartable);

/**
 * For a thread whose iof_session_wait() was left by pthread_cancel() or a jump inside options.asleep: gives up
 * what the wait held, so that others read on. Same thread only.
 * @return true: done() has run, the object is the caller's; false: it is still in flight and belongs to done() now,
 *         as if call->waited had not been set (cancel it, and let done() free it).
 */
bool iof_session_leave(struct iof_session *session, struct iof_call *call);

/** Asks the host to end the call. Its done() comes as always, with the status that tells what happened.
 *  0; -ENODEV; -EAGAIN: the link is full, and nothing was asked. Not after done() has freed the call. */
int iof_session_cancel(struct iof_session *session, struct iof_call *call);

/**
 * Reads the link whenever no other thread does, for events that come while nobody waits; the life of a service
 * thread. It does not stand between a waiting thread and its reply.
 * @param wanted asked each time that something has arrived, in this thread; false ends it. NULL: for ever
 * @return 0: the session is being destroyed, or not wanted; -ENODEV: link gone (lost() has run).
 */
int iof_session_serve(struct iof_session *session, bool (*wanted)(void *context), void *context);

/** For event loops: descriptor to poll, and whether to poll it for writing too. */
int iof_session_descriptor(const struct iof_session *session);
bool iof_session_wants_write(const struct iof_session *session);
/** Reads and writes what can be without waiting. 0; -ENODEV: link gone (lost() has run). */
int iof_session_process(struct iof_session *session);

/**
 * Opens a device: one open on the host. Waits. @p flags are open(2)'s.
 * @param[out] token lets another session attach to the same host open (fork)
 * @return 0; the host's errno negated; -EINTR: cancelled, nothing stays open; -ENODEV; -EDEADLK as iof_session_wait().
 */
int iof_session_open(struct iof_session *session, const char *device, int flags, iof_handle *handle, uint64_t *token);
/** As iof_session_open(), not waiting: call->done() gets the handle through iof_session_open_result(). */
int iof_session_open_submit(struct iof_session *session, struct iof_call *call, const char *device, int flags);
int iof_session_open_result(struct iof_session *session, const struct iof_reply *reply, const uint8_t *payload,
			    size_t length, iof_handle *handle, uint64_t *token);
/** The errno of a reply, negated: the driver's, ioferry's own, -EINTR after a cancel, -ENODEV for a lost link; 0. */
int iof_reply_error(const struct iof_reply *reply);
/** Keeps the host open of @p token alive until somebody has attached, for 5 s at most; one share for each attach.
 * Waits. */
int iof_session_share(struct iof_session *session, uint64_t token);
/** A second handle on the host open of @p token, made by another session of the same peer. Waits. @p shared: a share
 *  was made for this attach, which takes it; otherwise those that are there stay for whom they were made. */
int iof_session_attach(struct iof_session *session, uint64_t token, bool shared, iof_handle *handle);
/** Closes; the reply is not waited for. */
void iof_session_close(struct iof_session *session, iof_handle handle);

#endif
