/* SPDX-License-Identifier: MIT */
/**
 * @file policy.h
 * Which guests may open a device, and which of its commands they may run.
 *
 * A guest is known by what its link vouches for (struct iof_peer) and by the address it came in at; what it says
 * about itself is not asked. Values, no state: any thread.
 */
#ifndef IOFERRY_HOST_POLICY_H
#define IOFERRY_HOST_POLICY_H

#include <ioferry/transport.h>
#include <stdbool.h>
#include <stddef.h>

/** A peer matches if everything that is set here is true of it. Nothing set: every peer. */
struct guest_rule {
	bool has_uid, has_gid, has_cid;
	bool privileged; /**< root of its machine: vsock source port below 1024, or uid 0 on a Unix socket */
	uid_t uid;
	gid_t gid;
	uint32_t cid;
	char *transport; /**< scheme of the address; NULL: any */
	char *folder;    /**< the shared folder (9p:FOLDER); NULL: any */
	char *socket;    /**< path of the listening socket, as the VMM was told it; NULL: any */
};

struct guest_policy {
	bool given; /**< false: only root and the daemon's own user, over Unix sockets */
	struct guest_rule *rules;
	size_t n_rules;
};

/** Globs of command names; "read" and "write" are names too. Empty allow list: all. Deny beats allow. */
struct command_policy {
	char **allow, **deny;
	size_t n_allow, n_deny;
};

bool guest_policy_allows(const struct guest_policy *policy, const struct iof_peer *peer, const char *address);
bool command_policy_allows(const struct command_policy *policy, const char *name);

/** Frees what the policy owns and leaves it empty. */
void guest_policy_clear(struct guest_policy *policy);
void command_policy_clear(struct command_policy *policy);

/** Whether two links come from the same guest, as far as can be told. */
bool peer_same(const struct iof_peer *a, const struct iof_peer *b);
/** Root or the daemon's own user, on a Unix socket of this machine. */
bool peer_is_own(const struct iof_peer *peer);

#endif
