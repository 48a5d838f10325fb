/* SPDX-License-Identifier: MIT */
/**
 * @file clock.h
 * The time a simulated bus runs on: the machine's, or one that a test moves by hand.
 */
#ifndef IOFERRY_HOST_SIMCAN_CLOCK_H
#define IOFERRY_HOST_SIMCAN_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** Nanoseconds. Constant; its functions are thread-safe. */
struct simcan_clock {
	uint64_t (*monotonic)(void *context); /**< bus time */
	uint64_t (*realtime)(void *context);  /**< time of day, for time stamps */
	/** No thread follows this clock: whoever moves it calls simcan_bus_run(). */
	bool manual;
	void *context;
};

/** CLOCK_MONOTONIC and CLOCK_REALTIME. */
extern const struct simcan_clock simcan_system_clock;

#endif
