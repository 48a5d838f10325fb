/* SPDX-License-Identifier: MIT */
/**
 * @file loop.h
 * The event loop: one thread, epoll, and timers. Callbacks may add and remove sources and timers.
 */
#ifndef GUEST_KERNEL_LOOP_H
#define GUEST_KERNEL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/** A descriptor that is watched. Lies in its owner, who zeroes it first; the loop never closes it. */
struct loop_source {
	int fd;
	uint32_t events;
	void (*ready)(void *context, uint32_t events);
	void *context;
	bool watched;
};

/** Runs once at its time. Lies in its owner, who zeroes it first. */
struct loop_timer {
	void (*expired)(void *context);
	void *context;
	uint64_t at_ms;
	struct loop_timer *next, **link; /**< link is NULL while it is not set */
};

struct loop {
	int epoll;
	bool stop;
	struct loop_timer *timers; /**< soonest first */
};

/** 0 or negative errno. */
int loop_init(struct loop *loop);
void loop_fini(struct loop *loop);

/** Begins to watch source->fd, or changes what is watched for. 0 or negative errno. */
int loop_watch(struct loop *loop, struct loop_source *source, uint32_t events);
/** Before the descriptor is closed; nothing happens if it is not watched. */
void loop_forget(struct loop *loop, struct loop_source *source);

/** Sets, or sets anew. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms);
void loop_timer_clear(struct loop_timer *timer);

/** Waits once and runs what is due. 0 or negative errno. */
int loop_turn(struct loop *loop);

/** CLOCK_MONOTONIC in milliseconds. */
uint64_t loop_now_ms(void);

#endif
