/* SPDX-License-Identifier: MIT */
/**
 * @file config.h
 * Settings out of a YAML file, each with its place in it.
 *
 * A getter that finds something wrong records an error ("FILE:LINE:COLUMN: what; what to do") and returns the
 * fallback, so that one run reports every error. Each key that a getter asks for becomes known; keys that
 * nobody asked for are reported with the known ones. So ask for all settings, then look at config_ok().
 *
 *     static int bus_create(const struct config_node *settings, ...)
 *     {
 *             const char *bus = config_string(settings, "bus", "default");
 *             int64_t rate = config_int(settings, "bitrate", 125000, 10000, 1000000);
 *             int mode = config_enum(settings, "mode", mode_names, MODE_NORMAL);
 *
 *             if (rate % 1000)
 *                     config_error(config_get(settings, "bitrate"), "write a multiple of 1000");
 *             if (!config_ok(settings))
 *                     return -EINVAL;
 *
 * Not thread-safe: one thread reads a configuration.
 */
#ifndef IOFERRY_HOST_CONFIG_H
#define IOFERRY_HOST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct config_node; /**< a scalar, a list or a mapping; lives as long as its configuration */

/* For backends: settings of a mapping. Strings live until device_destroy() of the device that was made of them. */

/** The value of @p key; NULL where the mapping has no such key. Makes the key known. */
const struct config_node *config_get(const struct config_node *map, const char *key);
/** Text, as written. @p fallback NULL: the caller can tell that it is missing. */
const char *config_string(const struct config_node *map, const char *key, const char *fallback);
/** As config_string(); a missing key is an error, "" is returned then. @p example goes into its text. */
const char *config_string_required(const struct config_node *map, const char *key, const char *example);
/** Decimal, 0x hexadecimal or 0 octal, within [min, max]; a decimal may end in k or M (1000, 1000000). */
int64_t config_int(const struct config_node *map, const char *key, int64_t fallback, int64_t min, int64_t max);
/** "true", "yes", "on" and their opposites. */
bool config_bool(const struct config_node *map, const char *key, bool fallback);
/** Index of the value in @p names (NULL-terminated). */
int config_enum(const struct config_node *map, const char *key, const char *const *names, int fallback);
/** Bytes: a number, or one with KiB or MiB. */
uint64_t config_size(const struct config_node *map, const char *key, uint64_t fallback, uint64_t min, uint64_t max);

/** The list at @p key; NULL if absent (no error) or no list (error). */
const struct config_node *config_list(const struct config_node *map, const char *key);
/** The mapping at @p key; NULL if absent (no error) or no mapping (error). */
const struct config_node *config_map(const struct config_node *map, const char *key);
bool config_is_map(const struct config_node *node);
bool config_is_list(const struct config_node *node);
/** Number of items of a list, or of pairs of a mapping; 0 for NULL. */
size_t config_count(const struct config_node *node);
/** Item of a list, or value of a mapping's i-th pair in the file's order. */
const struct config_node *config_item(const struct config_node *node, size_t index);
/** Key of a mapping's i-th pair. */
const char *config_key(const struct config_node *map, size_t index);
/** The scalar's text; records an error and returns "" if it is a list or a mapping. */
const char *config_text(const struct config_node *node);

/** Records an error at the node's place. @p format: what is wrong; what to do. */
void config_error(const struct config_node *node, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Records that @p word is no @p kind, with a near match among @p words and the list of them. */
void config_reject_word(const struct config_node *node, const char *kind, const char *word, const char *const *words,
			size_t count);
/** Whether no error was recorded at the node or below it. */
bool config_ok(const struct config_node *node);

/* For the daemon. */

/** Reads a file; errors of reading and of syntax are recorded in it. NULL: no memory. */
struct config *config_load(const char *path);
/** As config_load(), of text; @p name stands for the file in errors. */
struct config *config_parse(const char *name, const char *text, size_t length);
struct config *config_ref(struct config *config);
void config_unref(struct config *config); /**< NULL is allowed */
/** The outermost mapping; an empty one if the file could not be read. Never NULL. */
const struct config_node *config_root(const struct config *config);
/** Records an error for each key of @p map that no getter asked for. */
void config_reject_unknown(const struct config_node *map);
/** Whether there is something to be asked: false after errors of reading and of syntax. */
bool config_was_read(const struct config *config);
size_t config_errors(const struct config *config);
const char *config_error_text(const struct config *config, size_t index);
/** Whether both hold the same text in the same structure. Two NULLs are equal. */
bool config_equal(const struct config_node *a, const struct config_node *b);

#endif
