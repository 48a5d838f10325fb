/* SPDX-License-Identifier: MIT */
/* Names. Nodes are kept while somebody has them, so that one name is one node for all who look it up meanwhile. */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	enum node_kind kind;
} session_files[] = {{"call", NODE_CALL}, {"ctl", NODE_CTL}, {"events", NODE_EVENTS}};

static const char SESSIONS_NAME[] = "sessions";

static bool is_folder(enum node_kind kind)
{
	return kind == NODE_ROOT || kind == NODE_DEVICE || kind == NODE_SESSION;
}

struct tree_node *node_make_locked(struct tree *tree, struct tree_node *parent, enum node_kind kind, const char *name)
{
	struct tree_node *node = calloc(1, sizeof *node + strlen(name) + 1);

	if (!node)
		return NULL;
	node->tree = tree;
	node->kind = kind;
	node->references = 1;
	node->number = ++tree->numbers;
	memcpy(node->name, name, strlen(name) + 1);
	tree->references++;
	if (!parent)
		return node;
	node->parent = parent;
	parent->references++;
	node->next = parent->children;
	node->link = &parent->children;
	if (node->next)
		node->next->link = &node->next;
	parent->children = node;
	if (kind == NODE_SESSION)
		tree->n_sessions++;
	return node;
}

uint64_t node_put_locked(struct tree_node *node, uint64_t times)
{
	uint64_t freed = 0;

	while (node && !(node->references -= times)) {
		struct tree_node *parent = node->parent;

		if (parent) {
			*node->link = node->next;
			if (node->next)
				node->next->link = node->link;
		}
		if (node->kind == NODE_SESSION)
			node->tree->n_sessions--;
		free(node);
		freed++;
		node = parent;
		times = 1;
	}
	return freed;
}

struct tree_node *tree_root(struct tree *tree)
{
	return tree_node_get(tree->root);
}

struct tree_node *tree_node_get(struct tree_node *node)
{
	(void)pthread_mutex_lock(&node->tree->lock);
	node->references++;
	(void)pthread_mutex_unlock(&node->tree->lock);
	return node;
}

void tree_node_put(struct tree_node *node, uint64_t times)
{
	struct tree *tree = node->tree;

	(void)pthread_mutex_lock(&tree->lock);
	tree_unlock_put(tree, node_put_locked(node, times));
}

struct tree_node *tree_parent(struct tree_node *node)
{
	return tree_node_get(node->parent ? node->parent : node);
}

static bool is_session_name(const char *name)
{
	return strlen(name) == FOLDER_NAME_LENGTH && strspn(name, "0123456789abcdef") == FOLDER_NAME_LENGTH;
}

/* The kind of what a folder may have under that name. -ENOENT. */
static int kind_of(const struct tree_node *folder, const char *name)
{
	const struct iof_texts *texts = folder->tree->texts;
	char device[TREE_NAME_SIZE];
	const char *file;

	if (folder->kind == NODE_ROOT && is_session_name(name))
		return NODE_SESSION;
	if (folder->kind == NODE_SESSION) {
		for (size_t i = 0; i < sizeof session_files / sizeof session_files[0]; i++)
			if (strcmp(name, session_files[i].name) == 0)
				return (int)session_files[i].kind;
		return -ENOENT;
	}
	if (folder->kind == NODE_ROOT && strcmp(name, SESSIONS_NAME) == 0)
		return NODE_SESSIONS;
	if (!texts)
		return -ENOENT;
	if (folder->kind == NODE_ROOT) {
		for (size_t i = 0; !texts->device(texts->context, &folder->tree->peer, i, device, sizeof device); i++)
			if (strcmp(name, device) == 0)
				return NODE_DEVICE;
		return -ENOENT;
	}
	for (size_t i = 0; (file = texts->file(texts->context, i)); i++)
		if (strcmp(name, file) == 0)
			return NODE_TEXT;
	return -ENOENT;
}

static struct tree_node *known_child(struct tree_node *folder, const char *name)
{
	for (struct tree_node *node = folder->children; node; node = node->next)
		if (strcmp(node->name, name) == 0) {
			node->references++;
			return node;
		}
	return NULL;
}

int tree_walk(struct tree_node *folder, const char *name, struct tree_node **result)
{
	struct tree *tree = folder->tree;
	struct tree_node *node;
	int kind, error = 0;

	if (!is_folder(folder->kind))
		return -ENOTDIR;
	/* Devices come and go: asked each time, and not under the lock. */
	kind = kind_of(folder, name);
	if (kind < 0)
		return kind;
	(void)pthread_mutex_lock(&tree->lock);
	node = known_child(folder, name);
	if (!node && kind == NODE_SESSION && tree->n_sessions >= FOLDERS_MAX)
		error = -ENFILE;
	if (!node && !error) {
		node = node_make_locked(tree, folder, (enum node_kind)kind, name);
		error = node ? 0 : -ENOMEM;
	}
	(void)pthread_mutex_unlock(&tree->lock);
	if (!error)
		*result = node;
	return error;
}

static void stat_of(enum node_kind kind, uint64_t number, struct stat *attributes)
{
	*attributes = (struct stat){.st_ino = number, .st_nlink = is_folder(kind) ? 2 : 1};
	if (is_folder(kind))
		attributes->st_mode = S_IFDIR | 0755;
	else if (kind == NODE_TEXT || kind == NODE_SESSIONS)
		attributes->st_mode = S_IFREG | 0444;
	else
		attributes->st_mode = S_IFREG | 0666;
	if (kind == NODE_CALL || kind == NODE_CTL || kind == NODE_EVENTS)
		attributes->st_size = (off_t)FOLDER_FILE_SIZE;
}

/* A text is made when it is opened; until then its size is not known, and 0 would make some readers stop. */
static void size_of_text(const struct tree_node *node, struct stat *attributes)
{
	const struct iof_texts *texts = node->tree->texts;
	size_t length = 0;
	char *text;

	if (node->kind == NODE_SESSIONS)
		text = sessions_text(node->tree, &length);
	else if (node->kind == NODE_TEXT)
		text = texts->text(texts->context, &node->tree->peer, node->parent->name, node->name, &length);
	else
		return;
	attributes->st_size = (off_t)length;
	free(text);
}

void tree_stat(const struct tree_node *node, struct stat *attributes)
{
	stat_of(node->kind, node->number, attributes);
	size_of_text(node, attributes);
}

/* What is listed has no node, and so no number of its own: one that no node will reach. */
static uint64_t listed_number(size_t index)
{
	return UINT64_MAX / 2 + index;
}

int tree_list(struct tree_node *folder, size_t index, char name[static TREE_NAME_SIZE], struct stat *attributes)
{
	const struct iof_texts *texts = folder->tree->texts;
	const char *file = NULL;

	switch (folder->kind) {
	case NODE_ROOT:
		if (!index--) {
			stat_of(NODE_SESSIONS, listed_number(0), attributes);
			file = SESSIONS_NAME;
			break;
		}
		stat_of(NODE_DEVICE, listed_number(index + 1), attributes);
		return texts ? texts->device(texts->context, &folder->tree->peer, index, name, TREE_NAME_SIZE)
			     : -ENOENT;
	case NODE_DEVICE:
		stat_of(NODE_TEXT, listed_number(index), attributes);
		file = texts->file(texts->context, index);
		break;
	case NODE_SESSION:
		stat_of(NODE_CALL, listed_number(index), attributes);
		file = index < sizeof session_files / sizeof session_files[0] ? session_files[index].name : NULL;
		break;
	default: return -ENOTDIR;
	}
	if (!file || strlen(file) >= TREE_NAME_SIZE)
		return -ENOENT;
	memcpy(name, file, strlen(file) + 1);
	return 0;
}

int tree_entry(struct tree_node *folder, uint64_t offset, char name[static TREE_NAME_SIZE], struct stat *attributes)
{
	struct tree_node *parent;

	if (offset >= 2)
		return tree_list(folder, (size_t)offset - 2, name, attributes);
	memcpy(name, offset ? ".." : ".", (size_t)offset + 2);
	parent = offset ? tree_parent(folder) : tree_node_get(folder);
	tree_stat(parent, attributes);
	tree_node_put(parent, 1);
	return 0;
}
