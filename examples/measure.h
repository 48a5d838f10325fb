/* SPDX-License-Identifier: MIT */
/**
 * @file measure.h
 * Times calls by kind and prints a table of them.
 */
#ifndef EXAMPLES_MEASURE_H
#define EXAMPLES_MEASURE_H

#include <stddef.h>

/** Calls of one kind. Zero it, and name it. */
struct measure {
	const char *name;
	double *us; /**< of each call */
	size_t count, room, errors;
};

/** Time now, us. */
double measure_now(void);
/** Adds a call that began at @p began and returned @p result (negative: an error). Keeps errno. */
void measure_add(struct measure *measure, double began, long result);
/** call, count, errors, p50, p99. Sorts the times. */
void measure_print(struct measure *measures, size_t count);
/** Frees the times. */
void measure_free(struct measure *measures, size_t count);

#endif
