/* SPDX-License-Identifier: MIT */
/* Generated from features/nullable.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct filter { u32 from; u32 to; } */
static const struct iof_field fields_filter[] = {
	{"from", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"to", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_filter = {
	.name = "filter",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_filter,
};

/* struct { u32 n; out struct filter list[n, max 8, returned n]; } */
static const struct iof_field fields_LIST[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_type type_LIST = {
	.name = "LIST",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_LIST,
	.tail = "list",
};

/* struct { out u32 *value nullable; in u32 *always; } */
static const struct iof_field fields_MAYBE[] = {
	{"value", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"always", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_MAYBE = {
	.name = "MAYBE",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 2,
	.fields = fields_MAYBE,
};

/* ioctl SET = 1 (in struct filter *arg nullable); */
static void set_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_filter, 1, IOF_IN, IOF_NULLABLE);
}

/*
 * ioctl LIST = 2 (inout struct { u32 n; out struct filter list[n, max 8, returned n]; } *arg nullable) {
 *     result "with NULL: how many there are";
 * }
 */
static void list_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_LIST, 1, IOF_INOUT, IOF_NULLABLE);

	if (arg->present) {
		uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
		const struct iof_segment *list = iof_walk_flexible(walk, arg, &type_filter, n, IOF_OUT);

		iof_walk_returned(walk, list, arg, 0, 0, 4, false);
	}
}

/* ioctl MAYBE = 3 (in struct { out u32 *value nullable; in u32 *always; } *arg); */
static void maybe_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_MAYBE, 1, IOF_IN, 0);

	iof_walk_pointer(walk, arg, 0, 0, &iof_type_u32, 1, IOF_OUT, IOF_NULLABLE);
	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, 1, IOF_IN, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "SET",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6179325a344c24b0,
		.shape = set_shape,
	},
	{
		.name = "LIST",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x7c3609cc42c44b22,
		.shape = list_shape,
	},
	{
		.name = "MAYBE",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xd3c157d6db6abedd,
		.shape = maybe_shape,
	},
};

extern const struct iof_interface nullable_interface;

const struct iof_interface nullable_interface = {
	.name = "nullable",
	.driver = "a test",
	.node = "nullable",
	.hash = 0x23318120a53e64a9,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
