/* SPDX-License-Identifier: MIT */
/**
 * @file translate_test.c
 * Frames, error frames and filters between the two APIs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/backends/socketcan/translate.h"

#include <linux/can/error.h>
#include <string.h>

static void to_frames(void **state)
{
	struct can_frame frame;

	(void)state;
	socketcan_frame_of(&(c4l_message){.id = 0x1fff, .length = 3, .data = {1, 2, 3, 4}}, &frame);
	assert_int_equal(frame.can_id, 0x7ff); /* the controller sends 11 bits of it */
	assert_int_equal(frame.len, 3);
	assert_memory_equal(frame.data, "\1\2\3\0", 4);

	socketcan_frame_of(
		&(c4l_message){
			.flags = CAN4LINUX_MSG_EXT | CAN4LINUX_MSG_RTR, .id = 0xffffffff, .length = 15, .data = {9}},
		&frame);
	assert_int_equal(frame.can_id, CAN_EFF_FLAG | CAN_RTR_FLAG | CAN_EFF_MASK);
	assert_int_equal(frame.len, 8);
	assert_int_equal(frame.data[0], 0);

	socketcan_frame_of(&(c4l_message){.length = -1}, &frame);
	assert_int_equal(frame.len, 8);
}

static void to_messages(void **state)
{
	c4l_message message;

	(void)state;
	socketcan_message_of(&(struct can_frame){.can_id = 0x123, .len = 2, .data = {7, 8, 9}}, &message);
	assert_int_equal(message.flags, 0);
	assert_int_equal(message.id, 0x123);
	assert_int_equal(message.length, 2);
	assert_memory_equal(message.data, "\7\10\0", 3);

	socketcan_message_of(&(struct can_frame){.can_id = CAN_EFF_FLAG | CAN_RTR_FLAG | 0x123, .len = 4}, &message);
	assert_int_equal(message.flags, CAN4LINUX_MSG_EXT | CAN4LINUX_MSG_RTR);
	assert_int_equal(message.length, 4);

	/* A length beyond the frame must not read beyond it. */
	socketcan_message_of(&(struct can_frame){.can_id = 1, .len = 255}, &message);
	assert_int_equal(message.length, 8);
}

static void error_messages(void **state)
{
	static const struct {
		canid_t class;
		uint8_t detail;
		int flags;
	} known[] = {
		{CAN_ERR_BUSOFF, 0, CAN4LINUX_MSG_BUSOFF},
		{CAN_ERR_RESTARTED, 0, 0},
		{CAN_ERR_CRTL, CAN_ERR_CRTL_TX_WARNING, CAN4LINUX_MSG_WARNING},
		{CAN_ERR_CRTL, CAN_ERR_CRTL_RX_PASSIVE, CAN4LINUX_MSG_PASSIVE},
		{CAN_ERR_CRTL, CAN_ERR_CRTL_RX_OVERFLOW, CAN4LINUX_MSG_OVR},
		{CAN_ERR_CRTL, CAN_ERR_CRTL_ACTIVE, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct can_frame frame = {
			.can_id = CAN_ERR_FLAG | known[i].class, .len = 8, .data = {0, known[i].detail}};
		c4l_message message;

		socketcan_message_of(&frame, &message);
		assert_int_equal(message.id, 0xffffffff);
		assert_int_equal(message.flags, known[i].flags);
		assert_int_equal(message.length, 2);
	}
}

static bool passes(const struct can_filter *filter, canid_t id)
{
	for (unsigned i = 0; i < 2; i++) {
		if ((id & filter[i].can_mask) == (filter[i].can_id & filter[i].can_mask))
			return true;
	}
	return false;
}

/* The kernel's filter never drops what the chip's would take; with no data bits in the mask they are the same. */
static void filters(void **state)
{
	static const struct {
		uint32_t code, mask;
	} settings[] = {
		{0, 0xffffffff},
		{0x100u << 21, ~(0x7ffu << 21)},
		{0x100u << 21 | 1u << 20, ~(0x7ffu << 21 | 1u << 20)},
		{0x12345678u << 3, ~(0x1fffffffu << 3)},
		{0x12345678u << 3 | 4, 3},
		{0x100u << 21 | 0x5500, ~(0x7ffu << 21 | 0xff00u)},
	};
	static const canid_t ids[] = {
		0x100,
		0x101,
		0x100 | CAN_RTR_FLAG,
		0x12345678 | CAN_EFF_FLAG,
		0x12345678 | CAN_EFF_FLAG | CAN_RTR_FLAG,
		0x100 << 18 | CAN_EFF_FLAG,
		0x7ff,
		CAN_EFF_MASK | CAN_EFF_FLAG,
		0,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct can_filter filter[2];

		socketcan_filters_of(settings[i].code, settings[i].mask, filter);
		for (size_t j = 0; j < sizeof(ids) / sizeof(ids[0]); j++) {
			struct can_frame frame = {.can_id = ids[j], .len = 2, .data = {0x66}};
			bool accepted = socketcan_accepts(&frame, settings[i].code, settings[i].mask);

			assert_true(passes(filter, ids[j]) || !accepted);
			if (i == 1)
				assert_int_equal(accepted, (ids[j] & ~CAN_RTR_FLAG) == 0x100 ||
								   ids[j] == (0x100 << 18 | CAN_EFF_FLAG));
		}
	}
	assert_false(socketcan_accepts(&(struct can_frame){.can_id = 0x100, .len = 1, .data = {0x66}}, settings[5].code,
				       settings[5].mask));
	assert_true(socketcan_accepts(&(struct can_frame){.can_id = 0x100, .len = 1, .data = {0x55}}, settings[5].code,
				      settings[5].mask));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_frames),
		cmocka_unit_test(to_messages),
		cmocka_unit_test(error_messages),
		cmocka_unit_test(filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
