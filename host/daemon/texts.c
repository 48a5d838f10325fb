/* SPDX-License-Identifier: MIT */
#include "host/daemon/texts.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const files[] = {"interface.idl", "status"};

/* A device below a folder of /dev is one name here, in the way of sysfs. */
static void as_one_name(const char *device, char *name, size_t size)
{
	(void)snprintf(name, size, "%s", device);
	for (char *slash = name; (slash = strchr(slash, '/'));)
		*slash = '!';
}

static int device_name(void *context, const struct iof_peer *peer, size_t index, char *name, size_t size)
{
	const struct texts *texts = context;
	struct device_set *set = engine_devices(texts->engine);
	int error = -ENOENT;

	for (size_t i = 0; error && i < set->n_devices; i++) {
		if (!device_admits(set->devices[i], peer, texts->address) || index--)
			continue;
		as_one_name(set->devices[i]->name, name, size);
		error = 0;
	}
	device_set_put(set);
	return error;
}

static const char *file_name(void *context, size_t index)
{
	(void)context;
	return index < sizeof(files) / sizeof(files[0]) ? files[index] : NULL;
}

static void print_idl(FILE *out, const struct device *device)
{
	for (const struct idl_source *source = idl_sources; source->interface; source++)
		if (strcmp(source->interface, device->interface->name) == 0)
			(void)fputs(source->text, out);
}

static void print_count(FILE *out, const char *name, const struct call_count *count)
{
	uint64_t calls = atomic_load(&count->calls);

	if (calls)
		(void)fprintf(out, "%-32s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", name, calls,
			      atomic_load(&count->errors), atomic_load(&count->refused));
}

static void print_status(FILE *out, const struct device *device)
{
	const struct iof_interface *interface = device->interface;

	(void)fprintf(out, "device     %s\ninterface  %s\ndriver     %s\nbackend    %s\nopens      %" PRIu32 "\n\n",
		      device->name, interface->name, interface->driver ? interface->driver : "",
		      device->backend_device->backend->name, atomic_load(&device->opens));
	(void)fprintf(out, "%-32s %10s %10s %10s\n", "since the start", "calls", "errors", "refused");
	for (int i = 0; i < DEVICE_OPERATIONS; i++)
		print_count(out, device_operation_name((enum device_operation)i), &device->operations[i]);
	for (uint32_t i = 0; i < interface->n_commands; i++)
		print_count(out, interface->commands[i].name, &device->counts[i]);
	print_count(out, "undeclared", &device->undeclared);
}

static char *print(const struct device *device, const char *file, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out)
		return NULL;
	if (strcmp(file, files[0]) == 0)
		print_idl(out, device);
	else
		print_status(out, device);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static char *file_text(void *context, const struct iof_peer *peer, const char *name, const char *file, size_t *length)
{
	const struct texts *texts = context;
	struct device_set *set = engine_devices(texts->engine);
	char *text = NULL;

	for (size_t i = 0; !text && i < set->n_devices; i++) {
		char one[256];

		as_one_name(set->devices[i]->name, one, sizeof(one));
		if (strcmp(one, name) == 0 && device_admits(set->devices[i], peer, texts->address))
			text = print(set->devices[i], file, length);
	}
	device_set_put(set);
	return text;
}

void texts_init(struct texts *texts, struct engine *engine, const char *address)
{
	*texts = (struct texts){
		.base = {.context = texts, .device = device_name, .file = file_name, .text = file_text},
		.engine = engine,
		.address = address,
	};
}
