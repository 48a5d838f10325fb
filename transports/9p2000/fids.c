/* SPDX-License-Identifier: MIT */
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <stdlib.h>

struct p9_place p9_place_of(struct tree_node *node)
{
	struct stat attributes;

	tree_stat(node, &attributes);
	return (struct p9_place){.node = node, .is_folder = S_ISDIR(attributes.st_mode), .path = attributes.st_ino};
}

static struct p9_fid **link_of(struct p9_connection *connection, uint32_t number)
{
	struct p9_fid **link = &connection->fids[number % P9_FID_LISTS];

	while (*link && (*link)->number != number)
		link = &(*link)->next;
	return link;
}

struct p9_fid *p9_fid_find(const struct p9_connection *connection, uint32_t number)
{
	struct p9_fid *fid = connection->fids[number % P9_FID_LISTS];

	while (fid && fid->number != number)
		fid = fid->next;
	return fid;
}

int p9_fid_add(struct p9_connection *connection, uint32_t number, struct p9_place place)
{
	struct p9_fid **link = link_of(connection, number), *fid = NULL;
	int error = 0;

	if (number == P9_NO_FID || *link)
		error = EINVAL;
	else if (connection->n_fids == P9_FIDS_MAX)
		error = EMFILE;
	else if (!(fid = calloc(1, sizeof *fid)))
		error = ENOMEM;
	if (error) {
		tree_node_put(place.node, 1);
		return error;
	}
	fid->number = number;
	fid->place = place;
	connection->n_fids++;
	*link = fid;
	return 0;
}

static void remove_at(struct p9_connection *connection, struct p9_fid **link)
{
	struct p9_fid *fid = *link;

	*link = fid->next;
	connection->n_fids--;
	if (fid->open)
		tree_close(fid->open);
	tree_node_put(fid->place.node, 1);
	free(fid);
}

int p9_fid_remove(struct p9_connection *connection, uint32_t number)
{
	struct p9_fid **link = link_of(connection, number);

	if (!*link)
		return EBADF;
	remove_at(connection, link);
	return 0;
}

void p9_fids_clear(struct p9_connection *connection)
{
	for (unsigned i = 0; i < P9_FID_LISTS; i++)
		while (connection->fids[i])
			remove_at(connection, &connection->fids[i]);
}
