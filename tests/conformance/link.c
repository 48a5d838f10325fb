/* SPDX-License-Identifier: MIT */
/* Calls over a transport to the mirror. */
#include "carrier.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <string.h>

/* What a reply must be. */
struct outcome {
	enum iof_status status;
	int32_t result;
	uint32_t error;
};

static struct outcome outcome_of(const struct plan_call *call)
{
	if (call->overflow)
		return (struct outcome){IOF_STATUS_REFUSED, -1, EIO};
	if (call->made_of.hold)
		return (struct outcome){IOF_STATUS_INTERRUPTED, -1, EINTR};
	if (call->result < 0)
		return (struct outcome){IOF_STATUS_COMPLETED, -1, (uint32_t)-call->result};
	return (struct outcome){IOF_STATUS_COMPLETED, (int32_t)call->result, 0};
}

static struct iof_request request_of(const struct bench *bench, const struct iof_command *command, bool null_argument)
{
	const struct plan_call *call = bench->call;
	struct iof_request request = {.op = IOF_OP_IOCTL, .reply_max = IOF_REPLY_SIZE};

	if (!command)
		request.op = call->made_of.operation == PLAN_READ_IO ? IOF_OP_READ : IOF_OP_WRITE;
	else
		request.command = iof_command_number(command, call->number);
	request.reply_max += (uint32_t)plan_call_reply_max(call);
	request.flags = null_argument ? IOF_REQUEST_NULL : 0;
	request.flags |= call->made_of.nonblock ? IOF_REQUEST_NONBLOCK : 0;
	return request;
}

/* Puts the payload together as the front ends do. */
static int gather(struct bench *bench, const struct iof_command *command, const void **payload, size_t *length,
		  bool *null_argument)
{
	const struct plan_call *call = bench->call;
	struct iof_memory memory = memory_access(&bench->memory);
	uint64_t address = call->n_segments ? call->segments[0]->address : call->argument;
	const struct iof_io *io = &bench->run->interface->read;

	*null_argument = false;
	if (!call->io)
		return iof_gather(bench->guest, command, call->number, call->made_of.abi, address, &memory, payload,
				  length, null_argument);
	if (call->made_of.operation == PLAN_WRITE_IO)
		io = &bench->run->interface->write;
	return iof_gather_records(bench->guest, io, call->made_of.abi, address, call->made_of.size, &memory, payload,
				  length);
}

static void check_reply(struct bench *bench, const struct flight *flight)
{
	struct plan_call *call = bench->call;
	struct outcome expected = outcome_of(call);
	struct iof_memory memory = memory_access(&bench->memory);
	const struct iof_reply *reply = &flight->reply;
	char reason[256];
	int error;

	if (reply->status != expected.status || reply->result != expected.result || reply->error != expected.error) {
		bench_fail(bench, "status %u, result %d, error %u; expected %u, %d, %u", reply->status, reply->result,
			   reply->error, expected.status, expected.result, expected.error);
		return;
	}
	memory_expect(&bench->memory, call);
	error = iof_scatter(bench->guest, flight->payload, flight->length, reply->result, reply->error, &memory);
	if (error)
		bench_fail(bench, "scatter gives %d (%s)", error, iof_walk_reason(bench->guest));
	else if (!memory_check(&bench->memory, call, reason, sizeof(reason)))
		bench_fail(bench, "%s", reason);
}

static void fly(struct bench *bench, struct lane *lane, const struct iof_request *request, const void *payload,
		size_t length)
{
	struct flight flight = {.payload = NULL};
	struct mirror_answer answer;
	int error = flight_send(&flight, lane, *request, payload, length);

	if (error) {
		bench_fail(bench, "submit gives %d", error);
		return;
	}
	if (bench->call->made_of.hold) {
		(void)lane_ask(lane, MIRROR_ENTERED, NULL);
		(void)iof_session_cancel(lane->carrier->session, &flight.call);
	}
	flight_wait(&flight, lane);
	answer = lane_ask(lane, MIRROR_VERDICT, NULL);
	plan_call_answer(bench->call);
	if (answer.wrong[0])
		bench_fail(bench, "%s", answer.wrong);
	else if (answer.calls != 1)
		bench_fail(bench, "the driver was called %u times; status %u, error %u", answer.calls,
			   flight.reply.status, flight.reply.error);
	else
		check_reply(bench, &flight);
	flight_free(&flight);
}

/* What a guest must not send is refused by the host as well, before the driver. */
static void send_refused(struct bench *bench, struct lane *lane, const struct iof_command *command)
{
	const struct plan_call *call = bench->call;
	struct iof_request request = request_of(bench, command, call->null_argument);
	ssize_t length = plan_call_request(call, bench->bytes, NULL, PAYLOAD_MAX);

	for (size_t i = 0; i < call->n_segments; i++)
		if (call->segments[i]->unreadable)
			return;
	if (length >= 0 && !call->incomplete)
		hostile_send(bench, lane, &request, bench->bytes, (size_t)length, true);
}

void link_case(struct bench *bench, struct lane *lane, const struct plan_case *made_of)
{
	struct plan_call *call = bench->call;
	const struct iof_command *command = NULL;
	struct iof_request request;
	const void *payload;
	bool null_argument;
	size_t length;
	int error;

	bench->tally.cases++;
	plan_call_make(call, made_of);
	if (!call->io)
		command = bench_command(bench);
	if (!call->io && !command)
		return;
	memory_place(&bench->memory, call);
	error = gather(bench, command, &payload, &length, &null_argument);
	if (call->n_errors) {
		bench->tally.refused++;
		if (!error || !plan_call_may_fail(call, -error))
			bench_fail(bench, "gather gives %d although %s", error, call->violated);
		send_refused(bench, lane, command);
		return;
	}
	if (error) {
		bench_fail(bench, "gather gives %d (%s)", error, iof_walk_reason(bench->guest));
		return;
	}
	bench->tally.carried++;
	bench->carried_abi[call->made_of.abi] = true;
	(void)lane_ask(lane, MIRROR_EXPECT, made_of);
	request = request_of(bench, command, null_argument);
	fly(bench, lane, &request, payload, length);
}

void link_random(struct bench *bench, struct lane *lane, uint32_t number, iof_abi abi, bool hold)
{
	const struct plan_case made_of = {
		.seed = bench_seed(bench, number),
		.command = bench->index,
		.choice = -1,
		.abi = (uint8_t)abi,
		.wild = !hold && number % 4 == 3,
		.hold = hold,
		.nonblock = number & 1,
	};

	(void)snprintf(bench->what, sizeof(bench->what), "case %u, %s%s", number, conformance_abi_name(abi),
		       hold ? ", cancelled" : "");
	link_case(bench, lane, &made_of);
}

static void chosen_case(struct bench *bench, struct lane *lane, uint32_t number, iof_abi abi, int choice)
{
	const struct plan_case made_of = {
		.seed = bench_seed(bench, number),
		.command = bench->index,
		.choice = choice,
		.abi = (uint8_t)abi,
		.nonblock = number & 1,
	};

	(void)snprintf(bench->what, sizeof(bench->what), "case %u, %s, %s", number, conformance_abi_name(abi),
		       bench->command->choices[choice].what);
	link_case(bench, lane, &made_of);
}

void link_command(struct bench *bench, struct lane *lane)
{
	unsigned rounds = (bench->run->options.rounds + 3) / 4;
	bool carried = bench->command->argument != PLAN_UNSUPPORTED;
	uint32_t number = 0;

	if (!iof_session_carries(lane->carrier->session, lane->device, bench_lookup(bench)))
		bench_fail(bench, "the two sides differ in what the command is");
	for (unsigned i = 0; i < ABIS; i++) {
		iof_abi abi = conformance_abis[i];

		for (int choice = 0; choice < bench->command->n_choices; choice++)
			chosen_case(bench, lane, number++, abi, choice);
		for (unsigned round = 0; round < rounds; round++)
			link_random(bench, lane, number++, abi, false);
		if (carried && bench->command->may_wait)
			link_random(bench, lane, number++, abi, true);
		if (carried && !bench->carried_abi[abi])
			bench_fail(bench, "never carried from %s", conformance_abi_name(abi));
	}
}
