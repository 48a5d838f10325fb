/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN = 5 }; /* failures of one command that are printed */

const iof_abi conformance_abis[ABIS] = {
	IOF_LAYOUT_LP64,
	IOF_LAYOUT_I386,
	IOF_LAYOUT_EABI32,
	IOF_LAYOUT_EABI32_TIME64,
	IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN,
	IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN,
	IOF_LAYOUT_EABI32_TIME64 | IOF_BIG_ENDIAN,
};

const char *conformance_abi_name(iof_abi abi)
{
	static const char *const names[] = {"lp64",
					    "i386",
					    "eabi32",
					    "eabi32-time64",
					    "lp64 big-endian",
					    "?",
					    "eabi32 big-endian",
					    "eabi32-time64 big-endian"};

	return names[abi & 7];
}

void bench_begin(struct bench *bench, struct run *run, uint32_t index)
{
	*bench = (struct bench){.run = run, .index = index};
	bench->command = index < run->plan->n_commands ? &run->plan->commands[index] : NULL;
	bench->call = plan_call_create(run->plan);
	bench->call->max_payload = PAYLOAD_MAX;
	bench->guest = iof_walk_create(PAYLOAD_MAX);
	bench->host = iof_walk_create(PAYLOAD_MAX);
	bench->bytes = malloc(PAYLOAD_MAX);
	bench->fields = malloc(PAYLOAD_MAX);
	if (!bench->guest || !bench->host || !bench->bytes || !bench->fields)
		abort();
}

void bench_end(struct bench *bench)
{
	struct tally *total = &bench->run->tally;

	if (bench->index < bench->run->plan->n_commands && !bench->shared) {
		total->commands++;
		total->commands_carried += bench->tally.carried > 0;
	}
	total->cases += bench->tally.cases;
	total->carried += bench->tally.carried;
	total->refused += bench->tally.refused;
	total->failures += bench->tally.failures;
	plan_call_destroy(bench->call);
	memory_free(&bench->memory);
	iof_walk_destroy(bench->guest);
	iof_walk_destroy(bench->host);
	free(bench->bytes);
	free(bench->fields);
}

void bench_fail(struct bench *bench, const char *format, ...)
{
	const struct run *run = bench->run;
	va_list args;

	if (bench->tally.failures++ >= SHOWN)
		return;
	fprintf(stderr, "    %s: ", bench->what);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n    again: conformance-%s --transport %s --command %s --seed %" PRIu64 "\n", run->plan->name,
		run->way, bench->command ? bench->command->name : "-", run->options.seed);
	if (run->options.first)
		_exit(1);
}

const struct iof_command *bench_command(struct bench *bench)
{
	const struct plan_call *call = bench->call;
	const struct iof_command *command =
		iof_interface_command(bench->run->interface, IOF_ABI_LAYOUT(call->made_of.abi), call->number);

	if (command && !strcmp(command->name, bench->command->name))
		return command;
	bench_fail(bench, "number 0x%x is %s", call->number, command ? command->name : "not known");
	return NULL;
}

const struct iof_command *bench_lookup(const struct bench *bench)
{
	return iof_interface_command(bench->run->interface, IOF_LAYOUT_LP64, bench->command->number[0]);
}

uint64_t bench_seed(const struct bench *bench, uint32_t number)
{
	uint64_t hash = bench->run->options.seed ^ 0xcbf29ce484222325u;

	for (const char *c = bench->run->way; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	return (hash ^ bench->index) * 0x100000001b3u + (uint64_t)number * 0x9e3779b97f4a7c15u;
}
