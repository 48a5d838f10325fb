/* SPDX-License-Identifier: MIT */
/* Generated from features/values.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "NOTHING",
		.number = {0x7601, 0x7601, 0x7601, 0x7601},
		.mask = 0xffffffff,
		.argument = IOF_ARG_NONE,
		.hash = 0x58e9e4b45d32c3df,
	},
	{
		.name = "LEVEL",
		.number = {0x7603, 0x7603, 0x7603, 0x7603},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 4,
		.flags = IOF_CMD_VALUE_SIGNED,
		.hash = 0x243aab28143d4e1c,
	},
	{
		.name = "MASK",
		.number = {0x7604, 0x7604, 0x7604, 0x7604},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.hash = 0x3afd8fa467c6d449,
	},
	{
		.name = "IGNORED",
		.number = {0x40027602, 0x40027602, 0x40027602, 0x40027602},
		.mask = 0xffffffff,
		.argument = IOF_ARG_NONE,
		.hash = 0x9e638786d4c8bb7e,
	},
};

extern const struct iof_interface values_interface;

const struct iof_interface values_interface = {
	.name = "values",
	.driver = "a test",
	.node = "values",
	.hash = 0x9ed77efa0e552894,
	.commands = commands,
	.n_commands = 4,
	.poll = false,
};
