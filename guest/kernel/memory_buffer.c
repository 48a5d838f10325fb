/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <string.h>

/* Where the area lies in the buffer; NULL where it does not fit. */
static uint8_t *area(const struct memory_buffer *buffer, uint64_t address, size_t length)
{
	if (address < buffer->base || length > buffer->size || address - buffer->base > buffer->size - length)
		return NULL;
	return buffer->bytes + (address - buffer->base);
}

static int read_buffer(void *context, uint64_t address, void *to, size_t length)
{
	const uint8_t *from = area(context, address, length);

	if (!from)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}

static int write_buffer(void *context, const struct iof_span *spans, size_t n_spans)
{
	for (size_t i = 0; i < n_spans; i++) {
		uint8_t *to = area(context, spans[i].address, spans[i].length);

		if (!to)
			return -EFAULT;
		memcpy(to, spans[i].data, spans[i].length);
	}
	return 0;
}

void memory_buffer_init(struct memory_buffer *buffer, void *bytes, size_t size)
{
	buffer->memory = (struct iof_memory){.read = read_buffer, .write = write_buffer, .context = buffer};
	buffer->base = MEMORY_BUFFER_BASE;
	buffer->bytes = bytes;
	buffer->size = size;
}
