/* SPDX-License-Identifier: MIT */
/* The one interface of the session tests' build. */
#include <ioferry/shape.h>
#include <stddef.h>

static const struct iof_type type_word = {.name = "word", .size = {4, 4, 4, 4}, .same = 15};
static const struct iof_command commands[] = {
	{.name = "ECHO", .number = {1, 1, 1, 1}, .mask = ~0U, .argument = IOF_ARG_VALUE, .hash = 0x11},
	{.name = "HOLD", .number = {2, 2, 2, 2}, .mask = ~0U, .argument = IOF_ARG_VALUE, .hash = 0x22},
	{.name = "THIRD", .number = {3, 3, 3, 3}, .mask = ~0U, .argument = IOF_ARG_VALUE, .hash = 0x33},
};
static const struct iof_interface testdev = {
	.name = "testdev",
	.driver = "none",
	.node = "testdev%u",
	.hash = 0xabcdef,
	.commands = commands,
	.n_commands = 3,
	.read = {.record = &type_word, .direction = IOF_OUT, .max_count = 16},
	.write = {.record = &type_word, .direction = IOF_IN, .max_count = 16},
};
const struct iof_interface *const iof_interfaces[] = {&testdev, NULL};
