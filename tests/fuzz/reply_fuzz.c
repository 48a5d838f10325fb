/* SPDX-License-Identifier: MIT */
/*
 * The guest's side of a call: an application of any ABI, whose memory a valid request is laid out into, and the reply
 * of a host that is wrong or lies. Input: head (mode bit 0: NULL argument; bit 1: the reply is the host's, but for some
 * bytes; bit 2: it has an errno), u8 ABI, u16 length of the request's payload, the payload, then the reply, or where it
 * differs: u16 place, u8 byte.
 */
#include "fuzz.h"
#include "walk.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_ASAN
#endif
#endif
#ifdef FUZZ_ASAN
#include <sanitizer/asan_interface.h>
#else
#define __asan_address_is_poisoned(address) 0
#endif

static struct iof_walk *host, *guest;

/* The application's memory is the driver's. Where pointers have 32 bits, its first bytes' address tells the others. */
static uint8_t *memory_at(uint64_t address, size_t length, iof_abi abi)
{
	uint64_t start = (uintptr_t)host->mapping, end = start + host->mapping_size;

	if (IOF_ABI_LAYOUT(abi) != IOF_LAYOUT_LP64) {
		address |= start & ~(uint64_t)UINT32_MAX;
		if (address < start)
			address += (uint64_t)UINT32_MAX + 1;
	}
	return address >= start && address <= end && end - address >= length ? (uint8_t *)(uintptr_t)address : NULL;
}

/* What is not allocated there is zeros: a string is read to the end of a page. Not instrumented: gcc reads before it
 * asks. */
__attribute__((no_sanitize("address"))) static int read_memory(void *context, uint64_t address, void *to, size_t length)
{
	const uint8_t *from = memory_at(address, length, *(const iof_abi *)context);
	uint8_t *bytes = to;

	if (!from)
		return -EFAULT;
	for (size_t i = 0; i < length; i++)
		bytes[i] = __asan_address_is_poisoned(from + i) ? 0 : from[i];
	return 0;
}

/* Every byte is looked at; every place is one that the application has lent. */
static int write_memory(void *context, const struct iof_span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!memory_at(spans[i].address, spans[i].length, *(const iof_abi *)context))
			abort();
		fuzz_look(spans[i].data, spans[i].length);
	}
	return 0;
}

/* Pointers in a u64, which an application of 32 bits has filled from a pointer of its own. */
static void narrow_pointers(const struct walk_record *record, iof_abi abi)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);
	const struct iof_type *type = record->segment.type;

	for (unsigned i = 0; i < type->n_fields * record->segment.count; i++) {
		const struct iof_field *field = &type->fields[i % type->n_fields];
		uint8_t *at =
			record->native + (size_t)(i / type->n_fields) * type->size[layout] + field->offset[layout];

		if (field->kind == IOF_POINTER && field->size[layout] == 8)
			memset(abi & IOF_BIG_ENDIAN ? at : at + 4, 0, 4);
	}
}

/* 0; else nothing can be called with this input. */
static int lay_out(const struct fuzz_subject *subject, iof_abi abi, const struct fuzz_input *payload,
		   uint64_t *argument)
{
	uint8_t *copy = fuzz_copy(payload);
	uint32_t count = 0;
	void *buffer;
	int error;

	*argument = 0;
	if (subject->io) {
		error = iof_unpack_records(host, subject->io, copy, payload->size, &count, &buffer);
		*argument = (uintptr_t)buffer;
	} else {
		error = walk_unpack(host, abi, subject->command, subject->number, copy, payload->size,
				    subject->mode & 1, argument);
	}
	free(copy);
	for (unsigned i = 0; !error && IOF_ABI_LAYOUT(abi) != IOF_LAYOUT_LP64 && i < host->n_segments; i++) {
		if (host->segments[i].segment.present && !host->segments[i].string)
			narrow_pointers(&host->segments[i], abi);
	}
	return error;
}

static int gather(const struct fuzz_subject *subject, iof_abi abi, uint64_t argument, const struct iof_memory *memory,
		  size_t *length)
{
	uint32_t number = subject->number;
	const void *payload;
	bool null;

	if (IOF_ABI_LAYOUT(abi) != IOF_LAYOUT_LP64)
		argument &= UINT32_MAX;
	if (subject->io)
		return iof_gather_records(guest, subject->io, abi, argument, host->segments[0].segment.count, memory,
					  &payload, length);
	if (subject->command->mask == UINT32_MAX)
		number = subject->command->number[IOF_ABI_LAYOUT(abi)];
	return iof_gather(guest, subject->command, number, abi, argument, memory, &payload, length, &null);
}

/* What the host would answer, but for what the input says. */
static struct fuzz_input true_reply(struct fuzz_input *input, uint32_t error)
{
	struct fuzz_input written = fuzz_part(input, 4), reply = {NULL, 0};
	const void *bytes;

	fuzz_drive(host, &written);
	if (iof_pack(host, 1, error, &bytes, &reply.size))
		return reply;
	reply.data = bytes;
	while (input->size && reply.size) {
		size_t at = fuzz_u16(input) % reply.size;

		host->message[at] = fuzz_u8(input);
	}
	return reply;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size}, payload, reply;
	struct fuzz_subject subject = fuzz_subject(&input);
	iof_abi abi = subject.io ? IOF_ABI_NATIVE : fuzz_u8(&input) & 7u;
	struct iof_memory memory = {.read = read_memory, .write = write_memory, .context = &abi};
	uint32_t error = subject.mode & 4 ? EIO : 0;
	uint64_t argument;
	size_t length;
	uint8_t *copy;

	if (!host) {
		host = fuzz_walk();
		guest = fuzz_walk();
	}
	payload = fuzz_part(&input, fuzz_u16(&input));
	if (lay_out(&subject, abi, &payload, &argument) || gather(&subject, abi, argument, &memory, &length))
		return 0;
	/* Where nothing has to be converted a request comes out as it went in. */
	if (abi == IOF_ABI_CANONICAL && length != payload.size)
		abort();
	fuzz_accepted++;
	reply = subject.mode & 2 ? true_reply(&input, error) : input;
	copy = fuzz_copy(&reply);
	iof_scatter(guest, copy, reply.size, subject.mode >> 3, error, &memory);
	free(copy);
	return 0;
}
