/* SPDX-License-Identifier: MIT */
/**
 * @file settings.h
 * What a configuration file makes the daemon do.
 */
#ifndef IOFERRY_HOST_SETTINGS_H
#define IOFERRY_HOST_SETTINGS_H

#include "host/daemon/config.h"
#include "host/session/engine.h"
#include <ioferry/log.h>

enum { LISTEN_MAX = 32 };

struct settings {
	struct config *config; /* a reference; addresses are its strings */
	const char *listen[LISTEN_MAX];
	size_t n_listen;
	uint32_t socket_mode; /* permission bits of the sockets that it makes */
	struct engine_limits limits;
	int log_level; /* enum iof_log_level; -1: not said */
	struct device_set *devices;
};

/**
 * Reads everything; what is wrong is recorded in @p config, and then there are no devices.
 * @param before devices of the configuration before; those whose settings did not change are taken over, but get
 *               no new policy yet. NULL: none.
 * @return 0; -EINVAL: config_errors() has them; -ENOMEM.
 */
int settings_read(struct config *config, const struct device_set *before, struct settings *settings);
/** Gives each device its policy; after a settings_read() that succeeded. 0 or -ENOMEM. */
int settings_apply_policies(const struct settings *settings);
/** Records an error where the file names no address to listen at. Before settings_read(), where nothing else does. */
void settings_require_listen(const struct config *config);
void settings_clear(struct settings *settings);

/* policy_config.c: `allow` and `commands` of a device. Both record what is wrong. 0 or -ENOMEM. */
int policy_read_guests(const struct config_node *device, struct guest_policy *policy);
int policy_read_commands(const struct config_node *device, const struct iof_interface *interface,
			 struct command_policy *policy);

#endif
