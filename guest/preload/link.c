/* SPDX-License-Identifier: MIT */
#include "guest/preload/link.h"
#include "guest/preload/call.h"
#include "guest/preload/config.h"
#include "guest/preload/file.h"
#include "guest/preload/handlers.h"
#include "guest/preload/pair.h"
#include "guest/preload/readiness.h"
#include "guest/preload/section.h"
#include "guest/preload/watch.h"
#include <fcntl.h>
#include <ioferry/log.h>
#include <ioferry/sys.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define SERVE_IDLE 16 /* messages for which the service thread stays when no device is in a set any more */

static struct {
	struct iof_lock lock; /* of `last`; held while connecting, so that two opens make one session */
	struct link *last;
	bool address_told;
} process;

static void on_lost(void *context)
{
	struct link *link = context;

	link->lost = true;
	iof_log(IOF_LOG_NOTICE, "the host is gone: open devices fail with ENODEV");
	readiness_lost(link);
}

/* That no host is there may be meant, and is worth no line of an application's stderr; a wrong address never is. */
static void tell_why(int error, const char *reason)
{
	bool wrong = error == -EINVAL && !process.address_told;

	process.address_told |= wrong;
	iof_log(wrong ? IOF_LOG_WARNING : IOF_LOG_INFO, "%s: %s", wrong ? "IOFERRY_ADDRESS" : "no host", reason);
}

static int link_create(struct link **out)
{
	struct link *link = calloc(1, sizeof *link);
	struct iof_session_options options = {
		.client = program_invocation_short_name,
		.event = readiness_event,
		.lost = on_lost,
		.asleep = section_sleep,
		.interrupted = section_interrupted,
		.context = link,
	};
	char reason[256] = "";
	int error;

	if (!link)
		return -ENOMEM;
	handlers_wrap();
	error = call_pool_fill();
	if (!error)
		error = iof_session_create(config_address(), &options, &link->session, reason, sizeof reason);
	if (error) {
		tell_why(error, reason);
		free(link);
		return error;
	}
	link->references = 1;
	link->descriptor = iof_session_descriptor(link->session);
	*out = link;
	return 0;
}

int link_get(struct link **out)
{
	struct link *former = NULL;
	int error = 0;

	if (!config_address())
		return -ENODEV;
	iof_lock(&process.lock);
	if (process.last && (process.last->lost || iof_session_is_lost(process.last->session))) {
		struct link *fresh;

		error = link_create(&fresh);
		if (!error) {
			former = process.last;
			process.last = fresh;
		}
	} else if (!process.last) {
		error = link_create(&process.last);
	}
	if (!error)
		*out = link_hold(process.last);
	iof_unlock(&process.lock);
	link_put(former);
	return error;
}

struct link *link_last(void)
{
	struct link *link;

	iof_lock(&process.lock);
	link = process.last ? link_hold(process.last) : NULL;
	iof_unlock(&process.lock);
	return link;
}

struct link *link_hold(struct link *link)
{
	link->references++;
	return link;
}

void link_put(struct link *link)
{
	if (!link || --link->references)
		return;
	iof_session_destroy(link->session);
	free(link);
}

const struct iof_device *link_device(const struct link *link, const char *name)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(link->session, &devices);

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	}
	return NULL;
}

/* A program that takes its device out of the set for each read, and puts it back, shall not get a thread each time. */
static bool is_served(void *context)
{
	struct link *link = context;

	link->idle = watch_any(link) ? 0 : link->idle + 1;
	return link->idle < SERVE_IDLE;
}

static void *serve(void *context)
{
	struct section *section = section_enter(); /* for ever: no handler shall run in this thread */
	struct link *link = context;

	do {
		link->idle = 0;
		(void)iof_session_serve(link->session, is_served, link);
		link->served = false;
		/* Who has put a device into a set meanwhile has seen the thread. */
	} while (!link->lost && watch_any(link) && !atomic_exchange(&link->served, true));
	link_put(link);
	section_leave(section, false);
	return NULL;
}

void link_serve(struct link *link)
{
	pthread_attr_t attributes;
	pthread_t thread;

	if (link->served || atomic_exchange(&link->served, true))
		return;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attributes, serve, link_hold(link))) {
		iof_log(IOF_LOG_WARNING, "no service thread: epoll_wait() notices devices only when it is entered");
		link->served = false;
		link_put(link);
	}
	pthread_attr_destroy(&attributes);
}

void link_forked(void)
{
	process.lock = (struct iof_lock){0};
	if (!process.last)
		return;
	iof_session_forget(process.last->session);
	free(process.last);
	process.last = NULL;
}

int link_attach(struct link *link, struct shim_file *file, bool shared)
{
	const struct iof_device *device = link_device(link, file->name);
	int error = device ? iof_session_attach(link->session, file->token, shared, &file->handle) : -ENODEV;

	if (error) {
		iof_log(IOF_LOG_INFO, "%s: cannot attach to the inherited open: %s", file->name, strerror(-error));
		return error;
	}
	file->device = device;
	file->link = link_hold(link);
	return 0;
}

static bool is_inherited(const struct shim_file *file)
{
	for (int fd = fd_entry_next(0); fd >= 0; fd = fd_entry_next(fd + 1)) {
		if (file_of(fd_entry(fd)) == file && !(iof_sys(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC))
			return true;
	}
	return false;
}

bool link_share_one(struct shim_file *file)
{
	return file->link && !file->dead && !iof_session_share(file->link->session, file->token);
}

/* By what the one it was for would have done. */
void link_unshare_one(struct shim_file *file)
{
	iof_handle handle;

	if (file->link && !file->dead && !iof_session_attach(file->link->session, file->token, true, &handle))
		iof_session_close(file->link->session, handle);
}

static void for_each_shared(enum link_shared which, void (*each)(struct shim_file *file))
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		if (which == LINK_ALL || is_inherited(file))
			each(file);
		file_put(file);
	}
}

static void share(struct shim_file *file)
{
	(void)link_share_one(file);
}

void link_share(enum link_shared which)
{
	for_each_shared(which, share);
}

void link_unshare(enum link_shared which)
{
	for_each_shared(which, link_unshare_one);
}
