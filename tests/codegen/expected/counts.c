/* SPDX-License-Identifier: MIT */
/* Generated from features/counts.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 n; in struct frame *frames[n, max 16]; } */
static const struct iof_field fields_ELEMENTS[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"frames", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_ELEMENTS = {
	.name = "ELEMENTS",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_ELEMENTS,
};

/* struct frame { u32 id; u8 data[8]; } */
static const struct iof_field fields_frame[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_UINT, 8, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
};

static const struct iof_type type_frame = {
	.name = "frame",
	.size = {12, 12, 12, 12},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_frame,
};

/* struct { u32 size; in struct frame *frames[size bytes, max 192]; } */
static const struct iof_field fields_BYTES[] = {
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"frames", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_BYTES = {
	.name = "BYTES",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_BYTES,
};

/*
 * struct {
 *     u32 n_sent, n_room;
 *     in u16 *sent[n_sent, max 8, errno E2BIG];
 *     out u16 *received[n_room, max 4, clamp, returned n_room];
 * }
 */
static const struct iof_field fields_BOTH[] = {
	{"n_sent", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"n_room", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"sent", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
	{"received", IOF_POINTER, 1, {8, 4, 4, 4}, {16, 12, 12, 12}, {8, 4, 4, 4}},
};

static const struct iof_type type_BOTH = {
	.name = "BOTH",
	.size = {24, 16, 16, 16},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 4,
	.fields = fields_BOTH,
};

/* ioctl ELEMENTS = 1 (in struct { u32 n; in struct frame *frames[n, max 16]; } *arg); */
static void elements_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_ELEMENTS, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 16, EINVAL, "arg.n");

	iof_walk_pointer(walk, arg, 0, 8, &type_frame, n, IOF_IN, IOF_LIST);
}

/* ioctl BYTES = 2 (in struct { u32 size; in struct frame *frames[size bytes, max 192]; } *arg); */
static void bytes_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BYTES, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4) % 12, 0, 0, EINVAL, "arg.size % 12");

	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 192, EINVAL, "arg.size");

	iof_walk_pointer(walk, arg, 0, 8, &type_frame, size / 12, IOF_IN, IOF_LIST);
}

/*
 * ioctl BOTH = 3 (inout struct {
 *     u32 n_sent, n_room;
 *     in u16 *sent[n_sent, max 8, errno E2BIG];
 *     out u16 *received[n_room, max 4, clamp, returned n_room];
 * } *arg);
 */
static void both_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BOTH, 1, IOF_INOUT, 0);
	uint32_t n_sent = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, E2BIG, "arg.n_sent");

	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u16, n_sent, IOF_IN, 0);

	uint32_t n_room = (uint32_t)iof_walk_clamp(walk, arg, 0, 4, 4, 4);
	const struct iof_segment *received = iof_walk_pointer(walk, arg, 0, 16, &iof_type_u16, n_room, IOF_OUT, 0);

	iof_walk_returned(walk, received, arg, 0, 4, 4, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "ELEMENTS",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x4102a9d6a253b228,
		.shape = elements_shape,
	},
	{
		.name = "BYTES",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x779b5585683e997f,
		.shape = bytes_shape,
	},
	{
		.name = "BOTH",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xd2c3f9fbc2b2eea5,
		.shape = both_shape,
	},
};

extern const struct iof_interface counts_interface;

const struct iof_interface counts_interface = {
	.name = "counts",
	.driver = "a test",
	.node = "counts",
	.hash = 0xe4c86cf24746cff6,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
