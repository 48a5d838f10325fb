/* SPDX-License-Identifier: MIT */
/* Generated from features/results.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/*
 * ioctl NAME = _IOC(2, 'r', 3, 0) (out char *arg[_IOC_SIZE(command), returned result]) {
 *     family (size);
 *     result "bytes of the name";
 * }
 */
static void name_shape(struct iof_walk *walk)
{
	uint32_t arg_count = (uint32_t)(iof_walk_command(walk) >> 16 & 0x3fff);
	const struct iof_segment *arg = iof_walk_arg(walk, &iof_type_char, arg_count, IOF_OUT, 0);

	iof_walk_returned_result(walk, arg, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "QUERY",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.hash = 0x1d835f58bd8fbea0,
	},
	{
		.name = "COUNT",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_NONE,
		.hash = 0xe757f74cb84feffd,
	},
	{
		.name = "NAME",
		.number = {0x80007203, 0x80007203, 0x80007203, 0x80007203},
		.mask = 0xc000ffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xa90f234dc5610dc3,
		.shape = name_shape,
	},
};

extern const struct iof_interface results_interface;

const struct iof_interface results_interface = {
	.name = "results",
	.driver = "a test",
	.node = "results",
	.hash = 0x69c0783d7f472fc8,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
