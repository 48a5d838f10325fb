/* SPDX-License-Identifier: MIT */
#include "mount.h"

#include <string.h>

/* Whether @p path lies below a folder of that name. */
static bool lies_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* A name cannot be a file and a folder. */
bool file_node_name_is_free(const struct node *wanted)
{
	for (const struct node *node = wanted->front->nodes; node; node = node->next)
		if (lies_in(node->name, wanted->name) || lies_in(wanted->name, node->name))
			return false;
	return true;
}

int file_node_start(struct node *node)
{
	node->started = true;
	iof_log(IOF_LOG_NOTICE, "%s is the host's %s", node->path, node->device);
	return 0;
}

void file_node_stop(struct node *node)
{
	calls_abandon(node);
	files_abandon(node);
	node->started = false;
}
