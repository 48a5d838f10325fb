/* SPDX-License-Identifier: MIT */
/* The configuration file: a YAML mapping of scalars, and one list of devices. */
#include "options.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct config {
	struct options *options;
	yaml_document_t *document;
	const char *path;
	char *reason;
	size_t reason_size;
};

__attribute__((format(printf, 3, 4))) static int complain(struct config *config, const yaml_node_t *node,
							  const char *format, ...)
{
	int n = snprintf(config->reason, config->reason_size, "%s:%zu: ", config->path, node->start_mark.line + 1);
	va_list list;

	if (n >= 0 && (size_t)n < config->reason_size) {
		va_start(list, format);
		(void)vsnprintf(config->reason + n, config->reason_size - (size_t)n, format, list);
		va_end(list);
	}
	return -EINVAL;
}

static const char *text(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : "";
}

static int number(struct config *config, const yaml_node_t *node, int base, long max, long *value)
{
	const char *from = text(node);
	char *end;

	errno = 0;
	*value = strtol(from, &end, base);
	if (errno || end == from || *end || *value < 0 || *value > max)
		return complain(config, node, "'%s' is not a number from 0 to %ld%s", from, max,
				base == 8 ? " (octal)" : "");
	return 0;
}

static int set_name(struct config *config, const yaml_node_t *node, char name[OPTIONS_NAME_MAX])
{
	if (!options_node_name_ok(text(node)))
		return complain(config, node, "'%s' cannot be the name of a node", text(node));
	(void)snprintf(name, OPTIONS_NAME_MAX, "%s", text(node));
	return 0;
}

static int set_owner(struct config *config, const yaml_node_t *node, struct options_device *device)
{
	const struct passwd *user = getpwnam(text(node));

	if (!user)
		return complain(config, node, "there is no user '%s'", text(node));
	device->uid = user->pw_uid;
	return 0;
}

static int set_group(struct config *config, const yaml_node_t *node, struct options_device *device)
{
	const struct group *group = getgrnam(text(node));

	if (!group)
		return complain(config, node, "there is no group '%s'", text(node));
	device->gid = group->gr_gid;
	return 0;
}

/* "254:0", or "254" for any minor of the host's choice. */
static int set_number(struct config *config, const yaml_node_t *node, struct options_device *device)
{
	char rest;

	if (sscanf(text(node), "%d:%d%c", &device->major, &device->minor, &rest) != 2 || device->major < 0 ||
	    device->major > 4095 || device->minor < 0 || device->minor > 0xfffff)
		return complain(config, node, "'%s' is not a device number, MAJOR:MINOR", text(node));
	return 0;
}

static int set_device(struct config *config, struct options_device *device, const yaml_node_t *key,
		      const yaml_node_t *value)
{
	long mode;
	int ret;

	if (strcmp(text(key), "device") == 0)
		return set_name(config, value, device->device);
	if (strcmp(text(key), "node") == 0)
		return set_name(config, value, device->node);
	if (strcmp(text(key), "owner") == 0)
		return set_owner(config, value, device);
	if (strcmp(text(key), "group") == 0)
		return set_group(config, value, device);
	if (strcmp(text(key), "number") == 0)
		return set_number(config, value, device);
	if (strcmp(text(key), "mode") != 0)
		return complain(config, key, "unknown key '%s': device, node, mode, owner, group, number", text(key));
	ret = number(config, value, 8, 0777, &mode);
	device->mode = (int)mode;
	return ret;
}

static int load_device(struct config *config, const yaml_node_t *node)
{
	struct options *options = config->options;
	struct options_device device = {.mode = -1, .uid = (uid_t)-1, .gid = (gid_t)-1, .major = -1, .minor = -1};
	struct options_device *more;

	if (node->type != YAML_MAPPING_NODE)
		return complain(config, node, "a device is a mapping: - device: NAME");
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		int ret = set_device(config, &device, yaml_document_get_node(config->document, pair->key),
				     yaml_document_get_node(config->document, pair->value));
		if (ret)
			return ret;
	}
	if (!device.device[0])
		return complain(config, node, "a device needs 'device: NAME', the name on the host");
	if (options_device(options, device.device))
		return complain(config, node, "device '%s' is listed twice", device.device);
	more = reallocarray(options->devices, options->n_devices + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	options->devices = more;
	more[options->n_devices++] = device;
	return 0;
}

static int load_devices(struct config *config, const yaml_node_t *node)
{
	if (node->type != YAML_SEQUENCE_NODE)
		return complain(config, node, "'devices' is a list: - device: NAME");
	for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
		int ret = load_device(config, yaml_document_get_node(config->document, *item));

		if (ret)
			return ret;
	}
	return 0;
}

static int set_string(char **string, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*string);
	*string = copy;
	return 0;
}

static int set_memory(struct config *config, const yaml_node_t *value)
{
	struct options *options = config->options;

	return options_set_memory(options, text(value))
		       ? complain(config, value, "'memory' is auto or %s", options->kind->indirect)
		       : 0;
}

static int set_milliseconds(struct config *config, const yaml_node_t *value, unsigned *to)
{
	long ms = 0;
	int ret = number(config, value, 10, 600000, &ms);

	if (!ret)
		*to = (unsigned)ms;
	return ret;
}

static int set_listed_only(struct config *config, const yaml_node_t *value)
{
	config->options->listed_only = strcmp(text(value), "listed") == 0;
	if (!config->options->listed_only && strcmp(text(value), "all") != 0)
		return complain(config, value, "'nodes' is all or listed");
	return 0;
}

static int set_option(struct config *config, const yaml_node_t *key, const yaml_node_t *value)
{
	struct options *options = config->options;

	if (strcmp(text(key), "address") == 0)
		return set_string(&options->address, text(value));
	if (strcmp(text(key), "memory") == 0)
		return set_memory(config, value);
	if (strcmp(text(key), "log") == 0)
		return iof_log_level_parse(text(value), &options->log_level)
			       ? complain(config, value, "'log' is error, warning, notice, info or debug")
			       : 0;
	if (strcmp(text(key), "interrupt_deadline_ms") == 0)
		return set_milliseconds(config, value, &options->interrupt_deadline_ms);
	if (strcmp(text(key), "connect_timeout_ms") == 0)
		return set_milliseconds(config, value, &options->connect_timeout_ms);
	if (strcmp(text(key), "retry_max_ms") == 0)
		return set_milliseconds(config, value, &options->retry_max_ms);
	if (strcmp(text(key), "nodes") == 0)
		return set_listed_only(config, value);
	if (strcmp(text(key), "devices") == 0)
		return load_devices(config, value);
	return complain(config, key, "unknown key '%s'", text(key));
}

static int load_document(struct config *config)
{
	yaml_node_t *root = yaml_document_get_root_node(config->document);

	if (!root)
		return 0; /* nothing but comments */
	if (root->type != YAML_MAPPING_NODE)
		return complain(config, root, "the configuration is a mapping, KEY: VALUE");
	for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
		int ret = set_option(config, yaml_document_get_node(config->document, pair->key),
				     yaml_document_get_node(config->document, pair->value));
		if (ret)
			return ret;
	}
	return 0;
}

int options_load(struct options *options, const char *path, char *reason, size_t reason_size)
{
	yaml_document_t document;
	struct config config = {options, &document, path, reason, reason_size};
	yaml_parser_t parser;
	FILE *file = fopen(path, "re");
	int ret;

	reason[0] = '\0';
	if (!file) {
		ret = -errno;
		(void)snprintf(reason, reason_size, "%s: %s", path, strerror(-ret));
		return ret;
	}
	if (!yaml_parser_initialize(&parser)) {
		ret = -ENOMEM;
		goto out_file;
	}
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &document)) {
		(void)snprintf(reason, reason_size, "%s:%zu: %s", path, parser.problem_mark.line + 1,
			       parser.problem ? parser.problem : "not YAML");
		ret = -EINVAL;
		goto out_parser;
	}
	ret = load_document(&config);
	if (ret && !reason[0])
		(void)snprintf(reason, reason_size, "%s: %s", path, strerror(-ret));
	yaml_document_delete(&document);
out_parser:
	yaml_parser_delete(&parser);
out_file:
	fclose(file);
	return ret;
}
