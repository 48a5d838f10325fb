/* SPDX-License-Identifier: MIT */
#include "guest/preload/names.h"
#include "guest/preload/config.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What follows "/dev/" with "//" and "/./" folded; false: other path, empty, or "..". */
static bool fold(const char *path, char name[NAME_SIZE])
{
	size_t length = 0;
	bool below = false;

	if (*path != '/')
		return false;
	while (*path) {
		size_t part = strcspn(path += strspn(path, "/"), "/");

		if (!part)
			break;
		if (part == 2 && path[0] == '.' && path[1] == '.')
			return false;
		if (part == 1 && *path == '.') {
			path += part;
			continue;
		}
		if (!below) {
			if (part != 3 || memcmp(path, "dev", 3) != 0)
				return false;
			below = true;
		} else {
			if (length + part + 2 > NAME_SIZE)
				return false;
			if (length)
				name[length++] = '/';
			memcpy(name + length, path, part);
			length += part;
		}
		path += part;
	}
	name[length] = 0;
	return length > 0;
}

bool name_of_path(const char *path, char name[NAME_SIZE])
{
	bool named;

	return config_address() && path && fold(path, name) && config_allows(name, &named);
}

/* Whether the directory that a relative path starts from is /dev. */
static bool starts_in_dev(int directory)
{
	struct stat here, dev;
	int saved = errno;
	bool same = !real()->fstatat(directory, directory == AT_FDCWD ? "." : "", &here, AT_EMPTY_PATH) &&
		    !real()->fstatat(AT_FDCWD, "/dev/", &dev, AT_SYMLINK_NOFOLLOW) && here.st_dev == dev.st_dev &&
		    here.st_ino == dev.st_ino;

	errno = saved;
	return same;
}

bool name_resolve(int directory, const char *path, char name[NAME_SIZE])
{
	char now[PATH_MAX], target[PATH_MAX];
	bool named;

	if (!config_address() || !path || !*path || strlen(path) >= sizeof now - 8)
		return false;
	(void)snprintf(now, sizeof now, "%s", path);
	for (unsigned i = 0; i < 8; i++) {
		long length;

		if (*now != '/' && starts_in_dev(directory)) {
			char relative[PATH_MAX];

			memcpy(relative, now, sizeof relative);
			(void)snprintf(now, sizeof now, "/dev/%.*s", PATH_MAX - 8, relative);
		}
		length = iof_sys(SYS_readlinkat, directory, now, target, sizeof target - 1);
		if (length <= 0)
			return fold(now, name) && config_allows(name, &named);
		target[length] = 0;
		if (*target != '/') {
			char *slash = strrchr(now, '/');
			size_t keep = slash ? (size_t)(slash - now) + 1 : 0;

			if (keep + (size_t)length >= sizeof now)
				return false;
			memcpy(now + keep, target, (size_t)length + 1);
		} else {
			memcpy(now, target, (size_t)length + 1);
		}
	}
	return false;
}

static bool node_exists(const char *name)
{
	char path[NAME_SIZE + 8];

	(void)snprintf(path, sizeof path, "/dev/%s", name);
	return iof_sys(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

enum name_state name_look_up(const char *name, struct link **link, const struct iof_device **device)
{
	struct link *last;
	bool named, knew;

	if (!link_get(link)) {
		*device = link_device(*link, name);
		if (*device)
			return NAME_OFFERED;
		link_put(*link);
		return NAME_FOREIGN;
	}
	last = link_last();
	knew = last && link_device(last, name);
	link_put(last);
	(void)config_allows(name, &named);
	if (knew || named)
		return NAME_AWAY;
	return config_has_patterns() || strchr(name, '/') || node_exists(name) ? NAME_FOREIGN : NAME_AWAY;
}
