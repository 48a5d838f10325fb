/* SPDX-License-Identifier: MIT */
/* The daemon's configuration: any text is read, with its errors told. Input: the file. */
#include "fuzz.h"
#include "host/daemon/settings.h"
#include <errno.h>
#include <ioferry/log.h>
#include <stdlib.h>
#include <string.h>

/* Asks for a setting of every kind. */
static int device_create_any(const struct config_node *settings, const struct iof_interface *interface,
			     struct host_device **device)
{
	static const char *const modes[] = {"one", "two", NULL};

	(void)config_string(settings, "path", "");
	(void)config_int(settings, "bitrate", 0, 0, 1000000);
	(void)config_bool(settings, "loopback", false);
	(void)config_enum(settings, "kind", modes, 0);
	for (size_t i = 0; i < config_count(config_list(settings, "list")); i++)
		(void)config_text(config_item(config_list(settings, "list"), i));
	(void)config_map(settings, "map");
	if (!config_ok(settings))
		return -EINVAL;
	*device = calloc(1, sizeof(**device));
	if (!*device)
		return -ENOMEM;
	(*device)->interface = interface;
	return 0;
}

static void device_destroy_any(struct host_device *device)
{
	free(device);
}

static const struct host_backend any = {
	.name = "any", .help = "anything", .device_create = device_create_any, .device_destroy = device_destroy_any};
const struct host_backend *const host_backends[] = {&any, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = {data, size};
	char *text = (char *)fuzz_copy(&input);
	struct config *config = config_parse("fuzz.yaml", text, size);
	struct settings settings;
	int error;

	if (!config)
		abort();
	free(text);
	error = settings_read(config, NULL, &settings);
	if (!error) {
		fuzz_accepted++;
		(void)settings_apply_policies(&settings);
		settings_clear(&settings);
	} else if (error != -EINVAL || !config_errors(config)) {
		abort();
	}
	for (size_t i = 0; i < config_errors(config); i++) {
		if (!strstr(config_error_text(config, i), "fuzz.yaml"))
			abort();
	}
	config_unref(config);
	return 0;
}
