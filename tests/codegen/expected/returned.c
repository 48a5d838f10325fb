/* SPDX-License-Identifier: MIT */
/* Generated from features/returned.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 n; out u32 *list[n, max 8, returned n]; } */
static const struct iof_field fields_BY_FIELD[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_BY_FIELD = {
	.name = "BY_FIELD",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_BY_FIELD,
};

/* struct { u32 size; out u32 *list[size bytes, max 32, returned size]; } */
static const struct iof_field fields_BY_BYTES[] = {
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_BY_BYTES = {
	.name = "BY_BYTES",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_BY_BYTES,
};

/* struct { u8 room; out u8 *sense[room, returned written]; u8 written; } */
static const struct iof_field fields_BY_OTHER[] = {
	{"room", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"sense", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
	{"written", IOF_UINT, 1, {1, 1, 1, 1}, {16, 8, 8, 8}, {1, 1, 1, 1}},
};

static const struct iof_type type_BY_OTHER = {
	.name = "BY_OTHER",
	.size = {24, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_BY_OTHER,
};

/* struct { u32 n; out u32 *list[n, max 8, returned result]; } */
static const struct iof_field fields_BY_RESULT[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_BY_RESULT = {
	.name = "BY_RESULT",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_BY_RESULT,
};

/* struct { u32 n; out u32 *list[n, max 8, returned result bytes]; } */
static const struct iof_field fields_IN_BYTES[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_IN_BYTES = {
	.name = "IN_BYTES",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_IN_BYTES,
};

/* ioctl BY_FIELD = 1 (inout struct { u32 n; out u32 *list[n, max 8, returned n]; } *arg); */
static void by_field_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BY_FIELD, 1, IOF_INOUT, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, n, IOF_OUT, 0);

	iof_walk_returned(walk, list, arg, 0, 0, 4, false);
}

/* ioctl BY_BYTES = 2 (inout struct { u32 size; out u32 *list[size bytes, max 32, returned size]; } *arg); */
static void by_bytes_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BY_BYTES, 1, IOF_INOUT, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4) % 4, 0, 0, EINVAL, "arg.size % 4");

	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 32, EINVAL, "arg.size");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, size / 4, IOF_OUT, 0);

	iof_walk_returned(walk, list, arg, 0, 0, 4, true);
}

/* ioctl BY_OTHER = 3 (inout struct { u8 room; out u8 *sense[room, returned written]; u8 written; } *arg); */
static void by_other_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BY_OTHER, 1, IOF_INOUT, 0);
	uint32_t room = (uint32_t)iof_segment_uint(arg, 0, 0, 1);
	const struct iof_segment *sense = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, room, IOF_OUT, 0);

	iof_walk_returned(walk, sense, arg, 0, 16, 1, false);
}

/* ioctl BY_RESULT = 4 (in struct { u32 n; out u32 *list[n, max 8, returned result]; } *arg); */
static void by_result_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BY_RESULT, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, n, IOF_OUT, 0);

	iof_walk_returned_result(walk, list, false);
}

/* ioctl IN_BYTES = 5 (in struct { u32 n; out u32 *list[n, max 8, returned result bytes]; } *arg); */
static void in_bytes_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_IN_BYTES, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, n, IOF_OUT, 0);

	iof_walk_returned_result(walk, list, true);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "BY_FIELD",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6c31ee22b75b60e0,
		.shape = by_field_shape,
	},
	{
		.name = "BY_BYTES",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x5c481d6365579f6a,
		.shape = by_bytes_shape,
	},
	{
		.name = "BY_OTHER",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x62b06a7e4e3e303d,
		.shape = by_other_shape,
	},
	{
		.name = "BY_RESULT",
		.number = {0x4, 0x4, 0x4, 0x4},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x7fc9d3caeefda651,
		.shape = by_result_shape,
	},
	{
		.name = "IN_BYTES",
		.number = {0x5, 0x5, 0x5, 0x5},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xd7f62ed81d9a74d1,
		.shape = in_bytes_shape,
	},
};

extern const struct iof_interface returned_interface;

const struct iof_interface returned_interface = {
	.name = "returned",
	.driver = "a test",
	.node = "returned",
	.hash = 0x04f7d5e33869a7f2,
	.commands = commands,
	.n_commands = 5,
	.poll = false,
};
