/* SPDX-License-Identifier: MIT */
/* XDR as rpcgen makes it, over libtirpc's memory streams. The decoder fills an array that is there already. */
#include "codec.h"
#include "frames_xdr.h"
#include <string.h>

struct state {
	frame out[FRAMES_MAX], in[FRAMES_MAX];
	char wire[4096];
	canmsg_t decoded[FRAMES_MAX];
};

static struct wire encode(void *context, const struct source *source)
{
	struct state *state = context;
	frames message = {.frame = {.frame_len = source->n, .frame_val = state->out}};
	struct wire wire = {.bytes = state->wire};
	XDR xdr;

	for (unsigned i = 0; i < source->n; i++) {
		const canmsg_t *from = &source->frames[i];
		frame *to = &state->out[i];

		FRAME_TO(to, from);
		memcpy(to->data, from->data, CAN_MSG_LENGTH);
	}
	xdrmem_create(&xdr, state->wire, sizeof(state->wire), XDR_ENCODE);
	if (xdr_frames(&xdr, &message))
		wire.size = xdr_getpos(&xdr);
	xdr_destroy(&xdr);
	return wire;
}

static const canmsg_t *decode(void *context, struct wire wire)
{
	struct state *state = context;
	frames message = {.frame = {.frame_val = state->in}};
	XDR xdr;
	bool_t done;

	xdrmem_create(&xdr, (char *)(uintptr_t)wire.bytes, (u_int)wire.size, XDR_DECODE);
	done = xdr_frames(&xdr, &message);
	xdr_destroy(&xdr);
	if (!done || message.frame.frame_len > FRAMES_MAX)
		return NULL;
	for (unsigned i = 0; i < message.frame.frame_len; i++) {
		const frame *from = &state->in[i];
		canmsg_t *to = &state->decoded[i];

		FRAME_FROM(from, to);
		memcpy(to->data, from->data, CAN_MSG_LENGTH);
	}
	return state->decoded;
}

const struct codec codec_rpcgen = {"rpcgen (libtirpc)", sizeof(struct state), NULL, NULL, encode, decode};
