/* SPDX-License-Identifier: MIT */
/* The guest's side: a caller of any ABI, and replies of a host that is wrong or lies. */
#include "fuzz.h"

static struct iof_walk *walk;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size};
	struct iof_memory memory = {.read = fuzz_read, .write = fuzz_write, .context = &input};
	const struct iof_io *io;
	const struct iof_command *command = fuzz_command(&input, &io);
	unsigned choice = fuzz_byte(&input), address = fuzz_byte(&input);
	iof_abi abi = choice & 7;
	const void *payload;
	uint8_t *reply;
	size_t length;
	bool null;
	int error;

	if (!walk)
		walk = fuzz_walk();
	if (io)
		error = iof_gather_records(walk, io, abi, address, address, &memory, &payload, &length);
	else
		error = iof_gather(walk, command, command->number[IOF_ABI_LAYOUT(abi)], abi, address, &memory, &payload,
				   &length, &null);
	if (error)
		return 0;
	/* As long as a reply that comes back whole, or as the input. */
	length = choice & 8 ? iof_walk_reply_max(walk) : input.size;
	reply = malloc(length ? length : 1);
	if (!reply)
		abort();
	fuzz_read(&input, 0, reply, length);
	iof_scatter(walk, reply, length, (int32_t)fuzz_byte(&input), choice & 16 ? 5 : 0, &memory);
	free(reply);
	return 0;
}
