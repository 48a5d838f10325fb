/* SPDX-License-Identifier: MIT */
/* Generated from features/holes.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct envelope<out u64 *buffer[size, max 32, returned size]> */
static const struct iof_field fields_envelope[] = {
	{"buffer", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {8, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_envelope = {
	.name = "envelope",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_envelope,
};

/* struct config { u32 mode; u64 mask; } */
static const struct iof_field fields_config[] = {
	{"mode", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"mask", IOF_UINT, 1, {8, 8, 8, 8}, {8, 4, 8, 8}, {8, 8, 8, 8}},
};

static const struct iof_type type_config = {
	.name = "config",
	.size = {16, 12, 16, 16},
	.same = 0xd,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_config,
};

/* ioctl CONFIGURE = _IOW('h', 1, void *) (in struct envelope<in struct config *buffer> *arg); */
static void configure_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_IN, 0);

	iof_walk_pointer(walk, arg, 0, 0, &type_config, 1, IOF_IN, 0);
}

/* ioctl COUNT = _IOR('h', 2, void *) (in struct envelope<out u32 *buffer> *arg); */
static void count_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_IN, 0);

	iof_walk_pointer(walk, arg, 0, 0, &iof_type_u32, 1, IOF_OUT, 0);
}

/* ioctl TAKE = _IOR('h', 3, void *) (inout struct envelope<out u64 *buffer[size, max 32, returned size]> *arg); */
static void take_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 32, EINVAL, "arg.size");
	const struct iof_segment *buffer = iof_walk_pointer(walk, arg, 0, 0, &iof_type_u64, size, IOF_OUT, 0);

	iof_walk_returned(walk, buffer, arg, 0, 8, 4, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "CONFIGURE",
		.number = {0x40086801, 0x40046801, 0x40046801, 0x40046801},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x3d41f1b77a2ca3b5,
		.shape = configure_shape,
	},
	{
		.name = "COUNT",
		.number = {0x80086802, 0x80046802, 0x80046802, 0x80046802},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xc7e9e01701ad4c47,
		.shape = count_shape,
	},
	{
		.name = "TAKE",
		.number = {0x80086803, 0x80046803, 0x80046803, 0x80046803},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x973fa3798f405052,
		.shape = take_shape,
	},
};

extern const struct iof_interface holes_interface;

const struct iof_interface holes_interface = {
	.name = "holes",
	.driver = "a test",
	.node = "holes",
	.hash = 0x93ff32aae142106a,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
