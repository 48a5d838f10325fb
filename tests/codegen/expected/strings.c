/* SPDX-License-Identifier: MIT */
/* Generated from features/strings.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 major; char name[32]; } */
static const struct iof_field fields_INLINE[] = {
	{"major", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"name", IOF_CHARS, 32, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
};

static const struct iof_type type_INLINE = {
	.name = "INLINE",
	.size = {36, 36, 36, 36},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_INLINE,
};

/* struct { in char *name[string, max 16]; } */
static const struct iof_field fields_OPEN[] = {
	{"name", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_OPEN = {
	.name = "OPEN",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_OPEN,
};

/* struct { inout char *name[string, max 16] nullable; } */
static const struct iof_field fields_RENAME[] = {
	{"name", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_RENAME = {
	.name = "RENAME",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_RENAME,
};

/* struct { out char *name[length < 8 ? length : 8, max 8, errno EFAULT]; int length; } */
static const struct iof_field fields_BOUNDED[] = {
	{"name", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"length", IOF_SINT, 1, {4, 4, 4, 4}, {8, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_BOUNDED = {
	.name = "BOUNDED",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_BOUNDED,
};

/* ioctl INLINE = 1 (out struct { u32 major; char name[32]; } *arg); */
static void inline_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_INLINE, 1, IOF_OUT, 0);
}

/* ioctl OPEN = 2 (in struct { in char *name[string, max 16]; } *arg); */
static void open_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_OPEN, 1, IOF_IN, 0);

	iof_walk_string(walk, arg, 0, 0, 16, IOF_IN, 0);
}

/* ioctl RENAME = 3 (in struct { inout char *name[string, max 16] nullable; } *arg); */
static void rename_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_RENAME, 1, IOF_IN, 0);

	iof_walk_string(walk, arg, 0, 0, 16, IOF_INOUT, IOF_NULLABLE);
}

/* ioctl BOUNDED = 4 (in struct { out char *name[length < 8 ? length : 8, max 8, errno EFAULT]; int length; } *arg); */
static void bounded_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BOUNDED, 1, IOF_IN, 0);
	uint64_t length = (uint64_t)iof_segment_int(arg, 0, 8, 4);
	uint32_t name_count = (uint32_t)iof_walk_bound(walk, (int64_t)length < 8 ? length : 8, 0, 8, EFAULT,
						       "length < 8 ? length : 8");

	iof_walk_pointer(walk, arg, 0, 0, &iof_type_char, name_count, IOF_OUT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "INLINE",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x96cc7b14ecf9ad0d,
		.shape = inline_shape,
	},
	{
		.name = "OPEN",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x81807ef9e99dec29,
		.shape = open_shape,
	},
	{
		.name = "RENAME",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x9c8ea2c41e1a4f4e,
		.shape = rename_shape,
	},
	{
		.name = "BOUNDED",
		.number = {0x4, 0x4, 0x4, 0x4},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x0bb8b14ec46c9cfb,
		.shape = bounded_shape,
	},
};

extern const struct iof_interface strings_interface;

const struct iof_interface strings_interface = {
	.name = "strings",
	.driver = "a test",
	.node = "strings",
	.hash = 0x4f1901bfd0955c00,
	.commands = commands,
	.n_commands = 4,
	.poll = false,
};
