/* SPDX-License-Identifier: MIT */
/**
 * @file status.h
 * Ways to show a daemon's status.
 */
#ifndef IOFERRY_CLI_STATUS_H
#define IOFERRY_CLI_STATUS_H

#include <control.pb-c.h>

/** What a guest said about itself may hold anything: both escape it. */
void status_print_text(const Ioferry__StatusReply *status);
void status_print_json(const Ioferry__StatusReply *status);

#endif
