/* SPDX-License-Identifier: MIT */
/* Generated from features/copy_back.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct setting { u32 value; u32 real; } */
static const struct iof_field fields_setting[] = {
	{"value", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"real", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_setting = {
	.name = "setting",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_setting,
};

/* ioctl ALWAYS = 1 (inout struct setting *arg) { copy_back always; } */
static void always_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_setting, 1, IOF_INOUT, 0);
}

/* ioctl SUCCESS = 2 (inout struct setting *arg) { copy_back success; } */
static void success_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_setting, 1, IOF_INOUT, 0);
}

/* ioctl LISTED = 3 (inout struct setting *arg) { copy_back success, ENOSPC, EAGAIN; } */
static void listed_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_setting, 1, IOF_INOUT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "ALWAYS",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x147dcba6ccc46d13,
		.shape = always_shape,
	},
	{
		.name = "SUCCESS",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x5d887d49f34f8d7a,
		.shape = success_shape,
	},
	{
		.name = "LISTED",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xfe75dcd77c7033de,
		.shape = listed_shape,
	},
};

extern const struct iof_interface copy_back_interface;

const struct iof_interface copy_back_interface = {
	.name = "copy_back",
	.driver = "a test",
	.node = "copy_back",
	.hash = 0x481072ee6f1c4041,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
