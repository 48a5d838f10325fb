/* SPDX-License-Identifier: MIT */
/* Generated from features/unions.idl by ioferryc, do not edit. */

#include "host/backends/mirror/plan.h"
#include <errno.h>
#include <stddef.h>

static const struct plan_type type_u32 = {
	.name = "u32",
	.kind = PLAN_UINT,
	.size = {4, 4, 4, 4},
};

static const struct plan_type type_union = {
	.name = "union",
	.kind = PLAN_UNION,
	.size = {4, 4, 4, 4},
};

static const struct plan_member plain_members[] = {
	{.name = "kind", .type = &type_u32, .count = 1},
	{.name = "value", .type = &type_union, .count = 1, .offset = {4, 4, 4, 4}},
};

static const struct plan_type type_plain = {
	.name = "plain",
	.kind = PLAN_STRUCT,
	.size = {8, 8, 8, 8},
	.members = plain_members,
	.n_members = 2,
};

static const struct plan_reach reach = {
	.type = &type_plain,
	.direction = plan_out,
};

static const struct plan_choice plain_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
};

static const struct plan_type type_int = {
	.name = "int",
	.kind = PLAN_SINT,
	.size = {4, 4, 4, 4},
};

static const struct plan_value values[] = {
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 3,
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
		.value = 6,
		.good = true,
	},
};

static const struct plan_type type_ulong = {
	.name = "ulong",
	.kind = PLAN_UINT,
	.size = {8, 4, 4, 4},
};

static const struct plan_type type_long = {
	.name = "long",
	.kind = PLAN_SINT,
	.size = {8, 4, 4, 4},
};

static const struct plan_type type_u8 = {
	.name = "u8",
	.kind = PLAN_UINT,
	.size = {1, 1, 1, 1},
};

static const struct plan_type type_u64 = {
	.name = "u64",
	.kind = PLAN_UINT,
	.size = {8, 8, 8, 8},
};

static const struct plan_member struct_members[] = {
	{.name = "a", .type = &type_u8, .count = 1},
	{.name = "b", .type = &type_u64, .count = 1, .offset = {8, 4, 8, 8}},
};

static const struct plan_type type_struct = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 12, 16, 16},
	.members = struct_members,
	.n_members = 2,
};

static const struct plan_member union_members[] = {
	{
		.name = "number",
		.type = &type_ulong,
		.count = 1,
	},
	{
		.name = "pair",
		.type = &type_long,
		.count = 2,
	},
	{
		.name = "other",
		.type = &type_struct,
		.count = 1,
	},
};

static const struct plan_path selectors[] = {
	{.n_steps = 1, .steps = {0}},
};

static const struct plan_label labels[] = {
	{.values = {1}},
};

static const struct plan_label labels_2[] = {
	{.values = {2}},
	{.values = {3}},
};

static const struct plan_label labels_3[] = {
	{.values = {4}},
};

static const struct plan_label labels_4[] = {
	{.values = {5}},
};

static const struct plan_arm arms[] = {
	{.labels = labels, .n_labels = 1, .member = &union_members[0]},
	{.labels = labels_2, .n_labels = 2, .member = &union_members[1]},
	{.labels = labels_3, .n_labels = 1},
	{.labels = labels_4, .n_labels = 1, .reject = ENOSYS},
	{.otherwise = true, .member = &union_members[2]},
};

static const struct plan_type type_union_2 = {
	.name = "union",
	.kind = PLAN_SWITCH,
	.size = {16, 12, 16, 16},
	.selectors = selectors,
	.n_selectors = 1,
	.arms = arms,
	.n_arms = 5,
};

static const struct plan_member chosen_members[] = {
	{.name = "kind", .type = &type_int, .count = 1, .values = values, .n_values = 6},
	{.name = "value", .type = &type_union_2, .count = 1, .offset = {8, 4, 8, 8}},
};

static const struct plan_type type_chosen = {
	.name = "chosen",
	.kind = PLAN_STRUCT,
	.size = {24, 16, 24, 24},
	.members = chosen_members,
	.n_members = 2,
};

static const struct plan_reach reach_2 = {
	.type = &type_chosen,
	.direction = plan_out,
};

static const struct plan_choice chosen_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.kind = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 1}}},
	{.what = "arg.kind = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 2}}},
	{.what = "arg.kind = 3", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 3}}},
	{.what = "arg.kind = 4", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 4}}},
	{.what = "arg.kind = 5", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 5}}},
	{.what = "arg.kind = 6", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&chosen_members[0], 6}}},
};

static const struct plan_value values_2[] = {
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 3,
	},
};

static const struct plan_type type_u16 = {
	.name = "u16",
	.kind = PLAN_UINT,
	.size = {2, 2, 2, 2},
};

static const struct plan_member union_members_2[] = {
	{
		.name = "byte",
		.type = &type_u8,
		.count = 1,
	},
	{
		.name = "word",
		.type = &type_u16,
		.count = 1,
	},
};

static const struct plan_label labels_5[] = {
	{.values = {2}},
};

static const struct plan_arm arms_2[] = {
	{.labels = labels, .n_labels = 1, .member = &union_members_2[0]},
	{.labels = labels_5, .n_labels = 1, .member = &union_members_2[1]},
};

static const struct plan_type type_union_3 = {
	.name = "union",
	.kind = PLAN_SWITCH,
	.size = {2, 2, 2, 2},
	.selectors = selectors,
	.n_selectors = 1,
	.arms = arms_2,
	.n_arms = 2,
};

static const struct plan_member strict_members[] = {
	{.name = "kind", .type = &type_u8, .count = 1, .values = values_2, .n_values = 3},
	{.name = "value", .type = &type_union_3, .count = 1, .offset = {2, 2, 2, 2}},
};

static const struct plan_type type_strict = {
	.name = "strict",
	.kind = PLAN_STRUCT,
	.size = {4, 4, 4, 4},
	.members = strict_members,
	.n_members = 2,
};

static const struct plan_reach reach_3 = {
	.type = &type_strict,
	.direction = plan_out,
};

static const struct plan_choice strict_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.kind = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 1}}},
	{.what = "arg.kind = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 2}}},
	{.what = "arg.kind = 3", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 3}}},
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
		.value = 3,
	},
	{
		.value = 12,
		.good = true,
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
		.value = 10,
		.good = true,
	},
	{
		.value = 11,
		.good = true,
	},
	{
		.value = 12,
		.good = true,
	},
	{
		.value = 13,
	},
};

static const struct plan_type type_pointer = {
	.name = "pointer",
	.kind = PLAN_POINTER,
	.size = {8, 4, 4, 4},
};

static const struct plan_op direction[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {0}}},
	{.code = PLAN_CONST, .value = 1},
	{.code = PLAN_EQ},
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {1}}},
	{.code = PLAN_CONST, .value = 12},
	{.code = PLAN_EQ},
	{.code = PLAN_EITHER},
	{.code = PLAN_CONST, .value = 3},
	{.code = PLAN_CONST, .value = 1},
	{.code = PLAN_CHOOSE},
	{.code = PLAN_END},
};

static const struct plan_member content = {
	.name = "",
	.type = &type_u8,
	.count = 1,
};

static const struct plan_reach reach_4 = {
	.type = &type_u8,
	.direction = direction,
	.nullable = true,
	.content = &content,
};

static const struct plan_member content_2 = {
	.name = "",
	.type = &type_u16,
	.count = 1,
};

static const struct plan_reach reach_5 = {
	.type = &type_u16,
	.direction = direction,
	.nullable = true,
	.content = &content_2,
};

static const struct plan_value values_5[] = {
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
		.value = 32,
		.good = true,
	},
	{
		.value = 33,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_op count[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {0}}},
	{.code = PLAN_END},
};

static const struct plan_reach reach_6 = {
	.type = &type_u8,
	.count = count,
	.direction = plan_out,
	.max = 32,
	.bounded = true,
	.error = EINVAL,
	.content = &content,
};

static const struct plan_member struct_members_2[] = {
	{.name = "len", .type = &type_u32, .count = 1, .values = values_5, .n_values = 6, .high = 12, .step = 1},
	{.name = "data", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_6},
};

static const struct plan_type type_struct_2 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_2,
	.n_members = 2,
};

static const struct plan_reach reach_7 = {
	.type = &type_struct_2,
	.direction = direction,
	.nullable = true,
};

static const struct plan_member union_members_3[] = {
	{.name = "byte", .type = &type_u8, .count = 1, .reach = &reach_4},
	{.name = "word", .type = &type_u16, .count = 1, .reach = &reach_5},
	{.name = "block", .type = &type_struct_2, .count = 1, .reach = &reach_7},
};

static const struct plan_path selectors_2[] = {
	{.n_steps = 1, .steps = {1}},
	{.n_steps = 1, .steps = {0}},
};

static const struct plan_label labels_6[] = {
	{.values = {10, 0}, .any = 2},
};

static const struct plan_label labels_7[] = {
	{.values = {11, 1}},
	{.values = {11, 2}},
};

static const struct plan_label labels_8[] = {
	{.values = {12, 1}},
};

static const struct plan_label labels_9[] = {
	{.values = {0, 0}, .any = 2},
};

static const struct plan_arm arms_3[] = {
	{.labels = labels_6, .n_labels = 1, .member = &union_members_3[0]},
	{.labels = labels_7, .n_labels = 2, .member = &union_members_3[1]},
	{.labels = labels_8, .n_labels = 1, .member = &union_members_3[2]},
	{.labels = labels_9, .n_labels = 1},
};

static const struct plan_type type_union_4 = {
	.name = "union",
	.kind = PLAN_SWITCH,
	.size = {16, 8, 8, 8},
	.selectors = selectors_2,
	.n_selectors = 2,
	.arms = arms_3,
	.n_arms = 4,
};

static const struct plan_reach reach_8 = {
	.type = &type_union_4,
	.nullable = true,
};

static const struct plan_member pointed_members[] = {
	{.name = "access", .type = &type_u8, .count = 1, .values = values_3, .n_values = 5},
	{.name = "size", .type = &type_u32, .count = 1, .offset = {4, 4, 4, 4}, .values = values_4, .n_values = 6},
	{.name = "data", .type = &type_pointer, .count = 1, .offset = {8, 8, 8, 8}, .reach = &reach_8},
};

static const struct plan_type type_pointed = {
	.name = "pointed",
	.kind = PLAN_STRUCT,
	.size = {16, 12, 12, 12},
	.members = pointed_members,
	.n_members = 3,
};

static const struct plan_reach reach_9 = {
	.type = &type_pointed,
	.direction = plan_in,
};

static const struct plan_choice pointed_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.data is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&pointed_members[2], 0}}},
	{
		.what = "arg.data.block.data is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_2[1], 0}},
	},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.data cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&pointed_members[2], 0}},
	},
	{
		.what = "arg.data.block.data cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_2[1], 0}},
	},
	{.what = "arg.access = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[0], 0}}},
	{.what = "arg.access = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[0], 1}}},
	{.what = "arg.access = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[0], 2}}},
	{.what = "arg.access = 3", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[0], 3}}},
	{.what = "arg.access = 12", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[0], 12}}},
	{.what = "arg.size = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 0}}},
	{.what = "arg.size = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 1}}},
	{.what = "arg.size = 10", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 10}}},
	{.what = "arg.size = 11", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 11}}},
	{.what = "arg.size = 12", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 12}}},
	{.what = "arg.size = 13", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&pointed_members[1], 13}}},
	{
		.what = "arg.data.block.len = 0",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 0}},
	},
	{
		.what = "arg.data.block.len = 1",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 1}},
	},
	{
		.what = "arg.data.block.len = 2",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 2}},
	},
	{
		.what = "arg.data.block.len = 32",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 32}},
	},
	{
		.what = "arg.data.block.len = 33",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 33}},
	},
	{
		.what = "arg.data.block.len = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 4294967295LL}},
	},
	{
		.what = "arg.size = 11, arg.access = 1",
		.force = PLAN_FORCE_VALUE,
		.n_members = 2,
		.members = {{&pointed_members[1], 11}, {&pointed_members[0], 1}},
	},
	{
		.what = "arg.size = 11, arg.access = 2",
		.force = PLAN_FORCE_VALUE,
		.n_members = 2,
		.members = {{&pointed_members[1], 11}, {&pointed_members[0], 2}},
	},
	{
		.what = "arg.size = 12, arg.access = 1",
		.force = PLAN_FORCE_VALUE,
		.n_members = 2,
		.members = {{&pointed_members[1], 12}, {&pointed_members[0], 1}},
	},
};

static const struct plan_value values_6[] = {
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

static const struct plan_reach reach_10 = {
	.type = &type_strict,
	.count = count,
	.direction = plan_in,
	.max = 4,
	.bounded = true,
	.error = EINVAL,
};

static const struct plan_member struct_members_3[] = {
	{.name = "n", .type = &type_u32, .count = 1, .values = values_6, .n_values = 6, .high = 4, .step = 1},
	{.name = "items", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_10},
};

static const struct plan_type type_struct_3 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_3,
	.n_members = 2,
};

static const struct plan_reach reach_11 = {
	.type = &type_struct_3,
	.direction = plan_in,
};

static const struct plan_choice several_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.items is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members_3[1], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.items cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_3[1], 0}},
	},
	{.what = "arg.n = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_3[0], 0}}},
	{.what = "arg.n = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_3[0], 1}}},
	{.what = "arg.n = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_3[0], 2}}},
	{.what = "arg.n = 4", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_3[0], 4}}},
	{.what = "arg.n = 5", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_3[0], 5}}},
	{
		.what = "arg.n = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_3[0], 4294967295LL}},
	},
	{.what = "arg.items.kind = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 1}}},
	{.what = "arg.items.kind = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 2}}},
	{.what = "arg.items.kind = 3", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&strict_members[0], 3}}},
};

static const struct plan_value values_7[] = {
	{
		.value = 1,
		.good = true,
	},
	{
		.value = 2,
		.good = true,
	},
	{
		.value = 3,
		.good = true,
	},
};

static const struct plan_reach reach_12 = {
	.type = &type_u16,
	.direction = plan_in,
	.content = &content_2,
};

static const struct plan_value values_8[] = {
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
		.value = 8,
		.good = true,
	},
	{
		.value = 9,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_member content_3 = {
	.name = "",
	.type = &type_u64,
	.count = 1,
};

static const struct plan_reach reach_13 = {
	.type = &type_u64,
	.count = count,
	.direction = plan_out,
	.max = 8,
	.bounded = true,
	.error = EINVAL,
	.content = &content_3,
};

static const struct plan_member struct_members_4[] = {
	{.name = "n", .type = &type_u32, .count = 1, .values = values_8, .n_values = 6, .high = 8, .step = 1},
	{.name = "list", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_13},
};

static const struct plan_type type_struct_4 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_4,
	.n_members = 2,
};

static const struct plan_member union_members_4[] = {
	{.name = "one", .type = &type_pointer, .count = 1, .reach = &reach_12},
	{.name = "several", .type = &type_struct_4, .count = 1},
	{.name = "none", .type = &type_u64, .count = 1},
};

static const struct plan_arm arms_4[] = {
	{.labels = labels, .n_labels = 1, .member = &union_members_4[0]},
	{.labels = labels_5, .n_labels = 1, .member = &union_members_4[1]},
	{.otherwise = true, .member = &union_members_4[2]},
};

static const struct plan_type type_union_5 = {
	.name = "union",
	.kind = PLAN_SWITCH,
	.size = {16, 8, 8, 8},
	.selectors = selectors,
	.n_selectors = 1,
	.arms = arms_4,
	.n_arms = 3,
};

static const struct plan_member holding_members[] = {
	{.name = "kind", .type = &type_u32, .count = 1, .values = values_7, .n_values = 3},
	{.name = "value", .type = &type_union_5, .count = 1, .offset = {8, 4, 8, 8}},
};

static const struct plan_type type_holding = {
	.name = "holding",
	.kind = PLAN_STRUCT,
	.size = {24, 12, 16, 16},
	.members = holding_members,
	.n_members = 2,
};

static const struct plan_reach reach_14 = {
	.type = &type_holding,
	.direction = plan_out,
};

static const struct plan_choice holding_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.value.one is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&union_members_4[0], 0}},
	},
	{
		.what = "arg.value.several.list is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_4[1], 0}},
	},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.value.one cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&union_members_4[0], 0}},
	},
	{
		.what = "arg.value.several.list cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_4[1], 0}},
	},
	{.what = "arg.kind = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&holding_members[0], 1}}},
	{.what = "arg.kind = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&holding_members[0], 2}}},
	{.what = "arg.kind = 3", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&holding_members[0], 3}}},
	{
		.what = "arg.value.several.n = 0",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 0}},
	},
	{
		.what = "arg.value.several.n = 1",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 1}},
	},
	{
		.what = "arg.value.several.n = 2",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 2}},
	},
	{
		.what = "arg.value.several.n = 8",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 8}},
	},
	{
		.what = "arg.value.several.n = 9",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 9}},
	},
	{
		.what = "arg.value.several.n = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_4[0], 4294967295LL}},
	},
};

static const struct plan_value values_9[] = {
	{
		.value = 0,
		.good = true,
	},
	{
		.value = 1,
		.good = true,
	},
};

static const struct plan_member union_members_5[] = {
	{
		.name = "number",
		.type = &type_long,
		.count = 1,
	},
	{
		.name = "bytes",
		.type = &type_u8,
		.count = 4,
	},
};

static const struct plan_path selectors_3[] = {
	{.n_steps = 1, .steps = {0}},
	{.n_steps = 1, .steps = {1}},
};

static const struct plan_label labels_10[] = {
	{.values = {0, 0}, .any = 1},
};

static const struct plan_arm arms_5[] = {
	{.labels = labels_9, .n_labels = 1, .member = &union_members_5[0]},
	{.labels = labels_10, .n_labels = 1, .member = &union_members_5[1]},
	{.otherwise = true},
};

static const struct plan_type type_union_6 = {
	.name = "union",
	.kind = PLAN_SWITCH,
	.size = {8, 4, 4, 4},
	.selectors = selectors_3,
	.n_selectors = 2,
	.arms = arms_5,
	.n_arms = 3,
};

static const struct plan_member both_members[] = {
	{.name = "a", .type = &type_u8, .count = 1, .values = values_9, .n_values = 2},
	{.name = "b", .type = &type_u8, .count = 1, .offset = {1, 1, 1, 1}, .values = values_9, .n_values = 2},
	{.name = "value", .type = &type_union_6, .count = 1, .offset = {8, 4, 4, 4}},
};

static const struct plan_type type_both = {
	.name = "both",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = both_members,
	.n_members = 3,
};

static const struct plan_reach reach_15 = {
	.type = &type_both,
	.direction = plan_out,
};

static const struct plan_choice both_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.a = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&both_members[0], 0}}},
	{.what = "arg.a = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&both_members[0], 1}}},
	{.what = "arg.b = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&both_members[1], 0}}},
	{.what = "arg.b = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&both_members[1], 1}}},
};

static const struct plan_command commands[] = {
	{
		.name = "PLAIN",
		.number = {0x20, 0x20, 0x20, 0x20},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach,
		.choices = plain_choices,
		.n_choices = 2,
	},
	{
		.name = "CHOSEN",
		.number = {0x21, 0x21, 0x21, 0x21},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_2,
		.choices = chosen_choices,
		.n_choices = 8,
	},
	{
		.name = "STRICT",
		.number = {0x22, 0x22, 0x22, 0x22},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_3,
		.choices = strict_choices,
		.n_choices = 5,
	},
	{
		.name = "POINTED",
		.number = {0x23, 0x23, 0x23, 0x23},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_9,
		.choices = pointed_choices,
		.n_choices = 26,
	},
	{
		.name = "SEVERAL",
		.number = {0x24, 0x24, 0x24, 0x24},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_11,
		.choices = several_choices,
		.n_choices = 13,
	},
	{
		.name = "HOLDING",
		.number = {0x25, 0x25, 0x25, 0x25},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_14,
		.choices = holding_choices,
		.n_choices = 15,
	},
	{
		.name = "BOTH",
		.number = {0x26, 0x26, 0x26, 0x26},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_15,
		.choices = both_choices,
		.n_choices = 6,
	},
};

extern const struct plan_interface unions_plan;

const struct plan_interface unions_plan = {
	.name = "unions",
	.driver = "a test",
	.commands = commands,
	.n_commands = 7,
	.poll = false,
};
