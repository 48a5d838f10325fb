/* SPDX-License-Identifier: MIT */
#include "guest/preload/readiness.h"
#include "guest/preload/call.h"
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/pair.h"
#include <errno.h>

#define EVENTS_END (POLLERR | POLLHUP)

#define AT_ONCE 16 /* questions on their way together; fewer than there are call objects */

uint32_t readiness_told(struct shim_file *file, uint32_t events)
{
	uint32_t told;

	if (file->dead)
		return EVENTS_END;
	iof_lock(&file->lock);
	told = file->told & (events | EVENTS_END);
	iof_unlock(&file->lock);
	return told;
}

/* Armed and nothing told: an event would have come. */
static bool is_known(struct shim_file *file, uint32_t events)
{
	bool known;

	iof_lock(&file->lock);
	known = !(file->told & (events | EVENTS_END)) && !(events & ~file->armed);
	iof_unlock(&file->lock);
	return known;
}

/* The lock is held. What is not POLLOUT wakes by POLLIN: this socket can show no POLLPRI. */
static void show(struct shim_file *file, uint32_t events)
{
	if (file->peer < 0)
		return;
	if (events & READINESS_OUT)
		pair_show_out(file->self, file->peer, file->told & READINESS_OUT);
	pair_show_in(file->self, file->peer, file->told & ~(uint32_t)READINESS_OUT);
}

/* The lock is held. Whether it matters that the host is armed. */
static bool is_awaited(const struct shim_file *file)
{
	return file->watched || file->sleepers;
}

static void begin(struct readiness *query, enum readiness_mode mode)
{
	struct shim_file *file = query->file;

	query->events &= READINESS_EVENTS;
	query->call = NULL;
	if (!file || file->dead)
		return;
	if (mode == READINESS_WAIT && is_known(file, query->events))
		return;
	/* A question that arms takes the place of the one before. */
	query->asked = query->events;
	iof_lock(&file->lock);
	if (mode == READINESS_WAIT && is_awaited(file))
		query->asked |= file->armed;
	iof_unlock(&file->lock);
	query->call = call_poll_begin(file, query->asked, mode == READINESS_WAIT);
}

/* The lock is held. Takes an answer in. What the host has to be armed for once more, by a question nobody waits for. */
static uint32_t take_in(struct shim_file *file, const struct readiness_question *question, uint32_t revents)
{
	uint32_t ready = revents & (question->events | EVENTS_END), left;

	file->told = (file->told & ~(question->events | EVENTS_END)) | ready;
	file->stale = false;
	if (!question->arm)
		return 0;
	if (!ready) {
		file->armed = question->events;
		return 0;
	}
	if (is_awaited(file))
		show(file, ready);
	left = is_awaited(file) ? file->armed & ~ready : 0;
	file->armed = 0;
	return left;
}

void readiness_answered(struct shim_file *file, const struct readiness_question *question, long revents)
{
	uint32_t left;

	if (revents == -ENODEV)
		readiness_dead(file);
	if (revents < 0)
		return;
	iof_lock(&file->lock);
	left = take_in(file, question, (uint32_t)revents);
	iof_unlock(&file->lock);
	if (left)
		call_rearm(file, left);
}

static void ask_some(struct section *section, struct readiness *queries, unsigned n, enum readiness_mode mode)
{
	for (unsigned i = 0; i < n; i++)
		begin(&queries[i], mode);
	for (unsigned i = 0; i < n; i++) {
		if (queries[i].call)
			call_poll_end(section, queries[i].call);
	}
}

bool readiness_is_open(const struct readiness *queries, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct shim_file *file = queries[i].file;

		if (file && !file->dead && !readiness_told(file, queries[i].events) &&
		    !is_known(file, queries[i].events))
			return true;
	}
	return false;
}

void readiness_ask(struct section *section, struct readiness *queries, unsigned n, enum readiness_mode mode)
{
	for (unsigned first = 0; first < n; first += AT_ONCE) {
		unsigned count = n - first < AT_ONCE ? n - first : AT_ONCE;

		ask_some(section, queries + first, count, mode);
	}
}

void readiness_show(struct shim_file *file, uint32_t events)
{
	iof_lock(&file->lock);
	show(file, events);
	iof_unlock(&file->lock);
}

void readiness_stale(struct shim_file *file)
{
	file->stale = true;
}

/*
 * Until the host is armed for all that is wanted and not ready. It arms only for a question none of whose events is
 * ready, so that a set that wants both directions takes two.
 */
static void refresh(struct section *section, struct readiness *queries, unsigned n)
{
	bool more = true;

	for (unsigned round = 0; more && round < 3; round++) {
		readiness_ask(section, queries, n, READINESS_WAIT);
		more = false;
		for (unsigned i = 0; i < n; i++) {
			struct shim_file *file = queries[i].file;

			queries[i].events = file->wanted & ~readiness_told(file, file->wanted);
			if (file->dead || !queries[i].events || is_known(file, queries[i].events))
				continue;
			more = true;
		}
	}
	for (unsigned i = 0; i < n; i++)
		readiness_show(queries[i].file, queries[i].file->wanted);
}

static unsigned refresh_and_put(struct section *section, struct readiness *queries, unsigned n)
{
	refresh(section, queries, n);
	while (n)
		file_put(queries[--n].file);
	return 0;
}

void readiness_refresh_watched(struct section *section)
{
	struct readiness queries[AT_ONCE];
	unsigned n = 0;

	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		if (file->watched && (file->stale || file->shared) && !file->dead)
			queries[n++] = (struct readiness){.file = file, .events = file->wanted};
		else
			file_put(file);
		if (n == AT_ONCE)
			n = refresh_and_put(section, queries, n);
	}
	if (n)
		refresh_and_put(section, queries, n);
}

void readiness_watch(struct section *section, struct shim_file *file)
{
	struct readiness query = {.file = file, .events = file->wanted};

	if (file->dead)
		return;
	refresh(section, &query, 1);
	link_serve(file->link);
}

/* @host_gone: for all who have the descriptor. Otherwise another process's session may well go on. */
static void die(struct shim_file *file, bool host_gone)
{
	iof_lock(&file->lock);
	file->dead = true;
	if (file->peer >= 0)
		pair_hang_up(file->self, file->peer, host_gone && file->shared);
	file->peer = -1;
	iof_unlock(&file->lock);
}

void readiness_dead(struct shim_file *file)
{
	die(file, false);
}

/* May tell of events that another holder of the same open has asked for; the host is no longer armed in any case. */
static void take_event(struct shim_file *file, uint32_t revents)
{
	uint32_t left;

	iof_lock(&file->lock);
	file->told |= revents;
	file->stale = true;
	left = is_awaited(file) ? file->armed & ~revents : 0;
	file->armed = 0;
	show(file, revents);
	iof_unlock(&file->lock);
	if (left)
		call_rearm(file, left);
}

void readiness_sleeper(struct shim_file *file, int by)
{
	iof_lock(&file->lock);
	file->sleepers += (unsigned)by;
	iof_unlock(&file->lock);
}

void readiness_event(void *link, iof_handle handle, uint32_t revents)
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		if (file->link == link && file->handle == handle)
			take_event(file, revents);
		file_put(file);
	}
}

void readiness_lost(void *link)
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (!file)
			continue;
		if (file->link == link)
			die(file, true);
		file_put(file);
	}
}
