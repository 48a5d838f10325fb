/* SPDX-License-Identifier: MIT */
/**
 * @file config.h
 * What the environment says: IOFERRY_ADDRESS, IOFERRY_DEVICES, IOFERRY_LOG. Read once, when the library is loaded.
 */
#ifndef PRELOAD_CONFIG_H
#define PRELOAD_CONFIG_H

#include <stdbool.h>

void config_load(void);
/** NULL: the shim does nothing. */
const char *config_address(void);
/** Whether a name below /dev may be served; @p named: it matches a pattern of IOFERRY_DEVICES. */
bool config_allows(const char *name, bool *named);
/** Whether IOFERRY_DEVICES is set. */
bool config_has_patterns(void);

#endif
