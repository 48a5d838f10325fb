/* SPDX-License-Identifier: MIT */
#include "memory_retry.h"

#include <errno.h>
#include <string.h>

/* The piece that holds the area, among the first @p count; NULL: none. */
static const struct retry_piece *find(const struct retry_list *list, unsigned count, uint64_t address, size_t length)
{
	for (unsigned i = 0; i < count; i++) {
		const struct retry_piece *piece = &list->piece[i];

		if (address >= piece->address && length <= piece->length &&
		    address - piece->address <= piece->length - length)
			return piece;
	}
	return NULL;
}

static int append(struct memory_retry *retry, struct retry_list *list, uint64_t address, size_t length)
{
	if (retry->in.count + retry->out.count >= RETRY_IOVS || length > MEMORY_BYTES - list->total) {
		retry->error = -E2BIG;
		return -E2BIG;
	}
	list->piece[list->count++] = (struct retry_piece){address, (uint32_t)length, (uint32_t)list->total};
	list->total += length;
	return 0;
}

static int read_retry(void *context, uint64_t address, void *to, size_t length)
{
	struct memory_retry *retry = context;
	const struct retry_piece *piece;

	if (!length)
		return 0;
	piece = find(&retry->in, retry->known, address, length);
	if (piece) {
		memcpy(to, retry->bytes + piece->offset + (address - piece->address), length);
		return 0;
	}
	memset(to, 0, length);
	if (!find(&retry->in, retry->in.count, address, length))
		(void)append(retry, &retry->in, address, length); /* remembered in retry->error */
	return -EAGAIN;
}

static int write_retry(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct memory_retry *retry = context;

	for (size_t i = 0; i < n_spans; i++) {
		const struct iof_span *span = &spans[i];
		const struct retry_piece *piece = find(&retry->out, retry->out.count, span->address, span->length);

		if (!piece)
			return -EFAULT;
		memcpy(retry->output + piece->offset + (span->address - piece->address), span->data, span->length);
	}
	return 0;
}

static void begin(struct memory_retry *retry, const void *bytes, size_t size)
{
	retry->memory = (struct iof_memory){.read = read_retry, .write = write_retry, .context = retry};
	retry->in.count = retry->out.count = retry->known = 0;
	retry->in.total = retry->out.total = 0;
	retry->bytes = bytes;
	retry->size = size;
	retry->error = 0;
}

/*
 * After a walk: takes over which segments may change; their present bytes are needed too, because FUSE writes back
 * whole pieces from the first to the last. 0: all bytes are there; 1: new pieces are known and their bytes are
 * there, walk again; -EAGAIN: ask the kernel; -E2BIG.
 */
static int next_step(struct memory_retry *retry, struct iof_walk *walk, size_t out_size)
{
	unsigned before = retry->known;
	const struct iof_span *outputs;
	size_t n_outputs = iof_walk_outputs(walk, &outputs);

	retry->out.count = 0;
	retry->out.total = 0;
	for (size_t i = 0; i < n_outputs; i++) {
		uint64_t address = outputs[i].address;
		size_t length = outputs[i].length;

		if (!length)
			continue;
		if (!find(&retry->in, retry->in.count, address, length))
			(void)append(retry, &retry->in, address, length);
		(void)append(retry, &retry->out, address, length);
	}
	if (retry->error)
		return retry->error;
	/* A caller that changes its memory meanwhile shows up as another total: ask for the new set. */
	if (retry->in.total > retry->size)
		return -EAGAIN;
	retry->known = retry->in.count;
	if (retry->known != before)
		return 1;
	return retry->in.total == retry->size && retry->out.total == out_size ? 0 : -EAGAIN;
}

int memory_retry_gather(struct memory_retry *retry, struct memory_ioctl *ioctl, const void *bytes, size_t size,
			size_t out_size)
{
	int ret, next;

	begin(retry, bytes, size);
	do { /* each turn but the last one finds a new piece, so RETRY_IOVS bounds them */
		ret = memory_gather(ioctl, &retry->memory);
		if (ret && ret != -EAGAIN)
			return ret;
		next = next_step(retry, ioctl->walk, out_size);
	} while (next == 1);
	return next ? next : ret;
}

int memory_retry_outputs(struct memory_retry *retry, uint8_t *output)
{
	retry->output = output;
	for (unsigned i = 0; i < retry->out.count; i++) {
		const struct retry_piece *out = &retry->out.piece[i];
		const struct retry_piece *in = find(&retry->in, retry->known, out->address, out->length);

		if (!in)
			return -EFAULT;
		memcpy(output + out->offset, retry->bytes + in->offset + (out->address - in->address), out->length);
	}
	return 0;
}

size_t memory_retry_iovecs(const struct retry_list *list, struct iovec iovecs[RETRY_IOVS])
{
	for (unsigned i = 0; i < list->count; i++)
		iovecs[i] = (struct iovec){(void *)(uintptr_t)list->piece[i].address, list->piece[i].length};
	return list->count;
}
