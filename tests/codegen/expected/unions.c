/* SPDX-License-Identifier: MIT */
/* Generated from features/unions.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

#define GET   1
#define SET   2
#define BYTE  10
#define WORD  11
#define BLOCK 12

/* struct plain { u32 kind; union { u32 word; u8 bytes[4]; } value; } */
static const struct iof_field fields_plain[] = {
	{"kind", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"value", IOF_UNION, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
};

static const struct iof_type type_plain = {
	.name = "plain",
	.size = {8, 8, 8, 8},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_plain,
};

/*
 * struct chosen {
 *     int kind;
 *     union switch (kind) {
 *     case GET:
 *         unsigned long number;
 *     case SET, 3:
 *         long pair[2];
 *     case 4:
 *         void;
 *     case 5:
 *         reject ENOSYS;
 *     default:
 *         struct { u8 a; u64 b; } other;
 *     } value;
 * }
 */
static const struct iof_field fields_chosen[] = {
	{"kind", IOF_SINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"value", IOF_UNION, 1, {16, 12, 16, 16}, {8, 4, 8, 8}, {16, 12, 16, 16}},
};

static const struct iof_type type_chosen = {
	.name = "chosen",
	.size = {24, 16, 24, 24},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_chosen,
};

/* long pair[2]; */
static const struct iof_field fields_CHOSEN_pair[] = {
	{"pair", IOF_SINT, 2, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_CHOSEN_pair = {
	.name = "CHOSEN_pair",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_CHOSEN_pair,
};

/* struct { u8 a; u64 b; } */
static const struct iof_field fields_CHOSEN_other[] = {
	{"a", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"b", IOF_UINT, 1, {8, 8, 8, 8}, {8, 4, 8, 8}, {8, 8, 8, 8}},
};

static const struct iof_type type_CHOSEN_other = {
	.name = "CHOSEN_other",
	.size = {16, 12, 16, 16},
	.same = 0xd,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_CHOSEN_other,
};

/* struct strict { u8 kind; union switch (kind) { case GET: u8 byte; case SET: u16 word; } value; } */
static const struct iof_field fields_strict[] = {
	{"kind", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"value", IOF_UNION, 1, {2, 2, 2, 2}, {2, 2, 2, 2}, {2, 2, 2, 2}},
};

static const struct iof_type type_strict = {
	.name = "strict",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_strict,
};

/*
 * struct pointed {
 *     u8 access;
 *     u32 size;
 *     (access == GET || size == BLOCK ? inout : in) union switch (size, access) {
 *     case (BYTE, *):
 *         u8 byte;
 *     case (WORD, GET), (WORD, SET):
 *         u16 word;
 *     case (BLOCK, GET):
 *         struct { u32 len; out u8 *data[len, max 32]; } block;
 *     case (0, *):
 *         void;
 *     } *data nullable;
 * }
 */
static const struct iof_field fields_pointed[] = {
	{"access", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"size", IOF_UINT, 1, {4, 4, 4, 4}, {4, 4, 4, 4}, {4, 4, 4, 4}},
	{"data", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 8, 8, 8}, {8, 4, 4, 4}},
};

static const struct iof_type type_pointed = {
	.name = "pointed",
	.size = {16, 12, 12, 12},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 3,
	.fields = fields_pointed,
};

/* struct { u32 len; out u8 *data[len, max 32]; } */
static const struct iof_field fields_POINTED_block[] = {
	{"len", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"data", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_POINTED_block = {
	.name = "POINTED_block",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_POINTED_block,
};

/* struct { u32 n; in struct strict *items[n, max 4]; } */
static const struct iof_field fields_SEVERAL[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"items", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_SEVERAL = {
	.name = "SEVERAL",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_SEVERAL,
};

/*
 * struct holding {
 *     u32 kind;
 *     union switch (kind) {
 *     case GET:
 *         in u16 *one;
 *     case SET:
 *         struct { u32 n; out u64 *list[n, max 8]; } several;
 *     default:
 *         u64 none;
 *     } value;
 * }
 */
static const struct iof_field fields_holding[] = {
	{"kind", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"value", IOF_UNION, 1, {16, 8, 8, 8}, {8, 4, 8, 8}, {16, 8, 8, 8}},
};

static const struct iof_type type_holding = {
	.name = "holding",
	.size = {24, 12, 16, 16},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 2,
	.fields = fields_holding,
};

static const struct iof_field fields_pointer[] = {
	{"", IOF_POINTER, 1, {8, 4, 4, 4}, {0, 0, 0, 0}, {8, 4, 4, 4}},
};

static const struct iof_type type_pointer = {
	.name = "pointer",
	.size = {8, 4, 4, 4},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 1,
	.fields = fields_pointer,
};

/* struct { u32 n; out u64 *list[n, max 8]; } */
static const struct iof_field fields_HOLDING_several[] = {
	{"n", IOF_UINT, 1, {4, 4, 4, 4}, {0, 0, 0, 0}, {4, 4, 4, 4}},
	{"list", IOF_POINTER, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_HOLDING_several = {
	.name = "HOLDING_several",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 1,
	.n_fields = 2,
	.fields = fields_HOLDING_several,
};

/*
 * struct both { u8 a, b; union switch (a, b) { case (0, *): long number; case (*, 0): u8 bytes[4]; default: void; }
 *     value; }
 */
static const struct iof_field fields_both[] = {
	{"a", IOF_UINT, 1, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
	{"b", IOF_UINT, 1, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}},
	{"value", IOF_UNION, 1, {8, 4, 4, 4}, {8, 4, 4, 4}, {8, 4, 4, 4}},
};

static const struct iof_type type_both = {
	.name = "both",
	.size = {16, 8, 8, 8},
	.same = 0x1,
	.n_pointers = 0,
	.n_fields = 3,
	.fields = fields_both,
};

/* u8 bytes[4]; */
static const struct iof_field fields_BOTH_bytes[] = {
	{"bytes", IOF_UINT, 4, {1, 1, 1, 1}, {0, 0, 0, 0}, {1, 1, 1, 1}},
};

static const struct iof_type type_BOTH_bytes = {
	.name = "BOTH_bytes",
	.size = {4, 4, 4, 4},
	.same = 0xf,
	.n_pointers = 0,
	.n_fields = 1,
	.fields = fields_BOTH_bytes,
};

/* ioctl PLAIN = 0x20 (inout struct plain *arg); */
static void plain_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_plain, 1, IOF_INOUT, 0);
}

/* ioctl CHOSEN = 0x21 (inout struct chosen *arg); */
static void chosen_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_chosen, 1, IOF_INOUT, 0);

	switch ((uint64_t)iof_segment_int(arg, 0, 0, 4)) {
	case GET: iof_walk_arm(walk, arg, 0, 8, &iof_type_ulong); break;
	case SET:
	case 3: iof_walk_arm(walk, arg, 0, 8, &type_CHOSEN_pair); break;
	case 4: break;
	case 5: iof_walk_reject(walk, ENOSYS, "arg.kind", (uint64_t)iof_segment_int(arg, 0, 0, 4)); break;
	default: iof_walk_arm(walk, arg, 0, 8, &type_CHOSEN_other); break;
	}
}

/* ioctl STRICT = 0x22 (inout struct strict *arg); */
static void strict_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_strict, 1, IOF_INOUT, 0);

	switch (iof_segment_uint(arg, 0, 0, 1)) {
	case GET: iof_walk_arm(walk, arg, 0, 2, &iof_type_u8); break;
	case SET: iof_walk_arm(walk, arg, 0, 2, &iof_type_u16); break;
	default: iof_walk_reject(walk, EINVAL, "arg.kind", iof_segment_uint(arg, 0, 0, 1)); break;
	}
}

/* ioctl POINTED = 0x23 (in struct pointed *arg); */
static void pointed_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_pointed, 1, IOF_IN, 0);
	uint64_t size = iof_segment_uint(arg, 0, 4, 4);
	uint64_t access = iof_segment_uint(arg, 0, 0, 1);
	unsigned direction = IOF_IN;

	if (access == GET || size == BLOCK)
		direction = IOF_INOUT;

	if (size == BYTE) {
		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u8, 1, direction, IOF_NULLABLE);
	} else if ((size == WORD && access == GET) || (size == WORD && access == SET)) {
		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u16, 1, direction, IOF_NULLABLE);
	} else if (size == BLOCK && access == GET) {
		const struct iof_segment *block =
			iof_walk_pointer(walk, arg, 0, 8, &type_POINTED_block, 1, direction, IOF_NULLABLE);

		if (block->present) {
			uint32_t len = (uint32_t)iof_walk_bound(walk, iof_segment_uint(block, 0, 0, 4), 0, 32, EINVAL,
								"arg.block.len");

			iof_walk_pointer(walk, block, 0, 8, &iof_type_u8, len, IOF_OUT, 0);
		}
	} else if (size == 0) {
		/* nothing is there */
	} else {
		iof_walk_reject(walk, EINVAL, "size, access", size);
	}
}

/* ioctl SEVERAL = 0x24 (in struct { u32 n; in struct strict *items[n, max 4]; } *arg); */
static void several_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_SEVERAL, 1, IOF_IN, 0);
	uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.n");
	const struct iof_segment *items = iof_walk_pointer(walk, arg, 0, 8, &type_strict, n, IOF_IN, IOF_LIST);

	for (uint32_t i = 0; i < n && iof_walk_ok(walk); i++) {
		switch (iof_segment_uint(items, i, 0, 1)) {
		case GET: iof_walk_arm(walk, items, i, 2, &iof_type_u8); break;
		case SET: iof_walk_arm(walk, items, i, 2, &iof_type_u16); break;
		default: iof_walk_reject(walk, EINVAL, "arg.items.kind", iof_segment_uint(items, i, 0, 1)); break;
		}
	}
}

/* ioctl HOLDING = 0x25 (inout struct holding *arg); */
static void holding_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_holding, 1, IOF_INOUT, 0);

	switch (iof_segment_uint(arg, 0, 0, 4)) {
	case GET:
		iof_walk_arm(walk, arg, 0, 8, &type_pointer);
		iof_walk_pointer(walk, arg, 0, 8, &iof_type_u16, 1, IOF_IN, 0);
		break;
	case SET: {
		iof_walk_arm(walk, arg, 0, 8, &type_HOLDING_several);

		uint32_t n = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 8, 4), 0, 8, EINVAL,
						      "arg.value.several.n");

		iof_walk_pointer(walk, arg, 0, 16, &iof_type_u64, n, IOF_OUT, 0);
		break;
	}
	default: iof_walk_arm(walk, arg, 0, 8, &iof_type_u64); break;
	}
}

/* ioctl BOTH = 0x26 (inout struct both *arg); */
static void both_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_both, 1, IOF_INOUT, 0);
	uint64_t a = iof_segment_uint(arg, 0, 0, 1);
	uint64_t b = iof_segment_uint(arg, 0, 1, 1);

	if (a == 0) {
		iof_walk_arm(walk, arg, 0, 8, &iof_type_long);
	} else if (b == 0) {
		iof_walk_arm(walk, arg, 0, 8, &type_BOTH_bytes);
	} else {
		/* nothing is there */
	}
}

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "PLAIN",
		.number = {0x20, 0x20, 0x20, 0x20},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x639a772f6d3a4786,
		.shape = plain_shape,
	},
	{
		.name = "CHOSEN",
		.number = {0x21, 0x21, 0x21, 0x21},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x6b26ff90e97b0536,
		.shape = chosen_shape,
	},
	{
		.name = "STRICT",
		.number = {0x22, 0x22, 0x22, 0x22},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xbf9c1f1e22bf5173,
		.shape = strict_shape,
	},
	{
		.name = "POINTED",
		.number = {0x23, 0x23, 0x23, 0x23},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x5b3a1e44e905bea3,
		.shape = pointed_shape,
	},
	{
		.name = "SEVERAL",
		.number = {0x24, 0x24, 0x24, 0x24},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x0ca2ca7d0bc542fd,
		.shape = several_shape,
	},
	{
		.name = "HOLDING",
		.number = {0x25, 0x25, 0x25, 0x25},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0xf343400cc117e97b,
		.shape = holding_shape,
	},
	{
		.name = "BOTH",
		.number = {0x26, 0x26, 0x26, 0x26},
		.mask = 0xffffffff,
		.argument = IOF_ARG_POINTER,
		.hash = 0x46a875fcfe637877,
		.shape = both_shape,
	},
};

extern const struct iof_interface unions_interface;

const struct iof_interface unions_interface = {
	.name = "unions",
	.driver = "a test",
	.node = "unions",
	.hash = 0xf5fc1c2bc7e60260,
	.commands = commands,
	.n_commands = 7,
	.poll = false,
};
