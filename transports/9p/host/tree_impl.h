/* SPDX-License-Identifier: MIT */
/**
 * @file tree_impl.h
 * What the parts of the synthetic files share:
 *
 *     tree.c     life of a tree, sessions that wait to be accepted
 *     nodes.c    names: walk, list, stat
 *     opens.c    open files: texts, and which part of a session a read or write is for
 *     clock.c    deadlines of what is parked, ends of silent sessions
 *     folder.c   a session: its life, and the link that the host's engine has of it
 *     requests.c messages that a guest writes
 *     outgoing.c messages that the host sends, until they are acknowledged
 *     batches.c  events
 *     sessions.c a text about all of them
 *     ctl.c      orders, and the page of the state
 *
 * Locks, in the order in which they may be taken: tree->lock, folder->lock, tree->clock_lock.
 */
#ifndef IOFERRY_TRANSPORTS_9P_TREE_IMPL_H
#define IOFERRY_TRANSPORTS_9P_TREE_IMPL_H

#include "transports/9p/host/tree.h"
#include "transports/9p/layout.h"
#include <ioferry/wire.h>
#include <pthread.h>

#define FOLDERS_MAX     1024u /* sessions of a tree, those that are ending included */
#define PIECES_MAX      8u    /* messages of a session that arrive in pieces at the same time */
#define TAGS_WINDOW     4096u /* an older tag has been seen */
#define OUTGOING_LISTS  64u
#define OUTGOING_FACTOR 8u /* greatest messages that may wait for a guest to read or acknowledge */

enum node_kind { NODE_ROOT, NODE_DEVICE, NODE_TEXT, NODE_SESSIONS, NODE_SESSION, NODE_CALL, NODE_CTL, NODE_EVENTS };

/* tree->lock. A child holds a reference to its parent. */
struct tree_node {
	struct tree *tree;
	struct tree_node *parent, *children, *next, **link;
	enum node_kind kind;
	uint64_t references, number;
	struct folder *folder; /* NODE_SESSION: from the first open to the session's end */
	bool ended;            /* NODE_SESSION: it was, and there will be no other under this name */
	char name[];
};

struct tree {
	pthread_mutex_t lock;
	uint64_t references; /* the owner's, and one for each node and folder */
	bool ended;
	const struct iof_texts *texts;
	struct iof_peer peer;
	struct tree_node *root;
	uint64_t numbers; /* of nodes */
	unsigned n_sessions;
	struct folder *folders, *accepted_first, **accepted_last;
	int event; /* eventfd: sessions that wait to be accepted */

	pthread_mutex_t clock_lock;
	pthread_cond_t clock_called;
	pthread_t clock;
	uint64_t clock_next_ms;
	bool clock_ends;
	_Atomic unsigned parked, grace_ms;
};

struct tree_open {
	struct tree_node *node;
	struct folder *folder; /* NULL: a text */
	char *text;
	size_t length;
};

/* A message from the guest. */
struct incoming {
	struct incoming *next;
	uint64_t slot; /* while in pieces */
	uint32_t length, arrived;
	_Alignas(8) uint8_t bytes[];
};

enum outgoing_state {
	OUTGOING_RUNNING, /* not made yet; who asks for it first may wait a little */
	OUTGOING_LATE,    /* not made yet, and for a batch when it is */
	OUTGOING_READY,   /* to be read by its tag */
	OUTGOING_BATCHED, /* in a batch, or for the next */
	OUTGOING_TOLD,    /* the answer to the write was all there was to say */
};

/* A reply that is on its way, or an event. */
struct outgoing {
	struct outgoing *next;         /* of the list by tag */
	struct outgoing *next_batch;   /* of what waits for a batch */
	struct outgoing *next_unacked; /* in the order of host_seq */
	enum outgoing_state state;
	uint64_t tag, host_seq, guest_seq;
	struct tree_request *asker; /* a write of the request, or a read of the reply, that is parked */
	bool asker_reads;
	uint32_t length;
	uint8_t *bytes;
};

struct folder {
	struct iof_link base;
	struct tree *tree;
	struct tree_node *node;       /* reference, until the session is over */
	struct folder *next, **link;  /* tree->lock */
	struct folder *next_accepted; /* tree->lock */
	uint64_t references;          /* tree->lock: the link and each open */
	unsigned opens;               /* tree->lock */
	bool dead;                    /* tree->lock and lock; reading needs one */

	pthread_mutex_t lock;
	pthread_cond_t arrived;
	uint64_t heard_ms;
	bool leaving; /* the guest has said goodbye */
	uint64_t mode;
	uint32_t message_max; /* atomic */

	struct incoming *inbox, **inbox_last;
	struct incoming *pieces;
	unsigned n_pieces;
	uint64_t tag_high, tags[TAGS_WINDOW / 64];

	struct outgoing *by_tag[OUTGOING_LISTS];
	struct outgoing *unacked, **unacked_last;
	struct outgoing *batching, **batching_last;
	size_t outgoing_bytes;
	uint64_t guest_seq, acked;

	struct tree_request *waiting; /* a read of events that is parked */
	struct tree_request *probing; /* a read of the state that is parked */
	uint64_t batch;
	uint32_t batch_length;
	uint8_t batch_bytes[FOLDER_BATCH_STRIDE];

	uint64_t states_read, frames;
	uint64_t call_writes, call_reads, event_reads;
};

uint64_t tree_now_ms(void);

/* sessions.c */
/* The text, for the caller to free; NULL: no memory. No lock is held. */
char *sessions_text(struct tree *tree, size_t *length);

/* tree.c; tree->lock is held. */
void tree_announce_locked(struct tree *tree, struct folder *folder);
/* Frees the tree with the last reference; unlocks it in any case. */
void tree_unlock_put(struct tree *tree, uint64_t times);

/* nodes.c; tree->lock is held. */
struct tree_node *node_make_locked(struct tree *tree, struct tree_node *parent, enum node_kind kind, const char *name);
/* The references to the tree that went with it. */
uint64_t node_put_locked(struct tree_node *node, uint64_t times);

/* clock.c */
int clock_start(struct tree *tree);
void clock_stop(struct tree *tree);
/* Something is parked until then. With any lock held. */
void clock_note(struct tree *tree, uint64_t until_ms);

/* folder.c */
/* Opens the session of a node of kind NODE_SESSION, which begins with the first. tree->lock is held. */
int folder_open_locked(struct tree_node *node, struct folder **result);
void folder_close(struct folder *folder, const struct tree_open *open);
/* Ends the session; no lock is held. */
void folder_shutdown(struct folder *folder);
void folder_shutdown_locked(struct folder *folder); /* tree->lock is held */
/* Parks a request in its place, which is empty, until then. folder->lock is held. */
void folder_park(struct folder *folder, struct tree_request **place, struct tree_request *request, uint64_t for_ms);
/* Takes what is parked there out; NULL: nothing is. folder->lock is held. */
struct tree_request *folder_unpark(struct tree_request **place);
void folder_answer(struct tree_request *request, int error, size_t total);
/* Answers a read with these bytes from @p from on, padded with zeros. */
void folder_answer_padded(struct tree_request *request, const uint8_t *bytes, size_t length, size_t from);
/* What has waited long enough; gives when there is more. folder->lock is held. */
uint64_t folder_tick(struct folder *folder, uint64_t now_ms);

/* requests.c; folder->lock is held. */
void requests_write(struct folder *folder, uint64_t offset, const uint8_t *bytes, size_t size,
		    struct tree_request *request);
/* A request that came to ctl: nobody waits for its reply. 0 or a positive errno. */
int requests_take(struct folder *folder, const uint8_t *bytes, uint32_t length);
void requests_free(struct folder *folder);

/* outgoing.c; folder->lock is held, but for outgoing_send(). */
int outgoing_send(struct iof_link *link, const struct iovec *parts, int n_parts);
struct outgoing *outgoing_find(const struct folder *folder, uint64_t tag);
/* The reply that a slot of call is for, or NULL. */
struct outgoing *outgoing_of_slot(const struct folder *folder, uint64_t slot);
/* A reply that will be made. NULL: no memory. */
struct outgoing *outgoing_expect(struct folder *folder, uint64_t tag);
/* Takes the guest's ack of a message, and gives the host's. */
uint64_t outgoing_ack(struct folder *folder, uint64_t guest_ack);
/* Answers the write of a request by what became of the call so far. */
void outgoing_answer_write(struct outgoing *outgoing, struct tree_request *request);
void outgoing_read(struct folder *folder, uint64_t slot, size_t from, struct tree_request *request);
void outgoing_tick(struct folder *folder, uint64_t now_ms, uint64_t *next_ms);
void outgoing_free(struct folder *folder);
/* Frees an entry that no other list has. */
void outgoing_forget(struct folder *folder, struct outgoing *outgoing);
/* Answers all that is parked here, or that of one open. */
void outgoing_drop_askers(struct folder *folder, const struct tree_open *open, int error);

/* batches.c; folder->lock is held. */
void batches_add(struct folder *folder, struct outgoing *outgoing);
void batches_read(struct folder *folder, uint64_t offset, struct tree_request *request);
void batches_wake(struct folder *folder, uint32_t flags);

/* ctl.c; folder->lock is held. */
void ctl_write(struct folder *folder, const uint8_t *bytes, size_t size, struct tree_request *request);
void ctl_read(struct folder *folder, uint64_t offset, struct tree_request *request);
void ctl_tell(struct folder *folder, struct tree_request *request);

#endif
