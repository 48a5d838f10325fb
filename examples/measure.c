/* SPDX-License-Identifier: MIT */
/**
 * @file measure.c
 * Times of calls.
 */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double measure_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void measure_add(struct measure *measure, double began, long result)
{
	double us = measure_now() - began;
	int saved = errno;

	if (result < 0)
		measure->errors++;
	if (measure->count == measure->room) {
		size_t room = measure->room ? 2 * measure->room : 256;
		double *grown = realloc(measure->us, room * sizeof(*grown));

		if (!grown) {
			perror("measure");
			exit(2);
		}
		measure->us = grown;
		measure->room = room;
	}
	measure->us[measure->count++] = us;
	errno = saved;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(const struct measure *measure, unsigned percent)
{
	return measure->us[(measure->count - 1) * percent / 100];
}

void measure_print(struct measure *measures, size_t count)
{
	printf("%-24s %8s %8s %10s %10s\n", "call", "count", "errors", "p50 us", "p99 us");
	for (size_t i = 0; i < count; i++) {
		struct measure *measure = &measures[i];

		if (measure->count == 0)
			continue;
		qsort(measure->us, measure->count, sizeof(*measure->us), compare);
		printf("%-24s %8zu %8zu %10.1f %10.1f\n", measure->name, measure->count, measure->errors,
		       percentile(measure, 50), percentile(measure, 99));
	}
}

void measure_free(struct measure *measures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(measures[i].us);
}
