/* SPDX-License-Identifier: MIT */
/* Reading folders. What one holds is listed when it is opened, so that a reader sees it as it was then. */
#include "mount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The kernel wants one; who needs a file's own number asks stat(). */
#define UNKNOWN_NUMBER 0xffffffff

/* Entries one behind the other: 'd' or '-', the name, NUL. */
struct listing {
	size_t size;
	char entries[];
};

static bool has(const struct listing *listing, const char *name, size_t length)
{
	for (size_t at = 0; at < listing->size; at += strlen(listing->entries + at) + 1) {
		const char *other = listing->entries + at + 1;

		if (strlen(other) == length && memcmp(other, name, length) == 0)
			return true;
	}
	return false;
}

static void add(struct listing *listing, char type, const char *name, size_t length)
{
	char *to = listing->entries + listing->size;

	if (has(listing, name, length))
		return;
	to[0] = type;
	memcpy(to + 1, name, length);
	to[length + 1] = '\0';
	listing->size += length + 2;
}

static struct listing *list(const struct mount *mount, const char *folder)
{
	size_t room = sizeof(struct listing) + sizeof("d.") + sizeof("d..");
	struct listing *listing;

	for (const struct node *node = mount->front.nodes; node; node = node->next)
		room += OPTIONS_NAME_MAX + 1;
	listing = malloc(room);
	if (!listing)
		return NULL;
	listing->size = 0;
	add(listing, 'd', ".", 1);
	add(listing, 'd', "..", 2);
	for (const struct node *node = mount->front.nodes; node; node = node->next) {
		const char *name = tree_below(node, folder);
		size_t length = name ? strcspn(name, "/") : 0;

		if (name)
			add(listing, name[length] ? 'd' : '-', name, length);
	}
	return listing;
}

static struct listing *listing_of(const struct fuse_file_info *info)
{
	return (struct listing *)(uintptr_t)info->fh;
}

void folder_open(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info)
{
	const struct mount *mount = fuse_req_userdata(req);
	const struct place *place = tree_place(mount, number);
	struct listing *listing;

	if (!place) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	listing = list(mount, place->path);
	if (!listing) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	info->fh = (uint64_t)(uintptr_t)listing;
	if (fuse_reply_open(req, info) == -ENOENT)
		free(listing);
}

void folder_read(fuse_req_t req, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *info)
{
	const struct listing *listing = listing_of(info);
	size_t at = (size_t)offset, used = 0;
	char entries[4096];

	(void)number;
	if (size > sizeof(entries))
		size = sizeof(entries);
	while (offset >= 0 && at < listing->size) {
		const char *entry = listing->entries + at;
		const struct stat stat = {.st_ino = UNKNOWN_NUMBER, .st_mode = entry[0] == 'd' ? S_IFDIR : S_IFREG};
		size_t next = at + strlen(entry) + 1,
		       length = fuse_add_direntry(req, entries + used, size - used, entry + 1, &stat, (off_t)next);

		if (length > size - used)
			break;
		used += length;
		at = next;
	}
	fuse_reply_buf(req, entries, used);
}

void folder_release(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info)
{
	(void)number;
	free(listing_of(info));
	fuse_reply_err(req, 0);
}
