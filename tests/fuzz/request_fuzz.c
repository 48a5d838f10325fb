/* SPDX-License-Identifier: MIT */
/*
 * The daemon's side of a call: a hostile guest's request, a driver that uses all it was given, the reply.
 * Input: head (mode bit 0: NULL argument; the others: what the driver writes), payload.
 */
#include "fuzz.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct iof_walk *walk;
	struct fuzz_input input = {data, size};
	struct fuzz_subject subject = fuzz_subject(&input);
	uint8_t written[4] = {subject.mode >> 1};
	struct fuzz_input driver = {written, sizeof written};
	const void *reply;
	uint64_t argument;
	size_t length;

	if (!walk)
		walk = fuzz_walk();
	if (fuzz_unpack(walk, &subject, &input, subject.mode & 1, &argument))
		return 0;
	fuzz_accepted++;
	if (subject.command && subject.command->timeout_ms)
		subject.command->timeout_ms(walk);
	fuzz_drive(walk, &driver);
	if (!iof_pack(walk, subject.mode, subject.mode & 2, &reply, &length) && length > FUZZ_PAYLOAD_MAX)
		abort();
	return 0;
}
