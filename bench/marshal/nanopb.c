/* SPDX-License-Identifier: MIT */
/* nanopb: static messages, no callbacks, no allocation. */
#include "codec.h"
#include "frames_nano.pb.h"
#include <pb_decode.h>
#include <pb_encode.h>
#include <stdlib.h>
#include <string.h>

struct state {
	const canmsg_t *frames;
	unsigned n;
	nano_Frames out, in;
	uint8_t wire[4096];
	canmsg_t decoded[FRAMES_MAX];
};

static void *create(const canmsg_t *frames, unsigned n)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->frames = frames;
	state->n = n;
	return state;
}

static struct wire encode(void *context)
{
	struct state *state = context;
	pb_ostream_t stream = pb_ostream_from_buffer(state->wire, sizeof(state->wire));
	struct wire wire = {.bytes = state->wire};

	state->out.frame_count = (pb_size_t)state->n;
	for (unsigned i = 0; i < state->n; i++) {
		const canmsg_t *from = &state->frames[i];
		nano_Frame *to = &state->out.frame[i];

		to->flags = from->flags;
		to->cob = from->cob;
		to->id = from->id;
		to->sec = from->timestamp.tv_sec;
		to->usec = from->timestamp.tv_usec;
		to->length = from->length;
		memcpy(to->data, from->data, CAN_MSG_LENGTH);
	}
	if (pb_encode(&stream, nano_Frames_fields, &state->out))
		wire.size = stream.bytes_written;
	return wire;
}

static const canmsg_t *decode(void *context, struct wire wire)
{
	struct state *state = context;
	pb_istream_t stream = pb_istream_from_buffer(wire.bytes, wire.size);

	if (!pb_decode(&stream, nano_Frames_fields, &state->in))
		return NULL;
	for (unsigned i = 0; i < state->in.frame_count; i++) {
		const nano_Frame *from = &state->in.frame[i];
		canmsg_t *to = &state->decoded[i];

		to->flags = from->flags;
		to->cob = from->cob;
		to->id = from->id;
		to->timestamp.tv_sec = from->sec;
		to->timestamp.tv_usec = from->usec;
		to->length = (short)from->length;
		memcpy(to->data, from->data, CAN_MSG_LENGTH);
	}
	return state->decoded;
}

const struct codec codec_nanopb = {"nanopb", create, free, encode, decode};
