/* SPDX-License-Identifier: MIT */
/**
 * @file link.h
 * A guest's link over a folder that it shares with its host: what the parts share.
 *
 *     link.c      life of a link, what has arrived
 *     send.c      a request is written, its reply is read
 *     probe.c     what kind of a mount this is
 *     reaper.c    the thread that reads events, and keeps the session alive
 *     file.c      reads and writes
 */
#ifndef IOFERRY_TRANSPORTS_9P_GUEST_LINK_H
#define IOFERRY_TRANSPORTS_9P_GUEST_LINK_H

#include "transports/9p/layout.h"
#include <ioferry/sys.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <pthread.h>

struct arrival {
	struct arrival *next;
	uint64_t behind; /* an event: the last call that had begun */
	uint32_t length;
	_Alignas(8) uint8_t bytes[];
};

/* A call from before its request is written until its reply has been read, or is left to a batch. */
struct sending {
	struct sending *older, *younger;
	uint64_t number;
};

struct folder_link {
	struct iof_link base;
	struct iof_peer peer;
	int call, ctl, events;
	uint64_t mode;        /* enum folder_mode */
	uint32_t message_max; /* atomic */
	uint32_t frames;      /* atomic: written to ctl */

	struct iof_lock lock;
	struct arrival *arrivals, **last;
	struct sending *youngest, *oldest;
	uint64_t begun;
	struct arrival *held, **last_held; /* events behind calls that are being sent */
	bool rung, dead;
	int bell[2]; /* bell[0] is readable while there are arrivals, or the link is dead */

	pid_t process; /* whose the reaper is: a forked child has none */
	pthread_t reaper;
	uint32_t called;        /* atomic, futex: changes when one of the next three does */
	int32_t late;           /* atomic: calls whose replies come in batches; may be below 0 for a moment */
	bool listens;           /* atomic: readiness was asked for, and events may come at any time */
	bool ends;              /* atomic */
	uint64_t batch, states; /* the reaper's; before it runs, the probe's */
};

/* file.c. These read and write all of it: what was done before an error does not count. 0 or negative errno. */
int file_read(int fd, uint64_t offset, void *bytes, size_t size);
int file_write(int fd, uint64_t offset, const void *bytes, size_t size);
/* As file_write(), and through a page cache if there is one. */
int file_write_through(const struct folder_link *link, int fd, uint64_t offset, void *bytes, size_t size, size_t room);
/* Reads what has not been read at that offset before, in whole pages where a page cache is. */
int file_read_fresh(const struct folder_link *link, int fd, uint64_t offset, void *bytes, size_t size);
/* @p size as file_read_fresh() and file_write_through() want it. */
size_t file_size(const struct folder_link *link, size_t size);
int file_order(struct folder_link *link, enum folder_order order, uint64_t value);
/* Writes a frame to ctl; @p room bytes are there for its padding. */
int file_frame(struct folder_link *link, void *bytes, size_t size, size_t room);

/* link.c */
/* Takes over the arrival. */
void link_arrived(struct folder_link *link, struct arrival *arrival);
struct arrival *arrival_create(size_t size);
/* The same for an event: what the host answered before it arrives before it. */
void link_event_arrived(struct folder_link *link, struct arrival *arrival);
void link_sending(struct folder_link *link, struct sending *sending);
void link_sent(struct folder_link *link, struct sending *sending);
/* Nothing will come any more. Returns -ENODEV. */
int link_fail(struct folder_link *link);
bool link_is_dead(struct folder_link *link);
/* A thread that takes none of the program's signals. 0 or negative errno. */
int link_thread(pthread_t *thread, void *(*main)(void *), void *context);

/* send.c */
int link_send(struct iof_link *base, const struct iovec *parts, int n_parts);
/* Reads the reply of a tag, at most @p most bytes. 0: it is there, or will be in a batch (@p late); -ENODEV, -ENOMEM.
 */
int link_fetch(struct folder_link *link, uint64_t tag, uint32_t most, bool *late);

/* probe.c: finds out folder_link.mode and tells the host. 0; -ENODEV: no session there; -EPROTO: another version. */
int link_probe(struct folder_link *link);

/* reaper.c */
int reaper_start(struct folder_link *link);
void reaper_stop(struct folder_link *link);
/* One more call's reply comes in a batch. */
void reaper_expect(struct folder_link *link);
/* Events may come from now on. */
void reaper_listen(struct folder_link *link);

#endif
