/* SPDX-License-Identifier: MIT */
#include "mount.h"

static const struct front_kind fuse = {
	.options =
		{
			.program = "ioferry-fuse",
			.manual = "docs/fuse.md",
			.usage = "Usage: ioferry-fuse [OPTION]... MOUNTPOINT\n"
				 "Mounts files in this guest whose devices are on the host.\n\n",
			.indirect = "copied",
		},
	.node_size = sizeof(struct node),
	.call_size = sizeof(struct copied_call),
	.close_is_early = true,
	.start = mount_start,
	.stop = mount_stop,
	.name_is_free = file_node_name_is_free,
	.node_start = file_node_start,
	.node_stop = file_node_stop,
	.reply_open = mount_reply_open,
	.gather = copied_gather,
	.output = copied_output,
};

int main(int argc, char **argv)
{
	static struct mount mount;

	return front_main(&mount.front, &fuse, argc, argv);
}
