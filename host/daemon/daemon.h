/* SPDX-License-Identifier: MIT */
/**
 * @file daemon.h
 * What main() asks of the rest of the daemon.
 */
#ifndef IOFERRY_HOST_DAEMON_H
#define IOFERRY_HOST_DAEMON_H

#include "host/daemon/settings.h"

enum { SHARES_MAX = 32 };

struct daemon_options {
	const char *config;
	const char *listen[LISTEN_MAX]; /* instead of the file's, if any */
	size_t n_listen;
	char shares[SHARES_MAX][256]; /* addresses in listen that were made here */
	size_t n_shares;
	int log_level; /* -1: the file's */
	bool check, trace;
};

void daemon_setup_log(enum iof_log_level level);
/** Prints the errors. Both: exit status. */
int daemon_check_config(const struct daemon_options *options);
int daemon_run(const struct daemon_options *options);

#endif
