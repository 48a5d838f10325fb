/* SPDX-License-Identifier: MIT */
/*
 * Reads events while something is to be expected there, and tells the host once a second that the session lives. The
 * read is not held by the host where nothing is expected: a program that ends must not wait for it.
 */
#include "transports/9p/guest/link.h"
#include <stdlib.h>
#include <string.h>

#define TOUCH_MS     1000
#define PAUSE_MAX_MS 20

static void call(struct folder_link *link)
{
	__atomic_add_fetch(&link->called, 1, __ATOMIC_RELEASE);
	iof_futex_wake(&link->called, 1);
}

void reaper_expect(struct folder_link *link)
{
	/* Its batch may have come already. */
	if (__atomic_add_fetch(&link->late, 1, __ATOMIC_ACQ_REL) == 1)
		call(link);
}

void reaper_listen(struct folder_link *link)
{
	if (!__atomic_exchange_n(&link->listens, true, __ATOMIC_ACQ_REL))
		call(link);
}

static bool ends(struct folder_link *link)
{
	return __atomic_load_n(&link->ends, __ATOMIC_ACQUIRE);
}

static bool expects(struct folder_link *link)
{
	return __atomic_load_n(&link->late, __ATOMIC_ACQUIRE) > 0 || __atomic_load_n(&link->listens, __ATOMIC_ACQUIRE);
}

static void sleep_ms(struct folder_link *link, uint32_t seen, int ms)
{
	struct iof_kernel_timespec time = iof_timespec_ms(ms);

	iof_sys(IOF_SYS_FUTEX, &link->called, FUTEX_WAIT_PRIVATE, seen, &time, NULL, 0);
}

static int touch(struct folder_link *link)
{
	uint8_t state[FOLDER_PAGE];
	uint64_t page = ++link->states % FOLDER_FRAMES;

	return file_read_fresh(link, link->ctl, FOLDER_STATES + page * FOLDER_PAGE, state, sizeof state);
}

/* One message of a batch; a reply makes one less to wait for. */
static int take(struct folder_link *link, const uint8_t *bytes, uint32_t length)
{
	struct arrival *arrival;
	struct iof_reply reply;
	bool late;

	if (length == FOLDER_ANNOUNCE_SIZE) {
		__atomic_sub_fetch(&link->late, 1, __ATOMIC_RELEASE);
		return link_fetch(link, iof_get_u64(bytes + 8), iof_get_u32(bytes + 4), &late);
	}
	if (iof_reply_decode(bytes, length, FOLDER_BATCH_SIZE, &reply) < 0)
		return -EPROTO;
	arrival = arrival_create(length);
	if (!arrival)
		return -ENOMEM;
	memcpy(arrival->bytes, bytes, length);
	if (reply.status == IOF_STATUS_EVENT) {
		link_event_arrived(link, arrival);
		return 0;
	}
	__atomic_sub_fetch(&link->late, 1, __ATOMIC_RELEASE);
	link_arrived(link, arrival);
	return 0;
}

/* Takes what is in a batch. Messages, or negative errno. */
static int unpack(struct folder_link *link, const uint8_t *batch)
{
	uint32_t size = iof_get_u32(batch), at = FOLDER_BATCH_HEAD;
	int taken = 0, error = 0;

	if (size < at || size > FOLDER_BATCH_SIZE || iof_get_u64(batch + 8) != link->batch)
		return -EPROTO;
	while (!error && size - at >= FOLDER_ANNOUNCE_SIZE) {
		uint32_t length = iof_get_u32(batch + at);

		if (length < FOLDER_ANNOUNCE_SIZE || length > size - at)
			return -EPROTO;
		error = take(link, batch + at, length);
		at += (length + 7) & ~7u;
		if (at > size)
			at = size;
		taken++;
	}
	return error ? error : taken;
}

/* Asks for the next batch; @p pause gets how long to wait before the one after it. */
static int reap(struct folder_link *link, uint8_t *batch, int *pause)
{
	uint64_t number = ++link->batch;
	int taken = file_read_fresh(link, link->events, number % FOLDER_BATCHES * FOLDER_BATCH_STRIDE, batch,
				    FOLDER_BATCH_SIZE);

	if (!taken)
		taken = unpack(link, batch);
	if (taken < 0)
		return taken;
	if (taken || !(link->mode & FOLDER_SERIAL || iof_get_u32(batch + 4) & FOLDER_BATCH_HASTY))
		*pause = 0;
	else
		*pause = !*pause ? 1 : *pause < PAUSE_MAX_MS / 2 ? *pause * 2 : PAUSE_MAX_MS;
	return 0;
}

static void *reaper_main(void *context)
{
	struct folder_link *link = context;
	uint8_t *batch = malloc(FOLDER_BATCH_SIZE);
	int pause = 0, error = batch ? 0 : -ENOMEM;

	while (!error && !ends(link)) {
		uint32_t seen = __atomic_load_n(&link->called, __ATOMIC_ACQUIRE);

		if (expects(link)) {
			error = reap(link, batch, &pause);
			if (!error && pause)
				sleep_ms(link, seen, pause);
			continue;
		}
		sleep_ms(link, seen, TOUCH_MS);
		if (!expects(link) && !ends(link))
			error = touch(link);
	}
	free(batch);
	if (error)
		(void)link_fail(link);
	return NULL;
}

int reaper_start(struct folder_link *link)
{
	return link_thread(&link->reaper, reaper_main, link);
}

void reaper_stop(struct folder_link *link)
{
	__atomic_store_n(&link->ends, true, __ATOMIC_RELEASE);
	call(link);
	(void)pthread_join(link->reaper, NULL);
}
