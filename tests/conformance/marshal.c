/* SPDX-License-Identifier: MIT */
/* The four passes of a call in one process, each compared with the plan. */
#include "conformance.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char *first_difference(const uint8_t *got, const uint8_t *wanted, const uint8_t *field, size_t size,
				    bool canonical, bool reply)
{
	static char text[96];

	for (size_t i = 0; i < size; i++) {
		bool padding = field[i] == PLAN_PADDING && !canonical;

		if (got[i] == wanted[i] || (padding && (got[i] == 0 || got[i] == PLAN_NOISE)))
			continue;
		/* A pointer that no driver was given comes back as NULL; nobody looks. */
		if (reply && field[i] == PLAN_SLOT && !got[i])
			continue;
		(void)snprintf(text, sizeof(text), "byte %zu is 0x%02x, expected 0x%02x", i, got[i], wanted[i]);
		return text;
	}
	return NULL;
}

/* Compares a payload with the plan's. */
static void compare(struct bench *bench, const char *what, const struct payload *payload, bool reply)
{
	struct plan_call *call = bench->call;
	const char *difference;
	ssize_t length;

	length = (reply ? plan_call_reply : plan_call_request)(call, bench->bytes, bench->fields, PAYLOAD_MAX);
	if (length < 0 || (size_t)length != payload->length) {
		bench_fail(bench, "%s has %zu bytes, expected %zd", what, payload->length, length);
		return;
	}
	difference = first_difference(payload->bytes, bench->bytes, bench->fields, payload->length,
				      call->made_of.abi == IOF_ABI_CANONICAL, reply);
	if (difference)
		bench_fail(bench, "%s: %s", what, difference);
}

int marshal_gather(struct bench *bench, const struct iof_command *command, struct payload *payload)
{
	struct plan_call *call = bench->call;
	struct iof_memory memory = memory_access(&bench->memory);
	uint64_t argument = call->n_segments ? call->segments[0]->address : call->argument;
	const void *bytes = NULL;
	int error;

	for (unsigned round = 0; round < 64; round++) {
		error = iof_gather(bench->guest, command, call->number, call->made_of.abi, argument, &memory, &bytes,
				   &payload->length, &payload->null_argument);
		payload->bytes = bytes;
		if (error != -EAGAIN)
			return error;
		memory_bring(&bench->memory);
	}
	return error;
}

/* What must not be carried is not carried, and the errno is one that says why. */
static void expect_refusal(struct bench *bench, const char *who, int error, const struct iof_walk *walk)
{
	if (!error)
		bench_fail(bench, "%s carries it although %s", who, bench->call->violated);
	else if (!plan_call_may_fail(bench->call, -error))
		bench_fail(bench, "%s refuses with %d (%s) although %s", who, -error, iof_walk_reason(walk),
			   bench->call->violated);
}

/* A guest that does not look can send what its own side would have refused. */
static void refuse_on_host(struct bench *bench, const struct iof_command *command)
{
	const struct plan_call *call = bench->call;
	ssize_t length = plan_call_request(call, bench->bytes, NULL, PAYLOAD_MAX);
	uint64_t argument;
	int error;

	for (size_t i = 0; i < call->n_segments; i++)
		if (call->segments[i]->unreadable)
			return;
	if (length < 0 || call->incomplete || command->argument == IOF_ARG_UNSUPPORTED || !bench_is_host())
		return;
	error = iof_unpack(bench->host, command, iof_command_number(command, call->number), bench->bytes,
			   (size_t)length, call->null_argument, &argument);
	if (error != -EPROTO)
		expect_refusal(bench, "the host", error, bench->host);
}

static void check_timeout(struct bench *bench, const struct iof_command *command, const struct iof_walk *walk)
{
	int64_t expected, got;

	if (!command->timeout_ms != !bench->command->timeout)
		bench_fail(bench, "the timeout is declared and not known, or known and not declared");
	if (!command->timeout_ms || !bench->command->timeout)
		return;
	expected = plan_call_timeout(bench->call);
	got = command->timeout_ms(walk);
	if (got != expected)
		bench_fail(bench, "waits %" PRId64 " ms, expected %" PRId64, got, expected);
}

static bool drive_plan(struct bench *bench, const struct payload *request, struct payload *reply)
{
	ssize_t length;

	plan_call_adopt(bench->call, request->bytes);
	plan_call_answer(bench->call);
	length = plan_call_reply(bench->call, bench->bytes, NULL, PAYLOAD_MAX);
	*reply = (struct payload){.bytes = bench->bytes, .length = length < 0 ? 0 : (size_t)length};
	return length >= 0 && !bench->call->overflow;
}

bool marshal_drive(struct bench *bench, const struct iof_command *command, const struct payload *request,
		   struct payload *reply)
{
	struct plan_call *call = bench->call;
	uint32_t error_of_driver;
	const void *bytes;
	uint64_t argument;
	char reason[256];
	int error;

	if (!bench_is_host())
		return drive_plan(bench, request, reply);
	error = iof_unpack(bench->host, command, iof_command_number(command, call->number), request->bytes,
			   request->length, request->null_argument, &argument);
	if (error) {
		bench_fail(bench, "the host refuses with %d (%s)", -error, iof_walk_reason(bench->host));
		return false;
	}
	check_timeout(bench, command, bench->host);
	if (!plan_call_check(call, argument, reason, sizeof(reason))) {
		bench_fail(bench, "%s", reason);
		return false;
	}
	plan_call_answer(call);
	plan_call_write(call, argument);
	error_of_driver = call->result < 0 ? (uint32_t)-call->result : 0;
	error = iof_pack(bench->host, error_of_driver ? -1 : (int32_t)call->result, error_of_driver, &bytes,
			 &reply->length);
	reply->bytes = bytes;
	if (call->overflow != (error == -EPROTO) || (error && error != -EPROTO)) {
		bench_fail(bench, "pack gives %d (%s), expected %d", error, iof_walk_reason(bench->host),
			   call->overflow ? -EPROTO : 0);
		return false;
	}
	return !error;
}

static void scatter(struct bench *bench, const struct payload *reply)
{
	struct plan_call *call = bench->call;
	struct iof_memory memory = memory_access(&bench->memory);
	uint32_t error_of_driver = call->result < 0 ? (uint32_t)-call->result : 0;
	char reason[256];
	int error;

	compare(bench, "the reply", reply, true);
	memory_expect(&bench->memory, call);
	error = iof_scatter(bench->guest, reply->bytes, reply->length, error_of_driver ? -1 : (int32_t)call->result,
			    error_of_driver, &memory);
	if (error)
		bench_fail(bench, "scatter gives %d (%s)", error, iof_walk_reason(bench->guest));
	else if (!memory_check(&bench->memory, call, reason, sizeof(reason)))
		bench_fail(bench, "%s", reason);
}

static void carry(struct bench *bench)
{
	struct plan_call *call = bench->call;
	const struct iof_command *command = bench_command(bench);
	struct payload request, reply;
	int error;

	if (!command)
		return;
	memory_place(&bench->memory, call);
	error = marshal_gather(bench, command, &request);
	if (call->n_errors) {
		bench->tally.refused++;
		expect_refusal(bench, "the guest", error, bench->guest);
		refuse_on_host(bench, command);
		return;
	}
	if (error) {
		bench_fail(bench, "the guest refuses with %d (%s)", -error, iof_walk_reason(bench->guest));
		return;
	}
	bench->tally.carried++;
	bench->carried_abi[call->made_of.abi] = true;
	if (request.null_argument != call->null_argument)
		bench_fail(bench, "the argument is %sNULL", request.null_argument ? "" : "not ");
	if (iof_walk_reply_max(bench->guest) != plan_call_reply_max(call))
		bench_fail(bench, "replies up to %zu bytes, expected %zu", iof_walk_reply_max(bench->guest),
			   plan_call_reply_max(call));
	check_timeout(bench, command, bench->guest);
	compare(bench, "the request", &request, false);
	if (marshal_drive(bench, command, &request, &reply))
		scatter(bench, &reply);
}

static void one_case(struct bench *bench, uint32_t number, iof_abi abi, int choice, bool wild)
{
	const struct plan_case made_of = {
		.seed = bench_seed(bench, number),
		.command = bench->index,
		.choice = choice,
		.abi = (uint8_t)abi,
		.wild = wild,
	};

	(void)snprintf(bench->what, sizeof(bench->what), "case %u, %s%s%s", number, conformance_abi_name(abi),
		       choice < 0 ? "" : ", ", choice < 0 ? "" : bench->command->choices[choice].what);
	bench->tally.cases++;
	plan_call_make(bench->call, &made_of);
	bench->memory.stepwise = number % 3 == 2;
	carry(bench);
}

/* Every choice and a number of cases of chance, in every ABI. */
void marshal_command(struct bench *bench)
{
	const struct run *run = bench->run;
	uint32_t number = 0;
	unsigned rounds = run->options.rounds, times = rounds < 20 ? 1 : 3;

	for (unsigned i = 0; i < ABIS; i++) {
		iof_abi abi = conformance_abis[i];

		for (int choice = 0; choice < bench->command->n_choices; choice++)
			for (unsigned again = 0; again < times; again++)
				one_case(bench, number++, abi, choice, false);
		for (unsigned round = 0; round < rounds; round++)
			one_case(bench, number++, abi, -1, round % 4 == 3);
		if (!bench->carried_abi[abi] && bench->command->argument != PLAN_UNSUPPORTED)
			bench_fail(bench, "never carried from %s", conformance_abi_name(abi));
	}
	marshal_wrong(bench);
}
