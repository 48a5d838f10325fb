/* SPDX-License-Identifier: MIT */
/* Open files: a text as it was when it was opened, or a file of a session. */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static int open_text(struct tree_open *open, int flags)
{
	const struct tree_node *node = open->node;
	const struct iof_texts *texts = node->tree->texts;

	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EACCES;
	if (node->kind == NODE_SESSIONS)
		open->text = sessions_text(node->tree, &open->length);
	else
		open->text =
			texts->text(texts->context, &node->tree->peer, node->parent->name, node->name, &open->length);
	return open->text ? 0 : -ENODEV;
}

static int open_session(struct tree_open *open)
{
	struct tree *tree = open->node->tree;
	int error;

	(void)pthread_mutex_lock(&tree->lock);
	error = folder_open_locked(open->node->parent, &open->folder);
	(void)pthread_mutex_unlock(&tree->lock);
	return error;
}

int tree_open(struct tree_node *node, int flags, struct tree_open **result)
{
	struct tree_open *open;
	int error;

	if (node->kind == NODE_ROOT || node->kind == NODE_DEVICE || node->kind == NODE_SESSION)
		return -EISDIR;
	open = calloc(1, sizeof *open);
	if (!open)
		return -ENOMEM;
	open->node = tree_node_get(node);
	error = node->kind == NODE_TEXT || node->kind == NODE_SESSIONS ? open_text(open, flags) : open_session(open);
	if (error) {
		tree_node_put(node, 1);
		free(open);
		return error;
	}
	*result = open;
	return 0;
}

void tree_close(struct tree_open *open)
{
	if (open->folder)
		folder_close(open->folder, open);
	tree_node_put(open->node, 1);
	free(open->text);
	free(open);
}

static void read_text(const struct tree_open *open, uint64_t offset, size_t size, struct tree_request *request)
{
	size_t left = offset < open->length ? open->length - (size_t)offset : 0;
	struct iovec part = {.iov_base = open->text + open->length - left, .iov_len = left < size ? left : size};

	request->done(request, 0, &part, 1, part.iov_len);
}

static void prepare(struct tree_request *request, struct tree_open *open, uint64_t offset, size_t size)
{
	request->open = open;
	request->link = NULL;
	request->offset = offset;
	request->size = size;
}

void tree_read(struct tree_open *open, uint64_t offset, size_t size, struct tree_request *request)
{
	struct folder *folder = open->folder;

	prepare(request, open, offset, size);
	if (!folder) {
		read_text(open, offset, size, request);
		return;
	}
	(void)pthread_mutex_lock(&folder->lock);
	folder->heard_ms = tree_now_ms();
	folder->call_reads += open->node->kind == NODE_CALL;
	folder->event_reads += open->node->kind == NODE_EVENTS;
	if (folder->dead)
		folder_answer(request, ENODEV, 0);
	else if (offset >= FOLDER_FILE_SIZE || !size)
		folder_answer(request, 0, 0);
	else if (open->node->kind == NODE_CTL)
		ctl_read(folder, offset, request);
	else if (open->node->kind == NODE_EVENTS)
		batches_read(folder, offset, request);
	else if (offset < FOLDER_REPLIES)
		folder_answer_padded(request, NULL, 0, 0);
	else
		outgoing_read(folder, (offset - FOLDER_REPLIES) / FOLDER_STRIDE,
			      (size_t)((offset - FOLDER_REPLIES) % FOLDER_STRIDE), request);
	(void)pthread_mutex_unlock(&folder->lock);
}

void tree_write(struct tree_open *open, uint64_t offset, const void *bytes, size_t size, struct tree_request *request)
{
	struct folder *folder = open->folder;

	prepare(request, open, offset, size);
	if (!folder) {
		request->done(request, EBADF, NULL, 0, 0);
		return;
	}
	(void)pthread_mutex_lock(&folder->lock);
	folder->heard_ms = tree_now_ms();
	folder->call_writes += open->node->kind == NODE_CALL;
	if (folder->dead)
		folder_answer(request, ENODEV, 0);
	else if (open->node->kind == NODE_CTL)
		ctl_write(folder, bytes, size, request);
	else if (open->node->kind == NODE_CALL && offset < FOLDER_REPLIES)
		requests_write(folder, offset, bytes, size, request);
	else
		folder_answer(request, EINVAL, 0);
	(void)pthread_mutex_unlock(&folder->lock);
}

bool tree_cancel(struct tree_request *request)
{
	struct folder *folder = request->open->folder;
	bool parked = false;

	if (!folder)
		return false;
	(void)pthread_mutex_lock(&folder->lock);
	if (request->link)
		parked = folder_unpark(request->link) != NULL;
	(void)pthread_mutex_unlock(&folder->lock);
	return parked;
}
