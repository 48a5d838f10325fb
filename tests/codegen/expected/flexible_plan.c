/* SPDX-License-Identifier: MIT */
/* Generated from features/flexible.idl by ioferryc, do not edit. */

#include "host/backends/mirror/plan.h"
#include <errno.h>
#include <stddef.h>

static const struct plan_type type_u32 = {
	.name = "u32",
	.kind = PLAN_UINT,
	.size = {4, 4, 4, 4},
};

static const struct plan_value values[] = {
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
		.value = 16,
		.good = true,
	},
	{
		.value = 17,
	},
	{
		.value = 4294967295LL,
	},
};

static const struct plan_type type_ulong = {
	.name = "ulong",
	.kind = PLAN_UINT,
	.size = {8, 4, 4, 4},
};

static const struct plan_member frame_members[] = {
	{.name = "id", .type = &type_u32, .count = 1},
	{.name = "stamp", .type = &type_ulong, .count = 1, .offset = {8, 4, 4, 4}},
};

static const struct plan_type type_frame = {
	.name = "frame",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = frame_members,
	.n_members = 2,
};

static const struct plan_op count[] = {
	{.code = PLAN_READ, .path = {.n_steps = 1, .steps = {0}}},
	{.code = PLAN_END},
};

static const struct plan_reach reach = {
	.type = &type_frame,
	.count = count,
	.direction = plan_in,
	.max = 16,
	.bounded = true,
	.error = EINVAL,
};

static const struct plan_member list_members[] = {
	{.name = "count", .type = &type_u32, .count = 1, .values = values, .n_values = 6, .high = 12, .step = 1},
	{.name = "list", .type = &type_frame, .count = 1, .offset = {8, 4, 4, 4}, .flexible = true, .reach = &reach},
};

static const struct plan_type type_list = {
	.name = "list",
	.kind = PLAN_STRUCT,
	.size = {8, 4, 4, 4},
	.members = list_members,
	.n_members = 2,
};

static const struct plan_reach reach_2 = {
	.type = &type_list,
	.direction = plan_out,
};

static const struct plan_choice send_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.count = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members[0], 0}}},
	{.what = "arg.count = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members[0], 1}}},
	{.what = "arg.count = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members[0], 2}}},
	{.what = "arg.count = 16", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members[0], 16}}},
	{.what = "arg.count = 17", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members[0], 17}}},
	{
		.what = "arg.count = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&list_members[0], 4294967295LL}},
	},
};

static const struct plan_reach reach_3 = {
	.type = &type_frame,
	.count = count,
	.direction = plan_out,
	.max = 16,
	.bounded = true,
	.error = EINVAL,
	.returned = PLAN_BY_FIELD,
	.counter = {.n_steps = 1, .steps = {0}},
};

static const struct plan_member list_members_2[] = {
	{.name = "count", .type = &type_u32, .count = 1, .values = values, .n_values = 6, .high = 12, .step = 1},
	{.name = "list", .type = &type_frame, .count = 1, .offset = {8, 4, 4, 4}, .flexible = true, .reach = &reach_3},
};

static const struct plan_type type_list_2 = {
	.name = "list",
	.kind = PLAN_STRUCT,
	.size = {8, 4, 4, 4},
	.members = list_members_2,
	.n_members = 2,
};

static const struct plan_reach reach_4 = {
	.type = &type_list_2,
	.direction = plan_out,
	.nullable = true,
};

static const struct plan_choice receive_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.count = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members_2[0], 0}}},
	{.what = "arg.count = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members_2[0], 1}}},
	{.what = "arg.count = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members_2[0], 2}}},
	{.what = "arg.count = 16", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members_2[0], 16}}},
	{.what = "arg.count = 17", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&list_members_2[0], 17}}},
	{
		.what = "arg.count = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&list_members_2[0], 4294967295LL}},
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
		.good = true,
	},
	{
		.value = 4294967295LL,
		.good = true,
	},
};

static const struct plan_type type_pointer = {
	.name = "pointer",
	.kind = PLAN_POINTER,
	.size = {8, 4, 4, 4},
};

static const struct plan_type type_u8 = {
	.name = "u8",
	.kind = PLAN_UINT,
	.size = {1, 1, 1, 1},
};

static const struct plan_member content = {
	.name = "",
	.type = &type_u8,
	.count = 1,
};

static const struct plan_reach reach_5 = {
	.type = &type_u8,
	.count = count,
	.direction = plan_out,
	.max = 64,
	.bounded = true,
	.error = EINVAL,
	.clamp = true,
	.slack = 4,
	.returned = PLAN_BY_FIELD,
	.returned_bytes = true,
	.counter = {.n_steps = 1, .steps = {0}},
	.content = &content,
};

static const struct plan_member struct_members[] = {
	{.name = "size", .type = &type_u32, .count = 1, .values = values_2, .n_values = 6, .high = 12, .step = 1},
	{.name = "data", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_5},
};

static const struct plan_type type_struct = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members,
	.n_members = 2,
};

static const struct plan_reach reach_6 = {
	.type = &type_struct,
	.direction = plan_out,
};

static const struct plan_choice fill_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{.what = "arg.data is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{&struct_members[1], 0}}},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.data cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members[1], 0}},
	},
	{.what = "arg.size = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members[0], 0}}},
	{.what = "arg.size = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members[0], 1}}},
	{.what = "arg.size = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members[0], 2}}},
	{.what = "arg.size = 64", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members[0], 64}}},
	{.what = "arg.size = 65", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members[0], 65}}},
	{
		.what = "arg.size = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members[0], 4294967295LL}},
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

static const struct plan_reach reach_7 = {
	.type = &type_frame,
	.count = count,
	.direction = plan_out,
	.max = 8,
	.bounded = true,
	.error = EINVAL,
	.returned = PLAN_BY_RESULT,
};

static const struct plan_member struct_members_2[] = {
	{.name = "n", .type = &type_u32, .count = 1, .values = values_3, .n_values = 6, .high = 8, .step = 1},
	{.name = "frames", .type = &type_pointer, .count = 1, .offset = {8, 4, 4, 4}, .reach = &reach_7},
};

static const struct plan_type type_struct_2 = {
	.name = "struct",
	.kind = PLAN_STRUCT,
	.size = {16, 8, 8, 8},
	.members = struct_members_2,
	.n_members = 2,
};

static const struct plan_reach reach_8 = {
	.type = &type_struct_2,
	.direction = plan_in,
};

static const struct plan_choice read_result_choices[] = {
	{.what = "arg is NULL", .force = PLAN_FORCE_NULL, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.frames is NULL",
		.force = PLAN_FORCE_NULL,
		.n_members = 1,
		.members = {{&struct_members_2[1], 0}},
	},
	{.what = "arg cannot be read", .force = PLAN_FORCE_FAULT, .n_members = 1, .members = {{NULL, 0}}},
	{
		.what = "arg.frames cannot be read",
		.force = PLAN_FORCE_FAULT,
		.n_members = 1,
		.members = {{&struct_members_2[1], 0}},
	},
	{.what = "arg.n = 0", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 0}}},
	{.what = "arg.n = 1", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 1}}},
	{.what = "arg.n = 2", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 2}}},
	{.what = "arg.n = 8", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 8}}},
	{.what = "arg.n = 9", .force = PLAN_FORCE_VALUE, .n_members = 1, .members = {{&struct_members_2[0], 9}}},
	{
		.what = "arg.n = 4294967295",
		.force = PLAN_FORCE_VALUE,
		.n_members = 1,
		.members = {{&struct_members_2[0], 4294967295LL}},
	},
};

static const struct plan_command commands[] = {
	{
		.name = "SEND",
		.number = {0x40086601, 0x40046601, 0x40046601, 0x40046601},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_2,
		.choices = send_choices,
		.n_choices = 8,
	},
	{
		.name = "RECEIVE",
		.number = {0x80086602, 0x80046602, 0x80046602, 0x80046602},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_4,
		.choices = receive_choices,
		.n_choices = 8,
	},
	{
		.name = "FILL",
		.number = {0x6603, 0x6603, 0x6603, 0x6603},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_6,
		.choices = fill_choices,
		.n_choices = 10,
	},
	{
		.name = "READ_RESULT",
		.number = {0x6604, 0x6604, 0x6604, 0x6604},
		.argument = PLAN_IN_MEMORY,
		.may_wait = true,
		.reach = &reach_8,
		.choices = read_result_choices,
		.n_choices = 10,
	},
};

extern const struct plan_interface flexible_plan;

const struct plan_interface flexible_plan = {
	.name = "flexible",
	.driver = "a test",
	.commands = commands,
	.n_commands = 4,
	.poll = false,
};
