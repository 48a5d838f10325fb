/* SPDX-License-Identifier: MIT */
#include "memory_copied.h"

#include <errno.h>
#include <string.h>

/* Whether an area lies in the first @p size bytes of the argument. */
static bool covers(const struct memory_copied *copied, size_t size, uint64_t address, size_t length)
{
	return address >= copied->argument && length <= size && address - copied->argument <= size - length;
}

/*
 * What the kernel did not bring reads as zeros where it takes results: the walk asks for it to leave alone what the
 * driver does not write, and native drivers write all of what such a number hands out. memory_copied_gather() sees to
 * it that no driver gets these zeros as its input.
 */
static int read_copied(void *context, uint64_t address, void *to, size_t length)
{
	struct memory_copied *copied = context;
	const struct ioctl_copied *from = &copied->copied;
	size_t offset = address - copied->argument, known;

	if (!length)
		return 0;
	if (!covers(copied, from->in_size, address, length) && !covers(copied, from->out_size, address, length)) {
		copied->missed = true;
		return -EFAULT;
	}
	known = offset < from->in_size ? from->in_size - offset : 0;
	if (known > length)
		known = length;
	if (known < length && copied->guessed < offset + length)
		copied->guessed = offset + length;
	if (known)
		memcpy(to, (const uint8_t *)from->in + offset, known);
	memset((uint8_t *)to + known, 0, length - known);
	return 0;
}

static int write_copied(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct memory_copied *copied = context;

	for (size_t i = 0; i < n_spans; i++) {
		size_t offset = spans[i].address - copied->argument;

		if (!covers(copied, copied->copied.out_size, spans[i].address, spans[i].length))
			return -EFAULT;
		memcpy(copied->output + offset, spans[i].data, spans[i].length);
		if (copied->written < offset + spans[i].length)
			copied->written = offset + spans[i].length;
	}
	return 0;
}

static bool all_covered(const struct memory_copied *copied, size_t size, const struct iof_span *spans, size_t n_spans)
{
	for (size_t i = 0; i < n_spans; i++)
		if (spans[i].length && !covers(copied, size, spans[i].address, spans[i].length))
			return false;
	return true;
}

/* Before the call is sent: a driver must not run in vain. */
static bool is_enough(const struct memory_copied *copied, struct iof_walk *walk)
{
	const struct iof_span *spans;
	size_t n = iof_walk_inputs(walk, &spans);

	if (!all_covered(copied, copied->copied.in_size, spans, n))
		return false;
	n = iof_walk_outputs(walk, &spans);
	return all_covered(copied, copied->copied.out_size, spans, n);
}

int memory_copied_gather(struct memory_copied *copied, struct memory_ioctl *ioctl, const struct ioctl_copied *from,
			 uint8_t *output)
{
	size_t both = from->in_size < from->out_size ? from->in_size : from->out_size;
	int ret;

	copied->memory = (struct iof_memory){.read = read_copied, .write = write_copied, .context = copied};
	copied->argument = ioctl->argument;
	copied->copied = *from;
	copied->missed = false;
	copied->output = output;
	copied->written = copied->guessed = 0;
	if (both)
		memcpy(output, from->in, both);
	if (from->out_size > both)
		memset(output + both, 0, from->out_size - both);
	ret = memory_gather(ioctl, &copied->memory);
	if (ret == -EFAULT && copied->missed)
		return -EOPNOTSUPP;
	if (!ret && ioctl->command->argument == IOF_ARG_POINTER && !is_enough(copied, ioctl->walk))
		return -EOPNOTSUPP;
	return ret;
}

size_t memory_copied_stored(const struct memory_copied *copied)
{
	return copied->written > copied->guessed ? copied->written : copied->guessed;
}
