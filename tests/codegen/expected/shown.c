/* SPDX-License-Identifier: MIT */
/* Generated from features/shown.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

static const struct iof_name names_mode[] = {
	{0, "OFF"},  /* MODE_OFF */
	{5, "ON"},   /* MODE_ON */
	{6, "AUTO"}, /* MODE_AUTO */
};

static const struct iof_name names_offset[] = {
	{(uint64_t)-1, "BELOW"}, /* OFFSET_BELOW */
	{0, "NONE"},             /* OFFSET_NONE */
};

static const struct iof_name names_rate[] = {
	{0, "RATE_1"}, /* RATE_1 */
	{1, "RATE_2"}, /* RATE_2 */
};

static const struct iof_name names_frame[] = {
	{0x3, "ANY"},      /* FRAME_ANY */
	{0x1, "RTR"},      /* FRAME_RTR */
	{0x2, "EXT"},      /* FRAME_EXT */
	{0x80, "ERROR"},   /* FRAME_ERROR */
	{0x0, "STANDARD"}, /* FRAME_STANDARD */
};

static const struct iof_show show_mode = {0, IOF_FORM_ENUM, 0, 3, names_mode};

static const struct iof_show show_mask = {0, IOF_FORM_HEX, 0, 0, NULL};

/* struct { u32 count; in struct frame list[count, max 16]; } */
static const struct iof_field fields_SEND[] = {
	{"count", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_type type_SEND = {
	.name = "SEND",
	.size = {8, 4, 8, 8},
	.same = 0xd,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_SEND,
	.tail = "list",
};

/*
 * struct frame {
 *     u32 id as hex;
 *     u16 flags as flags frame;
 *     enum mode mode;
 *     s8 offset as enum offset;
 *     u8 length;
 *     u8 data[8] shown length;
 *     u64 filter[2] as hex;
 *     struct { int rate as enum rate; unsigned long timeout sentinel as hex; } timing;
 * }
 */
static const struct iof_field fields_frame[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"flags", IOF_UINT, 1, {2, 2, 2, 2}, {4, 4, 4, 4}, {2, 2, 2, 2}},
	{"mode", IOF_UINT, 1, {4, 4, 4, 4}, {8, 8, 8, 8}, {4, 4, 4, 4}},
	{"offset", IOF_SINT, 1, {1, 1, 1, 1}, {12, 12, 12, 12}, {1, 1, 1, 1}},
	{"length", IOF_UINT, 1, {1, 1, 1, 1}, {13, 13, 13, 13}, {1, 1, 1, 1}},
	{"data", IOF_UINT, 8, {1, 1, 1, 1}, {14, 14, 14, 14}, {1, 1, 1, 1}},
	{"filter", IOF_UINT, 2, {8, 8, 8, 8}, {24, 24, 24, 24}, {8, 8, 8, 8}},
	{"timing.rate", IOF_SINT, 1, {4, 4, 4, 4}, {40, 40, 40, 40}, {4, 4, 4, 4}},
	{"timing.timeout", IOF_SENTINEL, 1, {8, 4, 4, 4}, {48, 44, 44, 44}, {8, 4, 4, 4}},
};

static const struct iof_show shows_frame[] = {
	{0, IOF_FORM_HEX, 0, 0, NULL},          /* id */
	{1, IOF_FORM_FLAGS, 0, 5, names_frame}, /* flags */
	{2, IOF_FORM_ENUM, 0, 3, names_mode},   /* mode */
	{3, IOF_FORM_ENUM, 0, 2, names_offset}, /* offset */
	{5, IOF_FORM_PLAIN, 5, 0, NULL},        /* data */
	{6, IOF_FORM_HEX, 0, 0, NULL},          /* filter */
	{7, IOF_FORM_ENUM, 0, 2, names_rate},   /* timing.rate */
	{8, IOF_FORM_HEX, 0, 0, NULL},          /* timing.timeout */
};

static const struct iof_type type_frame = {
	.name = "frame",
	.size = {56, 48, 48, 48},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 9,
	.fields = fields_frame,
	.shows = shows_frame,
	.n_shows = 8,
};

static const struct iof_field fields_u32_frame[] = {
	{"", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_show shows_u32_frame[] = {
	{0, IOF_FORM_FLAGS, 0, 5, names_frame}, /* the value */
};

static const struct iof_type type_u32_frame = {
	.name = "u32",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_u32_frame,
	.shows = shows_u32_frame,
	.n_shows = 1,
};

/* struct { u32 n; in enum mode *modes[n, max 4]; inout u32 *flags[n, max 4] as flags frame; } */
static const struct iof_field fields_MODES[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"modes", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
	{"flags", IOF_POINTER, 1, {8, 4, 4, 4}, {16, 8, 8, 8}, {8, 4, 4, 4}},
};

static const struct iof_type type_MODES = {
	.name = "MODES",
	.size = {24, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 3,
	.fields = fields_MODES,
};

static const struct iof_field fields_mode[] = {
	{"", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_show shows_mode[] = {
	{0, IOF_FORM_ENUM, 0, 3, names_mode}, /* the value */
};

static const struct iof_type type_mode = {
	.name = "mode",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_mode,
	.shows = shows_mode,
	.n_shows = 1,
};

/* ioctl SEND = 1 (inout struct { u32 count; in struct frame list[count, max 16]; } *arg); */
static void send_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_SEND, 1, IOF_INOUT, 0);
	uint32_t count = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 16, EINVAL, "arg.count");

	iof_walk_flexible(walk, arg, &type_frame, count, IOF_IN);
}

/* ioctl FLAGS = 4 (out u32 *arg as flags frame); */
static void flags_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_u32_frame, 1, IOF_OUT, 0);
}

/*
 * ioctl MODES = 5 (in struct { u32 n; in enum mode *modes[n, max 4]; inout u32 *flags[n, max 4] as flags frame; }
 *     *arg);
 */
static void modes_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_MODES, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.n");

	iof_walk_pointer(walk, arg, 0, 8, &type_mode, n, IOF_IN, 0);

	uint32_t n2 = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.n");

	iof_walk_pointer(walk, arg, 0, 16, &type_u32_frame, n2, IOF_INOUT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "SEND",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xf902c5a6445db047,
		.shape = send_shape,
	},
	{
		.name = "MODE",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 4,
		.show = &show_mode,
		.hash = 0x5e6726066177d6d2,
	},
	{
		.name = "MASK",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.show = &show_mask,
		.hash = 0x05383a35ea639f2c,
	},
	{
		.name = "FLAGS",
		.number = {0x4, 0x4, 0x4, 0x4},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x850e77d1cb2818bf,
		.shape = flags_shape,
	},
	{
		.name = "MODES",
		.number = {0x5, 0x5, 0x5, 0x5},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x97f429c3a0e0727f,
		.shape = modes_shape,
	},
};

extern const struct iof_interface shown_interface;

const struct iof_interface shown_interface = {
	.name = "shown",
	.driver = "a test",
	.node = "shown",
	.hash = 0xedc59ce170613020,
	.commands = commands,
	.n_commands = 5,
	.poll = false,
};
