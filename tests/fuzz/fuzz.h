/* SPDX-License-Identifier: MIT */
/**
 * @file fuzz.h
 * What the fuzzers share: taking choices from an input, and a caller whose memory the input is.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <errno.h>
#include <ioferry/marshal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_PAYLOAD_MAX (1u << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

static inline unsigned fuzz_byte(struct fuzz_input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

/* A command of any interface, or read() or write() of it (then *io). */
static inline const struct iof_command *fuzz_command(struct fuzz_input *input, const struct iof_io **io)
{
	const struct iof_interface *interface;
	unsigned n = 0, choice = fuzz_byte(input);

	while (iof_interfaces[n])
		n++;
	interface = iof_interfaces[choice % n];
	choice = fuzz_byte(input);
	*io = NULL;
	if (choice >= 250)
		*io = choice & 1 ? &interface->read : &interface->write;
	return &interface->commands[choice % interface->n_commands];
}

/* Address 0 is NULL; any other byte is one of the input, so that counts and pointers are what the fuzzer likes. */
static inline int fuzz_read(void *context, uint64_t address, void *to, size_t length)
{
	const struct fuzz_input *input = context;
	uint8_t *bytes = to;

	if (address % 251 == 250)
		return -EFAULT;
	for (size_t i = 0; i < length; i++)
		bytes[i] = input->size ? input->data[(address % input->size + i) % input->size] : 0;
	return 0;
}

static inline int fuzz_write(void *context, const struct iof_span *spans, size_t n)
{
	static volatile uint8_t seen;

	(void)context;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < spans[i].length; j++)
			seen ^= ((const uint8_t *)spans[i].data)[j];
	}
	return 0;
}

static inline struct iof_walk *fuzz_walk(void)
{
	struct iof_walk *walk = iof_walk_create(FUZZ_PAYLOAD_MAX);

	if (!walk)
		abort();
	return walk;
}

#endif
