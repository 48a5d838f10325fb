/* SPDX-License-Identifier: MIT */
/* Handlers never wait: what the tree parks is answered from its own threads. */
#include "transports/9p/host/operations.h"
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_SECONDS 1.0 /* attributes and names, by the kernel */

struct share_request {
	struct tree_request base; /* first */
	struct share *share;
	fuse_req_t fuse;
	struct share_request *next, **link;
	unsigned references; /* share->lock: one until it is answered, one while it is being interrupted */
	bool reads;
};

struct share_node {
	struct share_node *next;
	struct tree_node *node;
	uint64_t times;
};

struct share_open {
	struct share_open *next, **link;
	struct tree_open *open;
};

static struct share *share_of(fuse_req_t request)
{
	return fuse_req_userdata(request);
}

static struct tree_node *node_of(fuse_req_t request, fuse_ino_t number)
{
	return number == FUSE_ROOT_ID ? share_of(request)->root : (struct tree_node *)(uintptr_t)number;
}

static struct tree_open *open_of(const struct fuse_file_info *info)
{
	return ((struct share_open *)(uintptr_t)info->fh)->open;
}

static struct share_node **known(struct share *share, const struct tree_node *node)
{
	struct share_node **link = &share->nodes[(uintptr_t)node / sizeof(max_align_t) % SHARE_LISTS];

	while (*link && (*link)->node != node)
		link = &(*link)->next;
	return link;
}

/* The kernel has looked it up once more: takes the reference over. */
static int remember(struct share *share, struct tree_node *node)
{
	struct share_node **link = known(share, node);

	if (!*link) {
		*link = calloc(1, sizeof **link);
		if (!*link)
			return -ENOMEM;
		(*link)->node = node;
	}
	(*link)->times++;
	return 0;
}

static void forget(struct share *share, fuse_ino_t number, uint64_t times)
{
	struct tree_node *node = (struct tree_node *)(uintptr_t)number;
	struct share_node **link = known(share, node), *gone = *link;

	if (number == FUSE_ROOT_ID || !gone || gone->times < times)
		return;
	gone->times -= times;
	if (!gone->times) {
		*link = gone->next;
		free(gone);
	}
	tree_node_put(node, times);
}

static void close_open(struct share_open *open)
{
	*open->link = open->next;
	if (open->next)
		open->next->link = open->link;
	tree_close(open->open);
	free(open);
}

void share_clear(struct share *share)
{
	for (struct share_open *open = share->opens, *next; open; open = next) {
		next = open->next;
		tree_close(open->open);
		free(open);
	}
	share->opens = NULL;
	for (unsigned i = 0; i < SHARE_LISTS; i++)
		for (struct share_node *node = share->nodes[i], *next; node; node = next) {
			next = node->next;
			tree_node_put(node->node, node->times);
			free(node);
		}
}

static void share_init(void *context, struct fuse_conn_info *connection)
{
	(void)context;
	/* Requests and replies are copied once; splicing would cost more system calls than it saves copies. */
	connection->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
	if (connection->max_write > 1u << 20)
		connection->max_write = 1u << 20;
}

static void share_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = {.attr_timeout = KEPT_SECONDS, .entry_timeout = KEPT_SECONDS};
	struct tree_node *node;
	int error = tree_walk(node_of(request, parent), name, &node);

	if (!error) {
		error = remember(share_of(request), node);
		if (error)
			tree_node_put(node, 1);
	}
	if (error) {
		(void)fuse_reply_err(request, -error);
		return;
	}
	entry.ino = (fuse_ino_t)(uintptr_t)node;
	tree_stat(node, &entry.attr);
	if (fuse_reply_entry(request, &entry))
		forget(share_of(request), entry.ino, 1);
}

static void share_forget(fuse_req_t request, fuse_ino_t number, uint64_t times)
{
	forget(share_of(request), number, times);
	fuse_reply_none(request);
}

static void share_forget_multi(fuse_req_t request, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		forget(share_of(request), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(request);
}

static void share_getattr(fuse_req_t request, fuse_ino_t number, struct fuse_file_info *info)
{
	struct stat attributes;

	(void)info;
	tree_stat(node_of(request, number), &attributes);
	(void)fuse_reply_attr(request, &attributes, KEPT_SECONDS);
}

/* Who truncates a file or changes its times means no harm, and nothing changes. Owners and modes are not theirs. */
static void share_setattr(fuse_req_t request, fuse_ino_t number, struct stat *attributes, int set,
			  struct fuse_file_info *info)
{
	(void)attributes;
	if (set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
		(void)fuse_reply_err(request, EPERM);
	else
		share_getattr(request, number, info);
}

static void share_open(fuse_req_t request, fuse_ino_t number, struct fuse_file_info *info)
{
	struct share *share = share_of(request);
	struct share_open *open = calloc(1, sizeof *open);
	int error = open ? tree_open(node_of(request, number), info->flags, &open->open) : -ENOMEM;

	if (error) {
		free(open);
		(void)fuse_reply_err(request, -error);
		return;
	}
	open->next = share->opens;
	open->link = &share->opens;
	if (open->next)
		open->next->link = &open->next;
	share->opens = open;
	info->fh = (uintptr_t)open;
	info->direct_io = 1;
	if (fuse_reply_open(request, info))
		close_open(open);
}

static void share_release(fuse_req_t request, fuse_ino_t number, struct fuse_file_info *info)
{
	(void)number;
	close_open((struct share_open *)(uintptr_t)info->fh);
	(void)fuse_reply_err(request, 0);
}

/* QEMU and virtiofsd flush and sync what they have open; there is nothing to write back. */
static void share_flush(fuse_req_t request, fuse_ino_t number, struct fuse_file_info *info)
{
	(void)number;
	(void)info;
	(void)fuse_reply_err(request, 0);
}

static void share_fsync(fuse_req_t request, fuse_ino_t number, int data_only, struct fuse_file_info *info)
{
	(void)data_only;
	share_flush(request, number, info);
}

/* With share->lock, which it takes off. */
static void put_and_unlock(struct share *share, struct share_request *asked)
{
	bool last = !--asked->references;

	(void)pthread_mutex_unlock(&share->lock);
	if (last)
		free(asked);
}

static void unlist(struct share_request *asked)
{
	*asked->link = asked->next;
	if (asked->next)
		asked->next->link = asked->link;
}

static void share_done(struct tree_request *base, int error, const struct iovec *parts, int n_parts, size_t total)
{
	struct share_request *asked = (struct share_request *)base;
	struct share *share = asked->share;
	fuse_req_t request = asked->fuse;
	bool reads = asked->reads;

	(void)pthread_mutex_lock(&share->lock);
	unlist(asked);
	put_and_unlock(share, asked);
	if (error)
		(void)fuse_reply_err(request, error);
	else if (reads)
		(void)fuse_reply_iov(request, parts, n_parts);
	else
		(void)fuse_reply_write(request, total);
}

static struct share_request *find(struct share *share, fuse_req_t request)
{
	struct share_request *asked = share->requests;

	while (asked && asked->fuse != request)
		asked = asked->next;
	return asked;
}

/* The kernel's caller was interrupted. The tree's locks come before share->lock, so that they are not taken with it. */
static void on_interrupt(fuse_req_t request, void *context)
{
	struct share *share = context;
	struct share_request *asked;
	bool parked;

	(void)pthread_mutex_lock(&share->lock);
	asked = find(share, request);
	if (asked)
		asked->references++;
	(void)pthread_mutex_unlock(&share->lock);
	if (!asked)
		return;
	parked = tree_cancel(&asked->base);
	(void)pthread_mutex_lock(&share->lock);
	if (parked) {
		unlist(asked);
		asked->references--;
	}
	put_and_unlock(share, asked);
	if (parked)
		(void)fuse_reply_err(request, EINTR);
}

static struct share_request *ask(fuse_req_t request, bool reads)
{
	struct share *share = share_of(request);
	struct share_request *asked = calloc(1, sizeof *asked);

	if (!asked) {
		(void)fuse_reply_err(request, ENOMEM);
		return NULL;
	}
	asked->base.done = share_done;
	asked->share = share;
	asked->fuse = request;
	asked->reads = reads;
	asked->references = 1;
	(void)pthread_mutex_lock(&share->lock);
	asked->next = share->requests;
	asked->link = &share->requests;
	if (asked->next)
		asked->next->link = &asked->next;
	share->requests = asked;
	(void)pthread_mutex_unlock(&share->lock);
	return asked;
}

/* One that is interrupted before the tree has it runs to its end, which is near. */
static void share_read(fuse_req_t request, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct share_request *asked = ask(request, true);

	(void)number;
	if (!asked)
		return;
	fuse_req_interrupt_func(request, on_interrupt, asked->share);
	tree_read(open_of(info), (uint64_t)offset, size, &asked->base);
}

static void share_write(fuse_req_t request, fuse_ino_t number, const char *bytes, size_t size, off_t offset,
			struct fuse_file_info *info)
{
	struct share_request *asked = ask(request, false);

	(void)number;
	if (asked)
		tree_write(open_of(info), (uint64_t)offset, bytes, size, &asked->base);
}

static void share_readdir(fuse_req_t request, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *info)
{
	struct tree_node *folder = node_of(request, number);
	char name[TREE_NAME_SIZE], *bytes = malloc(size);
	struct stat attributes;
	size_t used = 0;

	(void)info;
	if (!bytes) {
		(void)fuse_reply_err(request, ENOMEM);
		return;
	}
	while (offset >= 0 && !tree_entry(folder, (uint64_t)offset, name, &attributes)) {
		size_t need = fuse_add_direntry(request, bytes + used, size - used, name, &attributes, ++offset);

		if (need > size - used)
			break;
		used += need;
	}
	(void)fuse_reply_buf(request, bytes, used);
	free(bytes);
}

static void share_statfs(fuse_req_t request, fuse_ino_t number)
{
	const struct statvfs facts = {.f_bsize = 4096, .f_frsize = 4096, .f_namemax = TREE_NAME_SIZE - 1};

	(void)number;
	(void)fuse_reply_statfs(request, &facts);
}

const struct fuse_lowlevel_ops share_operations = {
	.init = share_init,
	.lookup = share_lookup,
	.forget = share_forget,
	.forget_multi = share_forget_multi,
	.getattr = share_getattr,
	.setattr = share_setattr,
	.open = share_open,
	.read = share_read,
	.write = share_write,
	.flush = share_flush,
	.release = share_release,
	.fsync = share_fsync,
	.readdir = share_readdir,
	.statfs = share_statfs,
};
