/* SPDX-License-Identifier: MIT */
/* read, write and poll. */
#include "carrier.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <poll.h>
#include <stdlib.h>

static void io_case(struct bench *bench, struct lane *lane, uint32_t number, enum plan_operation operation,
		    uint32_t size, bool hold)
{
	iof_abi abi = conformance_abis[number % ABIS];
	const struct plan_case made_of = {
		.seed = bench_seed(bench, number),
		.operation = (uint8_t)operation,
		.choice = -1,
		.abi = (uint8_t)abi,
		.size = size,
		.hold = hold,
		.nonblock = number & 1,
	};

	(void)snprintf(bench->what, sizeof(bench->what), "case %u, %s, %u records%s", number, conformance_abi_name(abi),
		       size, hold ? ", cancelled" : "");
	link_case(bench, lane, &made_of);
}

/* The count and the records, cut and lengthened. */
static void wrong_lengths(struct bench *bench, struct lane *lane, enum plan_operation operation)
{
	const struct plan_case made_of = {
		.seed = bench_seed(bench, 1u << 30), .operation = (uint8_t)operation, .choice = -1, .size = 2};
	struct iof_request request = {.op = operation == PLAN_READ_IO ? IOF_OP_READ : IOF_OP_WRITE,
				      .reply_max = IOF_MESSAGE_MAX};
	uint8_t *bytes = calloc(1, PAYLOAD_MAX);
	ssize_t right;

	if (!bytes)
		abort();
	plan_call_make(bench->call, &made_of);
	right = plan_call_request(bench->call, bytes, NULL, PAYLOAD_MAX);
	for (ssize_t length = 0; length <= right + 16; length++) {
		(void)snprintf(bench->what, sizeof(bench->what), "%zd of %zd bytes", length, right);
		bench->tally.cases++;
		if (length != right)
			hostile_send(bench, lane, &request, bytes, (size_t)length, true);
	}
	/* Far more than anybody may ask for. */
	(void)snprintf(bench->what, sizeof(bench->what), "a count of all ones");
	bench->tally.cases++;
	iof_put_u64(bytes, UINT64_MAX);
	hostile_send(bench, lane, &request, bytes, (size_t)right, true);
	free(bytes);
}

void io_calls(struct bench *bench, struct lane *lane, enum plan_operation operation)
{
	const struct plan_io *io = operation == PLAN_READ_IO ? &bench->run->plan->read : &bench->run->plan->write;
	uint32_t max = io->reach->max, number = 0;
	const uint32_t sizes[] = {0, 1, 2, 3, max < 17 ? max : 17, max, max + 1};

	bench->index = UINT32_MAX - operation;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned again = 0; again < 2 * ABIS; again++)
			io_case(bench, lane, number++, operation, sizes[i], false);
	for (unsigned i = 0; i < ABIS; i++)
		io_case(bench, lane, number++, operation, 3, true);
	wrong_lengths(bench, lane, operation);
}

static uint32_t ask(struct bench *bench, struct lane *lane, uint32_t events, bool arm)
{
	struct iof_request request = {.op = IOF_OP_POLL, .reply_max = IOF_REPLY_SIZE};
	struct flight flight = {.payload = NULL};
	uint8_t payload[8];

	bench->tally.cases++;
	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, arm);
	if (flight_send(&flight, lane, request, payload, sizeof(payload))) {
		bench_fail(bench, "submit fails");
		return 0;
	}
	flight_wait(&flight, lane);
	if (flight.reply.status != IOF_STATUS_COMPLETED || flight.reply.error)
		bench_fail(bench, "status %u, error %u", flight.reply.status, flight.reply.error);
	bench->tally.carried++;
	return (uint32_t)flight.reply.result;
}

static void become(struct lane *lane, uint32_t revents)
{
	struct mirror_message message = {.question = MIRROR_READY, .device = lane->index, .revents = revents};
	struct mirror_answer answer;

	if (mirror_ask(lane->channel, &message, &answer))
		abort();
}

/* Not ready, then ready while it is waited for, then ready at once. */
static void poll_once(struct bench *bench, struct lane *lane, uint32_t events)
{
	uint32_t got;

	(void)snprintf(bench->what, sizeof(bench->what), "events 0x%x", events);
	become(lane, 0);
	got = ask(bench, lane, events, false);
	if (got)
		bench_fail(bench, "ready for 0x%x, expected nothing", got);
	got = ask(bench, lane, events, true);
	if (got)
		bench_fail(bench, "ready for 0x%x, expected nothing", got);
	become(lane, events | POLLPRI);
	got = carrier_event(lane->carrier, lane->handle);
	if (got != events)
		bench_fail(bench, "an event with 0x%x, expected 0x%x", got, events);
	got = ask(bench, lane, events, false);
	if (got != events)
		bench_fail(bench, "ready for 0x%x, expected 0x%x", got, events);
}

void poll_calls(struct bench *bench, struct lane *lane)
{
	static const uint32_t events[] = {POLLIN, POLLOUT, POLLIN | POLLRDNORM, POLLIN | POLLOUT, POLLERR};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		poll_once(bench, lane, events[i]);
}
