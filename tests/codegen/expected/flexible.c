/* SPDX-License-Identifier: MIT */
/* Generated from features/flexible.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct list { u32 count; out struct frame list[count, max 16, returned count]; } */
static const struct iof_field fields_list[] = {
	{"count", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_type type_list = {
	.name = "list",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_list,
	.tail = "list",
};

/* struct frame { u32 id; unsigned long stamp; } */
static const struct iof_field fields_frame[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"stamp", IOF_UINT, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_frame = {
	.name = "frame",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_frame,
};

/* struct { u32 size; out u8 *data[size, max 64, clamp, slack 4, returned size bytes]; } */
static const struct iof_field fields_FILL[] = {
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_FILL = {
	.name = "FILL",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_FILL,
};

/* struct { u32 n; out struct frame *frames[n, max 8, returned result]; } */
static const struct iof_field fields_READ_RESULT[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"frames", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_READ_RESULT = {
	.name = "READ_RESULT",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_READ_RESULT,
};

/*
 * ioctl SEND = _IOW('f', 1, struct list)
 *     (inout struct list { u32 count; in struct frame list[count, max 16]; } *arg);
 */
static void send_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_list, 1, IOF_INOUT, 0);
	uint32_t count = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 16, EINVAL, "arg.count");

	iof_walk_flexible(walk, arg, &type_frame, count, IOF_IN);
}

/*
 * ioctl RECEIVE = _IOR('f', 2, struct list)
 *     (inout struct list { u32 count; out struct frame list[count, max 16, returned count]; } *arg nullable);
 */
static void receive_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_list, 1, IOF_INOUT, IOF_NULLABLE);

	if (arg->present) {
		uint32_t count =
			(uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 16, EINVAL, "arg.count");
		const struct iof_segment *list = iof_walk_flexible(walk, arg, &type_frame, count, IOF_OUT);

		iof_walk_returned(walk, list, arg, 0, 0, 4, false);
	}
}

/*
 * ioctl FILL = _IO('f', 3)
 *     (inout struct { u32 size; out u8 *data[size, max 64, clamp, slack 4, returned size bytes]; } *arg);
 */
static void fill_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_FILL, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_clamp(walk, arg, 0, 0, 4, 64);
	const struct iof_segment *data = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, size, IOF_OUT, 0);

	iof_walk_slack(walk, data, 4);
	iof_walk_returned(walk, data, arg, 0, 0, 4, true);
}

/* ioctl READ_RESULT = _IO('f', 4) (in struct { u32 n; out struct frame *frames[n, max 8, returned result]; } *arg); */
static void read_result_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_READ_RESULT, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *frames = iof_walk_pointer(walk, arg, 0, 8, &type_frame, n, IOF_OUT, IOF_LIST);

	iof_walk_returned_result(walk, frames, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "FILL",
		.number = {0x6603, 0x6603, 0x6603, 0x6603},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xe6df954f8a8d66c7,
		.shape = fill_shape,
	},
	{
		.name = "READ_RESULT",
		.number = {0x6604, 0x6604, 0x6604, 0x6604},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x65113d976c9eca9b,
		.shape = read_result_shape,
	},
	{
		.name = "SEND",
		.number = {0x40086601, 0x40046601, 0x40046601, 0x40046601},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x00b764d320f5041b,
		.shape = send_shape,
	},
	{
		.name = "RECEIVE",
		.number = {0x80086602, 0x80046602, 0x80046602, 0x80046602},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x3e59472b85207e34,
		.shape = receive_shape,
	},
};

extern const struct iof_interface flexible_interface;

const struct iof_interface flexible_interface = {
	.name = "flexible",
	.driver = "a test",
	.node = "flexible",
	.hash = 0x212264a4a8a5a400,
	.commands = commands,
	.n_commands = 4,
	.poll = false,
};
