/* SPDX-License-Identifier: MIT */
/* Generated from features/beside.idl by ioferryc, do not edit. */

#include <errno.h>
#include <ioferry/shape.h>

/* Sorted by the LP64 number. */
static const struct iof_command commands[] = {
	{
		.name = "QUERY",
		.number = {0x1, 0x1, 0x1, 0x1},
		.mask = 0xffffffff,
		.argument = IOF_ARG_VALUE,
		.value_size = 8,
		.hash = 0x1d835f58bd8fbea0,
	},
};

/* From the result of QUERY. */
static void version_2(uint64_t result, uint32_t parts[IOF_VERSION_PARTS])
{
	parts[0] = (uint32_t)((result >> 8) & 255);
	parts[1] = (uint32_t)(result & 255);
}

static const struct iof_version_source version_sources[] = {
	{
		.path = "/sys/module/thing/version",
	},
	{
		.path = "/proc/thing",
		.after = "release ",
	},
	{
		.number = 0x1,
		.n_parts = 2,
		.argument = 1,
		.parts = version_2,
	},
};

static const struct iof_companion_part companion_0[] = {
	{
		.text = "{count} things, \"{version}\"\n",
	},
	{
		.text = "{number} small /dev/{name}\n",
		.each = true,
		.low = 0,
		.high = 7,
	},
	{
		.text = "{number} large /dev/{name}\n",
		.each = true,
		.low = 8,
		.high = 15,
	},
};

static const struct iof_companion_part companion_1[] = {
	{
		.text = "{number}\n",
	},
};

static const struct iof_companion companions[] = {
	{
		.path = "/proc/thing",
		.parts = companion_0,
		.n_parts = 3,
	},
	{
		.path = "/sys/class/thing/{name}/number",
		.parts = companion_1,
		.n_parts = 1,
	},
};

extern const struct iof_interface beside_interface;

const struct iof_interface beside_interface = {
	.name = "beside",
	.driver = "thing 1.2.3",
	.node = "thing%u",
	.hash = 0xd302d2ce4016f1cc,
	.commands = commands,
	.n_commands = 1,
	.read =
		{
			.record = &iof_type_char,
			.count_records = false,
			.direction = IOF_OUT,
			.flags = IOF_CMD_BLOCKING,
			.max_count = 4096,
		},
	.write =
		{
			.record = &iof_type_char,
			.count_records = false,
			.direction = IOF_IN,
			.flags = IOF_CMD_BLOCKING,
			.max_count = 4096,
		},
	.poll = true,
	.nonblock_at_open = true,
	.version = "1.2",
	.version_sources = version_sources,
	.n_version_sources = 3,
	.companions = companions,
	.n_companions = 2,
};
