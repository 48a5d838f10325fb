/* SPDX-License-Identifier: MIT */
/* Generated from features/by_command.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct envelope<in struct large *buffer[size, max 16]> */
static const struct iof_field fields_envelope[] = {
	{"buffer", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {8, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_envelope = {
	.name = "envelope",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_envelope,
};

/* struct message { u32 id; u8 data[8]; } */
static const struct iof_field fields_message[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_UINT, 8, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
};

static const struct iof_type type_message = {
	.name = "message",
	.size = {12, 12, 12, 12},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_message,
};

/* struct stamped { u32 id; u8 data[8]; u64 stamp; } */
static const struct iof_field fields_stamped[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_UINT, 8, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
	{"stamp", IOF_UINT, 1, {8, 8, 8, 8}, {16, 12, 16, 16}, {8, 8, 8, 8}},
};

static const struct iof_type type_stamped = {
	.name = "stamped",
	.size = {24, 20, 24, 24},
	.same = 0xd,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_stamped,
};

/* struct large { u32 id; u8 data[64]; u64 stamp; } */
static const struct iof_field fields_large[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_UINT, 64, {1, 1, 1, 1}, {4, 4, 4, 4}, {1, 1, 1, 1}},
	{"stamp", IOF_UINT, 1, {8, 8, 8, 8}, {72, 68, 72, 72}, {8, 8, 8, 8}},
};

static const struct iof_type type_large = {
	.name = "large",
	.size = {80, 76, 80, 80},
	.same = 0xd,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_large,
};

/* ioctl SEND = _IOW('m', 1, void *) (inout struct envelope<in struct message *buffer[size, max 16]> *arg); */
static void send_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 16, EINVAL, "arg.size");

	iof_walk_pointer(walk, arg, 0, 0, &type_message, size, IOF_IN, IOF_LIST);
}

/* ioctl SEND_T = _IOW('m', 2, void *) (inout struct envelope<in struct stamped *buffer[size, max 16]> *arg); */
static void send_t_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 16, EINVAL, "arg.size");

	iof_walk_pointer(walk, arg, 0, 0, &type_stamped, size, IOF_IN, IOF_LIST);
}

/* ioctl SEND_X = _IOW('m', 3, void *) (inout struct envelope<in struct large *buffer[size, max 16]> *arg); */
static void send_x_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_envelope, 1, IOF_INOUT, 0);
	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 16, EINVAL, "arg.size");

	iof_walk_pointer(walk, arg, 0, 0, &type_large, size, IOF_IN, IOF_LIST);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "SEND",
		.number = {0x40086d01, 0x40046d01, 0x40046d01, 0x40046d01},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xc9d57e479c28451f,
		.shape = send_shape,
	},
	{
		.name = "SEND_T",
		.number = {0x40086d02, 0x40046d02, 0x40046d02, 0x40046d02},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xc2f43e2489f3aebd,
		.shape = send_t_shape,
	},
	{
		.name = "SEND_X",
		.number = {0x40086d03, 0x40046d03, 0x40046d03, 0x40046d03},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x3b5f32f5a9dc3b92,
		.shape = send_x_shape,
	},
};

extern const struct iof_interface by_command_interface;

const struct iof_interface by_command_interface = {
	.name = "by_command",
	.driver = "a test",
	.node = "by_command",
	.hash = 0xa9a12a6fe8052ef9,
	.commands = commands,
	.n_commands = 3,
	.poll = false,
};
