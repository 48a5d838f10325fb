/* SPDX-License-Identifier: MIT */
/**
 * @file fake_link.h
 * A link whose messages are an input, and whose own go nowhere.
 *
 * An input is a list of messages: u8 hints, u16 length of the message, the message. The length within the message is
 * made right unless hints say otherwise (FAKE_LINK_LENGTH); its owner may make other fields right before it is
 * delivered. After the last message the other side is gone.
 */
#ifndef FAKE_LINK_H
#define FAKE_LINK_H

#include "fuzz.h"
#include <ioferry/transport.h>

enum fake_link_hints {
	FAKE_LINK_LENGTH = 1, /* the message's own length stays */
	FAKE_LINK_TAG = 2,    /* and its tag */
	FAKE_LINK_ACK = 4,    /* and its ack, or seq */
};

struct fake_link {
	struct iof_link base;
	struct iof_peer peer;
	struct fuzz_input input;
	size_t least; /* bytes of a message: the framing lets no shorter one through */
	/** Runs before a message is delivered. */
	void (*repair)(struct fake_link *link, unsigned hints, uint8_t *bytes, size_t length);
	/** Runs for each message that is sent: its header, and what follows. */
	void (*sent)(struct fake_link *link, const struct iovec *parts, int n_parts);
	void (*destroyed)(struct fake_link *link); /**< last; may free the link */
	void *context;
	int ready; /* always readable */
	bool down; /* atomic */
};

/** Fills @p link in; its callbacks may then be set. */
void fake_link_init(struct fake_link *link, struct fuzz_input input, size_t least);
/** Frees what fake_link_init() took; for destroyed(). */
void fake_link_clear(struct fake_link *link);

#endif
