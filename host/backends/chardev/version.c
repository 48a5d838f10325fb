/* SPDX-License-Identifier: MIT */
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <ioferry/log.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_TEXT = 4096, VERSION_TEXT = 64 };

/* The file's first page, as text. */
static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	(void)close(fd);
	if (length < 0)
		return -EIO;
	text[length] = '\0';
	return 0;
}

/* "4.0" of "4.0_ATCANMINI_PELICAN SVN". */
static int from_file(const struct iof_version_source *source, char *version)
{
	char text[FILE_TEXT];
	const char *start = text;
	size_t length;
	int error = read_text(source->path, text, sizeof(text));

	if (error)
		return error;
	if (source->after) {
		start = strstr(text, source->after);
		if (!start)
			return -ENOENT;
		start += strlen(source->after);
	}
	length = strspn(start, "0123456789.");
	while (length && start[length - 1] == '.')
		length--;
	if (!length || length >= VERSION_TEXT)
		return -ENOENT;
	memcpy(version, start, length);
	version[length] = '\0';
	return 0;
}

static int from_command(const struct iof_version_source *source, version_ask *ask, void *context, char *version)
{
	uint32_t parts[IOF_VERSION_PARTS] = {0};
	int64_t result = ask(context, source->number, source->argument);
	int length = 0;

	if (result < 0)
		return (int)result;
	source->parts((uint64_t)result, parts);
	for (unsigned i = 0; i < source->n_parts; i++)
		length += snprintf(version + length, (size_t)(VERSION_TEXT - length), i ? ".%" PRIu32 : "%" PRIu32,
				   parts[i]);
	return 0;
}

/* "5.39" stands for 5.39.944 too. */
static bool is_wanted(const char *wanted, const char *version)
{
	size_t length = strlen(wanted);

	return !strncmp(wanted, version, length) && (version[length] == '\0' || version[length] == '.');
}

void version_check(const struct iof_interface *interface, const char *node, version_ask *ask, void *context)
{
	char version[VERSION_TEXT];

	for (unsigned i = 0; i < interface->n_version_sources; i++) {
		const struct iof_version_source *source = &interface->version_sources[i];
		int error = source->path ? from_file(source, version) : from_command(source, ask, context, version);

		if (error) {
			iof_log(IOF_LOG_DEBUG, "%s: its driver's version is not in %s: %s", node,
				source->path ? source->path : "the command's result", strerror(-error));
			continue;
		}
		if (is_wanted(interface->version, version))
			iof_log(IOF_LOG_INFO, "%s: its driver is version %s", node, version);
		else
			iof_log(IOF_LOG_WARNING,
				"%s: its driver is version %s, but interface %s was read from version %s: what has "
				"changed in its ioctls is not carried as it should be; compare its header with the IDL "
				"file",
				node, version, interface->name, interface->version);
		return;
	}
	if (interface->n_version_sources)
		iof_log(IOF_LOG_INFO, "%s: its driver tells no version; interface %s was read from %s", node,
			interface->name, interface->version);
}
