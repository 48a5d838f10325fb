/* SPDX-License-Identifier: MIT */
/* protobuf-c: its messages are built and taken apart by hand, because nobody has them in memory already. */
#include "codec.h"
#include "frames.pb-c.h"
#include <string.h>

struct state {
	Bench__Frame frame[FRAMES_MAX];
	Bench__Frame *list[FRAMES_MAX];
	uint8_t wire[4096];
	canmsg_t decoded[FRAMES_MAX];
};

static struct wire encode(void *context, const struct source *source)
{
	struct state *state = context;
	Bench__Frames message = BENCH__FRAMES__INIT;
	struct wire wire = {.bytes = state->wire};

	for (unsigned i = 0; i < source->n; i++) {
		const canmsg_t *from = &source->frames[i];
		Bench__Frame *to = &state->frame[i];

		bench__frame__init(to);
		FRAME_TO(to, from);
		to->data.data = (uint8_t *)(uintptr_t)from->data;
		to->data.len = CAN_MSG_LENGTH;
		state->list[i] = to;
	}
	message.n_frame = source->n;
	message.frame = state->list;
	if (bench__frames__get_packed_size(&message) <= sizeof(state->wire))
		wire.size = bench__frames__pack(&message, state->wire);
	return wire;
}

static const canmsg_t *decode(void *context, struct wire wire)
{
	struct state *state = context;
	Bench__Frames *message = bench__frames__unpack(NULL, wire.size, wire.bytes);
	const canmsg_t *decoded = NULL;

	if (!message)
		return NULL;
	if (message->n_frame > FRAMES_MAX)
		goto out;
	for (size_t i = 0; i < message->n_frame; i++) {
		const Bench__Frame *from = message->frame[i];
		canmsg_t *to = &state->decoded[i];

		if (from->data.len != CAN_MSG_LENGTH)
			goto out;
		FRAME_FROM(from, to);
		memcpy(to->data, from->data.data, CAN_MSG_LENGTH);
	}
	decoded = state->decoded;
out:
	bench__frames__free_unpacked(message, NULL);
	return decoded;
}

const struct codec codec_protobuf_c = {"protobuf-c", sizeof(struct state), NULL, NULL, encode, decode};
