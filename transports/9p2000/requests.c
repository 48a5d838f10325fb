/* SPDX-License-Identifier: MIT */
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <sys/uio.h>

/* A client that says its version begins anew. */
static int on_version(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	static const char version[] = "9P2000.L";
	uint32_t msize = p9_get_u32(in);
	struct p9_text wanted = p9_get_text(in);

	if (!p9_in_ends(in) || msize < P9_MSIZE_MIN)
		return EINVAL;
	p9_cancel_all(connection);
	p9_fids_clear(connection);
	connection->msize = msize < P9_MSIZE_MAX ? msize : P9_MSIZE_MAX;
	connection->has_version = p9_text_is(wanted, version);
	p9_put_u32(out, connection->msize);
	p9_put_text(out, connection->has_version ? version : "unknown");
	return 0;
}

/* What a client says about its users is not asked: the tree is its peer's, whose name it is. Nor is there more than one
 * tree to choose from. */
static int on_attach(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	uint32_t number = p9_get_u32(in), authenticated = p9_get_u32(in);
	struct p9_place root;
	int error;

	(void)p9_get_text(in); /* uname */
	(void)p9_get_text(in); /* aname */
	(void)p9_get_u32(in);  /* n_uname */
	if (!p9_in_ends(in) || authenticated != P9_NO_FID)
		return EINVAL;
	root = p9_place_of(tree_root(connection->tree));
	error = p9_fid_add(connection, number, root);
	if (!error)
		p9_put_qid(out, root.is_folder, root.path);
	return error;
}

static int on_flush(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	uint16_t tag = p9_get_u16(in);

	(void)out;
	if (!p9_in_ends(in))
		return EINVAL;
	p9_cancel(connection, tag);
	return 0;
}

static int on_fsync(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	const struct p9_fid *fid = p9_fid_find(connection, p9_get_u32(in));

	(void)out;
	if (in->bad)
		return EINVAL;
	return fid ? 0 : EBADF;
}

static int on_clunk(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	uint32_t number = p9_get_u32(in);

	(void)out;
	return p9_in_ends(in) ? p9_fid_remove(connection, number) : EINVAL;
}

/* Gives the fid up in any case. */
static int on_remove(struct p9_connection *connection, struct p9_in *in, struct p9_out *out)
{
	int error = on_clunk(connection, in, out);

	return error ? error : EPERM;
}

static const struct {
	p9_handler *handler;
	int error; /* where there is none */
} requests[128] = {
	[P9_STATFS] = {.handler = p9_on_statfs},
	[P9_LOPEN] = {.handler = p9_on_lopen},
	[P9_LCREATE] = {.error = EPERM},
	[P9_SYMLINK] = {.error = EPERM},
	[P9_MKNOD] = {.error = EPERM},
	[P9_RENAME] = {.error = EPERM},
	[P9_READLINK] = {.error = EINVAL},
	[P9_GETATTR] = {.handler = p9_on_getattr},
	[P9_SETATTR] = {.handler = p9_on_setattr},
	[P9_READDIR] = {.handler = p9_on_readdir},
	[P9_FSYNC] = {.handler = on_fsync},
	[P9_LINK] = {.error = EPERM},
	[P9_MKDIR] = {.error = EPERM},
	[P9_RENAMEAT] = {.error = EPERM},
	[P9_UNLINKAT] = {.error = EPERM},
	[P9_VERSION] = {.handler = on_version},
	[P9_AUTH] = {.error = ENOENT}, /* how clients are told that there is no need */
	[P9_ATTACH] = {.handler = on_attach},
	[P9_FLUSH] = {.handler = on_flush},
	[P9_WALK] = {.handler = p9_on_walk},
	[P9_READ] = {.handler = p9_on_read},
	[P9_WRITE] = {.handler = p9_on_write},
	[P9_CLUNK] = {.handler = on_clunk},
	[P9_REMOVE] = {.handler = on_remove},
};

static void send_answer(struct p9_connection *connection, const struct p9_in *in, struct p9_out *out, int error)
{
	struct iovec part = {.iov_base = out->bytes};
	uint8_t type = (uint8_t)(in->type + 1);

	if (error) {
		*out = p9_out(out->bytes, out->size);
		p9_put_u32(out, (uint32_t)error);
		type = P9_RLERROR;
	}
	p9_put_header(out->bytes, out->length, type, in->tag);
	part.iov_len = out->length;
	p9_send(connection, &part, 1);
}

bool p9_dispatch(struct p9_connection *connection, const uint8_t *bytes, size_t length)
{
	struct p9_in in = p9_in(bytes, length);
	struct p9_out out = p9_out(connection->answer, sizeof connection->answer);
	int error = EOPNOTSUPP;

	if (!connection->has_version && in.type != P9_VERSION)
		return false;
	if (in.type < sizeof requests / sizeof requests[0] && requests[in.type].handler)
		error = requests[in.type].handler(connection, &in, &out);
	else if (in.type < sizeof requests / sizeof requests[0] && requests[in.type].error)
		error = requests[in.type].error;
	if (error != P9_ANSWERED)
		send_answer(connection, &in, &out, error);
	return true;
}
