/* SPDX-License-Identifier: MIT */
/* ioferry's own passes, from the generated interface, as the preload shim and the daemon call them. */
#include "caller32.h"
#include "codec.h"
#include <ioferry/marshal.h>
#include <stdlib.h>
#include <string.h>

struct state {
	struct iof_walk *guest, *host;
	const struct iof_io *io;
	iof_abi abi;
	const void *source; /* frames: of the caller, with read() of the driver */
	unsigned n;
	const void *request; /* of read() */
	size_t request_size;
	struct canmsg32 narrow[FRAMES_MAX];
	canmsg_t wide[FRAMES_MAX];
};

/* Where the caller has its frames: an address that one of 32 bits has, too. */
#define FRAMES_AT 0x10000u

static int caller_read(void *context, uint64_t address, void *to, size_t length)
{
	const struct state *state = context;

	memcpy(to, (const uint8_t *)state->source + (address - FRAMES_AT), length);
	return 0;
}

static int caller_write(void *context, const struct iof_span *spans, size_t n)
{
	struct state *state = context;

	for (size_t i = 0; i < n; i++)
		memcpy((uint8_t *)state->wide + (spans[i].address - FRAMES_AT), spans[i].data, spans[i].length);
	return 0;
}

static void destroy(void *context)
{
	struct state *state = context;

	iof_walk_destroy(state->guest);
	iof_walk_destroy(state->host);
	free(state);
}

static struct state *create(unsigned n)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->guest = iof_walk_create(1 << 20);
	state->host = iof_walk_create(1 << 20);
	state->n = n;
	state->abi = IOF_ABI_NATIVE;
	if (state->guest && state->host)
		return state;
	destroy(state);
	return NULL;
}

static void *create_out(const canmsg_t *frames, unsigned n)
{
	struct state *state = create(n);

	if (!state)
		return NULL;
	state->io = &iof_interface_find("can4linux")->write;
	state->source = frames;
	return state;
}

static void *create_out_32(const canmsg_t *frames, unsigned n)
{
	struct state *state = create_out(frames, n);

	if (!state)
		return NULL;
	narrow(state->narrow, frames, n);
	state->source = state->narrow;
	state->abi = IOF_LAYOUT_I386;
	return state;
}

static struct wire gather(void *context)
{
	struct state *state = context;
	const struct iof_memory memory = {caller_read, caller_write, state};
	struct wire wire = {0};

	if (iof_gather_records(state->guest, state->io, state->abi, FRAMES_AT, state->n, &memory, &wire.bytes,
			       &wire.size))
		wire.size = 0;
	return wire;
}

static const canmsg_t *unpack(void *context, struct wire wire)
{
	struct state *state = context;
	uint32_t n;
	void *frames;

	if (iof_unpack_records(state->host, state->io, wire.bytes, wire.size, &n, &frames) || n != state->n)
		return NULL;
	return frames;
}

/* read(): the frames are in the reply. Its encode is all of the host's side, its decode all of the guest's. */
static int gather_read(struct state *state)
{
	const struct iof_memory memory = {caller_read, caller_write, state};

	return iof_gather_records(state->guest, state->io, state->abi, FRAMES_AT, state->n, &memory, &state->request,
				  &state->request_size);
}

static void *create_in(const canmsg_t *frames, unsigned n)
{
	struct state *state = create(n);

	if (!state)
		return NULL;
	state->io = &iof_interface_find("can4linux")->read;
	state->source = frames;
	if (!gather_read(state))
		return state;
	destroy(state);
	return NULL;
}

static struct wire unpack_and_pack(void *context)
{
	struct state *state = context;
	struct wire wire = {0};
	uint32_t n;
	void *frames;

	if (iof_unpack_records(state->host, state->io, state->request, state->request_size, &n, &frames))
		return wire;
	memcpy(frames, state->source, n * sizeof(canmsg_t)); /* the driver */
	if (iof_pack(state->host, (int32_t)n, 0, &wire.bytes, &wire.size))
		wire.size = 0;
	return wire;
}

static const canmsg_t *gather_and_scatter(void *context, struct wire wire)
{
	struct state *state = context;
	const struct iof_memory memory = {caller_read, caller_write, state};

	if (gather_read(state))
		return NULL;
	if (iof_scatter(state->guest, wire.bytes, wire.size, (int32_t)state->n, 0, &memory))
		return NULL;
	return state->wide;
}

const struct codec codec_generated = {"ioferry, write()", create_out, destroy, gather, unpack};
const struct codec codec_generated_32 = {"ioferry, write(), 32-bit", create_out_32, destroy, gather, unpack};
const struct codec codec_generated_in = {"ioferry, read()", create_in, destroy, unpack_and_pack, gather_and_scatter};
