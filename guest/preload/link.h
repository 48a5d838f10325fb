/* SPDX-License-Identifier: MIT */
/**
 * @file link.h
 * This process's session with the host. There is one at a time; when it is lost its files are dead, and the next
 * open makes a new one. All functions inside a section; errors are negative errnos.
 */
#ifndef PRELOAD_LINK_H
#define PRELOAD_LINK_H

#include <ioferry/session.h>

struct link {
	struct iof_session *session;
	_Atomic(unsigned) references;
	_Atomic(bool) lost;
	_Atomic(bool) served; /**< the service thread runs */
	unsigned idle;        /**< the service thread's: messages since a device was last in a set */
	int descriptor;
};

/** The present session, made if need be, with a reference, to @p out. 0, -ENODEV: no host, ... */
int link_get(struct link **out);
/** The last session that was made, even if lost, with a reference; NULL: none yet. */
struct link *link_last(void);
struct link *link_hold(struct link *link);
/** The last reference ends the session. NULL is allowed. */
void link_put(struct link *link);
/** The device of this name; NULL. */
const struct iof_device *link_device(const struct link *link, const char *name);
/** Starts the service thread, if it does not run. */
void link_serve(struct link *link);

/** In a forked child: the parent's session is no longer this process's. */
void link_forked(void);
struct shim_file;
/** Gives the file a handle on the host's open of its token. @p shared: another process has made a share for that. */
int link_attach(struct link *link, struct shim_file *file, bool shared);
/** Keeps opens alive on the host for some seconds: another image is about to attach. */
enum link_shared {
	LINK_ALL,
	LINK_INHERITED, /**< those with a descriptor that survives exec: for others nobody would come */
};
void link_share(enum link_shared which);
/** Takes that back: the image did not come. */
void link_unshare(enum link_shared which);
/** Both of one file. False: it has no open to share. */
bool link_share_one(struct shim_file *file);
void link_unshare_one(struct shim_file *file);

#endif
