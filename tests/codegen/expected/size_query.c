/* SPDX-License-Identifier: MIT */
/* Generated from features/size_query.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 name; u32 size; out void *value[size bytes, max 64, returned size]; } */
static const struct iof_field fields_GET[] = {
	{"name", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"value", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
};

static const struct iof_type type_GET = {
	.name = "GET",
	.size = {16, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_GET,
};

/*
 * ioctl GET = 1 (inout struct { u32 name; u32 size; out void *value[size bytes, max 64, returned size]; } *arg) {
 *     copy_back success, ENOSPC;
 * }
 */
static void get_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_GET, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 4, 4), 0, 64, EINVAL, "arg.size");
	const struct iof_segment *value = iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, size, IOF_OUT, 0);

	iof_walk_returned(walk, value, arg, 0, 4, 4, true);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "GET",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x059b3f3277da999e,
		.shape = get_shape,
	},
};

extern const struct iof_interface size_query_interface;

const struct iof_interface size_query_interface = {
	.name = "size_query",
	.driver = "a test",
	.node = "size_query",
	.hash = 0xf015838d7827ee89,
	.commands = commands,
	.n_commands = 1,
	.poll = false,
};
