/* SPDX-License-Identifier: MIT */
#include "host/daemon/settings.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int copy_text(const char *text, char **copy)
{
	*copy = text ? strdup(text) : NULL;
	return text && !*copy ? -ENOMEM : 0;
}

static int read_rule(const struct config_node *node, struct guest_rule *rule)
{
	rule->has_uid = config_get(node, "uid");
	rule->uid = (uid_t)config_int(node, "uid", 0, 0, UINT32_MAX - 1);
	rule->has_gid = config_get(node, "gid");
	rule->gid = (gid_t)config_int(node, "gid", 0, 0, UINT32_MAX - 1);
	rule->has_cid = config_get(node, "cid");
	rule->cid = (uint32_t)config_int(node, "cid", 0, 0, UINT32_MAX - 1);
	rule->privileged = config_bool(node, "privileged", false);
	if (copy_text(config_string(node, "transport", NULL), &rule->transport) < 0 ||
	    copy_text(config_string(node, "socket", NULL), &rule->socket) < 0 ||
	    copy_text(config_string(node, "folder", NULL), &rule->folder) < 0)
		return -ENOMEM;
	config_reject_unknown(node);
	if (!config_count(node))
		config_error(node, "a rule must say who: uid, gid, cid, privileged, transport, socket or folder");
	return 0;
}

int policy_read_guests(const struct config_node *device, struct guest_policy *policy)
{
	const struct config_node *allow = config_get(device, "allow");
	size_t count = config_count(allow);

	*policy = (struct guest_policy){.given = allow != NULL};
	if (!allow)
		return 0;
	policy->rules = calloc(count + 1, sizeof(*policy->rules));
	if (!policy->rules)
		return -ENOMEM;
	if (!config_is_list(allow) && !config_is_map(allow) && !strcmp(config_text(allow), "any")) {
		policy->n_rules = 1; /* one that asks nothing */
		return 0;
	}
	if (!config_is_list(allow)) {
		config_error(allow, "write 'allow: any', or a list of rules: 'allow: [{uid: 1000}]'");
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		policy->n_rules++;
		if (!config_is_map(config_item(allow, i)))
			config_error(config_item(allow, i), "write a rule as {uid: 1000} or {cid: 7}");
		else if (read_rule(config_item(allow, i), &policy->rules[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool matches_some(const char *glob, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!fnmatch(glob, names[i], 0))
			return true;
	return false;
}

static int read_globs(const struct config_node *commands, const char *key, const char *const *names, size_t n_names,
		      char ***globs, size_t *count)
{
	const struct config_node *list = config_list(commands, key);

	*globs = calloc(config_count(list) + 1, sizeof(char *));
	if (!*globs)
		return -ENOMEM;
	for (size_t i = 0; i < config_count(list); i++) {
		const char *glob = config_text(config_item(list, i));

		if (copy_text(glob, &(*globs)[(*count)++]) < 0)
			return -ENOMEM;
		if (glob[0] && !matches_some(glob, names, n_names))
			config_reject_word(config_item(list, i), "command", glob, names, n_names);
	}
	return 0;
}

int policy_read_commands(const struct config_node *device, const struct iof_interface *interface,
			 struct command_policy *policy)
{
	const struct config_node *commands = config_map(device, "commands");
	size_t n_names = interface->n_commands + 2;
	const char **names;
	int error;

	*policy = (struct command_policy){0};
	if (!commands)
		return 0;
	names = calloc(n_names, sizeof(*names));
	if (!names)
		return -ENOMEM;
	names[0] = "read";
	names[1] = "write";
	for (size_t i = 0; i < interface->n_commands; i++)
		names[i + 2] = interface->commands[i].name;
	error = read_globs(commands, "allow", names, n_names, &policy->allow, &policy->n_allow);
	if (!error)
		error = read_globs(commands, "deny", names, n_names, &policy->deny, &policy->n_deny);
	config_reject_unknown(commands);
	free((void *)names);
	return error;
}
