/* SPDX-License-Identifier: MIT */
/* Opening, reading and writing. Reads and writes are the tree's to answer. */
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <fcntl.h>

int p9_on_lopen(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	uint32_t access = p9_get_u32(in) & O_ACCMODE;
	int error;

	if (!p9_in_ends(in))
		return EINVAL;
	if (!fid)
		return EBADF;
	if (fid->is_open || access == O_ACCMODE)
		return EINVAL;
	if (fid->place.is_folder)
		error = access == O_RDONLY ? 0 : -EISDIR;
	else
		error = tree_open(fid->place.node, (int)access, &fid->open);
	if (error)
		return -error;
	fid->is_open = true;
	fid->access = access;
	p9_put_qid(out, fid->place.is_folder, fid->place.path);
	p9_put_u32(out, 0); /* iounit: as much as a message holds */
	return 0;
}

/* Whether a fid can be read or written, which @p not tells the opposite of. 0 or a positive errno. */
static int check(const struct p9_fid *fid, uint32_t not )
{
	if (!fid || !fid->is_open)
		return EBADF;
	if (fid->place.is_folder)
		return EISDIR;
	return fid->access == not ? EBADF : 0;
}

int p9_on_read(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	uint64_t offset = p9_get_u64(in);
	uint32_t count = p9_get_u32(in), most = connection->msize - P9_READ_HEADER;
	int error = p9_in_ends(in) ? check(fid, O_WRONLY) : EINVAL;

	(void)out;
	if (error)
		return error;
	if (count > most)
		count = most;
	tree_read(fid->open, offset, count, p9_ask(connection, in, P9_READ_HEADER + count));
	return P9_ANSWERED;
}

int p9_on_write(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	uint64_t offset = p9_get_u64(in);
	uint32_t length;
	const uint8_t *bytes = p9_get_data(in, &length);
	int error = p9_in_ends(in) ? check(fid, O_RDONLY) : EINVAL;

	(void)out;
	if (error)
		return error;
	tree_write(fid->open, offset, bytes, length, p9_ask(connection, in, P9_READ_HEADER));
	return P9_ANSWERED;
}
