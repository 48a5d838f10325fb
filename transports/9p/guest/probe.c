/* SPDX-License-Identifier: MIT */
/*
 * What kind of a mount this is, found out at the start of each session:
 *
 *     A page cache is between when the page of the state, read again at the same place, is the old one, or when an
 *     order that was written has not arrived.
 *     One request at a time passes when a read that the host holds back keeps others from it: the state says whether
 *     the host has one, and that is asked for until it has, or until the read has ended.
 */
#include "transports/9p/guest/link.h"
#include <string.h>

#define PAGE_OF(n) ((uint64_t)(n)*FOLDER_PAGE)

struct held {
	struct folder_link *link;
	uint32_t ended; /* atomic */
};

static int read_state(const struct folder_link *link, uint64_t offset, uint8_t state[static FOLDER_PAGE])
{
	int error = file_read(link->ctl, offset, state, FOLDER_PAGE);

	if (error)
		return error;
	if (iof_get_u64(state + FOLDER_STATE_MAGIC) != FOLDER_MAGIC)
		return -EPROTO;
	return iof_get_u32(state + FOLDER_STATE_VERSION) == FOLDER_VERSION ? 0 : -EPROTO;
}

static int read_next_state(struct folder_link *link, uint8_t state[static FOLDER_PAGE])
{
	return read_state(link, FOLDER_STATES + ++link->states % FOLDER_FRAMES * FOLDER_PAGE, state);
}

static int probe_cache(struct folder_link *link)
{
	uint8_t state[FOLDER_PAGE];
	uint64_t reads;
	int error = read_state(link, FOLDER_STATES, state);

	if (error)
		return error;
	reads = iof_get_u64(state + FOLDER_STATE_READS);
	error = read_state(link, FOLDER_STATES, state);
	if (error)
		return error;
	if (iof_get_u64(state + FOLDER_STATE_READS) == reads) {
		link->mode |= FOLDER_CACHED;
		return 0;
	}
	error = file_order(link, FOLDER_ORDER_PROBE, 0);
	if (!error)
		error = read_next_state(link, state);
	if (!error && !iof_get_u64(state + FOLDER_STATE_WRITES))
		link->mode |= FOLDER_CACHED;
	return error;
}

static void *hold(void *context)
{
	struct held *held = context;
	uint8_t state[FOLDER_PAGE];

	(void)read_state(held->link, FOLDER_HELD_STATES, state);
	__atomic_store_n(&held->ended, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Asks until the host has the held read, each time at a fresh place. */
static int look_for_held(struct folder_link *link, const struct held *held)
{
	uint8_t state[FOLDER_PAGE];

	link->mode |= FOLDER_SERIAL;
	while (!__atomic_load_n(&held->ended, __ATOMIC_ACQUIRE)) {
		int error = read_next_state(link, state);

		if (error)
			return error;
		if (iof_get_u32(state + FOLDER_STATE_PARKED)) {
			link->mode &= ~(uint64_t)FOLDER_SERIAL;
			return file_order(link, FOLDER_ORDER_WAKE, 0);
		}
	}
	return 0;
}

static int probe_parallel(struct folder_link *link)
{
	struct held held = {.link = link};
	pthread_t thread;
	int error = link_thread(&thread, hold, &held);

	if (error)
		return error;
	error = look_for_held(link, &held);
	(void)pthread_join(thread, NULL);
	return error;
}

int link_probe(struct folder_link *link)
{
	int error = probe_cache(link);

	if (!error)
		error = probe_parallel(link);
	return error ? error : file_order(link, FOLDER_ORDER_MODE, link->mode);
}
