/* SPDX-License-Identifier: MIT */
/* Generated from features/bounds.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct place { u32 channel range(0, 4); int name range(1, 17, ENOENT); } */
static const struct iof_field fields_place[] = {
	{"channel", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"name", IOF_SINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_place = {
	.name = "place",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_place,
};

/* struct { u8 n; in struct place *places[n, max 3]; } */
static const struct iof_field fields_PLACES[] = {
	{"n", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"places", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_PLACES = {
	.name = "PLACES",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_PLACES,
};

/* ioctl PLACE = 1 (in struct place *arg); */
static void place_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_place, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.channel");
	iof_walk_bound(walk, (uint64_t)iof_segment_int(arg, 0, 4, 4), 1, 17, ENOENT, "arg.name");
}

/* ioctl PLACES = 2 (in struct { u8 n; in struct place *places[n, max 3]; } *arg); */
static void places_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_PLACES, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 1), 0, 3, EINVAL, "arg.n");
	const struct iof_segment *places = iof_walk_pointer(walk, arg, 0, 8, &type_place, n, IOF_IN, IOF_LIST);

	for (uint32_t i = 0; i < n && iof_walk_ok(walk); i++) {
		iof_walk_bound(walk, iof_segment_uint(places, i, 0, 4), 0, 4, EINVAL, "arg.places.channel");
		iof_walk_bound(walk, (uint64_t)iof_segment_int(places, i, 4, 4), 1, 17, ENOENT, "arg.places.name");
	}
}

/* ioctl LEVEL = 3 (in u32 *arg range(0, 10, EDOM)); */
static void level_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &iof_type_u32, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 10, EDOM, "arg");
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "PLACE",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xa3aa96dbe932312a,
		.shape = place_shape,
	},
	{
		.name = "PLACES",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xac0f98d174a637e4,
		.shape = places_shape,
	},
	{
		.name = "LEVEL",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x1db7f131b38a12b1,
		.shape = level_shape,
	},
};

extern const struct iof_interface bounds_interface;

const struct iof_interface bounds_interface = {
	.name = "bounds",
	.driver = "a test",
	.node = "bounds",
	.hash = 0x3adf3626427eb34e,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
