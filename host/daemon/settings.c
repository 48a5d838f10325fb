/* SPDX-License-Identifier: MIT */
#include "host/daemon/settings.h"

#include <errno.h>
#include <ioferry/control.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 256 };

#define DEVICES_EXAMPLE "write 'devices: {can0: {interface: ..., backend: ...}}'"
#define LISTEN_EXAMPLE  "write 'listen: [\"unix:/run/ioferry.sock\"]'"

/* What a device was made of, to tell whether a later configuration changes it. */
struct origin {
	struct config *config;
	const struct config_node *node;
};

static void release_origin(void *context)
{
	struct origin *origin = context;

	config_unref(origin->config);
	free(origin);
}

/* Settings that a device gets without being made anew. */
static bool is_policy(const char *key)
{
	static const char *const keys[] = {"allow", "commands", "mode", "major", "minor"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static bool covers(const struct config_node *a, const struct config_node *b)
{
	for (size_t i = 0; i < config_count(a); i++)
		if (!is_policy(config_key(a, i)) && !config_equal(config_item(a, i), config_get(b, config_key(a, i))))
			return false;
	return true;
}

static struct device *unchanged(const struct device_set *before, const char *name, const struct config_node *node)
{
	struct device *device = before ? device_set_find(before, name) : NULL;
	const struct origin *origin = device ? device->release_context : NULL;

	return origin && covers(origin->node, node) && covers(node, origin->node) ? device_get(device) : NULL;
}

/* As the IDL file is called, too: i2c-dev.idl makes the interface i2c_dev. */
static const struct iof_interface *find_interface(const char *name)
{
	char spelled[64];
	size_t length = strlen(name);

	if (length >= sizeof(spelled))
		return NULL;
	for (size_t i = 0; i <= length; i++)
		spelled[i] = (char)(name[i] == '-' ? '_' : name[i]);
	return iof_interface_find(spelled);
}

static const struct iof_interface *read_interface(const struct config_node *node)
{
	const char *name = config_string_required(node, "interface", "can4linux");
	const struct iof_interface *interface = name[0] ? find_interface(name) : NULL;
	const char *names[NAMES_MAX];
	size_t count = 0;

	if (interface || !name[0])
		return interface;
	for (; iof_interfaces[count] && count < NAMES_MAX; count++)
		names[count] = iof_interfaces[count]->name;
	config_reject_word(config_get(node, "interface"), "interface", name, names, count);
	return NULL;
}

static const struct host_backend *read_backend(const struct config_node *node)
{
	const char *name = config_string_required(node, "backend", "chardev");
	const char *names[NAMES_MAX];
	size_t count = 0;

	for (; host_backends[count] && count < NAMES_MAX; count++) {
		if (!strcmp(host_backends[count]->name, name))
			return host_backends[count];
		names[count] = host_backends[count]->name;
	}
	if (name[0])
		config_reject_word(config_get(node, "backend"), "backend", name, names, count);
	return NULL;
}

/* Policy keys are asked for here so that they are known; settings_apply_policies() reads them for good. */
static int check_policies(const struct config_node *node, const struct iof_interface *interface)
{
	struct command_policy commands = {0};
	struct guest_policy guests = {0};
	int error = policy_read_guests(node, &guests);

	if (!error && interface)
		error = policy_read_commands(node, interface, &commands);
	guest_policy_clear(&guests);
	command_policy_clear(&commands);
	(void)config_int(node, "mode", 0600, 0, 0777);
	(void)config_int(node, "major", 0, 0, 4095);
	(void)config_int(node, "minor", 0, 0, 1048575);
	return error;
}

static int make_device(struct config *config, const char *name, const struct config_node *node,
		       const struct iof_interface *interface, const struct host_backend *backend,
		       struct device **device)
{
	struct host_device *backend_device = NULL;
	struct origin *origin = malloc(sizeof(*origin));
	int error = origin ? backend->device_create(node, interface, &backend_device) : -ENOMEM;

	if (error)
		goto fail;
	backend_device->backend = backend;
	backend_device->interface = interface;
	*device = device_create(name, backend_device);
	if (!*device) {
		backend->device_destroy(backend_device);
		error = -ENOMEM;
		goto fail;
	}
	*origin = (struct origin){.config = config_ref(config), .node = node};
	(*device)->release = release_origin;
	(*device)->release_context = origin;
	return 0;
fail:
	free(origin);
	return error == -EINVAL ? 0 : error; /* recorded, or it was no error of the file */
}

static int read_device(struct config *config, const char *name, const struct config_node *node,
		       const struct device_set *before, struct device **device)
{
	const struct iof_interface *interface;
	const struct host_backend *backend;
	int error = 0;

	if (!iof_device_name_is_sane(name))
		config_error(node, "'%s' is no name of a node below /dev; write for example 'can0'", name);
	if (!config_is_map(node)) {
		config_error(node, "write '%s: {interface: ..., backend: ...}'", name);
		return 0;
	}
	interface = read_interface(node);
	backend = read_backend(node);
	if (interface && backend) {
		*device = unchanged(before, name, node);
		error = *device ? 0 : make_device(config, name, node, interface, backend, device);
	}
	if (!error && interface && backend && !*device && config_ok(node))
		config_error(node, "backend '%s' refuses these settings (%s)", backend->name, backend->help);
	if (!error)
		error = check_policies(node, interface);
	/* Only a backend that was content has asked for all it knows. */
	if (!error && *device)
		config_reject_unknown(node);
	return error;
}

static int read_devices(struct config *config, const struct device_set *before, struct settings *settings)
{
	const struct config_node *map = config_map(config_root(config), "devices");
	size_t count = config_count(map), made = 0;
	struct device **devices = calloc(count + 1, sizeof(struct device *));
	int error = devices ? 0 : -ENOMEM;

	if (!config_get(config_root(config), "devices"))
		config_error(config_root(config), "no 'devices'; " DEVICES_EXAMPLE);
	else if (map && !count)
		config_error(map, "'devices' is empty; " DEVICES_EXAMPLE);
	for (size_t i = 0; i < count && !error; i++) {
		error = read_device(config, config_key(map, i), config_item(map, i), before, &devices[made]);
		made += devices[made] != NULL;
	}
	if (!error) {
		settings->devices = device_set_create(devices, made);
		error = settings->devices ? 0 : -ENOMEM;
	}
	for (size_t i = 0; error && i < made; i++)
		device_put(devices[i]);
	free((void *)devices);
	return error;
}

void settings_require_listen(const struct config *config)
{
	const struct config_node *root = config_root(config), *list;

	if (!config_was_read(config))
		return;
	list = config_get(root, "listen");
	if (!list)
		config_error(root, "no 'listen'; " LISTEN_EXAMPLE);
	else if (config_is_list(list) && !config_count(list))
		config_error(list, "'listen' is empty; " LISTEN_EXAMPLE);
}

static bool is_listed(const struct settings *settings, const char *address)
{
	for (size_t i = 0; i < settings->n_listen; i++)
		if (!strcmp(settings->listen[i], address))
			return true;
	return false;
}

static void read_listen(const struct config_node *root, struct settings *settings)
{
	const struct config_node *list = config_list(root, "listen");

	for (size_t i = 0; i < config_count(list); i++) {
		const struct config_node *item = config_item(list, i);
		const char *address = config_text(item);
		char reason[256] = "";

		if (i == LISTEN_MAX) {
			config_error(item, "at most %d addresses", LISTEN_MAX);
			return;
		}
		if (config_ok(item) && is_listed(settings, address))
			config_error(item, "'%s' is given twice; remove one of them", address);
		else if (config_ok(item) && iof_transport_check(address, reason, sizeof(reason)) < 0)
			config_error(item, "'%s' is no address: %s", address, reason);
		settings->listen[settings->n_listen++] = address;
	}
	settings->socket_mode = (uint32_t)config_int(root, "socket_mode", 0666, 0, 0777);
}

static unsigned read_count(const struct config_node *map, const char *key, unsigned fallback, unsigned min,
			   unsigned max)
{
	return (unsigned)config_int(map, key, fallback, min, max);
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* A guest's limits that are not in the file follow the others: one guest cannot use up all sessions, and one session
 * can have what it may have. */
static void read_limits(const struct config_node *root, struct engine_limits *limits)
{
	const struct config_node *map = config_map(root, "limits");

	*limits = ENGINE_LIMITS_DEFAULT;
	if (!map)
		return;
	limits->sessions = read_count(map, "sessions", limits->sessions, 1, 100000);
	limits->sessions_per_guest = read_count(
		map, "sessions_per_guest", smaller(limits->sessions_per_guest, (limits->sessions + 1) / 2), 1, 100000);
	limits->strangers = read_count(map, "strangers", limits->strangers, 0, 100000);
	limits->message = (uint32_t)config_size(map, "message", limits->message, 4096, IOF_MESSAGE_CEILING);
	limits->handles = read_count(map, "handles", limits->handles, 1, 65535);
	limits->opens_per_guest =
		read_count(map, "opens_per_guest", larger(limits->opens_per_guest, limits->handles), 1, 1000000);
	limits->threads = read_count(map, "threads", limits->threads, 2, 4096);
	limits->threads_per_guest =
		read_count(map, "threads_per_guest", larger(limits->threads_per_guest, limits->threads), 2, 100000);
	limits->replies = read_count(map, "replies", limits->replies, 1, 65536);
	limits->reply_bytes = config_size(map, "reply_bytes", limits->reply_bytes, 65536, 1u << 30);
	config_reject_unknown(map);
	if (limits->reply_bytes < limits->message)
		config_error(map, "'reply_bytes' must be at least 'message' (%u bytes)", limits->message);
}

static void read_log(const struct config_node *root, struct settings *settings)
{
	static const char *const levels[] = {"error", "warning", "notice", "info", "debug", NULL};
	int level = config_enum(root, "log", levels, -1);

	settings->log_level = level < 0 ? -1 : level + IOF_LOG_ERR;
}

int settings_read(struct config *config, const struct device_set *before, struct settings *settings)
{
	const struct config_node *root = config_root(config);
	int error;

	*settings = (struct settings){.config = config_ref(config)};
	if (config_was_read(config)) {
		read_listen(root, settings);
		read_limits(root, &settings->limits);
		read_log(root, settings);
		error = read_devices(config, before, settings);
		if (error)
			goto fail;
		config_reject_unknown(root);
	}
	error = config_errors(config) ? -EINVAL : 0;
	if (!error)
		return 0;
fail:
	settings_clear(settings);
	return error;
}

static const struct config_node *node_of(const struct settings *settings, const struct device *device)
{
	const struct config_node *map = config_map(config_root(settings->config), "devices");

	return config_get(map, device->name);
}

int settings_apply_policies(const struct settings *settings)
{
	for (size_t i = 0; i < settings->devices->n_devices; i++) {
		struct device *device = settings->devices->devices[i];
		const struct config_node *node = node_of(settings, device);
		struct command_policy commands = {0};
		struct guest_policy guests = {0};

		if (policy_read_guests(node, &guests) < 0 ||
		    policy_read_commands(node, device->interface, &commands) < 0) {
			guest_policy_clear(&guests);
			command_policy_clear(&commands);
			return -ENOMEM;
		}
		device->mode = (uint32_t)config_int(node, "mode", 0600, 0, 0777);
		device->major = (uint32_t)config_int(node, "major", 0, 0, 4095);
		device->minor = (uint32_t)config_int(node, "minor", 0, 0, 1048575);
		device_set_policy(device, &guests, &commands);
	}
	return 0;
}

void settings_clear(struct settings *settings)
{
	device_set_put(settings->devices);
	config_unref(settings->config);
	*settings = (struct settings){0};
}
