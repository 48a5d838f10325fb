/* SPDX-License-Identifier: MIT */
/* Generated from features/file_state.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 n; inout struct object *objects[n, max 8, returned n]; } */
static const struct iof_field fields_TAKE[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"objects", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_TAKE = {
	.name = "TAKE",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_TAKE,
};

/* struct object { u32 id; u8 data[8]; } */
static const struct iof_field fields_object[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_UINT, 8, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
};

static const struct iof_type type_object = {
	.name = "object",
	.size = {12, 12, 12, 12},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_object,
};

/* ioctl TAKE = 2 (inout struct { u32 n; inout struct object *objects[n, max 8, returned n]; } *arg); */
static void take_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_TAKE, 1, IOF_INOUT, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *objects = iof_walk_pointer(walk, arg, 0, 8, &type_object, n, IOF_INOUT, IOF_LIST);

	iof_walk_returned(walk, objects, arg, 0, 0, 4, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "CREATE",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 4,
		.flags = IOF_CMD_VALUE_SIGNED,
		.hash = 0x883e7b036b841caf,
	},
	{
		.name = "TAKE",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x4b59b456fd1894f5,
		.shape = take_shape,
	},
};

extern const struct iof_interface file_state_interface;

const struct iof_interface file_state_interface = {
	.name = "file_state",
	.driver = "a test",
	.node = "file_state",
	.hash = 0xd65d8e6f4f6b8767,
	.commands = commands,
	.n_commands = 2,
	.poll = false,
};
