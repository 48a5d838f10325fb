/* SPDX-License-Identifier: MIT */
/**
 * @file commands.h
 * What `ioferry` can be asked. A command gets a session with the daemon.
 */
#ifndef IOFERRY_CLI_COMMANDS_H
#define IOFERRY_CLI_COMMANDS_H

#include <ioferry/session.h>
#include <stdbool.h>

enum { PATTERNS_MAX = 64 };

struct options {
	const char *address;
	bool json;
	const char *guests[PATTERNS_MAX], *commands[PATTERNS_MAX];
	size_t n_guests, n_commands;
	char **devices; /* what stands behind the command */
	size_t n_devices;
};

/* 0 or negative errno; @p reason then gets a sentence, or stays "". */
int command_status(struct iof_session *session, const struct options *options, char *reason, size_t reason_size);
/* Ends with an error only; a SIGINT or SIGTERM ends the program with status 0. */
int command_trace(struct iof_session *session, const struct options *options, char *reason, size_t reason_size);

#endif
