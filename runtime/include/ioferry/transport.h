/* SPDX-License-Identifier: MIT */
/**
 * @file transport.h
 * What a transport is to the rest: something that carries messages of up to a stated size between one guest
 * and one host, in both directions, and vouches for who the peer is. It knows no device and no command.
 *
 * Addresses name it: "unix:/run/ioferry.sock", "vsock:2:7700", "vsock-unix:/path:7700".
 */
#ifndef IOFERRY_TRANSPORT_H
#define IOFERRY_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/** Who the other side is, as far as the link vouches for it. What a guest says about its users is not here. */
struct iof_peer {
	const char *transport; /**< scheme, static string */
	uid_t uid;             /**< unix: of the peer process; (uid_t)-1: not known */
	gid_t gid;
	pid_t pid;      /**< unix; 0: not known */
	uint32_t cid;   /**< vsock: CID of the peer VM; 0xffffffff: not known */
	uint32_t port;  /**< vsock: source port; below 1024 proves root in the guest */
	char name[128]; /**< for logs and policy: "unix:uid=1000", "vsock:cid=7", "vsock-unix:/path" */
};

struct iof_link;
struct iof_listener;

/** One message that arrived. @p bytes is private memory, 8-aligned, and valid until this function returns. */
typedef void iof_deliver(void *context, const uint8_t *bytes, size_t length);

/** The guest's half of a transport. Constant; found by the scheme of an address. */
struct iof_transport {
	const char *scheme;
	const char *address_help; /**< "unix:/path/of/socket", for error messages */

	/** Connects within @p timeout_ms. @p rest is the address behind "scheme:". 0 or negative errno. */
	int (*connect)(const char *rest, int timeout_ms, struct iof_link **link);
};

/** Texts about the host's devices, for listeners that have files to show them in. Thread-safe. */
struct iof_texts {
	void *context;
	/** The name of the @p index th device, as one folder's name; that it exists @p peer may know. 0 or -ENOENT. */
	int (*device)(void *context, const struct iof_peer *peer, size_t index, char *name, size_t size);
	/** The @p index th file of each device's folder; NULL: no more. */
	const char *(*file)(void *context, size_t index);
	/** What is in it now: for the caller to free(). NULL: no such device or file for @p peer, or no memory. */
	char *(*text)(void *context, const struct iof_peer *peer, const char *device, const char *file, size_t *length);
};

/** The host's half of a transport. */
struct iof_host_transport {
	const char *scheme;
	const char *address_help;

	/** Whether listen() can take @p rest, as far as its text tells. 0 or negative errno; @p reason as there. */
	int (*check)(const char *rest, char *reason, size_t reason_size);
	/** Listens. @p texts is borrowed, and outlives the listener; may be NULL. 0 or negative errno; @p reason gets a
	 *  sentence for people. */
	int (*listen)(const char *rest, const struct iof_texts *texts, struct iof_listener **listener, char *reason,
		      size_t reason_size);
};

/** Methods of a link. A link begins with a `const struct iof_link_ops *`. */
struct iof_link_ops {
	/**
	 * Sends one message with one system call where the medium takes it whole. Thread-safe. Never waits:
	 * what does not fit is kept inside the link (up to its backlog) and flushed by later calls.
	 * @return 0; 1: (part of it is) kept, the link wants to write; -ENOBUFS: backlog full, nothing sent;
	 *         -E2BIG: above the greatest message; -ENODEV: link dead.
	 */
	int (*send)(struct iof_link *link, const struct iovec *parts, int n_parts);
	/** Writes the backlog. 0: empty now; 1: still more; -ENODEV: link dead. Thread-safe. */
	int (*flush)(struct iof_link *link);
	/** Whether there is a backlog: poll the descriptor for writing too, then flush(). Thread-safe. */
	bool (*wants_write)(const struct iof_link *link);
	/**
	 * Reads what is there and delivers each complete message. One thread at a time; a thread that was
	 * cancelled inside the sleeping system call leaves the link whole, and another may go on.
	 * @param wait true: sleeps until something arrives, in a system call that the kernel restarts after a
	 *             signal handler with SA_RESTART and ends with EINTR after one without.
	 * @return messages delivered (>= 0); -EAGAIN: nothing there; -EINTR: a signal handler ran;
	 *         -ENODEV: the peer is gone; -EPROTO: it does not speak the protocol; -ENOMEM.
	 */
	ssize_t (*receive)(struct iof_link *link, bool wait, iof_deliver *deliver, void *context);
	/**
	 * The sleeping part of receive(wait) alone: until something arrives; receive(not wait) then delivers it. A
	 * signal handler that runs meanwhile in this thread may itself sleep() and receive().
	 * @return 0, -EINTR or -ENODEV.
	 */
	int (*sleep)(struct iof_link *link);
	/** Descriptor that is readable when receive() has something (poll it; do not read it). */
	int (*descriptor)(const struct iof_link *link);
	/** Greatest message, both ways; IOF_MESSAGE_MAX at first. Changes once, after the hello. */
	void (*set_message_max)(struct iof_link *link, uint32_t bytes);
	const struct iof_peer *(*peer)(const struct iof_link *link);
	/** Ends both directions: receive() in any thread returns -ENODEV. Thread-safe, idempotent. */
	void (*shutdown)(struct iof_link *link);
	void (*destroy)(struct iof_link *link);
};

struct iof_link {
	const struct iof_link_ops *ops;
};

struct iof_listener_ops {
	int (*descriptor)(const struct iof_listener *listener); /**< readable when accept() has something */
	int (*accept)(struct iof_listener *listener, struct iof_link **link); /**< 0, -EAGAIN or negative errno */
	void (*destroy)(struct iof_listener *listener);
};

struct iof_listener {
	const struct iof_listener_ops *ops;
};

/** Transports of this build (generated from IOFERRY_TRANSPORTS), NULL-terminated. */
extern const struct iof_transport *const iof_transports[];
extern const struct iof_host_transport *const iof_host_transports[];

/**
 * Finds the transport of @p address and the rest behind its scheme.
 * NULL: no such scheme; @p reason then lists the schemes of this build.
 */
const struct iof_transport *iof_transport_find(const char *address, const char **rest, char *reason,
					       size_t reason_size);
const struct iof_host_transport *iof_host_transport_find(const char *address, const char **rest, char *reason,
							 size_t reason_size);
/** Whether a daemon of this build can listen at @p address, as far as its text tells. 0 or negative errno; @p reason
 * gets a sentence for people. */
int iof_transport_check(const char *address, char *reason, size_t reason_size);

#endif
