/* SPDX-License-Identifier: MIT */
/* Generated from features/used.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 id; char data[64] used (length); int length; } */
static const struct iof_field fields_BYTES[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_CHARS, 64, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
	{"length", IOF_SINT, 1, {4, 4, 4, 4}, {68, 68, 68, 68}, {4, 4, 4, 4}},
};

static const struct iof_show shows_BYTES[] = {
	{1, IOF_FORM_PLAIN, 3, 0, NULL}, /* data */
};

static const struct iof_type type_BYTES = {
	.name = "BYTES",
	.size = {72, 72, 72, 72},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_BYTES,
	.shows = shows_BYTES,
	.n_shows = 1,
};

/* struct { u32 count; u8 sectors[4][512] used (count, EFBIG); } */
static const struct iof_field fields_SECTORS[] = {
	{"count", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"sectors", IOF_UINT, 2048, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
};

static const struct iof_show shows_SECTORS[] = {
	{1, IOF_FORM_PLAIN, 1, 0, NULL}, /* sectors */
};

static const struct iof_type type_SECTORS = {
	.name = "SECTORS",
	.size = {2052, 2052, 2052, 2052},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_SECTORS,
	.shows = shows_SECTORS,
	.n_shows = 1,
};

/* struct { u8 words; u8 bytes[16] used (words * 4); } */
static const struct iof_field fields_DERIVED[] = {
	{"words", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"bytes", IOF_UINT, 16, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
};

static const struct iof_type type_DERIVED = {
	.name = "DERIVED",
	.size = {17, 17, 17, 17},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_DERIVED,
};

/* ioctl BYTES = 1 (inout struct { u32 id; char data[64] used (length); int length; } *arg); */
static void bytes_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_BYTES, 1, IOF_INOUT, 0);

	iof_walk_bound(walk, (uint64_t)iof_segment_int(arg, 0, 68, 4), 0, 64, EINVAL, "arg.length");
}

/* ioctl SECTORS = 2 (inout struct { u32 count; u8 sectors[4][512] used (count, EFBIG); } *arg); */
static void sectors_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_SECTORS, 1, IOF_INOUT, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EFBIG, "arg.count");
}

/* ioctl DERIVED = 3 (in struct { u8 words; u8 bytes[16] used (words * 4); } *arg); */
static void derived_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_DERIVED, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 1) * 4, 0, 16, EINVAL, "words * 4");
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "BYTES",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6f3cdd86cbabdbdd,
		.shape = bytes_shape,
	},
	{
		.name = "SECTORS",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xf0e772cb9cca7d8d,
		.shape = sectors_shape,
	},
	{
		.name = "DERIVED",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x56e74c4538c04e3a,
		.shape = derived_shape,
	},
};

extern const struct iof_interface used_interface;

const struct iof_interface used_interface = {
	.name = "used",
	.driver = "a test",
	.node = "used",
	.hash = 0xb561fc4f80ed7e41,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
