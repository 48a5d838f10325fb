/* SPDX-License-Identifier: MIT */
/**
 * @file settings.c
 * The configuration of a device, without a file: stands in for host/daemon/config.c.
 */
#include "settings.h"

#include "host/daemon/config.h"

#include <string.h>

struct config_node {
	const char *interface_name;
	bool configure;
	unsigned errors;
};

static struct config_node root;

const struct config_node *test_settings(const char *interface_name, bool configure)
{
	root = (struct config_node){.interface_name = interface_name, .configure = configure};
	return &root;
}

unsigned test_settings_errors(void)
{
	return root.errors;
}

const struct config_node *config_get(const struct config_node *map, const char *key)
{
	(void)key;
	return map;
}

const char *config_string_required(const struct config_node *map, const char *key, const char *example)
{
	(void)example;
	if (strcmp(key, "interface_name") == 0 && map->interface_name)
		return map->interface_name;
	root.errors++;
	return "";
}

int64_t config_int(const struct config_node *map, const char *key, int64_t fallback, int64_t min, int64_t max)
{
	(void)map;
	(void)key;
	(void)min;
	(void)max;
	return fallback;
}

bool config_bool(const struct config_node *map, const char *key, bool fallback)
{
	return strcmp(key, "configure") == 0 ? map->configure : fallback;
}

void config_error(const struct config_node *node, const char *format, ...)
{
	(void)node;
	(void)format;
	root.errors++;
}

bool config_ok(const struct config_node *node)
{
	return node->errors == 0;
}

/* Of drivers that are linked in and not used here. */
const char *config_string(const struct config_node *map, const char *key, const char *fallback)
{
	(void)map;
	(void)key;
	return fallback;
}
