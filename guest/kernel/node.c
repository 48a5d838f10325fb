/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void node_log(struct node *node, enum iof_log_level level, const char *format, ...)
{
	uint32_t dropped;
	char line[512];
	va_list list;

	if (!iof_log_allowed(&node->limit, 10, 10000, &dropped))
		return;
	va_start(list, format);
	(void)vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (dropped)
		iof_log(level, "%s: %s (%u lines left out)", node->path, line, dropped);
	else
		iof_log(level, "%s: %s", node->path, line);
}

static struct node *node_find(struct front *front, const char *device)
{
	for (struct node *node = front->nodes; node; node = node->next)
		if (strcmp(node->device, device) == 0)
			return node;
	return NULL;
}

static bool name_is_free(const struct node *wanted)
{
	for (const struct node *node = wanted->front->nodes; node; node = node->next)
		if (strcmp(node->name, wanted->name) == 0)
			return false;
	return wanted->front->kind->name_is_free(wanted);
}

static uint32_t wished_mode(const struct iof_device *device, const struct options_device *wish)
{
	return (wish && wish->mode >= 0 ? (uint32_t)wish->mode : device->mode) & 0777;
}

static void init(struct node *node, const struct iof_device *device, const struct options_device *wish)
{
	struct front *front = node->front;

	(void)snprintf(node->name, sizeof(node->name), "%s", wish && wish->node[0] ? wish->node : device->name);
	(void)snprintf(node->path, sizeof(node->path), "%s/%s", front->options.folder, node->name);
	(void)snprintf(node->device, sizeof(node->device), "%s", device->name);
	node->mode = wished_mode(device, wish);
	node->uid = wish ? wish->uid : (uid_t)-1;
	node->gid = wish ? wish->gid : (gid_t)-1;
	if (front->kind->node_init)
		front->kind->node_init(node, device, wish);
}

static struct node *node_create(struct front *front, const struct iof_device *device, const struct options_device *wish)
{
	const char *name = wish && wish->node[0] ? wish->node : device->name;
	struct node *node;

	if (!options_node_name_ok(name) || strlen(device->name) >= OPTIONS_NAME_MAX) {
		iof_log(IOF_LOG_ERR, "the host offers a device '%s': not a name for a node", name);
		return NULL;
	}
	node = calloc(1, front->kind->node_size);
	if (!node)
		return NULL;
	node->front = front;
	init(node, device, wish);
	if (!name_is_free(node)) {
		iof_log(IOF_LOG_ERR, "%s exists already and is not ours: the host's %s gets no node", node->path,
			device->name);
		goto out_free;
	}
	if (front->kind->node_start(node))
		goto out_free;
	node->next = front->nodes;
	front->nodes = node;
	return node;
out_free:
	free(node);
	return NULL;
}

/* The host may have been configured anew. */
static void update_mode(struct node *node, const struct iof_device *device, const struct options_device *wish)
{
	uint32_t mode = wished_mode(device, wish);

	if (mode == node->mode)
		return;
	node->mode = mode;
	if (node->front->kind->node_changed)
		node->front->kind->node_changed(node);
}

static void update_one(struct front *front, const struct iof_device *device)
{
	const struct options_device *wish = options_device(&front->options, device->name);
	struct node *node = node_find(front, device->name);

	if (front->options.listed_only && !wish)
		return;
	if (!device->interface) {
		iof_log(IOF_LOG_WARNING, "%s: the host's interface %s is not in this build", device->name,
			device->interface_name);
		return;
	}
	if (!node)
		node = node_create(front, device, wish);
	else
		update_mode(node, device, wish);
	if (!node)
		return;
	if (!node->started)
		(void)front->kind->node_start(node);
	node->offered = device;
	node->withdrawn = false;
}

/* Whether somebody has it open, or is at it. */
static bool is_used(const struct node *node)
{
	for (const struct file *file = node->front->files; file; file = file->next)
		if (file->node == node)
			return true;
	for (const struct call *call = node->front->calls; call; call = call->next)
		if (call->node == node)
			return true;
	return false;
}

void nodes_update(struct front *front)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(front->link.session, &devices);

	nodes_detach(front);
	for (size_t i = 0; i < n; i++)
		update_one(front, &devices[i]);
	for (struct node *node = front->nodes; node; node = node->next) {
		if (node->offered || node->withdrawn)
			continue;
		node->withdrawn = true;
		iof_log(IOF_LOG_NOTICE, "%s: the host has no %s any more; %s", node->path, node->device,
			is_used(node) ? "it is removed when it is closed" : "removed");
	}
	if (!files_update(front))
		iof_session_forget_devices(front->link.session);
}

void nodes_settle(struct front *front)
{
	struct node **at = &front->nodes;

	while (*at) {
		struct node *node = *at;

		if (!node->withdrawn || is_used(node)) {
			at = &node->next;
			continue;
		}
		*at = node->next;
		front->kind->node_stop(node);
		free(node);
	}
}

void nodes_detach(struct front *front)
{
	for (struct node *node = front->nodes; node; node = node->next)
		node->offered = NULL;
}

unsigned nodes_count(const struct front *front)
{
	unsigned count = 0;

	for (const struct node *node = front->nodes; node; node = node->next)
		count += node->started;
	return count;
}

void nodes_destroy(struct front *front)
{
	while (front->nodes) {
		struct node *node = front->nodes;

		front->nodes = node->next;
		front->kind->node_stop(node);
		free(node);
	}
}
