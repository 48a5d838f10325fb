/* SPDX-License-Identifier: MIT */
#include "p9_server.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int device(void *context, const struct iof_peer *peer, size_t index, char *name, size_t size)
{
	(void)context;
	(void)peer;
	if (index)
		return -ENOENT;
	(void)snprintf(name, size, "can0");
	return 0;
}

static const char *file(void *context, size_t index)
{
	static const char *const names[] = {"interface.idl", "status"};

	(void)context;
	return index < 2 ? names[index] : NULL;
}

static char *text(void *context, const struct iof_peer *peer, const char *of, const char *name, size_t *length)
{
	(void)context;
	(void)peer;
	(void)of;
	(void)name;
	*length = strlen(TEXT);
	return strdup(TEXT);
}

const struct iof_texts server_texts = {.device = device, .file = file, .text = text};

extern const struct iof_host_transport iof_host_transport_9p2000;

static struct iof_listener *listen_at(const char *address)
{
	struct iof_listener *listener;
	char reason[256] = "";

	if (iof_host_transport_9p2000.listen(address, &server_texts, &listener, reason, sizeof reason) < 0)
		fail_msg("%s", reason);
	return listener;
}

/* A client that has said nothing yet. */
struct server server_begin(void)
{
	struct server server;
	char address[32];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	(void)snprintf(address, sizeof address, "fd:%d", pair[0]);
	server.listener = listen_at(address);
	server.client = pair[1];
	return server;
}

struct server server_attached(uint32_t msize)
{
	struct server server = server_begin();

	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", msize, VERSION_L), 0);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", ROOT, NO_FID, "root", "", 0u), 0);
	return server;
}

void server_end(struct server server)
{
	(void)close(server.client);
	server.listener->ops->destroy(server.listener);
}

void server_has_hung_up(struct server server)
{
	assert_null(answer_wait(server.client));
	server_end(server);
}

int client_walk(int fd, uint32_t to, const char *folder, const char *name)
{
	if (!name)
		return p9_error_of(fd, TWALK, "ddws", ROOT, to, 1, folder);
	return p9_error_of(fd, TWALK, "ddwss", ROOT, to, 2, folder, name);
}

int client_open_fid(int fd, uint32_t fid, uint32_t flags)
{
	return p9_error_of(fd, TLOPEN, "dd", fid, flags);
}

/* A file of the session NAME. */
void client_open_session(int fd, uint32_t fid, const char *name)
{
	assert_int_equal(client_walk(fd, fid, NAME, name), 0);
	assert_int_equal(client_open_fid(fd, fid, O_RDWR), 0);
}

struct iof_link *server_accept_session(struct iof_listener *listener)
{
	struct iof_link *link;

	assert_true(iof_poll(listener->ops->descriptor(listener), POLLIN, 1000) & POLLIN);
	assert_int_equal(listener->ops->accept(listener, &link), 0);
	return link;
}
