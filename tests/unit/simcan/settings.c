/* SPDX-License-Identifier: MIT */
/**
 * @file settings.c
 * The configuration that a device is made of, without a file: stands in for host/daemon/config.c.
 */
#include "host/daemon/config.h"
#include "world.h"

#include <string.h>

struct config_node {
	const struct test_setting *settings;
	unsigned errors;
};

static struct config_node root;

const struct config_node *test_settings(const struct test_setting *settings)
{
	root = (struct config_node){.settings = settings};
	return &root;
}

unsigned test_settings_errors(void)
{
	return root.errors;
}

static const struct test_setting *find(const struct config_node *map, const char *key)
{
	const struct test_setting *each = map->settings;

	while (each && each->key && strcmp(each->key, key) != 0)
		each++;
	return each && each->key ? each : NULL;
}

const struct config_node *config_get(const struct config_node *map, const char *key)
{
	return find(map, key) ? map : NULL;
}

const char *config_string(const struct config_node *map, const char *key, const char *fallback)
{
	const struct test_setting *setting = find(map, key);

	return setting ? setting->text : fallback;
}

int64_t config_int(const struct config_node *map, const char *key, int64_t fallback, int64_t min, int64_t max)
{
	const struct test_setting *setting = find(map, key);

	if (!setting)
		return fallback;
	if (setting->number < min || setting->number > max) {
		config_error(map, "%s is out of range", key);
		return fallback;
	}
	return setting->number;
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
