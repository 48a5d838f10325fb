/* SPDX-License-Identifier: MIT */
/* Generated from features/bits.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* ioctl HEADER = _IOW('b', 5, u32) (in u32 *bits); */
static void header_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u32, 1, IOF_IN, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "HEADER",
		.number = {0x40046205, 0x40046205, 0x40046205, 0x40046205},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xf0c6264be949a8ef,
		.shape = header_shape,
	},
	{
		.name = "BAUD",
		.number = {0x40086204, 0x40046204, 0x40046204, 0x40046204},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.hash = 0x1f98fe81c328178e,
	},
};

extern const struct iof_interface bits_interface;

const struct iof_interface bits_interface = {
	.name = "bits",
	.driver = "a test",
	.node = "bits",
	.hash = 0x9507be004a3547c9,
	.commands = commands,
	.n_commands = 2,
	.poll = false,
};
