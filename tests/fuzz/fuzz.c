/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include <stdlib.h>
#include <string.h>

unsigned fuzz_accepted;

uint8_t fuzz_u8(struct fuzz_input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

uint16_t fuzz_u16(struct fuzz_input *input)
{
	unsigned low = fuzz_u8(input);

	return (uint16_t)(low | (unsigned)fuzz_u8(input) << 8);
}

uint32_t fuzz_u32(struct fuzz_input *input)
{
	uint32_t low = fuzz_u16(input);

	return low | (uint32_t)fuzz_u16(input) << 16;
}

struct fuzz_input fuzz_part(struct fuzz_input *input, size_t length)
{
	struct fuzz_input part = {input->data, length < input->size ? length : input->size};

	input->data += part.size;
	input->size -= part.size;
	return part;
}

uint8_t *fuzz_copy(const struct fuzz_input *input)
{
	uint8_t *copy = malloc(input->size ? input->size : 1);

	if (!copy)
		abort();
	if (input->size)
		memcpy(copy, input->data, input->size);
	return copy;
}

void fuzz_fill(const struct fuzz_input *input, void *to, size_t size)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = input->size ? input->data[i % input->size] : 0;
}

void fuzz_look(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum ^= at[i];
	__asm__ volatile("" : : "r"(sum));
}

/* FNV-1a, folded. */
uint16_t fuzz_key(const struct iof_interface *interface)
{
	uint32_t hash = 2166136261u;

	for (const char *c = interface->name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return (uint16_t)(hash >> 16 ^ hash);
}

static const struct iof_interface *find_interface(uint16_t key)
{
	unsigned n = 0;

	for (; iof_interfaces[n]; n++) {
		if (fuzz_key(iof_interfaces[n]) == key)
			return iof_interfaces[n];
	}
	return n ? iof_interfaces[key % n] : NULL;
}

struct fuzz_subject fuzz_subject(struct fuzz_input *input)
{
	const struct iof_interface *interface = find_interface(fuzz_u16(input));
	uint32_t number = fuzz_u32(input);
	struct fuzz_subject subject = {.interface = interface, .number = number, .mode = fuzz_u8(input)};

	if (number == FUZZ_READ || number == FUZZ_WRITE) {
		subject.io = number == FUZZ_READ ? &interface->read : &interface->write;
		return subject;
	}
	subject.command = iof_interface_command(interface, IOF_LAYOUT_LP64, number);
	if (!subject.command) {
		subject.command = &interface->commands[number % interface->n_commands];
		subject.number = subject.command->number[IOF_LAYOUT_LP64];
	}
	return subject;
}

int fuzz_unpack(struct iof_walk *walk, const struct fuzz_subject *subject, const struct fuzz_input *payload, bool null,
		uint64_t *argument)
{
	uint8_t *copy = fuzz_copy(payload);
	void *buffer = NULL;
	uint32_t count;
	int error;

	*argument = 0;
	if (subject->io) {
		error = iof_unpack_records(walk, subject->io, copy, payload->size, &count, &buffer);
		*argument = (uintptr_t)buffer;
	} else {
		error = iof_unpack(walk, subject->command, subject->number, copy, payload->size, null, argument);
	}
	free(copy);
	return error;
}

void fuzz_drive(const struct iof_walk *walk, const struct fuzz_input *bytes)
{
	for (unsigned i = 0; i < iof_walk_segments(walk); i++) {
		const struct iof_segment *segment = iof_walk_segment(walk, i);

		/* No driver changes pointers. */
		if (segment->present && !segment->type->n_pointers)
			fuzz_fill(bytes, (void *)(uintptr_t)segment->canonical,
				  segment->count * iof_type_size(segment->type, IOF_ABI_NATIVE));
	}
}

struct iof_walk *fuzz_walk(void)
{
	struct iof_walk *walk = iof_walk_create(FUZZ_PAYLOAD_MAX);

	if (!walk)
		abort();
	return walk;
}
