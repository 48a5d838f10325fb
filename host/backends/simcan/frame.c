/* SPDX-License-Identifier: MIT */
/**
 * @file frame.c
 * Bits of a CAN frame, in both directions.
 */
#include "host/backends/simcan/frame.h"

#include <string.h>

enum { CRC_POLYNOMIAL = 0x4599, CRC_BITS = 15, SAME_BITS = 5 };

unsigned simcan_frame_bytes(const struct simcan_frame *frame)
{
	if (frame->remote)
		return 0;
	return frame->dlc > 8 ? 8 : frame->dlc;
}

bool simcan_field_arbitrates(uint8_t field)
{
	switch (field) {
	case SIMCAN_ID_28_21:
	case SIMCAN_ID_20_18:
	case SIMCAN_SRTR:
	case SIMCAN_IDE:
	case SIMCAN_ID_17_13:
	case SIMCAN_ID_12_5:
	case SIMCAN_ID_4_0:
	case SIMCAN_RTR: return true;
	default: return false;
	}
}

bool simcan_frame_accepted(const struct simcan_frame *frame, uint32_t code, uint32_t mask)
{
	unsigned bytes = simcan_frame_bytes(frame);
	uint32_t bits, ignored = mask;

	if (frame->extended) {
		bits = frame->id << 3 | (frame->remote ? 4u : 0u);
		ignored |= 3;
	} else {
		/* Behind a base identifier the filter looks at the first two data bytes; missing ones match. */
		bits = frame->id << 21 | (frame->remote ? 1u << 20 : 0u);
		ignored |= 0xf0000;
		if (bytes > 0)
			bits |= (uint32_t)frame->data[0] << 8;
		else
			ignored |= 0xff00;
		if (bytes > 1)
			bits |= frame->data[1];
		else
			ignored |= 0xff;
	}
	return ((bits ^ code) & ~ignored) == 0;
}

static uint16_t crc_add(uint16_t crc, unsigned bit)
{
	unsigned feedback = bit ^ (crc >> (CRC_BITS - 1) & 1u);
	unsigned next = (unsigned)crc << 1 & 0x7fffu;

	return (uint16_t)(feedback ? next ^ CRC_POLYNOMIAL : next);
}

/* Appends bits with stuffing. */
struct writer {
	struct simcan_bits *bits;
	unsigned run; /* equal levels at the end */
};

static void append(struct simcan_bits *bits, unsigned level, uint8_t field)
{
	bits->level[bits->count] = (uint8_t)level;
	bits->field[bits->count] = field;
	bits->count++;
}

static void put_stuffed(struct writer *writer, unsigned level, uint8_t field)
{
	struct simcan_bits *bits = writer->bits;

	if (bits->count > 0 && bits->level[bits->count - 1] == level)
		writer->run++;
	else
		writer->run = 1;
	append(bits, level, field);
	if (writer->run == SAME_BITS) {
		append(bits, !level, field);
		bits->stuff_bits++;
		writer->run = 1;
	}
}

static void put(struct writer *writer, uint32_t value, unsigned width, uint8_t field)
{
	while (width-- > 0) {
		unsigned level = value >> width & 1u;

		if (field != SIMCAN_CRC)
			writer->bits->crc = crc_add(writer->bits->crc, level);
		put_stuffed(writer, level, field);
	}
}

static void put_identifier(struct writer *writer, const struct simcan_frame *frame)
{
	uint32_t base = frame->extended ? frame->id >> 18 : frame->id;

	put(writer, base >> 3 & 0xff, 8, SIMCAN_ID_28_21);
	put(writer, base & 7, 3, SIMCAN_ID_20_18);
	if (!frame->extended) {
		put(writer, frame->remote, 1, SIMCAN_SRTR);
		put(writer, 0, 1, SIMCAN_IDE);
		put(writer, 0, 1, SIMCAN_R0);
		return;
	}
	put(writer, 1, 1, SIMCAN_SRTR);
	put(writer, 1, 1, SIMCAN_IDE);
	put(writer, frame->id >> 13 & 0x1f, 5, SIMCAN_ID_17_13);
	put(writer, frame->id >> 5 & 0xff, 8, SIMCAN_ID_12_5);
	put(writer, frame->id & 0x1f, 5, SIMCAN_ID_4_0);
	put(writer, frame->remote, 1, SIMCAN_RTR);
	put(writer, 0, 1, SIMCAN_R1);
	put(writer, 0, 1, SIMCAN_R0);
}

void simcan_frame_encode(const struct simcan_frame *frame, struct simcan_bits *bits)
{
	struct writer writer = {.bits = bits};

	memset(bits, 0, sizeof(*bits));
	put(&writer, 0, 1, SIMCAN_SOF);
	put_identifier(&writer, frame);
	put(&writer, frame->dlc & 0xf, 4, SIMCAN_DLC);
	for (unsigned i = 0; i < simcan_frame_bytes(frame); i++)
		put(&writer, frame->data[i], 8, SIMCAN_DATA);
	put(&writer, bits->crc, CRC_BITS, SIMCAN_CRC);

	append(bits, 1, SIMCAN_CRC_DELIMITER);
	bits->ack_slot = bits->count;
	append(bits, 1, SIMCAN_ACK_SLOT);
	append(bits, 1, SIMCAN_ACK_DELIMITER);
	for (unsigned i = 0; i < 7; i++)
		append(bits, 1, SIMCAN_EOF);
}

/* Takes bits from levels, without stuff bits. After the first error it yields recessive bits. */
struct reader {
	const uint8_t *level;
	unsigned count, next;
	unsigned run, last;
	bool failed;
	uint16_t crc;
	struct simcan_reception *reception;
};

static void fail(struct reader *reader, uint8_t error, uint8_t field, unsigned position)
{
	if (reader->failed)
		return;
	reader->failed = true;
	reader->reception->error = error;
	reader->reception->field = field;
	reader->reception->position = (uint16_t)position;
}

static unsigned take_raw(struct reader *reader)
{
	unsigned level = reader->next < reader->count ? reader->level[reader->next] : 1;

	reader->next++;
	reader->run = reader->next > 1 && level == reader->last ? reader->run + 1 : 1;
	reader->last = level;
	return level;
}

static unsigned take_bit(struct reader *reader, uint8_t field)
{
	unsigned level;

	if (reader->failed)
		return 1;
	level = take_raw(reader);
	if (field != SIMCAN_CRC)
		reader->crc = crc_add(reader->crc, level);
	if (reader->run == SAME_BITS) {
		if (take_raw(reader) == level)
			fail(reader, SIMCAN_ERROR_STUFF, field, reader->next - 1);
	}
	return level;
}

static uint32_t take(struct reader *reader, unsigned width, uint8_t field)
{
	uint32_t value = 0;

	while (width-- > 0)
		value = value << 1 | take_bit(reader, field);
	return value;
}

static void take_identifier(struct reader *reader, struct simcan_frame *frame)
{
	unsigned substitute;

	frame->id = take(reader, 8, SIMCAN_ID_28_21) << 3;
	frame->id |= take(reader, 3, SIMCAN_ID_20_18);
	substitute = take_bit(reader, SIMCAN_SRTR);
	frame->extended = take_bit(reader, SIMCAN_IDE);
	if (!frame->extended) {
		frame->remote = substitute;
		take(reader, 1, SIMCAN_R0);
		return;
	}
	frame->id = frame->id << 5 | take(reader, 5, SIMCAN_ID_17_13);
	frame->id = frame->id << 8 | take(reader, 8, SIMCAN_ID_12_5);
	frame->id = frame->id << 5 | take(reader, 5, SIMCAN_ID_4_0);
	frame->remote = take_bit(reader, SIMCAN_RTR);
	take(reader, 1, SIMCAN_R1);
	take(reader, 1, SIMCAN_R0);
}

static void take_tail(struct reader *reader)
{
	static const uint8_t fields[SIMCAN_TAIL_BITS] = {
		SIMCAN_CRC_DELIMITER, SIMCAN_ACK_SLOT, SIMCAN_ACK_DELIMITER, SIMCAN_EOF, SIMCAN_EOF,
		SIMCAN_EOF,           SIMCAN_EOF,      SIMCAN_EOF,           SIMCAN_EOF, SIMCAN_EOF,
	};

	/* A dominant last bit of the end of frame is no error to a receiver (it answers with an overload flag). */
	for (unsigned i = 0; i < SIMCAN_TAIL_BITS - 1; i++) {
		if (take_raw(reader) == 0 && fields[i] != SIMCAN_ACK_SLOT)
			fail(reader, SIMCAN_ERROR_FORM, fields[i], reader->next - 1);
	}
}

void simcan_frame_decode(const uint8_t *level, unsigned count, struct simcan_reception *reception)
{
	struct reader reader = {.level = level, .count = count, .reception = reception};
	struct simcan_frame *frame = &reception->frame;
	bool crc_differs;

	memset(reception, 0, sizeof(*reception));
	take(&reader, 1, SIMCAN_SOF);
	take_identifier(&reader, frame);
	frame->dlc = (uint8_t)take(&reader, 4, SIMCAN_DLC);
	for (unsigned i = 0; i < simcan_frame_bytes(frame) && !reader.failed; i++)
		frame->data[i] = (uint8_t)take(&reader, 8, SIMCAN_DATA);
	crc_differs = take(&reader, CRC_BITS, SIMCAN_CRC) != reader.crc;
	if (reader.failed)
		return;

	take_tail(&reader);
	/* A CRC error is signalled behind the ACK delimiter; a form error before it comes first. */
	if (crc_differs && (!reader.failed || reception->field == SIMCAN_EOF)) {
		reader.failed = false;
		fail(&reader, SIMCAN_ERROR_OTHER, SIMCAN_ACK_DELIMITER, reader.next - 7);
	}
	reception->valid = !reader.failed;
}
