/* SPDX-License-Identifier: MIT */
#include "mount.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * A file's size. Writes within it run side by side, which those that would make a file longer do not; and a 32-bit
 * program without large files can open it.
 */
#define FILE_SIZE (1L << 30)

#define NO_TIME 0.0 /* for which the kernel may keep a name or attributes */

static struct mount *mount_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static struct node *find_node(const struct mount *mount, const char *path)
{
	for (struct node *node = mount->front.nodes; node; node = node->next)
		if (strcmp(node->name, path) == 0)
			return node;
	return NULL;
}

const char *tree_below(const struct node *node, const char *folder)
{
	size_t length = strlen(folder);

	if (node->withdrawn)
		return NULL;
	if (!length)
		return node->name;
	return strncmp(node->name, folder, length) == 0 && node->name[length] == '/' ? node->name + length + 1 : NULL;
}

static bool is_folder(const struct mount *mount, const char *path)
{
	for (const struct node *node = mount->front.nodes; node; node = node->next)
		if (tree_below(node, path))
			return true;
	return false;
}

const struct place *tree_place(const struct mount *mount, fuse_ino_t number)
{
	if (number == FUSE_ROOT_ID)
		return &mount->root;
	for (const struct place *place = mount->places; place; place = place->next)
		if (place->number == number)
			return place;
	return NULL;
}

/* Of a path that is there. One lookup more. NULL: no memory. */
static struct place *take_place(struct mount *mount, const char *path, bool folder)
{
	struct place *place;

	for (place = mount->places; place; place = place->next)
		if (place->folder == folder && strcmp(place->path, path) == 0)
			break;
	if (!place) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return NULL;
		*place = (struct place){.next = mount->places, .number = ++mount->last_number, .folder = folder};
		(void)snprintf(place->path, sizeof(place->path), "%s", path);
		mount->places = place;
	}
	place->lookups++;
	return place;
}

static void forget(struct mount *mount, fuse_ino_t number, uint64_t lookups)
{
	for (struct place **at = &mount->places; *at; at = &(*at)->next) {
		struct place *place = *at;

		if (place->number != number)
			continue;
		place->lookups -= lookups < place->lookups ? lookups : place->lookups;
		if (!place->lookups) {
			*at = place->next;
			free(place);
		}
		return;
	}
}

/* @p node of a file; NULL: a folder. */
static void fill(const struct mount *mount, const struct node *node, fuse_ino_t number, struct stat *stat)
{
	*stat = (struct stat){
		.st_ino = number,
		.st_mode = S_IFDIR | 0755,
		.st_nlink = 2,
		.st_uid = mount->uid,
		.st_gid = mount->gid,
		.st_blksize = 4096,
		.st_atim = mount->since,
		.st_mtim = mount->since,
		.st_ctim = mount->since,
	};
	if (!node)
		return;
	stat->st_mode = S_IFREG | (mode_t)node->mode;
	stat->st_nlink = 1;
	stat->st_size = FILE_SIZE;
	if (node->uid != (uid_t)-1)
		stat->st_uid = node->uid;
	if (node->gid != (gid_t)-1)
		stat->st_gid = node->gid;
}

struct node *tree_node(const struct mount *mount, fuse_ino_t number)
{
	const struct place *place = tree_place(mount, number);

	return place && !place->folder ? find_node(mount, place->path) : NULL;
}

/* 0 or a positive errno. */
static int look_up(struct mount *mount, fuse_ino_t parent, const char *name, struct fuse_entry_param *entry)
{
	const struct place *folder = tree_place(mount, parent);
	char path[OPTIONS_NAME_MAX];
	struct place *place;
	struct node *node;
	int length;

	if (!folder || !folder->folder)
		return ENOENT;
	length = snprintf(path, sizeof(path), "%s%s%s", folder->path, folder->path[0] ? "/" : "", name);
	if (length < 0 || (size_t)length >= sizeof(path))
		return ENOENT; /* no node has such a name */
	node = find_node(mount, path);
	if (node ? node->withdrawn : !is_folder(mount, path))
		return ENOENT;
	place = take_place(mount, path, !node);
	if (!place)
		return ENOMEM;
	*entry = (struct fuse_entry_param){.ino = place->number, .attr_timeout = NO_TIME, .entry_timeout = NO_TIME};
	fill(mount, node, place->number, &entry->attr);
	return 0;
}

void tree_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount *mount = mount_of(req);
	struct fuse_entry_param entry;
	int error = look_up(mount, parent, name, &entry);

	if (error)
		fuse_reply_err(req, error);
	else if (fuse_reply_entry(req, &entry) == -ENOENT) /* the caller was killed, and does not count it */
		forget(mount, entry.ino, 1);
}

void tree_forget(fuse_req_t req, fuse_ino_t number, uint64_t lookups)
{
	forget(mount_of(req), number, lookups);
	fuse_reply_none(req);
}

static void reply_attributes(fuse_req_t req, fuse_ino_t number)
{
	const struct mount *mount = mount_of(req);
	const struct place *place = tree_place(mount, number);
	const struct node *node = tree_node(mount, number);
	struct stat stat;

	if (!place || (!node && !place->folder)) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	fill(mount, node, number, &stat);
	fuse_reply_attr(req, &stat, NO_TIME);
}

void tree_getattr(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info)
{
	(void)info;
	reply_attributes(req, number);
}

/* chmod and chown, until the front end ends or the host says otherwise. A device has no length to cut, and no times. */
void tree_setattr(fuse_req_t req, fuse_ino_t number, struct stat *attributes, int which, struct fuse_file_info *info)
{
	struct node *node = tree_node(mount_of(req), number);

	(void)info;
	if (!node) {
		fuse_reply_err(req, EPERM);
		return;
	}
	if (which & FUSE_SET_ATTR_MODE)
		node->mode = attributes->st_mode & 0777;
	if (which & FUSE_SET_ATTR_UID)
		node->uid = attributes->st_uid;
	if (which & FUSE_SET_ATTR_GID)
		node->gid = attributes->st_gid;
	reply_attributes(req, number);
}

void tree_destroy(struct mount *mount)
{
	while (mount->places) {
		struct place *place = mount->places;

		mount->places = place->next;
		free(place);
	}
}
