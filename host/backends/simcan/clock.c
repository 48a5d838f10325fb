/* SPDX-License-Identifier: MIT */
/**
 * @file clock.c
 * The machine's clocks.
 */
#include "host/backends/simcan/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec time;

	clock_gettime(id, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t monotonic(void *context)
{
	(void)context;
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t realtime(void *context)
{
	(void)context;
	return read_clock(CLOCK_REALTIME);
}

const struct simcan_clock simcan_system_clock = {.monotonic = monotonic, .realtime = realtime};
