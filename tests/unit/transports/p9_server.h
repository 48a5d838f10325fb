/* SPDX-License-Identifier: MIT */
/* A 9P2000.L server with one device, can0, and one client of it. */
#ifndef IOFERRY_TESTS_P9_SERVER_H
#define IOFERRY_TESTS_P9_SERVER_H

#include "p9_client.h"
#include <ioferry/transport.h>

#define NAME      "0123456789abcdef0123456789abcdef" /* of a session */
#define TEXT      "what there is to read"            /* in each of the device's texts */
#define ROOT      0u
#define NO_FID    UINT32_MAX
#define SMALL     8192u
#define VERSION_L "9P2000.L"

struct server {
	struct iof_listener *listener;
	int client;
};

extern const struct iof_texts server_texts;

/** Its client has said nothing yet. */
struct server server_begin(void);
/** Its client has the root as fid ROOT. */
struct server server_attached(uint32_t msize);
void server_end(struct server server);
/** It does so within 5 s; ends it. */
void server_has_hung_up(struct server server);
/** The link of a session that a client has begun. */
struct iof_link *server_accept_session(struct iof_listener *listener);

/** From the root; @p name may be NULL. The errno of the answer. */
int client_walk(int fd, uint32_t to, const char *folder, const char *name);
int client_open_fid(int fd, uint32_t fid, uint32_t flags);
/** A file of the session NAME. */
void client_open_session(int fd, uint32_t fid, const char *name);

#endif
