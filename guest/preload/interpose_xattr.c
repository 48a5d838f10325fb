/* SPDX-License-Identifier: MIT */
/* Extended attributes of nodes that do not exist in this machine: ls and cp ask for access control lists. */
#include "guest/preload/device.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <errno.h>
#include <sys/xattr.h>

static bool is_node(const char *path)
{
	const struct iof_device *device;
	struct section *section;
	enum name_state state;
	char name[NAME_SIZE];
	struct link *link;

	if (!name_of_path(path, name))
		return false;
	section = section_enter();
	state = name_look_up(name, &link, &device);
	if (state == NAME_OFFERED)
		link_put(link);
	section_leave(section, false);
	return state == NAME_OFFERED;
}

#define GET(name)                                                                                                      \
	INTERPOSE ssize_t name(const char *path, const char *attribute, void *value, size_t size)                      \
	{                                                                                                              \
		if (is_node(path)) {                                                                                   \
			errno = ENODATA;                                                                               \
			return -1;                                                                                     \
		}                                                                                                      \
		return real()->name(path, attribute, value, size);                                                     \
	}

GET(getxattr)
GET(lgetxattr)

#define LIST(name)                                                                                                     \
	INTERPOSE ssize_t name(const char *path, char *list, size_t size)                                              \
	{                                                                                                              \
		return is_node(path) ? 0 : real()->name(path, list, size);                                             \
	}

LIST(listxattr)
LIST(llistxattr)
