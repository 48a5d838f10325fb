/* SPDX-License-Identifier: MIT */
/*
 * Calls as text: whatever guest and driver wrote, a line is printable ASCII, ends, and fits its room.
 * Input: head (mode bit 0: NULL argument; bit 1: the call fails), u16 room, u16 length of the payload, payload,
 * what the driver writes.
 */
#include "fuzz.h"
#include <ioferry/describe.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *room, size_t size)
{
	size_t length = size ? strnlen(room, size) : 0;

	if (size && length == size)
		abort();
	for (size_t i = 0; i < length; i++) {
		if (room[i] < ' ' || room[i] > '~')
			abort();
	}
}

static void describe(const struct iof_walk *walk, const struct fuzz_subject *subject, size_t size, uint64_t argument,
		     uint32_t error)
{
	char *room = malloc(size ? size : 1);
	struct iof_text text;

	if (!room)
		abort();
	text = iof_text_make(room, size);
	if (subject->command && subject->command->argument == IOF_ARG_VALUE)
		iof_describe_value(&text, subject->command, argument);
	else
		iof_describe_walk(&text, walk, error);
	check(room, size);
	iof_describe_result(&text, (int64_t)argument, error);
	check(room, size);
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct iof_walk *walk;
	struct fuzz_input input = {data, size}, payload;
	struct fuzz_subject subject = fuzz_subject(&input);
	size_t room = fuzz_u16(&input) % 1025, length;
	uint32_t error = subject.mode & 2 ? fuzz_u8(&input) : 0;
	const void *reply;
	uint64_t argument;

	if (!walk)
		walk = fuzz_walk();
	payload = fuzz_part(&input, fuzz_u16(&input));
	if (fuzz_unpack(walk, &subject, &payload, subject.mode & 1, &argument)) {
		describe(walk, &subject, room, argument, error);
		return 0;
	}
	fuzz_accepted++;
	if (!(subject.mode & 4))
		iof_walk_remember(walk);
	describe(walk, &subject, room, argument, 0);
	fuzz_drive(walk, &input);
	if (!iof_pack(walk, subject.mode, error, &reply, &length))
		describe(walk, &subject, room, argument, error);
	return 0;
}
