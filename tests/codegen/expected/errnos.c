/* SPDX-License-Identifier: MIT */
/* Generated from features/errnos.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 n; out u32 *list[n, max 4, returned n]; } */
static const struct iof_field fields_READ[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_READ = {
	.name = "READ",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_READ,
};

/* ioctl READ = 1 (inout struct { u32 n; out u32 *list[n, max 4, returned n]; } *arg) { blocking; } */
static void read_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_READ, 1, IOF_INOUT, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, n, IOF_OUT, 0);

	iof_walk_returned(walk, list, arg, 0, 0, 4, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "READ",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING,
		.hash = 0x1781664410d43ef3,
		.shape = read_shape,
	},
	{
		.name = "WRITE",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 4,
		.flags = IOF_CMD_VALUE_SIGNED,
		.hash = 0x4f499731e0515aff,
	},
};

extern const struct iof_interface errnos_interface;

const struct iof_interface errnos_interface = {
	.name = "errnos",
	.driver = "a test",
	.node = "errnos",
	.hash = 0x81ab586a77d46300,
	.commands = commands,
	.n_commands = 2,
	.poll = false,
};
