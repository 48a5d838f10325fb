/* SPDX-License-Identifier: MIT */
/**
 * @file stream.h
 * What the transports over stream sockets share: one framed link over a connected socket, one listener over a
 * listening one, and connecting with a deadline.
 *
 * A message starts with its own length (wire.h); nothing else frames it.
 */
#ifndef IOFERRY_TRANSPORTS_STREAM_H
#define IOFERRY_TRANSPORTS_STREAM_H

#include <ioferry/transport.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/vm_sockets.h>

/** Makes a link of a connected socket, which it owns from then on (even on failure). 0 or -ENOMEM. */
int iof_stream_link_create(int fd, const struct iof_peer *peer, struct iof_link **link);

/** Says who connected: fills @p peer, or refuses with a negative errno. */
typedef int iof_stream_identify(int fd, const struct sockaddr_storage *address, const char *path,
				struct iof_peer *peer);

/** A listening, non-blocking socket; who connects to it is asked of @p identify. */
struct iof_listening {
	int fd;
	iof_stream_identify *identify;
	char *path; /**< of a Unix socket: removed with it, if it is still this socket; NULL: another */
	dev_t device;
	ino_t inode;
};

/** Owns @p fd from then on (even on failure). 0 or -ENOMEM. */
int iof_listening_init(struct iof_listening *listening, int fd, const char *path, iof_stream_identify *identify);
/** The descriptor of a connection, and who it is. -EAGAIN: none; another negative errno. */
int iof_listening_accept(const struct iof_listening *listening, struct iof_peer *peer);
void iof_listening_close(struct iof_listening *listening);

/**
 * Makes a listener of a listening, non-blocking socket, which it owns from then on (even on failure).
 * @param path of a Unix socket: removed when the listener goes, if it is still this socket; else NULL
 */
int iof_stream_listener_create(int fd, const char *path, iof_stream_identify *identify, struct iof_listener **listener);

/** A connected non-blocking socket, within @p timeout_ms. Descriptor or negative errno. */
int iof_stream_connect(const struct sockaddr *address, socklen_t length, int timeout_ms);
/** Goes on with a socket that the caller made (and bound); closes it on failure. 0 or negative errno. */
int iof_stream_connect_socket(int fd, const struct sockaddr *address, socklen_t length, int timeout_ms);

/** 0 or -ENAMETOOLONG, -EINVAL for an empty path. */
int iof_unix_address(const char *path, struct sockaddr_un *address);

/** Whether a daemon can listen at @p path, as far as its text tells. 0 or negative errno; @p reason gets a sentence. */
int iof_unix_check(const char *path, char *reason, size_t reason_size);

/**
 * Listens at a path. A socket file that nobody listens on is replaced; one in use is -EADDRINUSE.
 * Descriptor or negative errno; @p reason gets a sentence.
 */
int iof_unix_listen(const char *path, char *reason, size_t reason_size);
/** An iof_stream_identify: the kernel vouches for the uid. */
int iof_unix_identify(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer);

/** Reads "cid:port" or "any:port". 0 or negative errno. */
int iof_vsock_address(const char *text, struct sockaddr_vm *address);
/** The default of 256 KiB would split every large message; the receiver's value is what counts. */
void iof_vsock_widen(int fd);
/** As their namesakes above. */
int iof_vsock_check(const char *text, char *reason, size_t reason_size);
int iof_vsock_listen(const char *text, char *reason, size_t reason_size);
/** An iof_stream_identify: the host's kernel vouches for the CID. */
int iof_vsock_identify(int fd, const struct sockaddr_storage *address, const char *path, struct iof_peer *peer);

#endif
