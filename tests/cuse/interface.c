/* SPDX-License-Identifier: MIT */
/* The interfaces "testdev" and "testbytes", as the compiler would make them from an IDL file. */
#include "testdev.h"
#include <errno.h>
#include <ioferry/shape.h>
#include <stddef.h>

#define SAME 0xf
#define ALL(n)                                                                                                         \
	{                                                                                                              \
		n, n, n, n                                                                                             \
	}

static const struct iof_field flat_fields[] = {
	{"a", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"b", IOF_UINT, 1, ALL(4), ALL(4), ALL(4)},
	{"rest", IOF_BYTES, 56, ALL(1), ALL(8), ALL(1)},
};
static const struct iof_type flat = {"struct td_flat", ALL(64), SAME, 0, 3, flat_fields};

static const struct iof_field abi_fields[] = {
	{"a", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"b", IOF_UINT, 1, ALL(8), {8, 4, 8, 8}, ALL(8)},
	{"c", IOF_SINT, 1, {8, 4, 4, 4}, {16, 12, 16, 16}, {8, 4, 4, 4}},
};
static const struct iof_type abi = {"struct td_abi", {24, 16, 24, 24}, 1, 0, 3, abi_fields};

static const struct iof_field deep_fields[] = {
	{"in", IOF_POINTER, 1, {8, 4, 4, 4}, ALL(0), {8, 4, 4, 4}},
	{"out", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
	{"in_len", IOF_UINT, 1, ALL(4), {16, 8, 8, 8}, ALL(4)},
	{"out_len", IOF_UINT, 1, ALL(4), {20, 12, 12, 12}, ALL(4)},
};
static const struct iof_type deep = {"struct td_deep", {24, 16, 16, 16}, 1, 2, 4, deep_fields};

/* td_items, td_item and td_list: two numbers, and a pointer behind them. */
static const struct iof_field two_and_pointer_fields[] = {
	{"first", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"second", IOF_UINT, 1, ALL(4), ALL(4), ALL(4)},
	{"pointer", IOF_POINTER, 1, {8, 4, 4, 4}, ALL(8), {8, 4, 4, 4}},
};
static const struct iof_type two_and_pointer = {"struct td_items", {16, 12, 12, 12}, 1, 1, 3, two_and_pointer_fields};

static const struct iof_field message_fields[] = {
	{"id", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"stamp", IOF_SINT, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
	{"data", IOF_BYTES, 8, ALL(1), {16, 8, 8, 8}, ALL(1)},
};
static const struct iof_type message = {"struct td_message", {24, 16, 16, 16}, 1, 0, 3, message_fields};

static void flat_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &flat, 1, IOF_INOUT, 0);
}

static void abi_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &abi, 1, IOF_INOUT, 0);
}

static void deep_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &deep, 1, IOF_IN, 0);
	uint64_t in = iof_walk_bound(walk, iof_segment_uint(arg, 0, 16, 4), 0, 400000, EINVAL, "in_len");
	uint64_t out = iof_walk_bound(walk, iof_segment_uint(arg, 0, 20, 4), 0, 400000, EINVAL, "out_len");

	iof_walk_pointer(walk, arg, 0, 0, &iof_type_u8, (uint32_t)in, IOF_IN, 0);
	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, (uint32_t)out, IOF_OUT, 0);
}

static void items_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &two_and_pointer, 1, IOF_IN, 0), *items;
	uint64_t count = iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 1000, EINVAL, "count");

	items = iof_walk_pointer(walk, arg, 0, 8, &two_and_pointer, (uint32_t)count, IOF_INOUT, 0);
	for (uint32_t i = 0; i < count && iof_walk_ok(walk); i++) {
		uint64_t length = iof_walk_bound(walk, iof_segment_uint(items, i, 0, 4), 0, 4096, EINVAL, "length");

		iof_walk_pointer(walk, items, i, 8, &iof_type_u8, (uint32_t)length, IOF_INOUT, IOF_NULLABLE);
	}
}

static void list_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &two_and_pointer, 1, IOF_INOUT, 0), *values;
	uint64_t capacity = iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 1000, EINVAL, "capacity");

	values = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, (uint32_t)capacity, IOF_OUT_EXACT, 0);
	iof_walk_returned(walk, values, arg, 0, 4, 4, false);
}

#define MASK 0xffffffffu
#define PLAIN(macro, kind, flag)                                                                                       \
	{                                                                                                              \
#macro, ALL(macro), MASK, kind, flag, macro, NULL, NULL, NULL                                          \
	}
#define SHAPED(macro, function)                                                                                        \
	{                                                                                                              \
#macro, ALL(macro), MASK, IOF_ARG_POINTER, 0, macro, function, NULL, NULL                              \
	}

/* Sorted by number: _IO('T', n) come first, _IOWR() last. */
static const struct iof_command commands[] = {
	PLAIN(TD_NOTHING, IOF_ARG_NONE, 0),
	SHAPED(TD_ABI, abi_shape),
	SHAPED(TD_DEEP, deep_shape),
	SHAPED(TD_ITEMS, items_shape),
	SHAPED(TD_LIST, list_shape),
	PLAIN(TD_ERRNO, IOF_ARG_VALUE, 0),
	PLAIN(TD_RESULT, IOF_ARG_VALUE, 0),
	PLAIN(TD_WAIT, IOF_ARG_NONE, IOF_CMD_BLOCKING | IOF_CMD_RESTART),
	PLAIN(TD_WAIT_EINTR, IOF_ARG_NONE, IOF_CMD_BLOCKING),
	PLAIN(TD_STUCK, IOF_ARG_VALUE, IOF_CMD_BLOCKING | IOF_CMD_RESTART),
	PLAIN(TD_SLOW, IOF_ARG_VALUE, 0),
	PLAIN(TD_KICK, IOF_ARG_VALUE, 0),
	PLAIN(TD_NONBLOCK, IOF_ARG_NONE, IOF_CMD_BLOCKING),
	PLAIN(TD_COUNT, IOF_ARG_NONE, 0),
	{"TD_UNSUPPORTED", ALL(TD_UNSUPPORTED), MASK, IOF_ARG_UNSUPPORTED, 0, 1, NULL, NULL,
	 "it hands out a descriptor"},
	SHAPED(TD_LIE, list_shape),
	SHAPED(TD_FLAT, flat_shape),
	SHAPED(TD_BUSY, flat_shape),
};

static const struct iof_interface testdev = {
	.name = "testdev",
	.driver = "none",
	.node = "td%u",
	.hash = 1,
	.commands = commands,
	.n_commands = sizeof(commands) / sizeof(commands[0]),
	.read = {&message, true, IOF_OUT, IOF_CMD_BLOCKING, 64},
	.write = {&message, true, IOF_INOUT, IOF_CMD_BLOCKING, 64},
	.poll = true,
};

static const struct iof_interface testbytes = {
	.name = "testbytes",
	.driver = "none",
	.node = "tb%u",
	.hash = 2,
	.read = {&iof_type_u8, false, IOF_OUT_EXACT, IOF_CMD_BLOCKING, 1u << 19},
	.write = {&iof_type_u8, false, IOF_IN, IOF_CMD_BLOCKING, 1u << 19},
	.poll = false,
};

const struct iof_interface *const iof_interfaces[] = {&testdev, &testbytes, NULL};
