/* SPDX-License-Identifier: MIT */
/*
 * What a careful person writes for this one message: ioferry's wire form (a u64 count, then the frames as LP64 has
 * them), every length checked, no byte of padding taken from the caller or believed. And memcpy without any of it.
 */
#include "caller32.h"
#include "codec.h"
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1024, FRAME = 48, HEAD = 8 };

_Static_assert(sizeof(canmsg_t) == FRAME, "the wire form is that of LP64");

struct state {
	const canmsg_t *frames;
	unsigned n;
	struct canmsg32 narrow[FRAMES_MAX];
	uint8_t wire[HEAD + FRAMES_MAX * FRAME];
	canmsg_t decoded[FRAMES_MAX];
};

static void *create(const canmsg_t *frames, unsigned n)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->frames = frames;
	state->n = n;
	narrow(state->narrow, frames, n);
	return state;
}

/* Writes the count. NULL: the frames have no room. */
static uint8_t *begin(struct state *state, size_t room)
{
	uint64_t count = htole64(state->n);

	if (state->n > COUNT_MAX || room < HEAD || (room - HEAD) / FRAME < state->n)
		return NULL;
	memcpy(state->wire, &count, sizeof(count));
	return state->wire + HEAD;
}

static struct wire encode(void *context)
{
	struct state *state = context;
	uint8_t *at = begin(state, sizeof(state->wire));

	if (!at)
		return (struct wire){0};
	memcpy(at, state->frames, state->n * sizeof(canmsg_t));
	return (struct wire){state->wire, HEAD + state->n * FRAME};
}

static void put(uint8_t *at, uint64_t value, size_t size)
{
	value = htole64(value);
	memcpy(at, &value, size);
}

static struct wire encode_32(void *context)
{
	struct state *state = context;
	uint8_t *at = begin(state, sizeof(state->wire));

	if (!at)
		return (struct wire){0};
	for (unsigned i = 0; i < state->n; i++, at += FRAME) {
		const struct canmsg32 *frame = &state->narrow[i];

		put(at, (uint32_t)frame->flags, 4);
		put(at + 4, (uint32_t)frame->cob, 4);
		put(at + 8, frame->id, 8);
		put(at + 16, (uint64_t)(int64_t)frame->tv_sec, 8);
		put(at + 24, (uint64_t)(int64_t)frame->tv_usec, 8);
		put(at + 32, (uint16_t)frame->length, 2);
		memcpy(at + 34, frame->data, CAN_MSG_LENGTH);
		memset(at + 42, 0, FRAME - 42);
	}
	return (struct wire){state->wire, HEAD + state->n * FRAME};
}

static const canmsg_t *decode(void *context, struct wire wire)
{
	struct state *state = context;
	uint64_t count;

	if (wire.size < HEAD)
		return NULL;
	memcpy(&count, wire.bytes, sizeof(count));
	count = le64toh(count);
	if (count > FRAMES_MAX || wire.size != HEAD + count * FRAME)
		return NULL;
	memcpy(state->decoded, (const uint8_t *)wire.bytes + HEAD, count * FRAME);
	return state->decoded;
}

static struct wire copy_out(void *context)
{
	struct state *state = context;

	memcpy(state->wire, state->frames, state->n * sizeof(canmsg_t));
	return (struct wire){state->wire, state->n * sizeof(canmsg_t)};
}

static const canmsg_t *copy_in(void *context, struct wire wire)
{
	struct state *state = context;

	memcpy(state->decoded, wire.bytes, wire.size);
	return state->decoded;
}

const struct codec codec_hand = {"by hand, checked", create, free, encode, decode};
const struct codec codec_hand_32 = {"by hand, checked, 32-bit", create, free, encode_32, decode};
const struct codec codec_memcpy = {"memcpy", create, free, copy_out, copy_in};
