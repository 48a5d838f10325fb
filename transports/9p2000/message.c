/* SPDX-License-Identifier: MIT */
#include "transports/9p2000/message.h"
#include <ioferry/wire.h>
#include <string.h>

/* The one place where a length from outside is compared with what there is. NULL: there is less. */
static const uint8_t *take(struct p9_in *in, size_t length)
{
	const uint8_t *bytes = in->at;

	if (in->bad || (size_t)(in->end - in->at) < length) {
		in->bad = true;
		return NULL;
	}
	in->at += length;
	return bytes;
}

struct p9_in p9_in(const uint8_t *bytes, size_t length)
{
	struct p9_in in = {.at = bytes, .end = bytes + length};

	(void)p9_get_u32(&in); /* the length, which who read it has checked */
	in.type = p9_get_u8(&in);
	in.tag = p9_get_u16(&in);
	return in;
}

uint8_t p9_get_u8(struct p9_in *in)
{
	const uint8_t *bytes = take(in, 1);

	return bytes ? bytes[0] : 0;
}

uint16_t p9_get_u16(struct p9_in *in)
{
	const uint8_t *bytes = take(in, 2);
	unsigned value = bytes ? bytes[0] | (unsigned)bytes[1] << 8 : 0;

	return (uint16_t)value;
}

uint32_t p9_get_u32(struct p9_in *in)
{
	const uint8_t *bytes = take(in, 4);

	return bytes ? iof_get_u32(bytes) : 0;
}

uint64_t p9_get_u64(struct p9_in *in)
{
	const uint8_t *bytes = take(in, 8);

	return bytes ? iof_get_u64(bytes) : 0;
}

struct p9_text p9_get_text(struct p9_in *in)
{
	struct p9_text text = {.length = p9_get_u16(in)};

	text.bytes = take(in, text.length);
	if (text.bytes && memchr(text.bytes, 0, text.length))
		in->bad = true;
	return text;
}

bool p9_text_is(struct p9_text text, const char *word)
{
	return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

const uint8_t *p9_get_data(struct p9_in *in, uint32_t *length)
{
	*length = p9_get_u32(in);
	return take(in, *length);
}

bool p9_in_ends(const struct p9_in *in)
{
	return !in->bad && in->at == in->end;
}

struct p9_out p9_out(uint8_t *bytes, size_t size)
{
	return (struct p9_out){.bytes = bytes, .length = P9_HEADER, .size = size};
}

static uint8_t *room(struct p9_out *out, size_t length)
{
	uint8_t *at = out->bytes + out->length;

	if (out->size - out->length < length)
		return NULL;
	out->length += length;
	return at;
}

void p9_put_u8(struct p9_out *out, uint8_t value)
{
	uint8_t *at = room(out, 1);

	if (at)
		*at = value;
}

void p9_put_u16(struct p9_out *out, uint16_t value)
{
	p9_put_u8(out, (uint8_t)(value & 0xff));
	p9_put_u8(out, (uint8_t)(value >> 8));
}

void p9_put_u32(struct p9_out *out, uint32_t value)
{
	uint8_t *at = room(out, 4);

	if (at)
		iof_put_u32(at, value);
}

void p9_put_u64(struct p9_out *out, uint64_t value)
{
	uint8_t *at = room(out, 8);

	if (at)
		iof_put_u64(at, value);
}

static void put_bytes(struct p9_out *out, const void *bytes, size_t length)
{
	uint8_t *at = room(out, length);

	if (at)
		memcpy(at, bytes, length);
}

void p9_put_text(struct p9_out *out, const char *text)
{
	size_t length = strlen(text);

	p9_put_u16(out, (uint16_t)length);
	put_bytes(out, text, length);
}

void p9_put_qid(struct p9_out *out, bool is_folder, uint64_t path)
{
	enum { QID_FOLDER = 0x80 };

	p9_put_u8(out, is_folder ? QID_FOLDER : 0);
	p9_put_u32(out, 0); /* version: 0 keeps Linux from caching what is in the file */
	p9_put_u64(out, path);
}

void p9_put_header(uint8_t *bytes, size_t length, uint8_t type, uint16_t tag)
{
	iof_put_u32(bytes, (uint32_t)length);
	bytes[4] = type;
	bytes[5] = (uint8_t)(tag & 0xff);
	bytes[6] = (uint8_t)(tag >> 8);
}
