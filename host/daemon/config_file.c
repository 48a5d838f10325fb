/* SPDX-License-Identifier: MIT */
/* YAML text to a tree of settings. */
#include "host/daemon/config_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* An alias makes libyaml's document a graph: one may refer to a node that it is part of, and a few lines of
 * aliases of aliases unfold to billions of nodes. A tree of settings needs neither. */
enum { DEPTH_MAX = 16, NODES_MAX = 100000, FILE_MAX = 4 << 20 };

struct conversion {
	struct config *config;
	yaml_document_t *document;
	unsigned nodes;
};

static struct config_node *convert(struct conversion *conversion, struct config_node *parent, int id, unsigned depth);

static int convert_pair(struct conversion *conversion, struct config_node *map, const yaml_node_pair_t *pair,
			unsigned depth)
{
	const yaml_node_t *key = yaml_document_get_node(conversion->document, pair->key);
	struct config_node *item;
	char *name;

	if (!key || key->type != YAML_SCALAR_NODE) {
		config_complain(conversion->config, key ? key->start_mark.line + 1 : map->line,
				key ? key->start_mark.column + 1 : map->column, "a key must be a plain word");
		return 0;
	}
	for (size_t i = 0; i < map->n_items; i++) {
		if (!strcmp(map->keys[i], (const char *)key->data.scalar.value)) {
			config_complain(conversion->config, key->start_mark.line + 1, key->start_mark.column + 1,
					"'%s' is given twice (first in line %zu); remove one of them", map->keys[i],
					map->items[i]->line);
			return 0;
		}
	}
	name = strdup((const char *)key->data.scalar.value);
	item = name ? convert(conversion, map, pair->value, depth + 1) : NULL;
	if (!item || config_node_append(map, name, item) < 0) {
		config_node_destroy(item);
		free(name);
		return -ENOMEM;
	}
	return 0;
}

static int convert_items(struct conversion *conversion, struct config_node *node, const yaml_node_t *from,
			 unsigned depth)
{
	int error = 0;

	if (from->type == YAML_MAPPING_NODE) {
		for (yaml_node_pair_t *pair = from->data.mapping.pairs.start;
		     pair < from->data.mapping.pairs.top && !error; pair++)
			error = convert_pair(conversion, node, pair, depth);
		return error;
	}
	for (yaml_node_item_t *id = from->data.sequence.items.start; id < from->data.sequence.items.top && !error;
	     id++) {
		struct config_node *item = convert(conversion, node, *id, depth + 1);

		error = item ? config_node_append(node, NULL, item) : -ENOMEM;
		if (error)
			config_node_destroy(item);
	}
	return error;
}

static struct config_node *convert(struct conversion *conversion, struct config_node *parent, int id, unsigned depth)
{
	static const enum config_kind kinds[] = {
		[YAML_SCALAR_NODE] = CONFIG_SCALAR,
		[YAML_SEQUENCE_NODE] = CONFIG_LIST,
		[YAML_MAPPING_NODE] = CONFIG_MAP,
	};
	const yaml_node_t *from = yaml_document_get_node(conversion->document, id);
	struct config_node *node;

	if (!from)
		return NULL;
	node = config_node_create(conversion->config, parent, kinds[from->type]);
	if (!node)
		return NULL;
	node->line = from->start_mark.line + 1;
	node->column = from->start_mark.column + 1;
	if (from->type == YAML_SCALAR_NODE) {
		node->text = strdup((const char *)from->data.scalar.value);
		if (!node->text)
			goto fail;
		return node;
	}
	if (depth >= DEPTH_MAX || ++conversion->nodes > NODES_MAX) {
		if (!conversion->config->broken)
			config_error(node, "nested too deeply, or aliases unfold to too much; write the settings out");
		conversion->config->broken = true;
		return node;
	}
	if (convert_items(conversion, node, from, depth) < 0)
		goto fail;
	return node;
fail:
	config_node_destroy(node);
	return NULL;
}

static void complain_syntax(struct config *config, const yaml_parser_t *parser)
{
	const yaml_mark_t *mark = &parser->problem_mark;

	config->broken = true;
	if (parser->error == YAML_READER_ERROR)
		config_complain(config, 1, 1, "byte %zu is no UTF-8 text: %s", parser->problem_offset, parser->problem);
	else if (parser->context)
		config_complain(config, mark->line + 1, mark->column + 1, "not YAML: %s (%s that began in line %zu)",
				parser->problem, parser->context, parser->context_mark.line + 1);
	else
		config_complain(config, mark->line + 1, mark->column + 1, "not YAML: %s",
				parser->problem ? parser->problem : "out of memory");
}

static int fill(struct config *config, const char *text, size_t length)
{
	struct conversion conversion = {.config = config};
	struct config_node *root = NULL;
	yaml_document_t document;
	yaml_parser_t parser;
	yaml_node_t *top;
	int error = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	if (!yaml_parser_load(&parser, &document)) {
		complain_syntax(config, &parser);
		goto out_parser;
	}
	conversion.document = &document;
	top = yaml_document_get_root_node(&document);
	if (!top) /* an empty file: the empty mapping that is there already */
		goto out;
	if (top->type != YAML_MAPPING_NODE) {
		config->broken = true;
		config_complain(config, top->start_mark.line + 1, top->start_mark.column + 1,
				"write 'listen:' and 'devices:' here");
		goto out;
	}
	root = convert(&conversion, NULL, 1, 0);
	if (root) {
		config_node_destroy(config->root);
		config->root = root;
	} else {
		error = -ENOMEM;
	}
out:
	yaml_document_delete(&document);
out_parser:
	yaml_parser_delete(&parser);
	return error;
}

static struct config *config_create(const char *name)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	config->refs = 1;
	config->name = strdup(name);
	config->root = config_node_create(config, NULL, CONFIG_MAP);
	if (!config->name || !config->root) {
		config_unref(config);
		return NULL;
	}
	config->root->line = config->root->column = 1;
	return config;
}

struct config *config_parse(const char *name, const char *text, size_t length)
{
	struct config *config = config_create(name);

	if (config && fill(config, text, length) < 0) {
		config_unref(config);
		return NULL;
	}
	return config;
}

static struct config *config_create_broken(const char *name, const char *reason)
{
	struct config *config = config_create(name);

	if (config) {
		config->broken = true;
		config_complain(config, 0, 0, "%s", reason);
	}
	return config;
}

struct config *config_load(const char *path)
{
	FILE *file = fopen(path, "re");
	struct config *config = NULL;
	char *text = NULL, reason[128];
	size_t length = 0;

	if (file) {
		text = malloc(FILE_MAX);
		if (text)
			length = fread(text, 1, FILE_MAX, file);
	}
	if (!file || (text && ferror(file))) {
		(void)snprintf(reason, sizeof(reason), "cannot be read: %s", strerror(errno));
		config = config_create_broken(path, reason);
	} else if (text && length == FILE_MAX) {
		(void)snprintf(reason, sizeof(reason), "larger than %d MiB", FILE_MAX >> 20);
		config = config_create_broken(path, reason);
	} else if (text) {
		config = config_parse(path, text, length);
	}
	if (file)
		(void)fclose(file);
	free(text);
	return config;
}
