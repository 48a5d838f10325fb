/* SPDX-License-Identifier: MIT */
/* ioferry's own passes, from the generated interface, as the preload shim and the daemon call them. */
#include "caller32.h"
#include "codec.h"
#include <ioferry/marshal.h>
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

static void end(void *context)
{
	struct state *state = context;

	iof_walk_destroy(state->guest);
	iof_walk_destroy(state->host);
}

static int begin(void *context, const struct source *source, const struct iof_io *io)
{
	struct state *state = context;

	state->guest = iof_walk_create(1 << 20);
	state->host = iof_walk_create(1 << 20);
	state->io = io;
	state->source = source->frames;
	state->n = source->n;
	state->abi = IOF_ABI_NATIVE;
	return state->guest && state->host ? 0 : -1;
}

static int begin_write(void *context, const struct source *source)
{
	return begin(context, source, &iof_interface_find("can4linux")->write);
}

static int begin_write_32(void *context, const struct source *source)
{
	struct state *state = context;

	narrow(state->narrow, source->frames, source->n);
	if (begin_write(state, source))
		return -1;
	state->source = state->narrow;
	state->abi = IOF_LAYOUT_I386;
	return 0;
}

static struct wire gather(void *context, const struct source *source)
{
	struct state *state = context;
	const struct iof_memory memory = {caller_read, caller_write, state};
	struct wire wire = {0};

	(void)source;
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

static int begin_read(void *context, const struct source *source)
{
	return begin(context, source, &iof_interface_find("can4linux")->read) ? -1 : gather_read(context);
}

static struct wire unpack_and_pack(void *context, const struct source *source)
{
	struct state *state = context;
	struct wire wire = {0};
	uint32_t n;
	void *frames;

	(void)source;
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

const struct codec codec_generated = {"ioferry, write()", sizeof(struct state), begin_write, end, gather, unpack};
const struct codec codec_generated_32 = {
	"ioferry, write(), 32-bit", sizeof(struct state), begin_write_32, end, gather, unpack};
const struct codec codec_generated_in = {"ioferry, read()", sizeof(struct state), begin_read, end,
					 unpack_and_pack,   gather_and_scatter};
