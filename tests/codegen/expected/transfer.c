/* SPDX-License-Identifier: MIT */
/* Generated from features/transfer.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { u32 seconds; int error; } */
static const struct iof_field fields_WAIT_SECONDS[] = {
	{"seconds", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"error", IOF_SINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_WAIT_SECONDS = {
	.name = "WAIT_SECONDS",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_WAIT_SECONDS,
};

/* struct record { u32 id; struct timeval stamp; } */
static const struct iof_field fields_record[] = {
	{"id", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"stamp.tv_sec", IOF_SINT, 1, {8, 4, 4, 8}, {8, 4, 4, 8}, {8, 4, 4, 8}},
	{"stamp.tv_usec", IOF_SINT, 1, {8, 4, 4, 8}, {16, 8, 8, 16}, {8, 4, 4, 8}},
};

static const struct iof_type type_record = {
	.name = "record",
	.size = {24, 12, 12, 24},
	.same = 0x9,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_record,
};

/* ioctl WAIT_US = 1 (in u32 *arg) { blocking; timeout (arg, us); on_signal eintr; } */
static void wait_us_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u32, 1, IOF_IN, 0);
}

static int64_t wait_us_timeout_ms(const struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_segment(walk, 0);
	int64_t timeout = (int64_t)iof_segment_uint(arg, 0, 0, 4);

	if (timeout < 0)
		return -1;
	return timeout / 1000 + (timeout % 1000 != 0);
}

/*
 * ioctl WAIT_SECONDS = 2 (in struct { u32 seconds; int error; } *arg) {
 *     blocking;
 *     timeout (arg.seconds, s, forever 0xffffffff);
 *     on_signal restart;
 *     status arg.error;
 * }
 */
static void wait_seconds_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_WAIT_SECONDS, 1, IOF_IN, 0);
}

static int64_t wait_seconds_timeout_ms(const struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_segment(walk, 0);
	int64_t timeout = (int64_t)iof_segment_uint(arg, 0, 0, 4);

	if (timeout == 4294967295)
		return -1;
	return timeout > INT64_MAX / 1000 ? -1 : timeout * 1000;
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "WAIT_US",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING,
		.hash = 0x76b97b68a9f0a35d,
		.shape = wait_us_shape,
		.timeout_ms = wait_us_timeout_ms,
	},
	{
		.name = "WAIT_SECONDS",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING | IOF_CMD_RESTART,
		.hash = 0x8ff380b3b80c018f,
		.shape = wait_seconds_shape,
		.timeout_ms = wait_seconds_timeout_ms,
	},
};

extern const struct iof_interface transfer_interface;

const struct iof_interface transfer_interface = {
	.name = "transfer",
	.driver = "a test",
	.node = "transfer%u",
	.hash = 0x5e15eb64ea0483d5,
	.commands = commands,
	.n_commands = 2,
	.read =
		{
			.record = &type_record,
			.count_records = true,
			.direction = IOF_OUT,
			.flags = IOF_CMD_BLOCKING | IOF_CMD_RESTART,
			.max_count = 256,
		},
	.write =
		{
			.record = &iof_type_u8,
			.count_records = false,
			.direction = IOF_IN,
			.flags = IOF_CMD_BLOCKING,
			.max_count = 4096,
		},
	.poll = true,
};
