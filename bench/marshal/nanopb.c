/* SPDX-License-Identifier: MIT */
/* nanopb: static messages, no callbacks, no allocation. */
#include "codec.h"
#include "frames_nano.pb.h"
#include <pb_decode.h>
#include <pb_encode.h>
#include <string.h>

struct state {
	nano_Frames out, in;
	uint8_t wire[4096];
	canmsg_t decoded[FRAMES_MAX];
};

static struct wire encode(void *context, const struct source *source)
{
	struct state *state = context;
	pb_ostream_t stream = pb_ostream_from_buffer(state->wire, sizeof(state->wire));
	struct wire wire = {.bytes = state->wire};

	state->out.frame_count = (pb_size_t)source->n;
	for (unsigned i = 0; i < source->n; i++) {
		const canmsg_t *from = &source->frames[i];
		nano_Frame *to = &state->out.frame[i];

		FRAME_TO(to, from);
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

		FRAME_FROM(from, to);
		memcpy(to->data, from->data, CAN_MSG_LENGTH);
	}
	return state->decoded;
}

const struct codec codec_nanopb = {"nanopb", sizeof(struct state), NULL, NULL, encode, decode};
