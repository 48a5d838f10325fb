/* SPDX-License-Identifier: MIT */
/* msgpack-c: an array of arrays; the decoder's objects lie in a zone that is cleared between calls. */
#include "codec.h"
#include <msgpack.h>
#include <string.h>

enum { MEMBERS = 7 };

struct state {
	msgpack_sbuffer buffer;
	msgpack_zone zone;
	canmsg_t decoded[FRAMES_MAX];
};

static int begin(void *context, const struct source *source)
{
	struct state *state = context;

	(void)source;
	msgpack_sbuffer_init(&state->buffer);
	return msgpack_zone_init(&state->zone, MSGPACK_ZONE_CHUNK_SIZE) ? 0 : -1;
}

static void end(void *context)
{
	struct state *state = context;

	msgpack_sbuffer_destroy(&state->buffer);
	if (state->zone.chunk_list.head) /* else begin() failed */
		msgpack_zone_destroy(&state->zone);
}

static struct wire encode(void *context, const struct source *source)
{
	struct state *state = context;
	msgpack_packer packer;
	int error;

	msgpack_sbuffer_clear(&state->buffer);
	msgpack_packer_init(&packer, &state->buffer, msgpack_sbuffer_write);
	error = msgpack_pack_array(&packer, source->n);
	for (unsigned i = 0; i < source->n; i++) {
		const canmsg_t *from = &source->frames[i];

		error |= msgpack_pack_array(&packer, MEMBERS);
		error |= msgpack_pack_int32(&packer, from->flags);
		error |= msgpack_pack_int32(&packer, from->cob);
		error |= msgpack_pack_uint64(&packer, from->id);
		error |= msgpack_pack_int64(&packer, from->timestamp.tv_sec);
		error |= msgpack_pack_int64(&packer, from->timestamp.tv_usec);
		error |= msgpack_pack_int16(&packer, from->length);
		error |= msgpack_pack_bin_with_body(&packer, from->data, CAN_MSG_LENGTH);
	}
	return (struct wire){state->buffer.data, error ? 0 : state->buffer.size};
}

/* Integers that are not negative come as such, whatever they were packed as. */
static bool take(const msgpack_object *object, int64_t *value)
{
	if (object->type != MSGPACK_OBJECT_POSITIVE_INTEGER && object->type != MSGPACK_OBJECT_NEGATIVE_INTEGER)
		return false;
	*value = object->via.i64;
	return true;
}

static bool take_frame(const msgpack_object *object, canmsg_t *to)
{
	const msgpack_object *member = object->via.array.ptr;
	int64_t value[MEMBERS - 1];

	if (object->type != MSGPACK_OBJECT_ARRAY || object->via.array.size != MEMBERS)
		return false;
	for (int i = 0; i < MEMBERS - 1; i++) {
		if (!take(&member[i], &value[i]))
			return false;
	}
	member += MEMBERS - 1;
	if (member->type != MSGPACK_OBJECT_BIN || member->via.bin.size != CAN_MSG_LENGTH)
		return false;
	to->flags = (int)value[0];
	to->cob = (int)value[1];
	to->id = (unsigned long)value[2];
	to->timestamp.tv_sec = value[3];
	to->timestamp.tv_usec = value[4];
	to->length = (short)value[5];
	memcpy(to->data, member->via.bin.ptr, CAN_MSG_LENGTH);
	return true;
}

static const canmsg_t *decode(void *context, struct wire wire)
{
	struct state *state = context;
	msgpack_object object;
	size_t off = 0;

	msgpack_zone_clear(&state->zone);
	if (msgpack_unpack(wire.bytes, wire.size, &off, &state->zone, &object) != MSGPACK_UNPACK_SUCCESS)
		return NULL;
	if (object.type != MSGPACK_OBJECT_ARRAY || object.via.array.size > FRAMES_MAX)
		return NULL;
	for (uint32_t i = 0; i < object.via.array.size; i++) {
		if (!take_frame(&object.via.array.ptr[i], &state->decoded[i]))
			return NULL;
	}
	return state->decoded;
}

const struct codec codec_msgpack = {"msgpack-c", sizeof(struct state), begin, end, encode, decode};
