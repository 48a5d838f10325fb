/* SPDX-License-Identifier: MIT */
/* Generated from features/status.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct command { int what; int error; unsigned long retval; } */
static const struct iof_field fields_command[] = {
	{"what", IOF_SINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"error", IOF_SINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"retval", IOF_UINT, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
};

static const struct iof_type type_command = {
	.name = "command",
	.size = {16, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_command,
};

/* struct { inout struct command *command; } */
static const struct iof_field fields_NESTED[] = {
	{"command", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_NESTED = {
	.name = "NESTED",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_NESTED,
};

/* ioctl COMMAND = 0 (inout struct command *arg) { status arg.retval; } */
static void command_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_command, 1, IOF_INOUT, 0);
}

/* ioctl NESTED = 1 (in struct { inout struct command *command; } *arg) { status arg.command.error; } */
static void nested_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_NESTED, 1, IOF_IN, 0);

	iof_walk_pointer(walk, arg, 0, 0, &type_command, 1, IOF_INOUT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "COMMAND",
		.number = {0x0, 0x0, 0x0, 0x0},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x1a127e8252c5e925,
		.shape = command_shape,
	},
	{
		.name = "NESTED",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x621ca7fc7dd3b654,
		.shape = nested_shape,
	},
};

extern const struct iof_interface status_interface;

const struct iof_interface status_interface = {
	.name = "status",
	.driver = "a test",
	.node = "status",
	.hash = 0xb2fe340a68ed724d,
	.commands = commands,
	.n_commands = 2,
	.poll = false,
};
