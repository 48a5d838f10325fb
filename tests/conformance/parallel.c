/* SPDX-License-Identifier: MIT */
/* Many calls at once. Each thread has a device of its own, two share a session; some calls wait until they are
 * cancelled, and the others must come and go meanwhile. */
#include "carrier.h"
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, SESSIONS = 2, CASES = 400 };

struct worker {
	struct bench bench;
	struct lane lane;
	pthread_t thread;
	unsigned index;
};

static void *work(void *context)
{
	struct worker *worker = context;
	struct bench *bench = &worker->bench;
	uint64_t random = bench->run->options.seed + worker->index;

	for (uint32_t i = 0; i < CASES; i++) {
		iof_abi abi = conformance_abis[plan_below(&random, ABIS)];

		bench->index = (uint32_t)plan_below(&random, bench->run->plan->n_commands);
		bench->command = &bench->run->plan->commands[bench->index];
		if (bench->command->argument == PLAN_UNSUPPORTED)
			continue;
		link_random(bench, &worker->lane, i | (worker->index + 1) << 20, abi,
			    bench->command->may_wait && i % 16 == 0);
	}
	return NULL;
}

void parallel_calls(struct bench *bench, const char *address, const char *channel)
{
	struct worker *workers = calloc(THREADS, sizeof(*workers));
	struct carrier carriers[SESSIONS];
	char reason[256];

	if (!workers)
		abort();
	for (unsigned i = 0; i < SESSIONS; i++) {
		if (!carrier_begin(&carriers[i], bench->run, address, reason, sizeof(reason))) {
			fprintf(stderr, "%s: %s\n", address, reason);
			exit(1);
		}
	}
	for (unsigned i = 0; i < THREADS; i++) {
		struct worker *worker = &workers[i];

		worker->index = i;
		bench_begin(&worker->bench, bench->run, 0);
		worker->bench.shared = true;
		lane_open(&worker->lane, &carriers[i % SESSIONS], i + 1, channel);
	}
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			abort();
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		lane_close(&workers[i].lane);
		bench->tally.failures += workers[i].bench.tally.failures;
		workers[i].bench.tally.failures = 0;
		bench_end(&workers[i].bench);
	}
	for (unsigned i = 0; i < SESSIONS; i++)
		carrier_end(&carriers[i]);
	free(workers);
}
