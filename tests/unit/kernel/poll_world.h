/* SPDX-License-Identifier: MIT */
/*
 * The readiness of one open file of ioferry-cuse, with the kernel and the host played by the test (the linker's
 * --wrap): answers, events and signals come in the order that a test wants.
 */
#ifndef CUSE_POLL_WORLD_H
#define CUSE_POLL_WORLD_H

#include "guest/kernel/front.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include <cmocka.h>

#define IN       ((uint32_t)(POLLIN | POLLRDNORM))
#define OUT      ((uint32_t)(POLLOUT | POLLWRNORM))
#define QUEUE    64
#define NO_REPLY 0xffffffffu
#define TRANSFER 10 /* bytes of each read() and write() */

/* What was sent to the host, and is not answered. */
struct question {
	struct iof_call *call;
	uint16_t op;
	uint32_t events;
	bool arm, evaluated;
	struct iof_reply answer;
};

/* Somebody in poll() or epoll_wait(), as the kernel knows him. */
struct poller {
	uint32_t reply; /* to his last look; NO_REPLY: none yet */
};

struct world {
	struct front front;
	struct node node;
	struct file *file;
	struct question questions[QUEUE];
	unsigned n_questions;
	unsigned wakes; /* notifications to the kernel */
	unsigned handles;
	int submit_error;
	/* The host: what is ready, what it will tell of, and what it has told of; that is on its way. */
	uint32_t ready, armed, event;
};

extern struct world world;
extern const struct iof_type world_record;

int world_setup(void **state);
int world_teardown(void **state);

/* The kernel asks for a poller; as always when somebody is in the file's wait queue, to be notified. */
void world_look(struct poller *poller, uint32_t events);
/* A signal comes to the caller of the last question, and the host does not answer in time. */
void world_interrupt(struct poller *poller);
/* A read() or write(), sent. */
struct call *world_transfer(fuse_req_t req, bool write, call_finish *finish);

/* The host looks at a question. The least that one does: the last that arms counts, and only if nothing of it is ready.
 */
void world_evaluate(struct question *question);
void world_become_ready(uint32_t events);
/* The answer arrives. */
void world_deliver(unsigned index);
void world_deliver_event(void);
/* All that is on its way. */
void world_settle(void);

#endif
