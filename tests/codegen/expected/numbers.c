/* SPDX-License-Identifier: MIT */
/* Generated from features/numbers.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct item { unsigned long value; } */
static const struct iof_field fields_item[] = {
	{"value", IOF_UINT, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_item = {
	.name = "item",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_item,
};

/* ioctl SET_ITEM = _IOW('n', 0x80, struct item) (in struct item *arg); */
static void set_item_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_item, 1, IOF_IN, 0);
}

/* ioctl SET_LENGTH = _IOC(1, 'n', 0x82, 2 * sizeof(long)) (in long *arg[2]); */
static void set_length_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_long, 2, IOF_IN, 0);
}

/* ioctl GET_BITS = _IOC(2, 'n', 0x20, 0) (out u8 *arg[_IOC_SIZE(command)]) { family (size); } */
static void get_bits_shape(struct iof_walk *walk)
{
	uint32_t arg_count = (uint32_t)(iof_walk_command(walk) >> 16 & 0x3fff);

	iof_walk_arg(walk, &iof_type_u8, arg_count, IOF_OUT, 0);
}

/* ioctl GET_EVENTS = _IOC(2, 'n', 0x40, 0) (out u8 *arg[_IOC_SIZE(command)]) { family (nr 32, size); } */
static void get_events_shape(struct iof_walk *walk)
{
	uint32_t arg_count = (uint32_t)(iof_walk_command(walk) >> 16 & 0x3fff);

	iof_walk_arg(walk, &iof_type_u8, arg_count, IOF_OUT, 0);
}

/* ioctl GET_AXIS = _IOR('N', 0, int) (out int *arg) { family (nr); } */
static void get_axis_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_s32, 1, IOF_OUT, 0);
}

/* ioctl OLD = 7 (in struct item *arg) { unsupported (cuse) "7 is taken by the kernel of the test"; } */
static void old_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_item, 1, IOF_IN, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "OLD",
		.number = {0x7, 0x7, 0x7, 0x7},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_NO_CUSE,
		.hash = 0xc8645f4698770800,
		.shape = old_shape,
		.why = "7 is taken by the kernel of the test",
	},
	{
		.name = "EXPORT",
		.number = {0x8, 0x8, 0x8, 0x8},
		.mask = 0xffffffff,
		.argument = IOF_ARG_UNSUPPORTED,
		.hash = 0xd30ba2bb18a5148e,
		.why = "hands out a file descriptor",
	},
	{
		.name = "SET_ITEM",
		.number = {0x40086e80, 0x40046e80, 0x40046e80, 0x40046e80},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x427f66e68ebea746,
		.shape = set_item_shape,
	},
	{
		.name = "SET_OTHER",
		.number = {0x40086e81, 0x40046e81, 0x40046e81, 0x40046e81},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_IDEMPOTENT,
		.hash = 0x82d361aad82b502a,
		.shape = set_item_shape,
	},
	{
		.name = "SET_LENGTH",
		.number = {0x40106e82, 0x40086e82, 0x40086e82, 0x40086e82},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x01300741555b85fc,
		.shape = set_length_shape,
	},
	{
		.name = "GET_BITS",
		.number = {0x80006e20, 0x80006e20, 0x80006e20, 0x80006e20},
		.mask = 0xc000ffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x03e73e55346aeabb,
		.shape = get_bits_shape,
	},
	{
		.name = "GET_EVENTS",
		.number = {0x80006e40, 0x80006e40, 0x80006e40, 0x80006e40},
		.mask = 0xc000ffe0,
		.argument = IOF_ARG_POINTER,
		.hash = 0xc73e664ff8250dfc,
		.shape = get_events_shape,
	},
	{
		.name = "GET_AXIS",
		.number = {0x80044e00, 0x80044e00, 0x80044e00, 0x80044e00},
		.mask = 0xffffff00,
		.argument = IOF_ARG_POINTER,
		.hash = 0xfd0e151ecdc04a64,
		.shape = get_axis_shape,
	},
};

extern const struct iof_interface numbers_interface;

const struct iof_interface numbers_interface = {
	.name = "numbers",
	.driver = "a test",
	.node = "numbers",
	.hash = 0x2018bffb53de5f0e,
	.commands = commands,
	.n_commands = 8,
	.poll = false,
};
