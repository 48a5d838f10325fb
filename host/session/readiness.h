/* SPDX-License-Identifier: MIT */
/**
 * @file readiness.h
 * Who is told when an open becomes ready. A guest's poll may arm one event; arms of a handle add up until an event
 * comes, and each of them is kept, whatever other questions about the same open are on their way.
 */
#ifndef IOFERRY_HOST_READINESS_H
#define IOFERRY_HOST_READINESS_H

#include <ioferry/wire.h>

struct open_file;
struct poll_question;

/** Somebody who waits for readiness of an open; a member of the handle that polls. All but the last two fields:
 *  open->poll_lock. */
struct poll_waiter {
	struct open_file *open; /**< NULL: in no list */
	struct poll_waiter *next, **link;
	iof_handle handle;
	uint32_t promised; /**< events of questions whose answer was that an event will come */
	struct poll_question *questions;
	/** Runs with the open locked, in any thread; may not wait, may not call a backend. */
	void (*fire)(struct poll_waiter *waiter, uint32_t revents);
	void *context;
};

/** An armed poll that is not answered yet; lives from poll_ask() to poll_answered(). open->poll_lock. */
struct poll_question {
	struct poll_waiter *waiter; /**< NULL: its handle has been closed, or it needs no event */
	struct poll_question *next, **link;
	uint32_t events; /**< those that are always reported among them */
	uint32_t early;  /**< what fired before the answer was sent */
};

void poll_add_waiter(struct open_file *open, struct poll_waiter *waiter, iof_handle handle);
void poll_remove_waiter(struct poll_waiter *waiter);

/** Begins an armed poll. @p waiter is in a list, and the caller sees to it that it stays there meanwhile. */
void poll_ask(struct poll_waiter *waiter, struct poll_question *question, uint32_t events);
/**
 * Readiness now. Calls the backend.
 * @param question of poll_ask(): its waiter fires once, later, if nothing is ready. NULL: it is not armed.
 * @return POLLNVAL for a question whose handle was closed.
 */
uint32_t poll_readiness(struct open_file *open, uint32_t events, struct poll_question *question);
/**
 * The reply of an armed poll is sent. Until then its waiter does not fire for it: an event that overtook the answer
 * "nothing is ready, you will be told" would leave the guest waiting for a second one.
 */
void poll_answered(struct open_file *open, struct poll_question *question);

#endif
