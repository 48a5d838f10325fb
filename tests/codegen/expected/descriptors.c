/* SPDX-License-Identifier: MIT */
/* Generated from features/descriptors.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

#define WITH_FILE 1

/* struct { fd file; u32 size; } */
static const struct iof_field fields_SETUP[] = {
	{"file", IOF_SINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_SETUP = {
	.name = "SETUP",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_SETUP,
};

/* struct { u32 flags; fd request if (flags & WITH_FILE); u32 value; } */
static const struct iof_field fields_REQUEST[] = {
	{"flags", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"request", IOF_SINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"value", IOF_UINT, 1, {4, 4, 4, 4}, {8, 8, 8, 8}, {4, 4, 4, 4}},
};

static const struct iof_type type_REQUEST = {
	.name = "REQUEST",
	.size = {12, 12, 12, 12},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_REQUEST,
};

/* ioctl SETUP = 3 (in struct { fd file; u32 size; } *arg); */
static void setup_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_SETUP, 1, IOF_IN, 0);

	iof_walk_no_descriptor(walk, (uint64_t)iof_segment_int(arg, 0, 0, 4), "arg.file");
}

/* ioctl REQUEST = 4 (inout struct { u32 flags; fd request if (flags & WITH_FILE); u32 value; } *arg); */
static void request_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_REQUEST, 1, IOF_INOUT, 0);

	if (iof_segment_uint(arg, 0, 0, 4) & WITH_FILE)
		iof_walk_no_descriptor(walk, (uint64_t)iof_segment_int(arg, 0, 4, 4), "arg.request");
}

/* ioctl IMPORT = 5 (in fd *file); */
static void import_shape(struct iof_walk *walk)
{
	const struct iof_segment *file = iof_walk_arg(walk, &iof_type_s32, 1, IOF_IN, 0);

	iof_walk_no_descriptor(walk, (uint64_t)iof_segment_int(file, 0, 0, 4), "file");
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "ATTACH",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_UNSUPPORTED,
		.hash = 0x9c0e09db57397244,
		.why = "takes a file descriptor of the caller, which means nothing on the host",
	},
	{
		.name = "EXPORT",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_UNSUPPORTED,
		.hash = 0xdfa9f04dd39b0878,
		.why = "hands out a file descriptor",
	},
	{
		.name = "SETUP",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x1e0def0178f18c33,
		.shape = setup_shape,
	},
	{
		.name = "REQUEST",
		.number = {0x4, 0x4, 0x4, 0x4},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x1aa5149a75da9b31,
		.shape = request_shape,
	},
	{
		.name = "IMPORT",
		.number = {0x5, 0x5, 0x5, 0x5},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x36de20210628e6d8,
		.shape = import_shape,
	},
};

extern const struct iof_interface descriptors_interface;

const struct iof_interface descriptors_interface = {
	.name = "descriptors",
	.driver = "a test",
	.node = "descriptors",
	.hash = 0xd63f0b85aa36a428,
	.commands = commands,
	.n_commands = 5,
	.poll = false,
};
