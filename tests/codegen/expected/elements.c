/* SPDX-License-Identifier: MIT */
/* Generated from features/elements.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

#define READ 1

/* struct { in struct message *msgs[n, max 42]; u32 n; } */
static const struct iof_field fields_TRANSFER[] = {
	{"msgs", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {8, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_TRANSFER = {
	.name = "TRANSFER",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_TRANSFER,
};

/*
 * struct message {
 *     u16 flags;
 *     u16 len;
 *     (flags & READ ? out : in) u8 *buf[len];
 * }
 */
static const struct iof_field fields_message[] = {
	{"flags", IOF_UINT, 1, {2, 2, 2, 2}, {0, 0, 0, 0}, {2, 2, 2, 2}},
	{"len", IOF_UINT, 1, {2, 2, 2, 2}, {2, 2, 2, 2}, {2, 2, 2, 2}},
	{"buf", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_message = {
	.name = "message",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_message,
};

/* struct pair { struct message both[2]; } */
static const struct iof_field fields_pair[] = {
	{"both.flags", IOF_UINT, 2, {2, 2, 2, 2}, {0, 0, 0, 0}, {16, 8, 8, 8}},
	{"both.len", IOF_UINT, 2, {2, 2, 2, 2}, {2, 2, 2, 2}, {16, 8, 8, 8}},
	{"both.buf", IOF_POINTER, 2, {8, 4, 4, 4}, {8, 4, 4, 4}, {16, 8, 8, 8}},
};

static const struct iof_type type_pair = {
	.name = "pair",
	.size = {32, 16, 16, 16},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_pair,
};

/* struct { u32 n; in struct message list[n, max 8]; } */
static const struct iof_field fields_TRANSFER_LIST[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_type type_TRANSFER_LIST = {
	.name = "TRANSFER_LIST",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_TRANSFER_LIST,
	.tail = "list",
};

/* ioctl TRANSFER = 0x10 (in struct { in struct message *msgs[n, max 42]; u32 n; } *arg); */
static void transfer_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_TRANSFER, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 42, EINVAL, "arg.n");
	const struct iof_segment *msgs = iof_walk_pointer(walk, arg, 0, 0, &type_message, n, IOF_IN, IOF_LIST);

	for (uint32_t i = 0; i < n && iof_walk_ok(walk); i++) {
		uint32_t len = (uint32_t)iof_segment_uint(msgs, i, 2, 2);

		iof_walk_pointer(walk, msgs, i, 8, &iof_type_u8, len,
				 (iof_segment_uint(msgs, i, 0, 2) & READ) ? IOF_OUT : IOF_IN, 0);
	}
}

/* ioctl TRANSFER_PAIR = 0x11 (in struct pair *arg); */
static void transfer_pair_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_pair, 1, IOF_IN, 0);

	for (uint32_t i = 0; i < 2 && iof_walk_ok(walk); i++) {
		uint32_t len = (uint32_t)iof_segment_uint(arg, 0, 2 + i * 16, 2);

		iof_walk_pointer(walk, arg, 0, 8 + i * 16, &iof_type_u8, len,
				 (iof_segment_uint(arg, 0, i * 16, 2) & READ) ? IOF_OUT : IOF_IN, 0);
	}
}

/* ioctl TRANSFER_LIST = 0x12 (in struct { u32 n; in struct message list[n, max 8]; } *arg); */
static void transfer_list_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_TRANSFER_LIST, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.n");
	const struct iof_segment *list = iof_walk_flexible(walk, arg, &type_message, n, IOF_IN);

	for (uint32_t i = 0; i < n && iof_walk_ok(walk); i++) {
		uint32_t len = (uint32_t)iof_segment_uint(list, i, 2, 2);

		iof_walk_pointer(walk, list, i, 8, &iof_type_u8, len,
				 (iof_segment_uint(list, i, 0, 2) & READ) ? IOF_OUT : IOF_IN, 0);
	}
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "TRANSFER",
		.number = {0x10, 0x10, 0x10, 0x10},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xace73f96ec760c40,
		.shape = transfer_shape,
	},
	{
		.name = "TRANSFER_PAIR",
		.number = {0x11, 0x11, 0x11, 0x11},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xe24a221bd5585cba,
		.shape = transfer_pair_shape,
	},
	{
		.name = "TRANSFER_LIST",
		.number = {0x12, 0x12, 0x12, 0x12},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6288c9fa64232777,
		.shape = transfer_list_shape,
	},
};

extern const struct iof_interface elements_interface;

const struct iof_interface elements_interface = {
	.name = "elements",
	.driver = "a test",
	.node = "elements",
	.hash = 0x324282cbdbc345f2,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
