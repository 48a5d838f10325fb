/* SPDX-License-Identifier: MIT */
/* Generated from features/structs.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

static const struct iof_name names_state[] = {
	{0, "IDLE"}, /* IDLE */
	{5, "BUSY"}, /* BUSY */
	{6, "GONE"}, /* GONE */
};

/*
 * struct everything {
 *     u8 byte;
 *     s64 wide;
 *     long native;
 *     unsigned long flags;
 *     enum state state;
 *     serial_t serial;
 *     char name[NAME_LEN];
 *     u16 matrix[2][3];
 *     struct point corners[2];
 *     struct { u8 r, g, b; } colour;
 *     struct timeval when;
 *     time_t since;
 *     size_t length;
 * }
 */
static const struct iof_field fields_everything[] = {
	{"byte", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"wide", IOF_SINT, 1, {8, 8, 8, 8}, {8, 4, 8, 8}, {8, 8, 8, 8}},
	{"native", IOF_SINT, 1, {8, 4, 4, 4}, {16, 12, 16, 16}, {8, 4, 4, 4}},
	{"flags", IOF_UINT, 1, {8, 4, 4, 4}, {24, 16, 20, 20}, {8, 4, 4, 4}},
	{"state", IOF_UINT, 1, {4, 4, 4, 4}, {32, 20, 24, 24}, {4, 4, 4, 4}},
	{"serial", IOF_UINT, 1, {4, 4, 4, 4}, {36, 24, 28, 28}, {4, 4, 4, 4}},
	{"name", IOF_CHARS, 32, {1, 1, 1, 1}, {40, 28, 32, 32}, {1, 1, 1, 1}},
	{"matrix", IOF_UINT, 6, {2, 2, 2, 2}, {72, 60, 64, 64}, {2, 2, 2, 2}},
	{"corners.x", IOF_SINT, 2, {4, 4, 4, 4}, {84, 72, 76, 76}, {8, 8, 8, 8}},
	{"corners.y", IOF_SINT, 2, {4, 4, 4, 4}, {88, 76, 80, 80}, {8, 8, 8, 8}},
	{"colour.r", IOF_UINT, 1, {1, 1, 1, 1}, {100, 88, 92, 92}, {1, 1, 1, 1}},
	{"colour.g", IOF_UINT, 1, {1, 1, 1, 1}, {101, 89, 93, 93}, {1, 1, 1, 1}},
	{"colour.b", IOF_UINT, 1, {1, 1, 1, 1}, {102, 90, 94, 94}, {1, 1, 1, 1}},
	{"when.tv_sec", IOF_SINT, 1, {8, 4, 4, 8}, {104, 92, 96, 96}, {8, 4, 4, 8}},
	{"when.tv_usec", IOF_SINT, 1, {8, 4, 4, 8}, {112, 96, 100, 104}, {8, 4, 4, 8}},
	{"since", IOF_SINT, 1, {8, 4, 4, 8}, {120, 100, 104, 112}, {8, 4, 4, 8}},
	{"length", IOF_UINT, 1, {8, 4, 4, 4}, {128, 104, 108, 120}, {8, 4, 4, 4}},
};

static const struct iof_show shows_everything[] = {
	{4, IOF_FORM_ENUM, 0, 3, names_state}, /* state */
};

static const struct iof_type type_everything = {
	.name = "everything",
	.size = {136, 108, 112, 128},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 17,
	.fields = fields_everything,
	.shows = shows_everything,
	.n_shows = 1,
};

/*
 * packed struct tight {
 *     u8 tag;
 *     unsigned long stamp;
 *     u32 id;
 *     u16 flags;
 * }
 */
static const struct iof_field fields_tight[] = {
	{"tag", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"stamp", IOF_UINT, 1, {8, 4, 4, 4}, {1, 1, 1, 1}, {8, 4, 4, 4}},
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {9, 5, 5, 5}, {4, 4, 4, 4}},
	{"flags", IOF_UINT, 1, {2, 2, 2, 2}, {13, 9, 9, 9}, {2, 2, 2, 2}},
};

static const struct iof_type type_tight = {
	.name = "tight",
	.size = {15, 11, 11, 11},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 4,
	.fields = fields_tight,
};

/* struct loose { u8 tag; u8 data[5] aligned(8); } aligned(16) */
static const struct iof_field fields_loose[] = {
	{"tag", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"data", IOF_UINT, 5, {1, 1, 1, 1}, {8, 8, 8, 8}, {1, 1, 1, 1}},
};

static const struct iof_type type_loose = {
	.name = "loose",
	.size = {16, 16, 16, 16},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_loose,
};

/* ioctl GET_EVERYTHING = _IOR('s', 1, struct everything) (out struct everything *arg); */
static void get_everything_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_everything, 1, IOF_OUT, 0);
}

/* ioctl SET_TIGHT = _IOW('s', 2, struct tight) (in struct tight *tight); */
static void set_tight_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_tight, 1, IOF_IN, 0);
}

/* ioctl SWAP_LOOSE = _IOWR('s', 3, struct loose) (inout struct loose *arg) { copy_back success; } */
static void swap_loose_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_loose, 1, IOF_INOUT, 0);
}

/* ioctl READ_ALL = _IO('s', 4) (out exact u64 *arg[2]); */
static void read_all_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u64, 2, IOF_OUT_EXACT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "READ_ALL",
		.number = {0x7304, 0x7304, 0x7304, 0x7304},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x0df64f2610a5dcfd,
		.shape = read_all_shape,
	},
	{
		.name = "SET_LEVEL",
		.number = {0x7305, 0x7305, 0x7305, 0x7305},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 4,
		.flags = IOF_CMD_VALUE_SIGNED,
		.hash = 0xa7306985d8fd8d8f,
	},
	{
		.name = "SET_MASK",
		.number = {0x7306, 0x7306, 0x7306, 0x7306},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.flags = IOF_CMD_INLINE,
		.hash = 0xa428b592ac9fbdc0,
	},
	{
		.name = "RESET",
		.number = {0x7307, 0x7307, 0x7307, 0x7307},
		.mask = 0xffffffff,
		.argument = IOF_ARG_NONE,
		.hash = 0x455741834c2a3200,
	},
	{
		.name = "SET_TIGHT",
		.number = {0x400f7302, 0x400b7302, 0x400b7302, 0x400b7302},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x5637ea155f9f7f61,
		.shape = set_tight_shape,
	},
	{
		.name = "GET_EVERYTHING",
		.number = {0x80887301, 0x806c7301, 0x80707301, 0x80807301},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x8e652d34de962025,
		.shape = get_everything_shape,
	},
	{
		.name = "SWAP_LOOSE",
		.number = {0xc0107303, 0xc0107303, 0xc0107303, 0xc0107303},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xc49bf8f3982b1f5a,
		.shape = swap_loose_shape,
	},
};

extern const struct iof_interface structs_interface;

const struct iof_interface structs_interface = {
	.name = "structs",
	.driver = "a test",
	.node = "structs%u",
	.hash = 0x7c16840000a3a66a,
	.commands = commands,
	.n_commands = 7,
	.poll = false,
};
