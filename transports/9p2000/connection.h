/* SPDX-License-Identifier: MIT */
/**
 * @file connection.h
 * One client of the 9P2000.L server. It has a tree of its own, whose sessions end with it.
 *
 *     connection.c  its thread: reads, and waits for room
 *     requests.c    which request is answered by whom, and those that have nowhere else to be
 *     folders.c, files.c, attributes.c   requests about these
 *     fids.c        the client's names for what it has
 *     answers.c     what is sent, requests that are with the tree, and what the socket does not take
 */
#ifndef IOFERRY_TRANSPORTS_9P2000_CONNECTION_H
#define IOFERRY_TRANSPORTS_9P2000_CONNECTION_H

#include "transports/9p/host/tree.h"
#include "transports/9p2000/message.h"
#include <pthread.h>

#define P9_MSIZE_FIRST  8192u /* until the client has said what it takes */
#define P9_MSIZE_MIN    4096u
#define P9_MSIZE_MAX    (1u << 20)
#define P9_FIDS_MAX     1024u
#define P9_REQUESTS_MAX 256u       /* that are with the tree */
#define P9_ANSWERS_MAX  (4u << 20) /* bytes that are kept or promised. Above, and one message, nothing is read. */
#define P9_FID_LISTS    64u

struct p9_connection;

/* Where a fid is. */
struct p9_place {
	struct tree_node *node;
	bool is_folder;
	uint64_t path; /* of the qid */
};

struct p9_fid {
	struct p9_fid *next;
	uint32_t number;
	struct p9_place place;
	bool is_open;
	uint32_t access;        /* as it was opened: O_RDONLY, O_WRONLY, O_RDWR */
	struct tree_open *open; /* of a file that is open */
};

/* A read or write that is with the tree. */
struct p9_request {
	struct tree_request base;
	struct p9_connection *connection;
	struct p9_request *next, **link;
	uint8_t type;
	uint16_t tag;
	uint32_t promised;
};

/* The end of an answer that the socket did not take. */
struct p9_kept {
	struct p9_kept *next;
	size_t length, sent;
	uint8_t bytes[];
};

struct p9_connection {
	int fd, wake; /* wake: eventfd */
	bool is_socket, is_tcp;
	struct tree *tree;

	/* The serving thread's. */
	bool has_version;
	uint32_t msize;
	uint8_t *buffer; /* [start, fill) has arrived and is not answered */
	size_t size, start, fill;
	struct p9_fid *fids[P9_FID_LISTS];
	unsigned n_fids;
	uint8_t answer[P9_MSIZE_FIRST];

	/* The lock comes after the tree's: answers are made under those. */
	pthread_mutex_t lock;
	bool ended;
	bool held; /* the serving thread waits for answers to leave */
	struct p9_request requests[P9_REQUESTS_MAX];
	struct p9_request *free, *asked; /* taken by the serving thread only */
	size_t answer_bytes;             /* kept and promised */
	struct p9_kept *kept, **kept_last;
};

/** Owns @p fd from then on (even on failure). @p texts and @p peer: see tree_create(). 0 or negative errno. */
int p9_connection_create(int fd, const struct iof_texts *texts, const struct iof_peer *peer,
			 struct p9_connection **connection);
/** Serves until the client has gone, is wrong, or p9_connection_stop() is called. */
void p9_connection_serve(struct p9_connection *connection);
/** Any thread; without effect where it is served no more. */
void p9_connection_stop(struct p9_connection *connection);
/** Served no more. Ends its sessions. */
void p9_connection_destroy(struct p9_connection *connection);

/* answers.c; the lock is not held. */
/* Sends a whole message, or keeps what does not fit. */
void p9_send(struct p9_connection *connection, const struct iovec *parts, int n_parts);
/* Sends what is kept, as far as it goes. */
void p9_flush(struct p9_connection *connection);
bool p9_has_kept(struct p9_connection *connection);
/* Whether requests are with the tree. */
bool p9_has_asked(struct p9_connection *connection);
/* Whether the client has to take answers before another request is. The wake descriptor then tells of each that left.
 */
bool p9_is_held(struct p9_connection *connection);
/* A request for the tree, whose done() answers it. Not while p9_is_held(). */
struct tree_request *p9_ask(struct p9_connection *connection, const struct p9_in *in, uint32_t answer_length);
/* The request with that tag gets no answer any more, unless it has it. */
void p9_cancel(struct p9_connection *connection, uint16_t tag);
void p9_cancel_all(struct p9_connection *connection);

/* fids.c */
struct p9_place p9_place_of(struct tree_node *node);
struct p9_fid *p9_fid_find(const struct p9_connection *connection, uint32_t number);
/* Takes the place's node over, even on failure. 0 or a positive errno. */
int p9_fid_add(struct p9_connection *connection, uint32_t number, struct p9_place place);
/* 0 or EBADF */
int p9_fid_remove(struct p9_connection *connection, uint32_t number);
void p9_fids_clear(struct p9_connection *connection);

/* requests.c */
/* Answers a request, now or later. False: this is no client of 9P. */
bool p9_dispatch(struct p9_connection *connection, const uint8_t *bytes, size_t length);

/* 0: the answer is in @p out; a positive errno; or this: it is, or will be, sent by another way. */
#define P9_ANSWERED (-1)
typedef int p9_handler(struct p9_connection *connection, struct p9_in *in, struct p9_out *out);
p9_handler p9_on_walk, p9_on_readdir;                  /* folders.c */
p9_handler p9_on_lopen, p9_on_read, p9_on_write;       /* files.c */
p9_handler p9_on_getattr, p9_on_setattr, p9_on_statfs; /* attributes.c */

#endif
