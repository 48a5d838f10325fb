/* SPDX-License-Identifier: MIT */
/**
 * @file frame_test.c
 * Bits of frames, against frames laid out by hand and against a second, naive way to count them.
 */
#include "world.h"

#include <string.h>

static void assert_levels(const struct simcan_frame *frame, const char *expected)
{
	struct simcan_bits bits;
	char text[SIMCAN_BITS_MAX + 1] = "";

	simcan_frame_encode(frame, &bits);
	for (unsigned i = 0; i < bits.count; i++)
		text[i] = bits.level[i] ? '1' : '0';
	assert_string_equal(text, expected);
}

/* 34 zeros (SOF, identifier, RTR, IDE, r0, length, CRC of zeros): a stuff bit after each five of them. */
static void zeros(void **state)
{
	struct simcan_frame frame = {0};
	struct simcan_bits bits;

	(void)state;
	assert_levels(&frame, "000001"
			      "000001"
			      "000001"
			      "000001"
			      "000001"
			      "000001"
			      "0000"
			      "1111111111");
	simcan_frame_encode(&frame, &bits);
	assert_int_equal(bits.count, 50);
	assert_int_equal(bits.stuff_bits, 6);
	assert_int_equal(bits.ack_slot, 41);
	assert_int_equal(bits.crc, 0);
}

/* Identifier 0x14, one byte 0x01. Stuff bits in brackets, CRC by long division with 1100010110011001:
 *   0 0000[1]0010100 000[1] 0001 00000[1]001 111011101010011 */
static void one_byte(void **state)
{
	struct simcan_frame frame = {.id = 0x14, .dlc = 1, .data = {0x01}};

	(void)state;
	assert_levels(&frame, "0000010010100"
			      "0001"
			      "0001"
			      "000001001"
			      "111011101010011"
			      "1111111111");
}

/* Every level of the identifier and control field stands where ISO 11898-1 puts it. */
static void extended_fields(void **state)
{
	struct simcan_frame frame = {.id = 0x15555555, .extended = true, .remote = true, .dlc = 5};
	struct simcan_bits bits;
	static const uint8_t fields[] = {
		SIMCAN_SOF,      SIMCAN_ID_28_21, SIMCAN_ID_28_21, SIMCAN_ID_28_21, SIMCAN_ID_28_21,
		SIMCAN_ID_28_21, SIMCAN_ID_28_21, SIMCAN_ID_28_21, SIMCAN_ID_28_21, SIMCAN_ID_20_18,
		SIMCAN_ID_20_18, SIMCAN_ID_20_18, SIMCAN_SRTR,     SIMCAN_IDE,      SIMCAN_ID_17_13,
	};

	(void)state;
	simcan_frame_encode(&frame, &bits);
	/* 10101010101 SRR IDE 010101010101010101 RTR r1 r0 0101: alternating, so nothing is stuffed up to the CRC. */
	assert_memory_equal(bits.field, fields, sizeof(fields));
	assert_int_equal(bits.level[12], 1);
	assert_int_equal(bits.level[13], 1);
	assert_int_equal(bits.level[14], 0);
	assert_int_equal(bits.field[31], SIMCAN_ID_4_0);
	assert_int_equal(bits.level[32], 1);
	assert_int_equal(bits.field[32], SIMCAN_RTR);
	assert_int_equal(bits.field[33], SIMCAN_R1);
	assert_int_equal(bits.field[34], SIMCAN_R0);
	assert_int_equal(bits.field[35], SIMCAN_DLC);
	assert_int_equal(bits.field[39], SIMCAN_CRC); /* a remote frame has no data */
	assert_int_equal(bits.count - bits.stuff_bits, 39 + 15 + SIMCAN_TAIL_BITS);
}

/* The most that fits: nothing may be longer than the arrays. */
static void longest(void **state)
{
	struct simcan_frame frame = {.extended = true, .dlc = 15};
	struct simcan_bits bits;

	(void)state;
	simcan_frame_encode(&frame, &bits);
	assert_int_equal(simcan_frame_bytes(&frame), 8);
	assert_int_equal(bits.count - bits.stuff_bits, 128);
	assert_true(bits.count <= SIMCAN_BITS_MAX);
}

/* A small generator of its own, so that the run is the same everywhere. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void random_frame(uint32_t *seed, struct simcan_frame *frame)
{
	frame->extended = next_random(seed) & 1;
	frame->remote = (next_random(seed) & 7) == 0;
	frame->id = next_random(seed) * 37 & (frame->extended ? 0x1fffffff : 0x7ff);
	frame->dlc = next_random(seed) & 15;
	memset(frame->data, 0, sizeof(frame->data));
	for (unsigned i = 0; i < simcan_frame_bytes(frame); i++)
		frame->data[i] = (uint8_t)(next_random(seed) & 1 ? next_random(seed) : 0xff * (next_random(seed) & 1));
}

/* Destuffing with a string, as one would on paper. */
static unsigned count_stuff_bits(const struct simcan_bits *bits)
{
	unsigned stuffed = 0, run = 0, last = 2;

	for (unsigned i = 0; i + SIMCAN_TAIL_BITS < bits->count; i++) {
		bool is_stuff = run == 5;

		assert_true(!is_stuff || bits->level[i] != last);
		stuffed += is_stuff;
		run = bits->level[i] == last ? run + 1 : 1;
		last = bits->level[i];
	}
	return stuffed;
}

static void round_trips(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct simcan_frame frame;
		struct simcan_bits bits;
		struct simcan_reception reception;

		random_frame(&seed, &frame);
		simcan_frame_encode(&frame, &bits);
		assert_int_equal(count_stuff_bits(&bits), bits.stuff_bits);
		assert_int_equal(bits.count - bits.stuff_bits,
				 (frame.extended ? 64 : 44) + 8 * simcan_frame_bytes(&frame));
		simcan_frame_decode(bits.level, bits.count, &reception);
		assert_true(reception.valid);
		assert_int_equal(reception.frame.id, frame.id);
		assert_int_equal(reception.frame.extended, frame.extended);
		assert_int_equal(reception.frame.remote, frame.remote);
		assert_int_equal(reception.frame.dlc, frame.dlc);
		assert_memory_equal(reception.frame.data, frame.data, 8);
	}
}

/* One inverted bit anywhere between start and end of frame is never taken for a frame with other contents. */
static void single_errors(void **state)
{
	struct simcan_frame frame = {.id = 0x2a5, .dlc = 4, .data = {0x12, 0x34, 0x56, 0x78}};
	struct simcan_bits bits;

	(void)state;
	simcan_frame_encode(&frame, &bits);
	for (unsigned bit = 1; bit + 1u < bits.count; bit++) {
		struct simcan_reception reception;

		bits.level[bit] ^= 1;
		simcan_frame_decode(bits.level, bits.count, &reception);
		assert_int_equal(reception.valid, bit == bits.ack_slot);
		bits.level[bit] ^= 1;
	}
}

static void error_kinds(void **state)
{
	struct simcan_frame frame = {.id = 0x555, .dlc = 1, .data = {0x55}};
	struct simcan_bits bits;
	struct simcan_reception reception;
	uint8_t idle = 0;

	(void)state;
	simcan_frame_encode(&frame, &bits);
	bits.level[20] ^= 1;
	simcan_frame_decode(bits.level, bits.count, &reception);
	assert_int_equal(reception.error, SIMCAN_ERROR_OTHER); /* CRC */
	assert_int_equal(reception.position, bits.ack_slot + 1);
	bits.level[20] ^= 1;

	bits.level[bits.count - 3] ^= 1;
	simcan_frame_decode(bits.level, bits.count, &reception);
	assert_int_equal(reception.error, SIMCAN_ERROR_FORM);
	assert_int_equal(reception.field, SIMCAN_EOF);

	/* Start of frame, then silence: six equal bits at 1 to 6. */
	simcan_frame_decode(&idle, 1, &reception);
	assert_int_equal(reception.error, SIMCAN_ERROR_STUFF);
	assert_int_equal(reception.position, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeros),       cmocka_unit_test(one_byte),    cmocka_unit_test(extended_fields),
		cmocka_unit_test(longest),     cmocka_unit_test(round_trips), cmocka_unit_test(single_errors),
		cmocka_unit_test(error_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
