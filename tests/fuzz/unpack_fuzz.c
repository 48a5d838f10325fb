/* SPDX-License-Identifier: MIT */
/* The daemon's side: requests of a hostile guest, then a driver that uses all it was given, then the reply. */
#include "fuzz.h"
#include <ioferry/describe.h>

static struct iof_walk *guest, *host;

/* A request that is right but for a few bytes gets further than one of chance. */
static size_t make_request(struct fuzz_input *input, const struct iof_command *command, const struct iof_io *io,
			   uint8_t *request, bool *null)
{
	struct iof_memory memory = {.read = fuzz_read, .write = fuzz_write, .context = input};
	unsigned patches = fuzz_byte(input), address = fuzz_byte(input);
	const void *payload;
	size_t length = 0;
	int error;

	*null = false;
	if (patches < 128) {
		length = input->size;
		memcpy(request, input->data, length);
		*null = patches == 127;
		return length;
	}
	if (io)
		error = iof_gather_records(guest, io, IOF_ABI_CANONICAL, address, address, &memory, &payload, &length);
	else
		error = iof_gather(guest, command, command->number[0], IOF_ABI_CANONICAL, address, &memory, &payload,
				   &length, null);
	if (error)
		return 0;
	memcpy(request, payload, length);
	for (unsigned i = 0; i < patches % 4 && length; i++) {
		size_t at = (fuzz_byte(input) * 256u + fuzz_byte(input)) % length;

		request[at] = (uint8_t)fuzz_byte(input);
	}
	return length;
}

/* Writes what a driver may write: everything that comes back, to the last byte. */
static void drive(struct fuzz_input *input)
{
	unsigned value = fuzz_byte(input);

	for (unsigned i = 0; i < iof_walk_segments(host); i++) {
		const struct iof_segment *segment = iof_walk_segment(host, i);
		size_t size = segment->present ? segment->count * iof_type_size(segment->type, IOF_ABI_NATIVE) : 0;

		/* Pointers stay, as no driver changes them; counts do not. */
		if (segment->type->n_pointers)
			continue;
		for (size_t j = 0; j < size; j++)
			((uint8_t *)(uintptr_t)segment->canonical)[j] = (uint8_t)(j % 4 ? 0 : value);
	}
}

static void describe(void)
{
	char room[128];
	struct iof_text text = iof_text_make(room, sizeof room);

	iof_describe_walk(&text, host, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size};
	const struct iof_io *io;
	const struct iof_command *command = fuzz_command(&input, &io);
	uint8_t *request;
	const void *reply;
	size_t length;
	uint64_t argument;
	uint32_t count;
	void *buffer;
	bool null;
	int error;

	if (!host) {
		host = fuzz_walk();
		guest = fuzz_walk();
	}
	request = malloc(FUZZ_PAYLOAD_MAX);
	if (!request)
		abort();
	length = make_request(&input, command, io, request, &null);
	request = realloc(request, length ? length : 1); /* so that the sanitizer sees its end */
	if (io)
		error = iof_unpack_records(host, io, request, length, &count, &buffer);
	else
		error = iof_unpack(host, command, command->number[0], request, length, null, &argument);
	/* The message is gone when the driver runs. */
	free(request);
	if (!error) {
		describe();
		if (!io && command->timeout_ms)
			command->timeout_ms(host);
		drive(&input);
		if (!iof_pack(host, (int32_t)fuzz_byte(&input), fuzz_byte(&input) % 2, &reply, &length))
			describe();
	}
	return 0;
}
