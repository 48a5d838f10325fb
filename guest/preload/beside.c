/* SPDX-License-Identifier: MIT */
#include "guest/preload/beside.h"
#include "guest/preload/config.h"
#include "guest/preload/link.h"
#include "guest/preload/section.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is asked about the path's companions, inside a section. */
typedef int question(const struct companion_devices *devices, const char *folded, void *answer);

/* The devices that the application may know of. */
static int ask_link(const struct link *link, question *put, const char *folded, void *answer)
{
	const struct iof_device *offered;
	size_t n_offered = iof_session_devices(link->session, &offered);
	const struct iof_device **list = calloc(n_offered + 1, sizeof(struct iof_device *));
	struct companion_devices devices = {.list = list};
	bool named;
	int error;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n_offered; i++) {
		if (offered[i].interface && config_allows(offered[i].name, &named))
			list[devices.count++] = &offered[i];
	}
	error = put(&devices, folded, answer);
	free(list);
	return error;
}

static int ask(const char *path, question *put, void *answer)
{
	char folded[COMPANION_PATH];
	struct section *section;
	int error = -ENOENT;
	struct link *link;

	if (!config_address() || !path || !companion_possible(iof_interfaces, path, folded))
		return error;
	section = section_enter();
	if (!link_get(&link)) {
		error = ask_link(link, put, folded, answer);
		link_put(link);
	}
	section_leave(section, false);
	return error;
}

struct text {
	char *data;
	size_t length;
};

static int ask_text(const struct companion_devices *devices, const char *folded, void *answer)
{
	struct text *text = answer;

	return companion_text(devices, folded, &text->data, &text->length);
}

int beside_text(const char *path, char **text, size_t *length)
{
	struct text answer;
	int error = ask(path, ask_text, &answer);

	if (!error) {
		*text = answer.data;
		*length = answer.length;
	}
	return error;
}

struct entries {
	struct companion_entry *list;
	size_t count;
};

static int ask_entries(const struct companion_devices *devices, const char *folded, void *answer)
{
	struct entries *entries = answer;

	return companion_entries(devices, folded, &entries->list, &entries->count);
}

int beside_entries(const char *path, struct companion_entry **entries, size_t *count)
{
	struct entries answer;
	int error = ask(path, ask_entries, &answer);

	if (!error) {
		*entries = answer.list;
		*count = answer.count;
	}
	return error;
}

/* A file in memory that nobody can change, at its start. */
static int file_of_text(const char *text, size_t length, int flags)
{
	long fd = iof_sys(SYS_memfd_create, "companion", (flags & O_CLOEXEC ? MFD_CLOEXEC : 0) | MFD_ALLOW_SEALING);
	long written;

	if (fd < 0)
		return (int)fd;
	written = iof_sys(SYS_write, fd, text, length);
	if (written != (long)length) {
		iof_close((int)fd);
		return written < 0 ? (int)written : -ENOSPC;
	}
	(void)iof_sys(SYS_lseek, fd, 0, SEEK_SET);
	(void)iof_sys(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	return (int)fd;
}

bool beside_open(const char *path, int flags, int *result)
{
	size_t length;
	char *text;

	if (flags & O_PATH || beside_text(path, &text, &length))
		return false;
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		*result = -EEXIST;
	else if (flags & O_DIRECTORY)
		*result = -ENOTDIR;
	else if ((flags & O_ACCMODE) != O_RDONLY)
		*result = -EACCES;
	else
		*result = file_of_text(text, length, flags);
	free(text);
	return true;
}
