/* SPDX-License-Identifier: MIT */
#include "guest/common/companion.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text that grows. data is NULL until something was added. */
struct text {
	char *data;
	size_t length, size;
	bool failed;
};

static void add(struct text *text, const char *piece, size_t length)
{
	size_t size = (text->length + length + 1) * 2;
	char *data = text->data;

	if (text->failed)
		return;
	if (!data || text->length + length + 1 > text->size) {
		data = realloc(data, size);
		if (!data) {
			text->failed = true;
			return;
		}
		text->data = data;
		text->size = size;
	}
	memcpy(data + text->length, piece, length);
	text->length += length;
	data[text->length] = 0;
}

static void add_number(struct text *text, unsigned long number)
{
	char digits[24];

	add(text, digits, (size_t)snprintf(digits, sizeof(digits), "%lu", number));
}

/* 32 of "pcan32"; 0 of a name that does not end in digits. */
static unsigned long number_of(const char *name)
{
	size_t start = strlen(name);

	while (start && name[start - 1] >= '0' && name[start - 1] <= '9')
		start--;
	return strtoul(name + start, NULL, 10);
}

static size_t count_of(const struct companion_devices *devices, const struct iof_interface *interface)
{
	size_t count = 0;

	for (size_t i = 0; i < devices->count; i++)
		count += devices->list[i]->interface == interface;
	return count;
}

/* Adds what the placeholder at @template stands for; how long it is, or 0: it is none. */
static size_t add_placeholder(struct text *text, const char *template, const struct companion_devices *devices,
			      const struct iof_device *device)
{
	static const char *const names[] = {"{name}", "{number}", "{version}", "{count}"};
	const char *version = device->interface->version;
	size_t i = 0;

	while (i < 4 && strncmp(template, names[i], strlen(names[i])) != 0)
		i++;
	switch (i) {
	case 0: add(text, device->name, strlen(device->name)); break;
	case 1: add_number(text, number_of(device->name)); break;
	case 2: add(text, version, version ? strlen(version) : 0); break;
	case 3: add_number(text, count_of(devices, device->interface)); break;
	default: return 0;
	}
	return strlen(names[i]);
}

static void add_template(struct text *text, const char *template, const struct companion_devices *devices,
			 const struct iof_device *device)
{
	while (*template) {
		size_t plain = strcspn(template, "{"), placeholder;

		add(text, template, plain);
		template += plain;
		if (!*template)
			break;
		placeholder = add_placeholder(text, template, devices, device);
		if (!placeholder)
			add(text, template, 1);
		template += placeholder ? placeholder : 1;
	}
}

static bool is_of_each(const struct iof_companion *companion)
{
	return strchr(companion->path, '{') != NULL;
}

/* @one: the device whose file it is, or the first of them that have it together. */
static void add_parts(struct text *text, const struct iof_companion *companion, const struct companion_devices *devices,
		      const struct iof_device *one)
{
	bool own = is_of_each(companion);

	add(text, "", 0); /* an empty file has a text, too */
	for (unsigned i = 0; i < companion->n_parts; i++) {
		const struct iof_companion_part *part = &companion->parts[i];

		for (size_t j = 0; j < devices->count; j++) {
			const struct iof_device *device = devices->list[j];
			unsigned long number = number_of(device->name);

			if (device->interface != one->interface || ((own || !part->each) && device != one))
				continue;
			if (!part->each || (number >= part->low && number <= part->high))
				add_template(text, part->text, devices, device);
		}
	}
}

/* As in /sys: a name with a slash is one entry. */
static void add_path(struct text *text, const char *template, const struct companion_devices *devices,
		     const struct iof_device *device)
{
	struct iof_device entry = *device;
	char name[COMPANION_NAME];

	(void)snprintf(name, sizeof(name), "%s", device->name);
	for (char *c = name; *c; c++) {
		if (*c == '/')
			*c = '!';
	}
	entry.name = name;
	add_template(text, template, devices, &entry);
}

/* Each companion with its device and path, until a visit gives other than 0. */
typedef int visitor(void *context, const struct iof_companion *companion, const struct iof_device *device,
		    const char *path);

static int visit_all(const struct companion_devices *devices, visitor *visit, void *context)
{
	int result = 0;

	for (size_t i = 0; !result && i < devices->count; i++) {
		const struct iof_device *device = devices->list[i];
		bool first = true;

		for (size_t j = 0; j < i; j++)
			first &= devices->list[j]->interface != device->interface;
		for (unsigned j = 0; !result && j < device->interface->n_companions; j++) {
			const struct iof_companion *companion = &device->interface->companions[j];
			struct text path = {0};

			if (!first && !is_of_each(companion))
				continue;
			add_path(&path, companion->path, devices, device);
			result = path.failed || !path.data ? -ENOMEM : visit(context, companion, device, path.data);
			free(path.data);
		}
	}
	return result;
}

/* What of @path is below @folder, without a slash at its start; NULL: it is elsewhere. "" is the folder itself. */
static const char *below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (strncmp(path, folder, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length + (path[length] == '/');
}

/* /proc, /sys and what every machine has right below it are the kernel's, whatever is in it. */
static bool is_kernels(const char *folder)
{
	unsigned slashes = 0;

	for (const char *c = folder; *c; c++)
		slashes += *c == '/';
	return slashes < (strncmp(folder, "/sys/", 5) == 0 ? 3 : 2);
}

struct search {
	const struct companion_devices *devices;
	const char *path;
	struct text text;
	struct companion_entry *entries;
	size_t count;
	bool folder;
};

static int visit_text(void *context, const struct iof_companion *companion, const struct iof_device *device,
		      const char *path)
{
	struct search *search = context;
	const char *rest = below(path, search->path);

	if (!rest)
		return 0;
	search->folder |= *rest != 0;
	if (*rest)
		return 0;
	add_parts(&search->text, companion, search->devices, device);
	return search->text.failed ? -ENOMEM : 1;
}

int companion_text(const struct companion_devices *devices, const char *folded, char **text, size_t *length)
{
	struct search search = {.devices = devices, .path = folded};
	int found = visit_all(devices, visit_text, &search);

	if (found == 1) {
		*text = search.text.data;
		*length = search.text.length;
		return 0;
	}
	free(search.text.data);
	if (found)
		return found;
	return search.folder && !is_kernels(folded) ? -EISDIR : -ENOENT;
}

static int visit_entry(void *context, const struct iof_companion *companion, const struct iof_device *device,
		       const char *path)
{
	struct search *search = context;
	const char *rest = below(path, search->path);
	size_t length;
	void *entries;

	(void)companion;
	(void)device;
	if (!rest)
		return 0;
	if (!*rest)
		return -ENOTDIR;
	length = strcspn(rest, "/");
	if (length >= COMPANION_NAME)
		return 0;
	for (size_t i = 0; i < search->count; i++) {
		if (strlen(search->entries[i].name) == length && !memcmp(search->entries[i].name, rest, length))
			return 0;
	}
	entries = realloc(search->entries, (search->count + 1) * sizeof(*search->entries));
	if (!entries)
		return -ENOMEM;
	search->entries = entries;
	search->entries[search->count] = (struct companion_entry){.folder = rest[length] != 0};
	memcpy(search->entries[search->count++].name, rest, length);
	return 0;
}

int companion_entries(const struct companion_devices *devices, const char *folded, struct companion_entry **entries,
		      size_t *count)
{
	struct search search = {.devices = devices, .path = folded};
	int error = visit_all(devices, visit_entry, &search);

	if (!error && (!search.count || is_kernels(folded)))
		error = -ENOENT;
	if (error) {
		free(search.entries);
		return error;
	}
	*entries = search.entries;
	*count = search.count;
	return 0;
}

static bool fold(const char *path, char folded[COMPANION_PATH])
{
	size_t length = 0;

	while (*path) {
		size_t part = strcspn(path += strspn(path, "/"), "/");

		if (part == 2 && path[0] == '.' && path[1] == '.')
			return false;
		if (part && !(part == 1 && *path == '.')) {
			if (length + part + 2 > COMPANION_PATH)
				return false;
			folded[length++] = '/';
			memcpy(folded + length, path, part);
			length += part;
		}
		path += part;
	}
	folded[length] = 0;
	return true;
}

/* Whether a companion of this template may be @folded or below it. */
static bool is_possible(const char *template, const char *folded)
{
	size_t fixed = strcspn(template, "{"), length = strlen(folded);

	if (length < fixed)
		return below(template, folded) && !is_kernels(folded);
	return template[fixed] ? !strncmp(folded, template, fixed) : !strcmp(folded, template);
}

bool companion_possible(const struct iof_interface *const *interfaces, const char *path, char folded[COMPANION_PATH])
{
	/* Not "//proc": nobody writes it, and this is asked of every path. */
	if ((strncmp(path, "/proc/", 6) != 0 && strncmp(path, "/sys/", 5) != 0) || !fold(path, folded))
		return false;
	for (; *interfaces; interfaces++) {
		for (unsigned i = 0; i < (*interfaces)->n_companions; i++) {
			if (is_possible((*interfaces)->companions[i].path, folded))
				return true;
		}
	}
	return false;
}
