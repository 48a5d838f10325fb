/* SPDX-License-Identifier: MIT */
#include "host/session/policy.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PRIVILEGED_PORTS = 1024, CID_UNKNOWN = -1 };

/* Whether @p path is the socket of @p address: "unix:PATH", "9p2000:unix:PATH", "vsock-unix:PATH:PORT". */
static bool is_socket(const char *address, const char *path)
{
	static const char before[] = "9p2000:";
	const char *rest;
	size_t length = strlen(path);

	if (strncmp(address, before, sizeof(before) - 1) == 0)
		address += sizeof(before) - 1;
	rest = strchr(address, ':');
	if (!rest || strncmp(++rest, path, length) != 0)
		return false;
	rest += length;
	if (*rest == ':') {
		rest++;
		rest += strspn(rest, "0123456789");
	}
	return !*rest;
}

static bool is_privileged(const struct iof_peer *peer)
{
	if (peer->cid != (uint32_t)CID_UNKNOWN)
		return peer->port < PRIVILEGED_PORTS;
	return peer->uid == 0;
}

static bool rule_matches(const struct guest_rule *rule, const struct iof_peer *peer, const char *address)
{
	if (rule->has_uid && (peer->uid == (uid_t)-1 || peer->uid != rule->uid))
		return false;
	if (rule->has_gid && (peer->gid == (gid_t)-1 || peer->gid != rule->gid))
		return false;
	if (rule->has_cid && (peer->cid == (uint32_t)CID_UNKNOWN || peer->cid != rule->cid))
		return false;
	if (rule->privileged && !is_privileged(peer))
		return false;
	if (rule->transport && strcmp(rule->transport, peer->transport) != 0)
		return false;
	if (rule->folder && (strncmp(address, "9p:", 3) != 0 || strcmp(address + 3, rule->folder) != 0))
		return false;
	return !rule->socket || is_socket(address, rule->socket);
}

bool guest_policy_allows(const struct guest_policy *policy, const struct iof_peer *peer, const char *address)
{
	if (!policy->given)
		return peer_is_own(peer);
	for (size_t i = 0; i < policy->n_rules; i++)
		if (rule_matches(&policy->rules[i], peer, address))
			return true;
	return false;
}

static bool any_matches(char *const *globs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!fnmatch(globs[i], name, 0))
			return true;
	return false;
}

bool command_policy_allows(const struct command_policy *policy, const char *name)
{
	if (any_matches(policy->deny, policy->n_deny, name))
		return false;
	return !policy->n_allow || any_matches(policy->allow, policy->n_allow, name);
}

void guest_policy_clear(struct guest_policy *policy)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		free(policy->rules[i].transport);
		free(policy->rules[i].folder);
		free(policy->rules[i].socket);
	}
	free(policy->rules);
	*policy = (struct guest_policy){0};
}

static void free_globs(char **globs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(globs[i]);
	free(globs);
}

void command_policy_clear(struct command_policy *policy)
{
	free_globs(policy->allow, policy->n_allow);
	free_globs(policy->deny, policy->n_deny);
	*policy = (struct command_policy){0};
}

bool peer_same(const struct iof_peer *a, const struct iof_peer *b)
{
	return !strcmp(a->transport, b->transport) && a->uid == b->uid && a->cid == b->cid && !strcmp(a->name, b->name);
}

bool peer_is_own(const struct iof_peer *peer)
{
	return !strcmp(peer->transport, "unix") && (peer->uid == 0 || peer->uid == geteuid());
}
