/* SPDX-License-Identifier: MIT */
/* Walking and listing. */
#include "transports/9p2000/connection.h"
#include <dirent.h>
#include <errno.h>
#include <ioferry/wire.h>
#include <string.h>

struct walk {
	uint32_t fid, new_fid;
	uint16_t n_names;
	char names[P9_WALK_MAX][TREE_NAME_SIZE];
};

/* 0 or a positive errno. */
static int read_walk(struct p9_in *in, struct walk *walk)
{
	bool fits = true;

	walk->fid = p9_get_u32(in);
	walk->new_fid = p9_get_u32(in);
	walk->n_names = p9_get_u16(in);
	if (walk->n_names > P9_WALK_MAX)
		return EINVAL;
	for (uint16_t i = 0; i < walk->n_names; i++) {
		struct p9_text name = p9_get_text(in);

		if (in->bad)
			return EINVAL;
		if (name.length < TREE_NAME_SIZE)
			memcpy(walk->names[i], name.bytes, name.length);
		else
			fits = false;
		walk->names[i][fits ? name.length : 0] = '\0';
	}
	if (!p9_in_ends(in))
		return EINVAL;
	return fits ? 0 : ENAMETOOLONG;
}

/* Goes one step on. But for "." and "..", names are compared with those that there are, and mean nothing else. */
static int step(struct p9_place *here, const char *name)
{
	struct tree_node *next;
	int error = 0;

	if (strcmp(name, ".") == 0)
		return here->is_folder ? 0 : ENOTDIR;
	if (strcmp(name, "..") == 0)
		next = tree_parent(here->node);
	else
		error = tree_walk(here->node, name, &next);
	if (error)
		return -error;
	tree_node_put(here->node, 1);
	*here = p9_place_of(next);
	return 0;
}

/* The walk has succeeded: gives the fid its place. */
static int arrive(struct p9_connection *connection, struct p9_fid *fid, uint32_t new_fid, struct p9_place here)
{
	if (fid->number != new_fid)
		return p9_fid_add(connection, new_fid, here);
	tree_node_put(fid->place.node, 1);
	fid->place = here;
	return 0;
}

int p9_on_walk(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	struct walk walk;
	struct p9_place here;
	struct p9_fid *fid;
	uint16_t walked = 0;
	int error = read_walk(in, &walk);

	if (error)
		return error;
	fid = p9_fid_find(connection, walk.fid);
	if (!fid)
		return EBADF;
	if (walk.new_fid == walk.fid ? fid->is_open : p9_fid_find(connection, walk.new_fid) != NULL)
		return EINVAL;
	here = fid->place;
	(void)tree_node_get(here.node);
	p9_put_u16(out, walk.n_names);
	while (walked < walk.n_names && !(error = step(&here, walk.names[walked]))) {
		p9_put_qid(out, here.is_folder, here.path);
		walked++;
	}
	if (!error)
		return arrive(connection, fid, walk.new_fid, here);
	tree_node_put(here.node, 1);
	out->bytes[P9_HEADER] = (uint8_t)walked;
	return walked ? 0 : error;
}

/* Entries from @p offset on, as many as there is room for. 0 or a positive errno. */
static int list(const struct p9_fid *fid, uint64_t offset, size_t most, struct p9_out *out)
{
	enum { QID = 13, REST = 8 + 1 + 2 };
	char name[TREE_NAME_SIZE];
	struct stat attributes;

	while (offset < INT32_MAX && !tree_entry(fid->place.node, offset, name, &attributes)) {
		bool is_folder = S_ISDIR(attributes.st_mode);

		if (QID + REST + strlen(name) > most - out->length)
			/* An empty answer would say that there are no more. */
			return out->length == P9_READ_HEADER ? EINVAL : 0;
		p9_put_qid(out, is_folder, attributes.st_ino);
		p9_put_u64(out, ++offset);
		p9_put_u8(out, is_folder ? DT_DIR : DT_REG);
		p9_put_text(out, name);
	}
	return 0;
}

int p9_on_readdir(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	uint64_t offset = p9_get_u64(in);
	uint32_t count = p9_get_u32(in);
	size_t most = connection->msize < out->size ? connection->msize : out->size;
	int error;

	if (!p9_in_ends(in))
		return EINVAL;
	if (!fid || !fid->is_open)
		return EBADF;
	if (!fid->place.is_folder)
		return ENOTDIR;
	if (count < most - P9_READ_HEADER)
		most = P9_READ_HEADER + count;
	p9_put_u32(out, 0);
	error = list(fid, offset, most, out);
	iof_put_u32(out->bytes + P9_HEADER, (uint32_t)(out->length - P9_READ_HEADER));
	return error;
}
