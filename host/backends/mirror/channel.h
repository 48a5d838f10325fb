/* SPDX-License-Identifier: MIT */
/**
 * @file channel.h
 * What a conformance test tells the mirror beside the calls, over a stream socket of its own: which case comes next on
 * which device, and how it went. Each message is a question with one answer. Of a case it says what it is made of,
 * never a byte of it.
 *
 * One connection is used by one thread.
 */
#ifndef IOFERRY_HOST_MIRROR_CHANNEL_H
#define IOFERRY_HOST_MIRROR_CHANNEL_H

#include "host/backends/mirror/call.h"

/** Devices of a mirror, "mirror0" ...; a call is known by its device, so each carries one at a time. */
enum { MIRROR_DEVICES = 8 };

enum mirror_question {
	MIRROR_EXPECT = 1, /**< the case of the device's next call */
	MIRROR_ENTERED,    /**< waits until a call is in the driver; not for ever */
	MIRROR_VERDICT,    /**< what came since MIRROR_EXPECT */
	MIRROR_READY,      /**< revents that poll() reports from now on; whoever waits for them is told */
};

struct mirror_message {
	uint32_t question; /**< enum mirror_question */
	uint32_t device;
	uint32_t revents;
	struct plan_case made_of;
};

struct mirror_answer {
	uint32_t calls;  /**< since MIRROR_EXPECT */
	char wrong[256]; /**< "": each was as the case says */
};

/** Asks. 0; -ENODEV: the mirror is gone. */
int mirror_ask(int fd, const struct mirror_message *message, struct mirror_answer *answer);
/** The other side: 0; -ENODEV: the connection has ended. */
int mirror_receive(int fd, struct mirror_message *message);
int mirror_reply(int fd, const struct mirror_answer *answer);

#endif
