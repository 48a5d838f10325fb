/* SPDX-License-Identifier: MIT */
#include "host/daemon/config.h"

#include "host/daemon/config_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

__attribute__((format(printf, 4, 0))) static void add_complaint(struct config *config, size_t line, size_t column,
								const char *format, va_list arguments)
{
	struct config_complaint *grown;
	char *message = NULL, *text = NULL;
	size_t at;
	int length;

	if (vasprintf(&message, format, arguments) < 0)
		return;
	if (line)
		length = asprintf(&text, "%s:%zu:%zu: %s", config->name, line, column, message);
	else
		length = asprintf(&text, "%s: %s", config->name, message);
	free(message);
	if (length < 0)
		return;
	grown = reallocarray(config->complaints, config->n_complaints + 1, sizeof(*grown));
	if (!grown) {
		free(text);
		return;
	}
	config->complaints = grown;
	for (at = config->n_complaints; at > 0; at--) {
		if (grown[at - 1].line < line || (grown[at - 1].line == line && grown[at - 1].column <= column))
			break;
		grown[at] = grown[at - 1];
	}
	grown[at] = (struct config_complaint){.line = line, .column = column, .text = text};
	config->n_complaints++;
}

void config_complain(struct config *config, size_t line, size_t column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_complaint(config, line, column, format, arguments);
	va_end(arguments);
}

void config_error(const struct config_node *node, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_complaint(node->config, node->line, node->column, format, arguments);
	va_end(arguments);
	/* Bookkeeping, not content: the tree itself stays as it was read. */
	for (struct config_node *up = (struct config_node *)(uintptr_t)node; up; up = up->parent)
		up->wrong = true;
}

bool config_ok(const struct config_node *node)
{
	return !node->wrong;
}

struct config_node *config_node_create(struct config *config, struct config_node *parent, enum config_kind kind)
{
	struct config_node *node = calloc(1, sizeof(*node));

	if (node) {
		node->config = config;
		node->parent = parent;
		node->kind = kind;
	}
	return node;
}

void config_node_destroy(struct config_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->n_items; i++) {
		config_node_destroy(node->items[i]);
		if (node->keys)
			free(node->keys[i]);
	}
	free(node->items);
	free(node->keys);
	free(node->asked);
	free(node->text);
	free(node);
}

int config_node_append(struct config_node *node, char *key, struct config_node *item)
{
	struct config_node **items = reallocarray(node->items, node->n_items + 1, sizeof(struct config_node *));

	if (!items)
		return -ENOMEM;
	node->items = items;
	if (node->kind == CONFIG_MAP) {
		char **keys = reallocarray(node->keys, node->n_items + 1, sizeof(char *));

		if (!keys)
			return -ENOMEM;
		node->keys = keys;
		keys[node->n_items] = key;
	}
	items[node->n_items++] = item;
	return 0;
}

struct config *config_ref(struct config *config)
{
	__atomic_add_fetch(&config->refs, 1, __ATOMIC_RELAXED);
	return config;
}

void config_unref(struct config *config)
{
	if (!config || __atomic_sub_fetch(&config->refs, 1, __ATOMIC_ACQ_REL))
		return;
	config_node_destroy(config->root);
	for (size_t i = 0; i < config->n_complaints; i++)
		free(config->complaints[i].text);
	free(config->complaints);
	free(config->name);
	free(config);
}

const struct config_node *config_root(const struct config *config)
{
	return config->root;
}

bool config_was_read(const struct config *config)
{
	return !config->broken;
}

size_t config_errors(const struct config *config)
{
	return config->n_complaints;
}

const char *config_error_text(const struct config *config, size_t index)
{
	return config->complaints[index].text;
}

static void remember_asked(const struct config_node *map, const char *key)
{
	struct config_node *own = (struct config_node *)(uintptr_t)map;
	const char **grown;

	for (size_t i = 0; i < own->n_asked; i++)
		if (!strcmp(own->asked[i], key))
			return;
	grown = reallocarray(own->asked, own->n_asked + 1, sizeof(*grown));
	if (!grown)
		return;
	own->asked = grown;
	grown[own->n_asked++] = key;
}

static const struct config_node *find(const struct config_node *map, const char *key)
{
	for (size_t i = 0; i < map->n_items; i++)
		if (map->kind == CONFIG_MAP && !strcmp(map->keys[i], key))
			return map->items[i];
	return NULL;
}

const struct config_node *config_get(const struct config_node *map, const char *key)
{
	remember_asked(map, key);
	return find(map, key);
}

/* The scalar at the key; NULL if absent or if it is none (recorded). */
static const struct config_node *scalar(const struct config_node *map, const char *key)
{
	const struct config_node *node = config_get(map, key);

	if (!node || node->kind == CONFIG_SCALAR)
		return node;
	config_error(node, "'%s' must be one value, not a %s", key, node->kind == CONFIG_LIST ? "list" : "mapping");
	return NULL;
}

const char *config_string(const struct config_node *map, const char *key, const char *fallback)
{
	const struct config_node *node = scalar(map, key);

	return node ? node->text : fallback;
}

const char *config_string_required(const struct config_node *map, const char *key, const char *example)
{
	const struct config_node *node = scalar(map, key);

	if (node && node->text[0])
		return node->text;
	if (node || !find(map, key))
		config_error(node ? node : map, "'%s' is missing; write for example '%s: %s'", key, key, example);
	return "";
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* @p units ends with a NULL name. 0 or -EINVAL. */
static int parse_unsigned(const char *text, const struct unit *units, uint64_t *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno)
		return -EINVAL;
	while (*end == ' ')
		end++;
	if (!*end)
		return 0;
	for (; units->name; units++)
		if (!strcmp(end, units->name))
			return __builtin_mul_overflow(*value, units->factor, value) ? -EINVAL : 0;
	return -EINVAL;
}

int64_t config_int(const struct config_node *map, const char *key, int64_t fallback, int64_t min, int64_t max)
{
	static const struct unit units[] = {{"k", 1000}, {"M", 1000000}, {NULL, 0}};
	const struct config_node *node = scalar(map, key);
	bool negative = node && node->text[0] == '-';
	uint64_t magnitude;
	int64_t value;

	if (!node)
		return fallback;
	if (parse_unsigned(node->text + negative, units, &magnitude) < 0 || magnitude > INT64_MAX) {
		config_error(node, "'%s: %s' is no number; write one from %lld to %lld", key, node->text,
			     (long long)min, (long long)max);
		return fallback;
	}
	value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
	if (value < min || value > max) {
		config_error(node, "'%s: %s' is out of range; write a number from %lld to %lld", key, node->text,
			     (long long)min, (long long)max);
		return fallback;
	}
	return value;
}

bool config_bool(const struct config_node *map, const char *key, bool fallback)
{
	static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
	const struct config_node *node = scalar(map, key);

	if (!node)
		return fallback;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(node->text, words[i]))
			return i >= 3;
	config_error(node, "'%s: %s' is neither true nor false; write 'true' or 'false'", key, node->text);
	return fallback;
}

/* "a, b and c" in @p text. */
static void list_words(const char *const *words, size_t count, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";
		int length = snprintf(text + used, size - used, "%s'%s'", before, words[i]);

		used += length > 0 ? (size_t)length : 0;
	}
}

/* Number of letters to change, insert or leave out. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], length = strlen(b);

	if (length >= sizeof(row) / sizeof(row[0]))
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t best = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

static const char *near_match(const char *word, const char *const *words, size_t count)
{
	const char *found = NULL;
	size_t best = strlen(word) / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t far = distance(word, words[i]);

		if (far <= best) {
			best = far;
			found = words[i];
		}
	}
	return found;
}

void config_reject_word(const struct config_node *node, const char *kind, const char *word, const char *const *words,
			size_t count)
{
	const char *meant = near_match(word, words, count);
	char known[512];

	list_words(words, count, known, sizeof(known));
	if (meant)
		config_error(node, "unknown %s '%s'; did you mean '%s'? Known: %s", kind, word, meant, known);
	else
		config_error(node, "unknown %s '%s'; known: %s", kind, word, known);
}

int config_enum(const struct config_node *map, const char *key, const char *const *names, int fallback)
{
	const struct config_node *node = scalar(map, key);
	size_t count = 0;

	if (!node)
		return fallback;
	for (; names[count]; count++)
		if (!strcmp(node->text, names[count]))
			return (int)count;
	config_reject_word(node, key, node->text, names, count);
	return fallback;
}

void config_reject_unknown(const struct config_node *map)
{
	for (size_t i = 0; map->kind == CONFIG_MAP && i < map->n_items; i++) {
		bool known = false;

		for (size_t j = 0; j < map->n_asked && !known; j++)
			known = !strcmp(map->keys[i], map->asked[j]);
		if (!known)
			config_reject_word(map->items[i], "setting", map->keys[i], map->asked, map->n_asked);
	}
}

uint64_t config_size(const struct config_node *map, const char *key, uint64_t fallback, uint64_t min, uint64_t max)
{
	static const struct unit units[] = {{"KiB", 1024}, {"MiB", 1048576}, {NULL, 0}};
	const struct config_node *node = scalar(map, key);
	uint64_t value;

	if (!node)
		return fallback;
	if (parse_unsigned(node->text, units, &value) < 0 || value < min || value > max) {
		config_error(node, "'%s: %s' is no such size; write bytes, KiB or MiB, from %llu to %llu bytes", key,
			     node->text, (unsigned long long)min, (unsigned long long)max);
		return fallback;
	}
	return value;
}

const struct config_node *config_list(const struct config_node *map, const char *key)
{
	const struct config_node *node = config_get(map, key);

	if (!node || node->kind == CONFIG_LIST)
		return node;
	config_error(node, "'%s' must be a list; write '%s: [...]'", key, key);
	return NULL;
}

const struct config_node *config_map(const struct config_node *map, const char *key)
{
	const struct config_node *node = config_get(map, key);

	if (!node || node->kind == CONFIG_MAP)
		return node;
	config_error(node, "'%s' must be a mapping; write '%s: {...}'", key, key);
	return NULL;
}

bool config_is_map(const struct config_node *node)
{
	return node->kind == CONFIG_MAP;
}

bool config_is_list(const struct config_node *node)
{
	return node->kind == CONFIG_LIST;
}

size_t config_count(const struct config_node *node)
{
	return node ? node->n_items : 0;
}

const struct config_node *config_item(const struct config_node *node, size_t index)
{
	return node->items[index];
}

const char *config_key(const struct config_node *map, size_t index)
{
	return map->keys[index];
}

const char *config_text(const struct config_node *node)
{
	if (node->kind == CONFIG_SCALAR)
		return node->text;
	config_error(node, "one value is wanted here, not a %s", node->kind == CONFIG_LIST ? "list" : "mapping");
	return "";
}

bool config_equal(const struct config_node *a, const struct config_node *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->n_items != b->n_items)
		return false;
	if (a->kind == CONFIG_SCALAR)
		return !strcmp(a->text, b->text);
	for (size_t i = 0; i < a->n_items; i++) {
		if (a->kind == CONFIG_MAP && strcmp(a->keys[i], b->keys[i]) != 0)
			return false;
		if (!config_equal(a->items[i], b->items[i]))
			return false;
	}
	return true;
}
