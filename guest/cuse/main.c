/* SPDX-License-Identifier: MIT */
#include "cuse.h"

static const struct front_kind cuse = {
	.options =
		{
			.program = "ioferry-cuse",
			.manual = "docs/cuse.md",
			.usage = "Usage: ioferry-cuse [OPTION]...\n"
				 "Makes device nodes in this guest whose devices are on the host.\n\n",
			.indirect = "retry",
			.folder = "/dev",
		},
	.node_size = sizeof(struct device),
	.call_size = sizeof(struct retry_call),
	.name_is_free = device_name_is_free,
	.node_init = device_init,
	.node_start = device_start,
	.node_stop = device_stop,
	.node_changed = device_changed,
	.reply_open = fuse_reply_open,
	.gather = retry_gather,
	.output = retry_output,
};

int main(int argc, char **argv)
{
	static struct front front;

	return front_main(&front, &cuse, argc, argv);
}
