/* SPDX-License-Identifier: MIT */
/* Generated from features/tagged.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* u16 pair[2]; */
static const struct iof_field fields_event_pair[] = {
	{"pair", IOF_UINT, 2, {2, 2, 2, 2}, {0, 0, 0, 0}, {2, 2, 2, 2}},
};

static const struct iof_type type_event_pair = {
	.name = "event_pair",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_event_pair,
};

/* char text[6]; */
static const struct iof_field fields_inner_text[] = {
	{"text", IOF_CHARS, 6, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
};

static const struct iof_type type_inner_text = {
	.name = "inner_text",
	.size = {6, 6, 6, 6},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_inner_text,
};

/*
 * struct inner {
 *     u8 form;
 *     union switch (returned form) {
 *     case 0:
 *         u16 word;
 *     case 1:
 *         char text[6];
 *     } content;
 * }
 */
static const struct iof_field fields_inner[] = {
	{"form", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"content", IOF_UNION, 1, {6, 6, 6, 6}, {2, 2, 2, 2}, {6, 6, 6, 6}},
};

static const struct iof_tagged_arm arms_inner_content[] = {
	{0, &iof_type_u16},    /* 0 */
	{1, &type_inner_text}, /* 1 */
};

static const struct iof_tagged tagged_inner[] = {
	{1, 0, 2, arms_inner_content}, /* content */
};

static const struct iof_type type_inner = {
	.name = "inner",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_inner,
	.n_tagged = 1,
	.tagged = tagged_inner,
};

/*
 * struct event {
 *     s16 kind;
 *     unsigned long stamp;
 *     union switch (returned kind) {
 *     case NUMBER:
 *         unsigned long number;
 *     case PAIR, 3:
 *         u16 pair[2];
 *     case WITHIN:
 *         struct inner inner;
 *     } value;
 * }
 */
static const struct iof_field fields_event[] = {
	{"kind", IOF_SINT, 1, {2, 2, 2, 2}, {0, 0, 0, 0}, {2, 2, 2, 2}},
	{"stamp", IOF_UINT, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
	{"value", IOF_UNION, 1, {8, 8, 8, 8}, {16, 8, 8, 8}, {8, 8, 8, 8}},
};

static const struct iof_tagged_arm arms_event_value[] = {
	{1, &iof_type_ulong},        /* NUMBER */
	{2, &type_event_pair},       /* PAIR */
	{3, &type_event_pair},       /* 3 */
	{(uint64_t)-1, &type_inner}, /* WITHIN */
};

static const struct iof_tagged tagged_event[] = {
	{2, 0, 4, arms_event_value}, /* value */
};

static const struct iof_type type_event = {
	.name = "event",
	.size = {24, 16, 16, 16},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_event,
	.n_tagged = 1,
	.tagged = tagged_event,
};

/* struct { u32 n; out exact struct event *list[n, max 4, returned n]; } */
static const struct iof_field fields_SOME[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_SOME = {
	.name = "SOME",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_SOME,
};

/* ioctl NEXT = 0x30 (out exact struct event *arg); */
static void next_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_event, 1, IOF_OUT_EXACT, 0);
}

/* ioctl PASS = 0x31 (inout struct event *arg); */
static void pass_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_event, 1, IOF_INOUT, 0);
}

/* ioctl SOME = 0x32 (inout struct { u32 n; out exact struct event *list[n, max 4, returned n]; } *arg); */
static void some_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_SOME, 1, IOF_INOUT, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_pointer(walk, arg, 0, 8, &type_event, n, IOF_OUT_EXACT, IOF_LIST);

	iof_walk_returned(walk, list, arg, 0, 0, 4, false);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "NEXT",
		.number = {0x30, 0x30, 0x30, 0x30},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x65a49efc5ef77b90,
		.shape = next_shape,
	},
	{
		.name = "PASS",
		.number = {0x31, 0x31, 0x31, 0x31},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x4082adc41b81f11c,
		.shape = pass_shape,
	},
	{
		.name = "SOME",
		.number = {0x32, 0x32, 0x32, 0x32},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x05e9f17d5d0aeef3,
		.shape = some_shape,
	},
};

extern const struct iof_interface tagged_interface;

const struct iof_interface tagged_interface = {
	.name = "tagged",
	.driver = "a test",
	.node = "tagged",
	.hash = 0x3241b7b9abf69f11,
	.commands = commands,
	.n_commands = 3,
	.read =
		{
			.record = &type_event,
			.count_records = true,
			.direction = IOF_OUT_EXACT,
			.max_count = 16,
		},
	.poll = false,
};
