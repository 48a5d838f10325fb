/* SPDX-License-Identifier: MIT */
/* Payloads that are not what the other side would send, decoded in this process: requests on the host, replies in the
 * guest. What is refused leaves no trace; what is taken is in order. */
#include "conformance.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 1024, FLIPS = 128 };

/* A message and its changes. */
struct forge {
	struct bench *bench;
	const struct iof_command *command;
	struct plan_call *seen; /* what a driver would find */
	uint8_t *bytes;
	size_t length;
	uint64_t random;
};

static void name(struct forge *forge, const char *what, size_t at)
{
	struct bench *bench = forge->bench;

	(void)snprintf(bench->what, sizeof(bench->what), "%s, %s at %zu of %zu bytes",
		       conformance_abi_name(bench->call->made_of.abi), what, at, forge->length);
	bench->tally.cases++;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void unpack(struct forge *forge, size_t length, bool must_fail)
{
	struct bench *bench = forge->bench;
	uint8_t *exact = malloc(length ? length : 1); /* so that a sanitizer sees its end */
	const struct plan_call *call = bench->call;
	uint64_t argument;
	int error;

	if (!exact)
		abort();
	memcpy(exact, forge->bytes, length);
	error = iof_unpack(bench->host, forge->command, iof_command_number(forge->command, call->number), exact, length,
			   call->null_argument, &argument);
	free(exact);
	if (error && must_fail && error != -EPROTO && error != -EFAULT && error != -EINVAL)
		bench_fail(bench, "the host refuses with %d", -error);
	if (error)
		return;
	if (must_fail)
		bench_fail(bench, "the host takes it");
	plan_call_look(forge->seen, bench->command, call->number, argument);
	if (forge->seen->n_errors)
		bench_fail(bench, "the driver gets an argument in which %s", forge->seen->violated);
}

static void forge_request(struct forge *forge)
{
	size_t step = forge->length / CUTS + 1, flips = forge->length < FLIPS ? forge->length : FLIPS;

	for (size_t length = 0; length < forge->length; length += step) {
		name(forge, "request cut", length);
		unpack(forge, length, true);
	}
	for (size_t more = 1; more <= 16; more++) {
		name(forge, "request longer", forge->length + more);
		unpack(forge, forge->length + more, true);
	}
	for (size_t i = 0; i < flips; i++) {
		size_t at = forge->length <= FLIPS ? i : (size_t)plan_below(&forge->random, forge->length);
		uint8_t was = forge->bytes[at];

		forge->bytes[at] ^= (uint8_t)(1 + plan_below(&forge->random, 255));
		name(forge, "request changed", at);
		unpack(forge, forge->length, false);
		forge->bytes[at] = was;
	}
}

/* --- replies ------------------------------------------------------------------------------------------------------ */

static void check_pointers(struct forge *forge)
{
	const struct plan_call *call = forge->bench->call;
	const struct memory *memory = &forge->bench->memory;

	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];

		if (segment->guest_size &&
		    !plan_call_points(call, segment, memory->bytes + (segment->address - MEMORY_BASE)))
			bench_fail(forge->bench, "the caller's pointers changed");
	}
}

static void scatter(struct forge *forge, size_t length, bool must_fail)
{
	struct bench *bench = forge->bench;
	struct memory *memory = &bench->memory;
	struct iof_memory access = memory_access(memory);
	uint32_t error_of_driver = bench->call->result < 0 ? (uint32_t)-bench->call->result : 0;
	uint8_t *exact = malloc(length ? length : 1);
	int error;

	if (!exact)
		abort();
	memcpy(exact, forge->bytes, length);
	memcpy(memory->bytes, memory->expected, memory->size); /* as it was before the call */
	error = iof_scatter(bench->guest, exact, length, error_of_driver ? -1 : (int32_t)bench->call->result,
			    error_of_driver, &access);
	free(exact);
	if (error && error != -EPROTO)
		bench_fail(bench, "the guest refuses with %d", -error);
	/* Nothing together with an errno is how the host refuses a call. */
	if (!error && must_fail && !(error_of_driver && !length))
		bench_fail(bench, "the guest takes it");
	if (error && memcmp(memory->bytes, memory->expected, memory->size) != 0)
		bench_fail(bench, "the guest refuses it and stores of it");
	if (memory->wrong[0])
		bench_fail(bench, "%s", memory->wrong);
	check_pointers(forge);
}

static void forge_reply(struct forge *forge)
{
	size_t step = forge->length / CUTS + 1, flips = forge->length < FLIPS ? forge->length : FLIPS;

	for (size_t length = 0; length < forge->length; length += step) {
		name(forge, "reply cut", length);
		scatter(forge, length, true);
	}
	for (size_t more = 1; more <= 16; more++) {
		name(forge, "reply longer", forge->length + more);
		scatter(forge, forge->length + more, true);
	}
	for (size_t i = 0; i < flips; i++) {
		size_t at = forge->length <= FLIPS ? i : (size_t)plan_below(&forge->random, forge->length);
		uint8_t was = forge->bytes[at];

		forge->bytes[at] ^= (uint8_t)(1 + plan_below(&forge->random, 255));
		name(forge, "reply changed", at);
		scatter(forge, forge->length, false);
		forge->bytes[at] = was;
	}
}

/* --- a call that is right until then ------------------------------------------------------------------------------ */

static void take(struct forge *forge, const struct payload *payload)
{
	free(forge->bytes);
	forge->bytes = calloc(1, payload->length + 16);
	if (!forge->bytes)
		abort();
	if (payload->length)
		memcpy(forge->bytes, payload->bytes, payload->length);
	forge->length = payload->length;
}

/* False: chance made one that is refused, or whose driver says too much. */
static bool forge_call(struct forge *forge, const struct plan_case *made_of)
{
	struct bench *bench = forge->bench;
	struct payload request, reply;

	plan_call_make(bench->call, made_of);
	memory_place(&bench->memory, bench->call);
	bench->memory.stepwise = false;
	forge->command = bench_command(bench);
	if (bench->call->n_errors || !forge->command || marshal_gather(bench, forge->command, &request))
		return false;
	take(forge, &request);
	if (bench_is_host())
		forge_request(forge);
	request.bytes = forge->bytes;
	if (!marshal_drive(bench, forge->command, &request, &reply))
		return false;
	take(forge, &reply);
	forge_reply(forge);
	return true;
}

void marshal_wrong(struct bench *bench)
{
	struct forge forge = {.bench = bench, .random = bench->run->options.seed};
	unsigned wanted = 4;

	if (bench->command->argument == PLAN_UNSUPPORTED)
		return;
	forge.seen = plan_call_create(bench->run->plan);
	for (uint32_t i = 0; i < 40 && wanted; i++) {
		const struct plan_case made_of = {
			.seed = bench_seed(bench, 1u << 30 | i),
			.command = bench->index,
			.choice = -1,
			.abi = (uint8_t)conformance_abis[i % ABIS],
		};

		wanted -= forge_call(&forge, &made_of);
	}
	plan_call_destroy(forge.seen);
	free(forge.bytes);
}
