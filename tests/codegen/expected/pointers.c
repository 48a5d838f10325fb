/* SPDX-License-Identifier: MIT */
/* Generated from features/pointers.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* struct { in struct request *request; out struct reply *reply; } */
static const struct iof_field fields_ASK[] = {
	{"request", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"reply", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_ASK = {
	.name = "ASK",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 2,
	.fields = fields_ASK,
};

/* struct request { unsigned long timeout sentinel; u32 kind range(1, 4, ENOSYS); } */
static const struct iof_field fields_request[] = {
	{"timeout", IOF_SENTINEL, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
	{"kind", IOF_UINT, 1, {4, 4, 4, 4}, {8, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_request = {
	.name = "request",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_request,
};

/* struct reply { u64 stamp; u8 data[16]; } */
static const struct iof_field fields_reply[] = {
	{"stamp", IOF_UINT, 1, {8, 8, 8, 8}, {0, 0, 0, 0}, {8, 8, 8, 8}},
	{"data", IOF_UINT, 16, {1, 1, 1, 1}, {8, 8, 8, 8}, {1, 1, 1, 1}},
};

static const struct iof_type type_reply = {
	.name = "reply",
	.size = {24, 24, 24, 24},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_reply,
};

/*
 * struct {
 *     u32 n_points, n_bytes;
 *     in u16 *points[n_points, max 64, errno E2BIG];
 *     out void *bytes[n_bytes, max 4096];
 * }
 */
static const struct iof_field fields_MOVE[] = {
	{"n_points", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"n_bytes", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"points", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
	{"bytes", IOF_POINTER, 1, {8, 4, 4, 4}, {16, 12, 12, 12}, {8, 4, 4, 4}},
};

static const struct iof_type type_MOVE = {
	.name = "MOVE",
	.size = {24, 16, 16, 16},
	.same = 0x1,
	.n_pointers = 2,
	.n_fields = 4,
	.fields = fields_MOVE,
};

/* struct { in char *name[string, max 255]; } */
static const struct iof_field fields_NAME[] = {
	{"name", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_NAME = {
	.name = "NAME",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_NAME,
};

/* struct chain { in struct { u8 len; out u8 *buf[len]; } *next nullable; } */
static const struct iof_field fields_chain[] = {
	{"next", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_chain = {
	.name = "chain",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_chain,
};

/* struct { u8 len; out u8 *buf[len]; } */
static const struct iof_field fields_MAYBE_next[] = {
	{"len", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"buf", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_MAYBE_next = {
	.name = "MAYBE_next",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_MAYBE_next,
};

/* struct { u32 size; inout u32 *words[size bytes, max 1024] as u64; } */
static const struct iof_field fields_WIDE[] = {
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"words", IOF_POINTER, 1, {8, 8, 8, 8}, {8, 4, 8, 8}, {8, 8, 8, 8}},
};

static const struct iof_type type_WIDE = {
	.name = "WIDE",
	.size = {16, 12, 16, 16},
	.same = 0xd,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_WIDE,
};

/* struct { u16 w, h; out u8 *pixels[w * h, max 65536]; } */
static const struct iof_field fields_AREA[] = {
	{"w", IOF_UINT, 1, {2, 2, 2, 2}, {0, 0, 0, 0}, {2, 2, 2, 2}},
	{"h", IOF_UINT, 1, {2, 2, 2, 2}, {2, 2, 2, 2}, {2, 2, 2, 2}},
	{"pixels", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_AREA = {
	.name = "AREA",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_AREA,
};

/*
 * ioctl ASK = _IO('p', 1) (in struct { in struct request *request; out struct reply *reply; } *arg) {
 *     blocking;
 *     timeout (arg.request.timeout, 10 ms);
 *     on_signal restart;
 * }
 */
static void ask_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_ASK, 1, IOF_IN, 0);
	const struct iof_segment *request = iof_walk_pointer(walk, arg, 0, 0, &type_request, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(request, 0, 8, 4), 1, 4, ENOSYS, "arg.request.kind");
	iof_walk_pointer(walk, arg, 0, 8, &type_reply, 1, IOF_OUT, 0);
}

static int64_t ask_timeout_ms(const struct iof_walk *walk)
{
	const struct iof_segment *request = iof_walk_segment(walk, 1);
	int64_t timeout = (int64_t)iof_segment_uint(request, 0, 0, 8);

	if (timeout < 0)
		return -1;
	return timeout > INT64_MAX / 10 ? -1 : timeout * 10;
}

/*
 * ioctl MOVE = _IO('p', 2) (in struct {
 *     u32 n_points, n_bytes;
 *     in u16 *points[n_points, max 64, errno E2BIG];
 *     out void *bytes[n_bytes, max 4096];
 * } *arg);
 */
static void move_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_MOVE, 1, IOF_IN, 0);
	uint32_t n_points =
		(uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 64, E2BIG, "arg.n_points");

	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u16, n_points, IOF_IN, 0);

	uint32_t n_bytes =
		(uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 4, 4), 0, 4096, EINVAL, "arg.n_bytes");

	iof_walk_pointer(walk, arg, 0, 16, &iof_type_u8, n_bytes, IOF_OUT, 0);
}

/* ioctl NAME = _IO('p', 3) (in struct { in char *name[string, max 255]; } *arg); */
static void name_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_NAME, 1, IOF_IN, 0);

	iof_walk_string(walk, arg, 0, 0, 255, IOF_IN, 0);
}

/*
 * ioctl MAYBE = _IO('p', 4) (in struct chain { in struct { u8 len; out u8 *buf[len]; } *next nullable; } *arg
 *     nullable);
 */
static void maybe_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_chain, 1, IOF_IN, IOF_NULLABLE);

	if (arg->present) {
		const struct iof_segment *next =
			iof_walk_pointer(walk, arg, 0, 0, &type_MAYBE_next, 1, IOF_IN, IOF_NULLABLE);

		if (next->present) {
			uint32_t len = (uint32_t)iof_segment_uint(next, 0, 0, 1);

			iof_walk_pointer(walk, next, 0, 8, &iof_type_u8, len, IOF_OUT, 0);
		}
	}
}

/* ioctl WIDE = _IO('p', 5) (in struct { u32 size; inout u32 *words[size bytes, max 1024] as u64; } *arg); */
static void wide_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_WIDE, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4) % 4, 0, 0, EINVAL, "arg.size % 4");

	uint32_t size = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 1024, EINVAL, "arg.size");

	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, size / 4, IOF_INOUT, 0);
}

/* ioctl LEVEL = _IO('p', 7) (in u32 *arg range(0, 10)); */
static void level_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &iof_type_u32, 1, IOF_IN, 0);

	iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 10, EINVAL, "arg");
}

/* ioctl AREA = _IO('p', 6) (in struct { u16 w, h; out u8 *pixels[w * h, max 65536]; } *arg); */
static void area_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_AREA, 1, IOF_IN, 0);
	uint64_t w = iof_segment_uint(arg, 0, 0, 2);
	uint64_t h = iof_segment_uint(arg, 0, 2, 2);
	uint32_t pixels_count = (uint32_t)iof_walk_bound(walk, w * h, 0, 65536, EINVAL, "w * h");

	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, pixels_count, IOF_OUT, 0);
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "ASK",
		.number = {0x7001, 0x7001, 0x7001, 0x7001},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.flags = IOF_CMD_BLOCKING | IOF_CMD_RESTART,
		.hash = 0x7fe96de033902260,
		.shape = ask_shape,
		.timeout_ms = ask_timeout_ms,
	},
	{
		.name = "MOVE",
		.number = {0x7002, 0x7002, 0x7002, 0x7002},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x954d4af9596a1e24,
		.shape = move_shape,
	},
	{
		.name = "NAME",
		.number = {0x7003, 0x7003, 0x7003, 0x7003},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xe355b7e51cc1c0f3,
		.shape = name_shape,
	},
	{
		.name = "MAYBE",
		.number = {0x7004, 0x7004, 0x7004, 0x7004},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6cb8fff7ad848a09,
		.shape = maybe_shape,
	},
	{
		.name = "WIDE",
		.number = {0x7005, 0x7005, 0x7005, 0x7005},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x90860058fbf5ca46,
		.shape = wide_shape,
	},
	{
		.name = "AREA",
		.number = {0x7006, 0x7006, 0x7006, 0x7006},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x3a629dbdb55e9cd2,
		.shape = area_shape,
	},
	{
		.name = "LEVEL",
		.number = {0x7007, 0x7007, 0x7007, 0x7007},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x8367ca49030dc5f3,
		.shape = level_shape,
	},
};

extern const struct iof_interface pointers_interface;

const struct iof_interface pointers_interface = {
	.name = "pointers",
	.driver = "a test",
	.node = "pointers",
	.hash = 0xe0ec519af3ccef27,
	.commands = commands,
	.n_commands = 7,
	.poll = false,
};
