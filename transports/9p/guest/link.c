/* SPDX-License-Identifier: MIT */
/*
 * "9p:/mnt/host/ioferry": a folder of call files that the host shares, mounted in any way (layout.h).
 *
 * No application's thread sleeps in a read of the folder: v9fs and virtiofs let no signal end one. It writes its
 * request and reads a reply that is there, which takes as long as the host needs to answer, a millisecond at most; what
 * takes longer comes through the reaper, and waiting is for a socket of this process.
 */
#include "transports/9p/guest/link.h"
#include "transports/descriptor.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static struct folder_link *link_of(struct iof_link *base)
{
	return (struct folder_link *)base;
}

struct arrival *arrival_create(size_t size)
{
	struct arrival *arrival = malloc(sizeof *arrival + size);

	if (arrival)
		*arrival = (struct arrival){.length = (uint32_t)size};
	return arrival;
}

static void ring(struct folder_link *link)
{
	static const uint8_t byte;

	if (link->rung)
		return;
	link->rung = true;
	iof_sys(SYS_sendto, link->bell[1], &byte, (size_t)1, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

static void append_locked(struct folder_link *link, struct arrival *arrival)
{
	arrival->next = NULL;
	*link->last = arrival;
	link->last = &arrival->next;
	ring(link);
}

void link_arrived(struct folder_link *link, struct arrival *arrival)
{
	iof_lock(&link->lock);
	append_locked(link, arrival);
	iof_unlock(&link->lock);
}

/*
 * An event and the answer to the poll that asked for it come on two ways, and one that said "not yet" after the event
 * would make it forgotten. Whatever was answered before the event belongs to a call that had begun by now.
 */
void link_event_arrived(struct folder_link *link, struct arrival *arrival)
{
	iof_lock(&link->lock);
	if (link->oldest) {
		arrival->behind = link->begun;
		arrival->next = NULL;
		*link->last_held = arrival;
		link->last_held = &arrival->next;
	} else {
		append_locked(link, arrival);
	}
	iof_unlock(&link->lock);
}

void link_sending(struct folder_link *link, struct sending *sending)
{
	iof_lock(&link->lock);
	sending->number = ++link->begun;
	sending->younger = NULL;
	sending->older = link->youngest;
	if (sending->older)
		sending->older->younger = sending;
	else
		link->oldest = sending;
	link->youngest = sending;
	iof_unlock(&link->lock);
}

void link_sent(struct folder_link *link, struct sending *sending)
{
	iof_lock(&link->lock);
	*(sending->older ? &sending->older->younger : &link->oldest) = sending->younger;
	*(sending->younger ? &sending->younger->older : &link->youngest) = sending->older;
	while (link->held && (!link->oldest || link->held->behind < link->oldest->number)) {
		struct arrival *event = link->held;

		link->held = event->next;
		if (!link->held)
			link->last_held = &link->held;
		append_locked(link, event);
	}
	iof_unlock(&link->lock);
}

int link_fail(struct folder_link *link)
{
	iof_lock(&link->lock);
	link->dead = true;
	iof_unlock(&link->lock);
	iof_sys(SYS_shutdown, link->bell[1], SHUT_RDWR);
	return -ENODEV;
}

bool link_is_dead(struct folder_link *link)
{
	bool dead;

	iof_lock(&link->lock);
	dead = link->dead;
	iof_unlock(&link->lock);
	return dead;
}

int link_thread(pthread_t *thread, void *(*main)(void *), void *context)
{
	uint64_t all = UINT64_MAX, before;
	pthread_attr_t attributes;
	int error;

	/* The kernel's set, by a system call that a shim does not see. */
	(void)iof_sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, (size_t)128 * 1024);
	error = -pthread_create(thread, &attributes, main, context);
	(void)pthread_attr_destroy(&attributes);
	(void)iof_sys(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof all);
	return error;
}

static int link_flush(struct iof_link *base)
{
	(void)base;
	return 0;
}

static bool link_wants_write(const struct iof_link *base)
{
	(void)base;
	return false;
}

static int link_sleep(struct iof_link *base)
{
	uint8_t byte;
	long r = iof_sys(SYS_recvfrom, link_of(base)->bell[0], &byte, (size_t)1, MSG_PEEK, NULL, NULL);

	if (r == 1)
		return 0;
	return r == -EINTR ? -EINTR : -ENODEV;
}

static struct arrival *take_all(struct folder_link *link)
{
	struct arrival *first;
	uint8_t byte;

	iof_lock(&link->lock);
	first = link->arrivals;
	link->arrivals = NULL;
	link->last = &link->arrivals;
	if (link->rung)
		iof_sys(SYS_recvfrom, link->bell[0], &byte, (size_t)1, MSG_DONTWAIT, NULL, NULL);
	link->rung = false;
	iof_unlock(&link->lock);
	return first;
}

static ssize_t link_receive(struct iof_link *base, bool wait, iof_deliver *deliver, void *context)
{
	struct folder_link *link = link_of(base);

	for (;;) {
		struct arrival *first = take_all(link);
		ssize_t delivered = 0;
		int r;

		while (first) {
			struct arrival *arrival = first;

			first = arrival->next;
			deliver(context, arrival->bytes, arrival->length);
			free(arrival);
			delivered++;
		}
		if (delivered)
			return delivered;
		if (link_is_dead(link))
			return -ENODEV;
		if (!wait)
			return -EAGAIN;
		r = link_sleep(base);
		if (r == -EINTR)
			return r;
	}
}

static int link_descriptor(const struct iof_link *base)
{
	return ((const struct folder_link *)base)->bell[0];
}

static void link_set_message_max(struct iof_link *base, uint32_t bytes)
{
	__atomic_store_n(&link_of(base)->message_max, bytes, __ATOMIC_RELAXED);
}

static const struct iof_peer *link_peer(const struct iof_link *base)
{
	return &((const struct folder_link *)base)->peer;
}

static void link_shutdown(struct iof_link *base)
{
	(void)link_fail(link_of(base));
}

static void close_all(struct folder_link *link)
{
	int *const descriptors[] = {&link->call, &link->ctl, &link->events, &link->bell[0], &link->bell[1]};

	for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
		if (*descriptors[i] >= 0)
			iof_descriptor_close(*descriptors[i]);
}

static void free_arrivals(struct arrival *first)
{
	while (first) {
		struct arrival *arrival = first;

		first = arrival->next;
		free(arrival);
	}
}

static void link_free(struct folder_link *link)
{
	close_all(link);
	free_arrivals(link->arrivals);
	free_arrivals(link->held);
	free(link);
}

/* In a forked child the session is its parent's, and so is the reaper. */
static void link_destroy(struct iof_link *base)
{
	struct folder_link *link = link_of(base);

	if (link->process == getpid()) {
		(void)file_order(link, FOLDER_ORDER_BYE, 0);
		reaper_stop(link);
	}
	link_free(link);
}

static const struct iof_link_ops link_ops = {
	.send = link_send,
	.flush = link_flush,
	.wants_write = link_wants_write,
	.receive = link_receive,
	.sleep = link_sleep,
	.descriptor = link_descriptor,
	.set_message_max = link_set_message_max,
	.peer = link_peer,
	.shutdown = link_shutdown,
	.destroy = link_destroy,
};

/* A name that nobody else in the guest can guess: who knows it is the session. */
static int make_name(char name[static FOLDER_NAME_LENGTH + 1])
{
	uint8_t bits[FOLDER_NAME_LENGTH / 2];

	if (iof_sys(SYS_getrandom, bits, sizeof bits, 0U) != (long)sizeof bits)
		return -EIO;
	for (size_t i = 0; i < sizeof bits; i++)
		snprintf(name + 2 * i, 3, "%02x", bits[i]);
	return 0;
}

static int open_file(const char *folder, const char *name, const char *file, int *fd)
{
	char path[4096];
	int n = snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
	long r;

	if (n < 0 || (size_t)n >= sizeof path)
		return -ENAMETOOLONG;
	r = iof_sys(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC | O_LARGEFILE, 0);
	if (r < 0)
		return (int)r;
	*fd = iof_descriptor_keep((int)r);
	/* A cache that reads ahead would ask for what nobody may have yet. */
#ifdef __LP64__
	(void)iof_sys(SYS_fadvise64, *fd, 0L, 0L, POSIX_FADV_RANDOM);
#endif
	return 0;
}

static int open_files(struct folder_link *link, const char *folder)
{
	char name[FOLDER_NAME_LENGTH + 1];
	int error = make_name(name);

	if (!error)
		error = open_file(folder, name, "ctl", &link->ctl);
	if (!error)
		error = open_file(folder, name, "call", &link->call);
	if (!error)
		error = open_file(folder, name, "events", &link->events);
	return error;
}

static int make_bell(struct folder_link *link)
{
	int pair[2];
	int error = (int)iof_sys(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);

	if (error < 0)
		return error;
	link->bell[0] = iof_descriptor_keep(pair[0]);
	link->bell[1] = iof_descriptor_keep(pair[1]);
	return 0;
}

/* How the errors of a folder that no daemon serves look like from here. */
static int no_daemon(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ENOTCONN || error == -EIO || error == -ECONNABORTED
		       ? -ENODEV
		       : error;
}

static int folder_connect(const char *rest, int timeout_ms, struct iof_link **result)
{
	struct folder_link *link = calloc(1, sizeof *link);
	int error;

	(void)timeout_ms; /* opens of a folder cannot be ended; a host that is there answers at once */
	if (!link)
		return -ENOMEM;
	link->base.ops = &link_ops;
	link->call = link->ctl = link->events = link->bell[0] = link->bell[1] = -1;
	link->message_max = IOF_MESSAGE_MAX;
	link->last = &link->arrivals;
	link->last_held = &link->held;
	link->process = getpid();
	link->peer = (struct iof_peer){.transport = "9p", .uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	snprintf(link->peer.name, sizeof link->peer.name, "9p:%s", rest);
	error = *rest ? open_files(link, rest) : -EINVAL;
	if (!error)
		error = make_bell(link);
	if (!error)
		error = link_probe(link);
	if (!error)
		error = reaper_start(link);
	if (error) {
		link_free(link);
		return no_daemon(error);
	}
	*result = &link->base;
	return 0;
}

extern const struct iof_transport iof_transport_9p;
const struct iof_transport iof_transport_9p = {
	.scheme = "9p",
	.address_help = "9p:/folder/shared/by/the/host",
	.connect = folder_connect,
};
