/* SPDX-License-Identifier: MIT */
/**
 * @file config_tree.h
 * What config.c (getters) and config_file.c (YAML to tree) share.
 */
#ifndef IOFERRY_HOST_CONFIG_TREE_H
#define IOFERRY_HOST_CONFIG_TREE_H

#include "host/daemon/config.h"

enum config_kind { CONFIG_SCALAR, CONFIG_LIST, CONFIG_MAP };

struct config_node {
	struct config *config;
	struct config_node *parent;
	enum config_kind kind;
	size_t line, column; /* from 1 */
	bool wrong;          /* an error was recorded here or below */
	char *text;          /* CONFIG_SCALAR */
	char **keys;         /* CONFIG_MAP, as many as items */
	struct config_node **items;
	size_t n_items;
	const char **asked; /* CONFIG_MAP: keys that getters asked for; static strings of the callers */
	size_t n_asked;
};

struct config_complaint {
	size_t line, column;
	char *text;
};

struct config {
	unsigned refs;
	char *name;
	struct config_node *root;
	bool broken; /* the tree is not what the file says: it is no YAML, or unfolds to too much */
	struct config_complaint *complaints; /* in the file's order */
	size_t n_complaints;
};

/* An error at a place that no node stands for. */
void config_complain(struct config *config, size_t line, size_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
struct config_node *config_node_create(struct config *config, struct config_node *parent, enum config_kind kind);
void config_node_destroy(struct config_node *node);
/* Appends; @p key is NULL in lists and is taken over. */
int config_node_append(struct config_node *node, char *key, struct config_node *item);

#endif
