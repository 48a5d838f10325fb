/* SPDX-License-Identifier: MIT */
/* What files and the file system are like. */
#include "transports/9p2000/connection.h"
#include <errno.h>

int p9_on_getattr(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	enum { BASIC = 0x7ff, TIMES = 4, REST = 2 };
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	struct stat attributes;

	(void)p9_get_u64(in); /* what is asked for: it costs nothing to tell all */
	if (!p9_in_ends(in))
		return EINVAL;
	if (!fid)
		return EBADF;
	tree_stat(fid->place.node, &attributes);
	p9_put_u64(out, BASIC);
	p9_put_qid(out, fid->place.is_folder, fid->place.path);
	p9_put_u32(out, attributes.st_mode);
	p9_put_u32(out, attributes.st_uid);
	p9_put_u32(out, attributes.st_gid);
	p9_put_u64(out, attributes.st_nlink);
	p9_put_u64(out, attributes.st_rdev);
	p9_put_u64(out, (uint64_t)attributes.st_size);
	p9_put_u64(out, 4096); /* of a block */
	p9_put_u64(out, 0);    /* blocks */
	for (int i = 0; i < 2 * TIMES + REST; i++)
		p9_put_u64(out, 0);
	return 0;
}

/* Who truncates a file or changes its times means no harm, and nothing changes. Owners and modes are not theirs. */
int p9_on_setattr(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	enum { MODE = 1, UID = 2, GID = 4 };
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));
	uint32_t valid = p9_get_u32(in);

	(void)out;
	for (int i = 0; i < 3; i++)
		(void)p9_get_u32(in); /* mode, uid, gid */
	for (int i = 0; i < 5; i++)
		(void)p9_get_u64(in); /* size, times */
	if (!p9_in_ends(in))
		return EINVAL;
	if (!fid)
		return EBADF;
	return valid & (MODE | UID | GID) ? EPERM : 0;
}

int p9_on_statfs(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	enum { TYPE = 0x01021997, BLOCK_SIZE = 4096, COUNTS = 6 };
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));

	if (!p9_in_ends(in))
		return EINVAL;
	if (!fid)
		return EBADF;
	p9_put_u32(out, TYPE);
	p9_put_u32(out, BLOCK_SIZE);
	for (int i = 0; i < COUNTS; i++)
		p9_put_u64(out, 0); /* of blocks and files, and the file system's number */
	p9_put_u32(out, TREE_NAME_SIZE - 1);
	return 0;
}
