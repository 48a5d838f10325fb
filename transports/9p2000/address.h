/* SPDX-License-Identifier: MIT */
/* Where clients come from: unix:/path, tcp:127.0.0.1:5640, vsock:any:5640, fd:3. */
#ifndef IOFERRY_TRANSPORTS_9P2000_ADDRESS_H
#define IOFERRY_TRANSPORTS_9P2000_ADDRESS_H

#include "transports/stream/stream.h"

#define P9_ADDRESS_HELP "9p2000:unix:/path, 9p2000:tcp:127.0.0.1:port, 9p2000:vsock:any:port or 9p2000:fd:number"

int p9_address_check(const char *address, char *reason, size_t reason_size);

struct p9_source {
	int fd;
	bool is_client;                /* fd: the one client there is */
	const char *path;              /* unix; within the address */
	iof_stream_identify *identify; /* of who connects, or of that client */
};

/** Listens, or takes the descriptor over. 0 or negative errno; @p reason gets a sentence. */
int p9_address_open(const char *address, struct p9_source *source, char *reason, size_t reason_size);

#endif
