/* SPDX-License-Identifier: MIT */
/* Messages that no front end sends: cut, longer than they say, with bytes changed. A driver gets none of them, or an
 * argument in which every bound holds and every byte is there. */
#include "carrier.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 200, FLIPS = 48 };

void hostile_send(struct bench *bench, struct lane *lane, const struct iof_request *request, const uint8_t *bytes,
		  size_t length, bool must_fail)
{
	struct plan_case made_of = bench->call->made_of;
	struct flight flight = {.payload = NULL};
	struct mirror_answer answer;
	int error;

	made_of.hostile = true;
	(void)lane_ask(lane, MIRROR_EXPECT, &made_of);
	error = flight_send(&flight, lane, *request, bytes, length);
	if (error) {
		bench_fail(bench, "submit gives %d", error);
		return;
	}
	flight_wait(&flight, lane);
	answer = lane_ask(lane, MIRROR_VERDICT, NULL);
	if (answer.wrong[0])
		bench_fail(bench, "%s", answer.wrong);
	/* EIO: the driver's answer claims more than there is room for, as a changed count may make it. */
	else if (answer.calls != (flight.reply.status == IOF_STATUS_COMPLETED || flight.reply.error == EIO))
		bench_fail(bench, "status %u after %u calls of the driver", flight.reply.status, answer.calls);
	else if (must_fail && flight.reply.status != IOF_STATUS_REFUSED)
		bench_fail(bench, "the host takes it: status %u", flight.reply.status);
	else if (flight.reply.status == IOF_STATUS_REFUSED && (!flight.reply.error || flight.length))
		bench_fail(bench, "refused with error %u and %zu bytes", flight.reply.error, flight.length);
	flight_free(&flight);
}

struct attack {
	struct bench *bench;
	struct lane *lane;
	struct iof_request request;
	uint8_t *bytes; /* with 16 spare ones behind */
	size_t length;
	uint64_t random;
};

static void send(struct attack *attack, const char *what, size_t at, size_t length, bool must_fail)
{
	(void)snprintf(attack->bench->what, sizeof(attack->bench->what), "%s at %zu of %zu bytes", what, at,
		       attack->length);
	attack->bench->tally.cases++;
	hostile_send(attack->bench, attack->lane, &attack->request, attack->bytes, length, must_fail);
}

/* At every length, or at some of the many. */
static void cut(struct attack *attack)
{
	size_t step = attack->length / CUTS + 1;

	for (size_t length = 0; length < attack->length; length += step)
		send(attack, "cut", length, length, true);
}

static void lengthen(struct attack *attack)
{
	static const uint8_t more[] = {1, 4, 7, 8, 16};

	for (size_t i = 0; i < sizeof(more); i++)
		send(attack, "longer", attack->length + more[i], attack->length + more[i], true);
}

static void flip(struct attack *attack)
{
	size_t flips = attack->length < FLIPS ? attack->length : FLIPS;

	for (size_t i = 0; i < flips; i++) {
		size_t at = attack->length <= FLIPS ? i : (size_t)plan_below(&attack->random, attack->length);
		uint8_t was = attack->bytes[at];

		attack->bytes[at] ^= (uint8_t)(1 + plan_below(&attack->random, 255));
		send(attack, "changed", at, attack->length, false);
		attack->bytes[at] = was;
	}
}

/* Flags and numbers of the header. */
static void change_header(struct attack *attack)
{
	struct iof_request request = attack->request;

	attack->request.flags ^= IOF_REQUEST_NULL;
	send(attack, "NULL flag", 0, attack->length, attack->length || request.flags & IOF_REQUEST_NULL);
	attack->request = request;
	attack->request.command ^= 0x00800000u;
	if (!iof_interface_command(attack->bench->run->interface, IOF_LAYOUT_LP64, attack->request.command))
		send(attack, "another number", 0, attack->length, true);
	attack->request = request;
}

void hostile_command(struct bench *bench, struct lane *lane)
{
	const struct plan_case made_of = {.seed = bench_seed(bench, 1u << 30), .command = bench->index, .choice = -1};
	struct attack attack = {.bench = bench, .lane = lane, .random = made_of.seed};
	struct plan_call *call = bench->call;
	ssize_t length;

	if (bench->command->argument == PLAN_UNSUPPORTED)
		return;
	plan_call_make(call, &made_of);
	/* The seed's first case may be one with NULL, which leaves nothing to cut. */
	for (unsigned again = 1; (call->n_errors || call->null_argument) && again < 50; again++) {
		struct plan_case other = made_of;

		other.seed += again;
		plan_call_make(call, &other);
	}
	length = plan_call_request(call, NULL, NULL, PAYLOAD_MAX);
	if (call->n_errors || length < 0)
		return;
	attack.bytes = calloc(1, (size_t)length + 16);
	if (!attack.bytes)
		abort();
	attack.length = (size_t)plan_call_request(call, attack.bytes, NULL, (size_t)length);
	attack.request = (struct iof_request){
		.op = IOF_OP_IOCTL,
		.command = call->number,
		.reply_max = IOF_MESSAGE_MAX,
	};
	cut(&attack);
	lengthen(&attack);
	flip(&attack);
	change_header(&attack);
	free(attack.bytes);
}
