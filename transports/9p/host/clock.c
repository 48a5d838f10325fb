/* SPDX-License-Identifier: MIT */
/*
 * Deadlines. One thread a tree, which sleeps until the next one. Calls that a write waits for set one a millisecond
 * ahead and mostly end before it: so that they need not wake the thread each time, it looks every millisecond for a
 * while after one.
 */
#include "transports/9p/host/tree_impl.h"
#include <signal.h>
#include <time.h>

enum { TICKS = 20 };

void clock_note(struct tree *tree, uint64_t until_ms)
{
	(void)pthread_mutex_lock(&tree->clock_lock);
	if (until_ms < tree->clock_next_ms) {
		tree->clock_next_ms = until_ms;
		(void)pthread_cond_signal(&tree->clock_called);
	}
	(void)pthread_mutex_unlock(&tree->clock_lock);
}

/* Sleeps until the next deadline. False: the tree ends. */
static bool sleep_until_next(struct tree *tree)
{
	bool goes_on;

	(void)pthread_mutex_lock(&tree->clock_lock);
	while (!tree->clock_ends && tree_now_ms() < tree->clock_next_ms) {
		uint64_t next_ms = tree->clock_next_ms;
		struct timespec until = {.tv_sec = (time_t)(next_ms / 1000),
					 .tv_nsec = (long)(next_ms % 1000) * 1000000};

		if (next_ms == UINT64_MAX)
			(void)pthread_cond_wait(&tree->clock_called, &tree->clock_lock);
		else
			(void)pthread_cond_timedwait(&tree->clock_called, &tree->clock_lock, &until);
	}
	tree->clock_next_ms = UINT64_MAX;
	goes_on = !tree->clock_ends;
	(void)pthread_mutex_unlock(&tree->clock_lock);
	return goes_on;
}

/* When there is something to do next. */
static uint64_t tick(struct tree *tree, uint64_t now_ms)
{
	uint64_t next_ms = UINT64_MAX, then_ms;

	(void)pthread_mutex_lock(&tree->lock);
	for (struct folder *folder = tree->folders, *after; folder; folder = after) {
		bool silent;

		after = folder->next;
		(void)pthread_mutex_lock(&folder->lock);
		then_ms = folder_tick(folder, now_ms);
		silent = folder->leaving || (!folder->opens && folder->heard_ms + TREE_SILENCE_MS <= now_ms);
		if (!folder->opens && !silent && folder->heard_ms + TREE_SILENCE_MS < then_ms)
			then_ms = folder->heard_ms + TREE_SILENCE_MS;
		(void)pthread_mutex_unlock(&folder->lock);
		if (silent)
			folder_shutdown_locked(folder);
		else if (then_ms < next_ms)
			next_ms = then_ms;
	}
	(void)pthread_mutex_unlock(&tree->lock);
	return next_ms;
}

static void *clock_main(void *context)
{
	struct tree *tree = context;
	unsigned ticks = 0;

	while (sleep_until_next(tree)) {
		uint64_t now_ms = tree_now_ms(), next_ms = tick(tree, now_ms);

		if (next_ms <= now_ms + FOLDER_GRACE_MS)
			ticks = TICKS;
		else if (ticks && ticks--)
			next_ms = now_ms + 1;
		if (next_ms != UINT64_MAX)
			clock_note(tree, next_ms);
	}
	return NULL;
}

int clock_start(struct tree *tree)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int error;

	tree->clock_next_ms = UINT64_MAX;
	(void)pthread_mutex_init(&tree->clock_lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&tree->clock_called, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	/* Signals are the program's own threads' matter. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&tree->clock, NULL, clock_main, tree);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

void clock_stop(struct tree *tree)
{
	(void)pthread_mutex_lock(&tree->clock_lock);
	tree->clock_ends = true;
	(void)pthread_cond_signal(&tree->clock_called);
	(void)pthread_mutex_unlock(&tree->clock_lock);
	(void)pthread_join(tree->clock, NULL);
}
