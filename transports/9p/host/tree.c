/* SPDX-License-Identifier: MIT */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

uint64_t tree_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void tree_free(struct tree *tree)
{
	if (tree->event >= 0)
		(void)close(tree->event);
	(void)pthread_mutex_destroy(&tree->lock);
	free(tree);
}

void tree_unlock_put(struct tree *tree, uint64_t times)
{
	bool last;

	tree->references -= times;
	last = !tree->references;
	(void)pthread_mutex_unlock(&tree->lock);
	if (last)
		tree_free(tree);
}

int tree_create(const struct iof_texts *texts, const struct iof_peer *peer, struct tree **result)
{
	struct tree *tree = calloc(1, sizeof *tree);
	int error = -ENOMEM;

	if (!tree)
		return -ENOMEM;
	(void)pthread_mutex_init(&tree->lock, NULL);
	tree->references = 1;
	tree->texts = texts;
	tree->peer = *peer;
	tree->grace_ms = FOLDER_GRACE_MS;
	tree->accepted_last = &tree->accepted_first;
	tree->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (tree->event < 0) {
		error = -errno;
		goto fail;
	}
	tree->root = node_make_locked(tree, NULL, NODE_ROOT, "");
	if (!tree->root)
		goto fail;
	error = clock_start(tree);
	if (error)
		goto fail;
	*result = tree;
	return 0;
fail:
	free(tree->root);
	tree_free(tree);
	return error;
}

void tree_end(struct tree *tree)
{
	struct tree_node *root;
	struct iof_link *link;

	if (!tree)
		return;
	(void)pthread_mutex_lock(&tree->lock);
	tree->ended = true;
	while (tree->folders)
		folder_shutdown_locked(tree->folders);
	(void)pthread_mutex_unlock(&tree->lock);
	clock_stop(tree);
	while (!tree_accept(tree, &link)) /* nobody else will */
		link->ops->destroy(link);
	(void)pthread_mutex_lock(&tree->lock);
	root = tree->root;
	tree_unlock_put(tree, 1 + node_put_locked(root, 1));
}

void tree_set_grace(struct tree *tree, unsigned ms)
{
	tree->grace_ms = ms;
}

int tree_descriptor(const struct tree *tree)
{
	return tree->event;
}

void tree_announce_locked(struct tree *tree, struct folder *folder)
{
	uint64_t one = 1;

	*tree->accepted_last = folder;
	tree->accepted_last = &folder->next_accepted;
	(void)!write(tree->event, &one, sizeof one);
}

int tree_accept(struct tree *tree, struct iof_link **link)
{
	struct folder *folder;
	uint64_t count;

	(void)pthread_mutex_lock(&tree->lock);
	folder = tree->accepted_first;
	if (folder) {
		tree->accepted_first = folder->next_accepted;
		if (!tree->accepted_first) {
			tree->accepted_last = &tree->accepted_first;
			(void)!read(tree->event, &count, sizeof count);
		}
		*link = &folder->base;
	}
	(void)pthread_mutex_unlock(&tree->lock);
	return folder ? 0 : -EAGAIN;
}
