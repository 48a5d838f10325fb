/* SPDX-License-Identifier: MIT */
/* Generated from features/waiting.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { in struct { u32 timeout; } *how; out u32 *what; } */
static const struct iof_field fields_WAIT[] = {
	{"how", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"what", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_WAIT = {
	.name = "WAIT",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 2,
	.fields = fields_WAIT,
};

/* struct { u32 timeout; } */
static const struct iof_field fields_WAIT_how[] = {
	{"timeout", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
};

static const struct iof_type type_WAIT_how = {
	.name = "WAIT_how",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_WAIT_how,
};

/*
 * ioctl WAIT = 1 (in struct { in struct { u32 timeout; } *how; out u32 *what; } *arg) {
 *     blocking;
 *     timeout (arg.how.timeout, ms, forever 0xffffffff);
 *     on_signal restart;
 * }
 */
static void wait_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_WAIT, 1, IOF_IN, 0);

	iof_walk_pointer(walk, arg, 0, 0, &type_WAIT_how, 1, IOF_IN, 0);
	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, 1, IOF_OUT, 0);
}

static int64_t wait_timeout_ms(const struct iof_walk *walk)
{
	const struct iof_segment *how = iof_walk_segment(walk, 1);
	int64_t timeout = (int64_t)iof_segment_uint(how, 0, 0, 4);

	if (timeout == 4294967295)
		return -1;
	return timeout;
}

/* ioctl DEFAULT = 2 (in u32 *timeout) { blocking; timeout (timeout == 0 ? 5000 : timeout, ms); on_signal eintr; } */
static void default_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &iof_type_u32, 1, IOF_IN, 0);
}

static int64_t default_timeout_ms(const struct iof_walk *walk)
{
	const struct iof_segment *timeout_ = iof_walk_segment(walk, 0);
	int64_t timeout =
		(int64_t)(iof_segment_uint(timeout_, 0, 0, 4) == 0 ? 5000 : iof_segment_uint(timeout_, 0, 0, 4));

	if (timeout < 0)
		return -1;
	return timeout;
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "WAIT",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING | IOF_CMD_RESTART,
		.hash = 0xfce020293bcbab9d,
		.shape = wait_shape,
		.timeout_ms = wait_timeout_ms,
	},
	{
		.name = "DEFAULT",
		.number = {0x2, 0x2, 0x2, 0x2},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING,
		.hash = 0xb3edf021fd64a8cc,
		.shape = default_shape,
		.timeout_ms = default_timeout_ms,
	},
	{
		.name = "ABORT",
		.number = {0x3, 0x3, 0x3, 0x3},
		.mask = 0xffffffff,
		.argument = IOF_ARG_NONE,
		.flags = IOF_CMD_INLINE,
		.hash = 0x03ef60911f010476,
	},
};

extern const struct iof_interface waiting_interface;

const struct iof_interface waiting_interface = {
	.name = "waiting",
	.driver = "a test",
	.node = "waiting",
	.hash = 0x97c9a57d655b28ab,
	.commands = commands,
	.n_commands = 3,
	.read =
		{
			.record = &iof_type_u32,
			.count_records = false,
			.direction = IOF_OUT,
			.flags = IOF_CMD_BLOCKING,
			.max_count = 16,
		},
	.poll = false,
};
