/* SPDX-License-Identifier: MIT */
/* Generated from features/pointers.idl by ioferryc, do not edit. */

#include "host/backends/mirror/plan.h"
#include <errno.h>
#include <stddef.h>

static const struct plan_type type_pointer = {
	.name = "pointer",
	.kind = PLAN_POINTER,
	.size = {8, 4, 4, 4},
};

static const struct plan_type type_sentinel64 = {
	.name = "sentinel64",
	.kind = PLAN_SENTINEL,
	.size = {8, 4, 4, 4},
};

static const struct plan_type type_u32 = {
	.name = "u32",
	.kind = PLAN_UINT,
	.size = {4, 4, 4, 4},
};

static const struct plan_range range = {
	.low = 1,
	.high = 4,
	.error = ENOSYS,
};

static const struct plan_value values[] = {
	{
		.value = 0,
	},
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 4,
		.good = true,
	},
	{
		.value = 5,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_member request_members[] = {
	{.name = "timeout", .type = &type_sentinel64, .count = 1},
	{
		.name = "kind",
		.type = &type_u32,
		.count = 1,
		.offset = {8, 4, 4, 4},
		.range = &range,
		.values = values,
		.n_values = 5,
		.low = 1,
		.high = 4,
		.step = 1,
	},
};

static const struct plan_type type_request = {
	.name = "request",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = request_members,
	.n_members = 2,
};

static const struct plan_reach reach = {
	.type = &type_request,
	.direction = plan_in,
};

static const struct plan_type type_u64 = {
	.name = "u64",
	.kind = PLAN_UINT,
	.size = {8, 8, 8, 8},
};

static const struct plan_type type_u8 = {
	.name = "u8",
	.kind = PLAN_UINT,
	.size = {1, 1, 1, 1},
};

static const struct plan_member reply_members[] = {
	{.name = "stamp", .type = &type_u64, .count = 1},
	{.name = "data", .type = &type_u8, .count = 16, .offset = {8, 8, 8, 8}},
};

static const struct plan_type type_reply = {
	.name = "reply",
	.kind = PLAN_STRUCT,
	.size = {24, 24, 24, 24},
	.members = reply_members,
	.n_members = 2,
};

static const struct plan_reach reach_2 = {
	.type = &type_reply,
	.direction = plan_out,
};

static const struct plan_member struct_members[] = {
	{.name = "request", .type = &type_pointer, .count = 1, .reach = &reach},
	{.name = "reply", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_2},
};

static const struct plan_type type_struct = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members,
	.n_members = 2,
};

static const struct plan_reach reach_3 = {
	.type = &type_struct,
	.direction = plan_in,
};

static const struct plan_op timeout[] = {
	{.code = PLAN_READ, .path = {.n_steps = 2, .steps = {0, 0}}},
	{.code = PLAN_END},
};

static const struct plan_choice ask_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.request is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members[0], 0}}},
	{.what = "arg.reply is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members[1], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.request cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members[0], 0}},
	},
	{
		.what = "arg.reply cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members[1], 0}},
	},
	{
		.what = "arg.request.kind = 0",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&request_members[1], 0}},
	},
	{
		.what = "arg.request.kind = 1",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&request_members[1], 1}},
	},
	{
		.what = "arg.request.kind = 4",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&request_members[1], 4}},
	},
	{
		.what = "arg.request.kind = 5",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&request_members[1], 5}},
	},
	{
		.what = "arg.request.kind = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&request_members[1], 4294967295LL}},
	},
};

static const struct plan_value values_2[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 64,
		.good = true,
	},
	{
		.value = 65,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_value values_3[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 4096,
		.good = true,
	},
	{
		.value = 4097,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_type type_u16 = {
	.name = "u16",
	.kind = PLAN_UINT,
	.size = {2, 2, 2, 2},
};

static const struct plan_op count[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {0}}},
	{.code = PLAN_END},
};

static const struct plan_member content = {
	.name = "",
	.type = &type_u16,
	.count = 1,
};

static const struct plan_reach reach_4 = {
	.type = &type_u16,
	.count = count,
	.direction = plan_in,
	.max = 64,
	.bounded = true,
	.error = E2BIG,
	.content = &content,
};

static const struct plan_op count_2[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {1}}},
	{.code = PLAN_END},
};

static const struct plan_member content_2 = {
	.name = "",
	.type = &type_u8,
	.count = 1,
};

static const struct plan_reach reach_5 = {
	.type = &type_u8,
	.count = count_2,
	.direction = plan_out,
	.max = 4096,
	.bounded = true,
	.error = EINVAL,
	.content = &content_2,
};

static const struct plan_member struct_members_2[] = {
	{.name = "n_points", .type = &type_u32, .count = 1, .values = values_2, .n_values = 6, .high = 12, .step = 1},
	{
		.name = "n_bytes",
		.type = &type_u32,
		.count = 1,
		.offset = {4, 4, 4, 4},
		.values = values_3,
		.n_values = 6,
		.high = 12,
		.step = 1,
	},
	{.name = "points", .type = &type_pointer, .count = 1, .offset = {8, 8, 8, 8}, .reach = &reach_4},
	{.name = "bytes", .type = &type_pointer, .count = 1, .offset = {16, 12, 12, 12}, .reach = &reach_5},
};

static const struct plan_type type_struct_2 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {24, 16, 16, 16},
	.members = struct_members_2,
	.n_members = 4,
};

static const struct plan_reach reach_6 = {
	.type = &type_struct_2,
	.direction = plan_in,
};

static const struct plan_choice move_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.points is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_2[2], 0}},
	},
	{.what = "arg.bytes is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members_2[3], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.points cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_2[2], 0}},
	},
	{
		.what = "arg.bytes cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_2[3], 0}},
	},
	{.what = "arg.n_points = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 0}}},
	{.what = "arg.n_points = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 1}}},
	{.what = "arg.n_points = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 2}}},
	{
		.what = "arg.n_points = 64",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 64}},
	},
	{
		.what = "arg.n_points = 65",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 65}},
	},
	{
		.what = "arg.n_points = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 4294967295LL}},
	},
	{.what = "arg.n_bytes = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[1], 0}}},
	{.what = "arg.n_bytes = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[1], 1}}},
	{.what = "arg.n_bytes = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[1], 2}}},
	{
		.what = "arg.n_bytes = 4096",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[1], 4096}},
	},
	{
		.what = "arg.n_bytes = 4097",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[1], 4097}},
	},
	{
		.what = "arg.n_bytes = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[1], 4294967295LL}},
	},
};

static const struct plan_type type_char = {
	.name = "char",
	.kind = PLAN_BYTES,
	.size = {1, 1, 1, 1},
};

static const struct plan_member content_3 = {
	.name = "",
	.type = &type_char,
	.count = 1,
};

static const struct plan_reach reach_7 = {
	.type = &type_char,
	.direction = plan_in,
	.max = 255,
	.bounded = true,
	.error = EINVAL,
	.string = true,
	.content = &content_3,
};

static const struct plan_member struct_members_3[] = {
	{.name = "name", .type = &type_pointer, .count = 1, .reach = &reach_7},
};

static const struct plan_type type_struct_3 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {8, 4, 4, 4},
	.members = struct_members_3,
	.n_members = 1,
};

static const struct plan_reach reach_8 = {
	.type = &type_struct_3,
	.direction = plan_in,
};

static const struct plan_choice name_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.name is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members_3[0], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.name cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_3[0], 0}},
	},
};

static const struct plan_value values_4[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 255,
		.good = true,
	},
};

static const struct plan_reach reach_9 = {
	.type = &type_u8,
	.count = count,
	.direction = plan_out,
	.error = EINVAL,
	.content = &content_2,
};

static const struct plan_member struct_members_4[] = {
	{.name = "len", .type = &type_u8, .count = 1, .values = values_4, .n_values = 3, .high = 12, .step = 1},
	{.name = "buf", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_9},
};

static const struct plan_type type_struct_4 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_4,
	.n_members = 2,
};

static const struct plan_reach reach_10 = {
	.type = &type_struct_4,
	.direction = plan_in,
	.nullable = true,
};

static const struct plan_member chain_members[] = {
	{.name = "next", .type = &type_pointer, .count = 1, .reach = &reach_10},
};

static const struct plan_type type_chain = {
	.name = "chain",
	.kind = PLAN_STRUCT,
	.size = {8, 4, 4, 4},
	.members = chain_members,
	.n_members = 1,
};

static const struct plan_reach reach_11 = {
	.type = &type_chain,
	.direction = plan_in,
	.nullable = true,
};

static const struct plan_choice maybe_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.next is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&chain_members[0], 0}}},
	{
		.what = "arg.next.buf is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_4[1], 0}},
	},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.next cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&chain_members[0], 0}},
	},
	{
		.what = "arg.next.buf cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_4[1], 0}},
	},
	{.what = "arg.next.len = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_4[0], 0}}},
	{.what = "arg.next.len = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_4[0], 1}}},
	{
		.what = "arg.next.len = 255",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 255}},
	},
};

static const struct plan_value values_5[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 4,
		.good = true,
	},
	{
		.value = 5,
	},
	{
		.value = 8,
		.good = true,
	},
	{
		.value = 1024,
		.good = true,
	},
	{
		.value = 1025,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_type type_u64_2 = {
	.name = "u64",
	.kind = PLAN_POINTER,
	.size = {8, 8, 8, 8},
};

static const struct plan_member content_4 = {
	.name = "",
	.type = &type_u32,
	.count = 1,
};

static const struct plan_reach reach_12 = {
	.type = &type_u32,
	.count = count,
	.direction = plan_out,
	.max = 1024,
	.bounded = true,
	.unit = 4,
	.error = EINVAL,
	.content = &content_4,
};

static const struct plan_member struct_members_5[] = {
	{.name = "size", .type = &type_u32, .count = 1, .values = values_5, .n_values = 7, .high = 48, .step = 4},
	{.name = "words", .type = &type_u64_2, .count = 1, .offset = {8, 4, 8, 8}, .reach = &reach_12},
};

static const struct plan_type type_struct_5 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 12, 16, 16},
	.members = struct_members_5,
	.n_members = 2,
};

static const struct plan_reach reach_13 = {
	.type = &type_struct_5,
	.direction = plan_in,
};

static const struct plan_choice wide_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.words is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members_5[1], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.words cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_5[1], 0}},
	},
	{.what = "arg.size = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_5[0], 0}}},
	{.what = "arg.size = 4", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_5[0], 4}}},
	{.what = "arg.size = 5", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_5[0], 5}}},
	{.what = "arg.size = 8", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_5[0], 8}}},
	{
		.what = "arg.size = 1024",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_5[0], 1024}},
	},
	{
		.what = "arg.size = 1025",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_5[0], 1025}},
	},
	{
		.what = "arg.size = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_5[0], 4294967295LL}},
	},
};

static const struct plan_range range_2 = {
	.low = 0,
	.high = 10,
	.error = EINVAL,
};

static const struct plan_value values_6[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 10,
		.good = true,
	},
	{
		.value = 11,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_member content_5 = {
	.name = "",
	.type = &type_u32,
	.count = 1,
	.range = &range_2,
	.values = values_6,
	.n_values = 4,
	.high = 10,
	.step = 1,
};

static const struct plan_reach reach_14 = {
	.type = &type_u32,
	.direction = plan_in,
	.content = &content_5,
};

static const struct plan_choice level_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&content_5, 0}}},
	{.what = "arg = 10", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&content_5, 10}}},
	{.what = "arg = 11", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&content_5, 11}}},
	{
		.what = "arg = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&content_5, 4294967295LL}},
	},
};

static const struct plan_value values_7[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 65535,
	},
};

static const struct plan_op count_3[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {0}}},
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {1}}},
	{.code = PLAN_MUL},
	{.code = PLAN_END},
};

static const struct plan_reach reach_15 = {
	.type = &type_u8,
	.count = count_3,
	.direction = plan_out,
	.max = 65536,
	.bounded = true,
	.error = EINVAL,
	.content = &content_2,
};

static const struct plan_member struct_members_6[] = {
	{.name = "w", .type = &type_u16, .count = 1, .values = values_7, .n_values = 4, .high = 12, .step = 1},
	{
		.name = "h",
		.type = &type_u16,
		.count = 1,
		.offset = {2, 2, 2, 2},
		.values = values_7,
		.n_values = 4,
		.high = 12,
		.step = 1,
	},
	{.name = "pixels", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_15},
};

static const struct plan_type type_struct_6 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_6,
	.n_members = 3,
};

static const struct plan_reach reach_16 = {
	.type = &type_struct_6,
	.direction = plan_in,
};

static const struct plan_choice area_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.pixels is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_6[2], 0}},
	},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.pixels cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_6[2], 0}},
	},
	{.what = "arg.w = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[0], 0}}},
	{.what = "arg.w = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[0], 1}}},
	{.what = "arg.w = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[0], 2}}},
	{
		.what = "arg.w = 65535",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_6[0], 65535}},
	},
	{.what = "arg.h = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[1], 0}}},
	{.what = "arg.h = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[1], 1}}},
	{.what = "arg.h = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_6[1], 2}}},
	{
		.what = "arg.h = 65535",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_6[1], 65535}},
	},
};

static const struct plan_command commands[] = {
	{
		.name = "ASK",
		.number = {0x7001, 0x7001, 0x7001, 0x7001},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_3,
		.timeout = timeout,
		.timeout_ns = 10000000,
		.choices = ask_choices,
		.n_choices = 11,
	},
	{
		.name = "MOVE",
		.number = {0x7002, 0x7002, 0x7002, 0x7002},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_6,
		.choices = move_choices,
		.n_choices = 18,
	},
	{
		.name = "NAME",
		.number = {0x7003, 0x7003, 0x7003, 0x7003},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_8,
		.choices = name_choices,
		.n_choices = 4,
	},
	{
		.name = "MAYBE",
		.number = {0x7004, 0x7004, 0x7004, 0x7004},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_11,
		.choices = maybe_choices,
		.n_choices = 9,
	},
	{
		.name = "WIDE",
		.number = {0x7005, 0x7005, 0x7005, 0x7005},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_13,
		.choices = wide_choices,
		.n_choices = 11,
	},
	{
		.name = "LEVEL",
		.number = {0x7007, 0x7007, 0x7007, 0x7007},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_14,
		.choices = level_choices,
		.n_choices = 6,
	},
	{
		.name = "AREA",
		.number = {0x7006, 0x7006, 0x7006, 0x7006},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_16,
		.choices = area_choices,
		.n_choices = 12,
	},
};

extern const struct plan_interface pointers_plan;

const struct plan_interface pointers_plan = {
	.name = "pointers",
	.driver = "a test",
	.commands = commands,
	.n_commands = 7,
	.poll = false,
};
