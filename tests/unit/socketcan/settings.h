/* SPDX-License-Identifier: MIT */
/**
 * @file settings.h
 * Settings of a device under test.
 */
#ifndef IOFERRY_TESTS_SOCKETCAN_SETTINGS_H
#define IOFERRY_TESTS_SOCKETCAN_SETTINGS_H

#include <stdbool.h>

struct config_node;

/** Valid until the next call. */
const struct config_node *test_settings(const char *interface_name, bool configure);
/** Errors since then. */
unsigned test_settings_errors(void);

#endif
