/* SPDX-License-Identifier: MIT */
/* A session: its life, and the link that the host's engine has of it. */
#include "transports/9p/host/tree_impl.h"
#include <errno.h>
#include <stdlib.h>

static struct folder *folder_of(struct iof_link *link)
{
	return (struct folder *)link;
}

static bool no_wants_write(const struct iof_link *link)
{
	(void)link;
	return false;
}

static int nothing_to_flush(struct iof_link *link)
{
	(void)link;
	return 0;
}

/* Messages are taken out first: who they are delivered to may send. */
static ssize_t link_receive(struct iof_link *link, bool wait, iof_deliver *deliver, void *context)
{
	struct folder *folder = folder_of(link);
	struct incoming *first;
	ssize_t delivered = 0;
	bool dead;

	(void)pthread_mutex_lock(&folder->lock);
	while (wait && !folder->inbox && !folder->dead)
		(void)pthread_cond_wait(&folder->arrived, &folder->lock);
	first = folder->inbox;
	folder->inbox = NULL;
	folder->inbox_last = &folder->inbox;
	dead = folder->dead;
	(void)pthread_mutex_unlock(&folder->lock);
	while (first) {
		struct incoming *message = first;

		first = message->next;
		deliver(context, message->bytes, message->length);
		free(message);
		delivered++;
	}
	if (delivered)
		return delivered;
	return dead ? -ENODEV : -EAGAIN;
}

static int link_sleep(struct iof_link *link)
{
	struct folder *folder = folder_of(link);
	bool dead;

	(void)pthread_mutex_lock(&folder->lock);
	while (!folder->inbox && !folder->dead)
		(void)pthread_cond_wait(&folder->arrived, &folder->lock);
	dead = folder->dead && !folder->inbox;
	(void)pthread_mutex_unlock(&folder->lock);
	return dead ? -ENODEV : 0;
}

/* Nobody polls a host's link: each has a thread that waits in receive(). */
static int no_descriptor(const struct iof_link *link)
{
	(void)link;
	return -1;
}

static void link_set_message_max(struct iof_link *link, uint32_t bytes)
{
	__atomic_store_n(&folder_of(link)->message_max, bytes, __ATOMIC_RELAXED);
}

static const struct iof_peer *link_peer(const struct iof_link *link)
{
	return &((const struct folder *)link)->tree->peer;
}

static void link_shutdown(struct iof_link *link)
{
	folder_shutdown(folder_of(link));
}

static void folder_free(struct folder *folder)
{
	requests_free(folder);
	outgoing_free(folder);
	while (folder->inbox) {
		struct incoming *message = folder->inbox;

		folder->inbox = message->next;
		free(message);
	}
	(void)pthread_cond_destroy(&folder->arrived);
	(void)pthread_mutex_destroy(&folder->lock);
	free(folder);
}

/* Takes tree->lock, which is held, off. */
static void put_and_unlock(struct folder *folder)
{
	struct tree *tree = folder->tree;
	bool last = !--folder->references;

	if (last)
		folder_free(folder);
	tree_unlock_put(tree, last ? 1 : 0);
}

static void link_destroy(struct iof_link *link)
{
	struct folder *folder = folder_of(link);

	(void)pthread_mutex_lock(&folder->tree->lock);
	folder_shutdown_locked(folder);
	put_and_unlock(folder);
}

static const struct iof_link_ops link_ops = {
	.send = outgoing_send,
	.flush = nothing_to_flush,
	.wants_write = no_wants_write,
	.receive = link_receive,
	.sleep = link_sleep,
	.descriptor = no_descriptor,
	.set_message_max = link_set_message_max,
	.peer = link_peer,
	.shutdown = link_shutdown,
	.destroy = link_destroy,
};

static struct folder *folder_create_locked(struct tree_node *node)
{
	struct tree *tree = node->tree;
	struct folder *folder = calloc(1, sizeof *folder);

	if (!folder)
		return NULL;
	folder->base.ops = &link_ops;
	folder->tree = tree;
	folder->node = node;
	folder->references = 1;
	folder->message_max = IOF_MESSAGE_MAX;
	folder->inbox_last = &folder->inbox;
	folder->unacked_last = &folder->unacked;
	folder->batching_last = &folder->batching;
	(void)pthread_mutex_init(&folder->lock, NULL);
	(void)pthread_cond_init(&folder->arrived, NULL);
	tree->references++;
	node->references++;
	node->folder = folder;
	folder->next = tree->folders;
	folder->link = &tree->folders;
	if (folder->next)
		folder->next->link = &folder->next;
	tree->folders = folder;
	tree_announce_locked(tree, folder);
	return folder;
}

int folder_open_locked(struct tree_node *node, struct folder **result)
{
	struct folder *folder = node->folder;

	if (node->ended || node->tree->ended)
		return -ENODEV;
	if (!folder)
		folder = folder_create_locked(node);
	if (!folder)
		return -ENOMEM;
	folder->references++;
	folder->opens++;
	*result = folder;
	return 0;
}

void folder_close(struct folder *folder, const struct tree_open *open)
{
	struct tree *tree = folder->tree;

	(void)pthread_mutex_lock(&tree->lock);
	(void)pthread_mutex_lock(&folder->lock);
	folder->heard_ms = tree_now_ms();
	if (folder->waiting && folder->waiting->open == open)
		folder_answer(folder_unpark(&folder->waiting), EBADF, 0);
	if (folder->probing && folder->probing->open == open)
		folder_answer(folder_unpark(&folder->probing), EBADF, 0);
	outgoing_drop_askers(folder, open, EBADF);
	(void)pthread_mutex_unlock(&folder->lock);
	folder->opens--;
	if (!folder->opens && !folder->dead)
		clock_note(tree, folder->heard_ms + TREE_SILENCE_MS);
	put_and_unlock(folder);
}

void folder_shutdown_locked(struct folder *folder)
{
	struct tree *tree = folder->tree;

	if (folder->dead)
		return;
	*folder->link = folder->next;
	if (folder->next)
		folder->next->link = folder->link;
	folder->node->folder = NULL;
	folder->node->ended = true;
	(void)pthread_mutex_lock(&folder->lock);
	folder->dead = true;
	if (folder->waiting)
		folder_answer(folder_unpark(&folder->waiting), ENODEV, 0);
	if (folder->probing)
		folder_answer(folder_unpark(&folder->probing), ENODEV, 0);
	outgoing_drop_askers(folder, NULL, ENODEV);
	(void)pthread_cond_broadcast(&folder->arrived);
	(void)pthread_mutex_unlock(&folder->lock);
	/* Not the last reference: the folder has one. */
	tree->references -= node_put_locked(folder->node, 1);
	folder->node = NULL;
}

void folder_shutdown(struct folder *folder)
{
	(void)pthread_mutex_lock(&folder->tree->lock);
	folder_shutdown_locked(folder);
	(void)pthread_mutex_unlock(&folder->tree->lock);
}

static bool counts(const struct folder *folder, struct tree_request *const *place)
{
	return place == &folder->waiting || place == &folder->probing;
}

void folder_park(struct folder *folder, struct tree_request **place, struct tree_request *request, uint64_t for_ms)
{
	*place = request;
	request->link = place;
	request->until_ms = tree_now_ms() + for_ms;
	if (counts(folder, place))
		folder->tree->parked++;
	clock_note(folder->tree, request->until_ms);
}

struct tree_request *folder_unpark(struct tree_request **place)
{
	struct tree_request *request = *place;

	if (!request)
		return NULL;
	if (counts(request->open->folder, place))
		request->open->folder->tree->parked--;
	request->link = NULL;
	*place = NULL;
	return request;
}

void folder_answer(struct tree_request *request, int error, size_t total)
{
	request->done(request, error, NULL, 0, total);
}

void folder_answer_padded(struct tree_request *request, const uint8_t *bytes, size_t length, size_t from)
{
	static const uint8_t zeros[65536];
	size_t left = request->size, piece = from < length ? length - from : 0;
	struct iovec parts[2 + (1u << 20) / sizeof zeros];
	int n = 0;

	if (piece > left)
		piece = left;
	if (piece)
		parts[n++] = (struct iovec){.iov_base = (void *)(uintptr_t)(bytes + from), .iov_len = piece};
	for (left -= piece; left && n < (int)(sizeof parts / sizeof parts[0]); left -= piece) {
		piece = left < sizeof zeros ? left : sizeof zeros;
		parts[n++] = (struct iovec){.iov_base = (void *)(uintptr_t)zeros, .iov_len = piece};
	}
	request->done(request, 0, parts, n, request->size - left);
}

uint64_t folder_tick(struct folder *folder, uint64_t now_ms)
{
	uint64_t next_ms = UINT64_MAX;

	if (folder->waiting && folder->waiting->until_ms <= now_ms)
		batches_wake(folder, 0);
	if (folder->probing && folder->probing->until_ms <= now_ms)
		ctl_tell(folder, folder_unpark(&folder->probing));
	outgoing_tick(folder, now_ms, &next_ms);
	if (folder->waiting && folder->waiting->until_ms < next_ms)
		next_ms = folder->waiting->until_ms;
	if (folder->probing && folder->probing->until_ms < next_ms)
		next_ms = folder->probing->until_ms;
	return next_ms;
}
