/* SPDX-License-Identifier: MIT */
/*
 * What a careful person writes for this one message: ioferry's wire form (a u64 count, then the frames as LP64 has
 * them), every length checked, no byte of padding taken from the caller or believed. And memcpy without any of it.
 */
#include "caller32.h"
#include "codec.h"
#include <endian.h>
#include <string.h>

enum { COUNT_MAX = 1024, FRAME = 48, HEAD = 8 };

_Static_assert(sizeof(canmsg_t) == FRAME, "the wire form is that of LP64");

struct state {
	struct canmsg32 narrow[FRAMES_MAX];
	uint8_t wire[HEAD + FRAMES_MAX * FRAME];
	canmsg_t decoded[FRAMES_MAX];
};

static int begin_32(void *context, const struct source *source)
{
	struct state *state = context;

	narrow(state->narrow, source->frames, source->n);
	return 0;
}

/* Writes the count. NULL: the frames have no room. */
static uint8_t *put_count(struct state *state, const struct source *source, size_t room)
{
	uint64_t count = htole64(source->n);

	if (source->n > COUNT_MAX || room < HEAD || (room - HEAD) / FRAME < source->n)
		return NULL;
	memcpy(state->wire, &count, sizeof(count));
	return state->wire + HEAD;
}

static struct wire encode(void *context, const struct source *source)
{
	struct state *state = context;
	uint8_t *at = put_count(state, source, sizeof(state->wire));

	if (!at)
		return (struct wire){0};
	memcpy(at, source->frames, source->n * sizeof(canmsg_t));
	return (struct wire){state->wire, HEAD + source->n * FRAME};
}

static void put(uint8_t *at, uint64_t value, size_t size)
{
	value = htole64(value);
	memcpy(at, &value, size);
}

static struct wire encode_32(void *context, const struct source *source)
{
	struct state *state = context;
	uint8_t *at = put_count(state, source, sizeof(state->wire));

	if (!at)
		return (struct wire){0};
	for (unsigned i = 0; i < source->n; i++, at += FRAME) {
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
	return (struct wire){state->wire, HEAD + source->n * FRAME};
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

static struct wire copy_out(void *context, const struct source *source)
{
	struct state *state = context;

	memcpy(state->wire, source->frames, source->n * sizeof(canmsg_t));
	return (struct wire){state->wire, source->n * sizeof(canmsg_t)};
}

static const canmsg_t *copy_in(void *context, struct wire wire)
{
	struct state *state = context;

	memcpy(state->decoded, wire.bytes, wire.size);
	return state->decoded;
}

const struct codec codec_hand = {"by hand, checked", sizeof(struct state), NULL, NULL, encode, decode};
const struct codec codec_hand_32 = {
	"by hand, checked, 32-bit", sizeof(struct state), begin_32, NULL, encode_32, decode};
const struct codec codec_memcpy = {"memcpy", sizeof(struct state), NULL, NULL, copy_out, copy_in};
