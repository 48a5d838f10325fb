/* SPDX-License-Identifier: MIT */
#include "host/session/readiness.h"

#include "host/session/opens.h"

#include <poll.h>
#include <stddef.h>

#define ALWAYS_REPORTED ((uint32_t)(POLLERR | POLLHUP | POLLNVAL))
#define ANY_EVENT       UINT32_MAX

void poll_add_waiter(struct open_file *open, struct poll_waiter *waiter, iof_handle handle)
{
	(void)pthread_mutex_lock(&open->poll_lock);
	waiter->open = open;
	waiter->handle = handle;
	waiter->promised = 0;
	waiter->questions = NULL;
	waiter->next = open->waiters;
	waiter->link = &open->waiters;
	if (waiter->next)
		waiter->next->link = &waiter->next;
	open->waiters = waiter;
	(void)pthread_mutex_unlock(&open->poll_lock);
}

/* poll_lock is held. */
static void drop_question(struct poll_question *question)
{
	*question->link = question->next;
	if (question->next)
		question->next->link = question->link;
	question->waiter = NULL;
}

void poll_remove_waiter(struct poll_waiter *waiter)
{
	struct open_file *open = waiter->open;

	(void)pthread_mutex_lock(&open->poll_lock);
	while (waiter->questions)
		drop_question(waiter->questions);
	*waiter->link = waiter->next;
	if (waiter->next)
		waiter->next->link = waiter->link;
	waiter->open = NULL;
	(void)pthread_mutex_unlock(&open->poll_lock);
}

void poll_ask(struct poll_waiter *waiter, struct poll_question *question, uint32_t events)
{
	struct open_file *open = waiter->open;

	*question = (struct poll_question){.waiter = waiter, .events = events | ALWAYS_REPORTED};
	(void)pthread_mutex_lock(&open->poll_lock);
	question->next = waiter->questions;
	question->link = &waiter->questions;
	if (question->next)
		question->next->link = &question->next;
	waiter->questions = question;
	(void)pthread_mutex_unlock(&open->poll_lock);
}

void poll_answered(struct open_file *open, struct poll_question *question)
{
	struct poll_waiter *waiter;

	(void)pthread_mutex_lock(&open->poll_lock);
	waiter = question->waiter;
	if (waiter) {
		drop_question(question);
		if (question->early)
			waiter->fire(waiter, question->early);
		else
			waiter->promised |= question->events;
	}
	(void)pthread_mutex_unlock(&open->poll_lock);
}

/* Tells those who wait for any of @p events. poll_lock is held. */
static void tell(struct open_file *open, uint32_t events, uint32_t revents)
{
	for (struct poll_waiter *waiter = open->waiters; waiter; waiter = waiter->next) {
		if (waiter->promised & events) {
			waiter->promised = 0;
			waiter->fire(waiter, revents);
		}
		for (struct poll_question *each = waiter->questions; each; each = each->next)
			if (each->events & events)
				each->early |= revents;
	}
}

/* The backend's one notification is used up, so everybody is told. Spurious for those who wait for other events: they
 * poll again. */
static void notified(void *context, uint32_t revents)
{
	struct open_file *open = context;

	(void)pthread_mutex_lock(&open->poll_lock);
	tell(open, ANY_EVENT, revents);
	(void)pthread_mutex_unlock(&open->poll_lock);
}

/* Events that somebody has still to be told of. poll_lock is held. */
static uint32_t awaited(const struct open_file *open)
{
	uint32_t events = 0;

	for (const struct poll_waiter *waiter = open->waiters; waiter; waiter = waiter->next) {
		events |= waiter->promised;
		for (const struct poll_question *each = waiter->questions; each; each = each->next)
			events |= each->early ? 0 : each->events;
	}
	return events;
}

/* Whether there is something to ask the backend for, and then what; a backend remembers one notification an open, so it
 * is asked for what all wait for. */
static bool is_open(struct open_file *open, const struct poll_question *question, uint32_t *all)
{
	bool yes;

	(void)pthread_mutex_lock(&open->poll_lock);
	yes = question->waiter && !question->early;
	*all = awaited(open);
	(void)pthread_mutex_unlock(&open->poll_lock);
	return yes;
}

/* Something is ready. What of it answers the question, which then needs no event; else others are told. */
static uint32_t settle(struct open_file *open, struct poll_question *question, uint32_t ready)
{
	uint32_t ours = ready & question->events;

	(void)pthread_mutex_lock(&open->poll_lock);
	if (!ours)
		tell(open, ready, ready);
	else if (question->waiter)
		drop_question(question);
	(void)pthread_mutex_unlock(&open->poll_lock);
	return ours;
}

static uint32_t ask_backend(struct open_file *open, struct poll_question *question)
{
	const struct host_backend *backend = open->device->backend_device->backend;
	uint32_t all, ours = 0;

	while (!ours && is_open(open, question, &all)) {
		uint32_t ready = backend->poll(open->file, all, notified, open);

		if (!ready)
			return 0;
		ours = settle(open, question, ready);
	}
	return ours;
}

uint32_t poll_readiness(struct open_file *open, uint32_t events, struct poll_question *question)
{
	const struct host_backend *backend = open->device->backend_device->backend;
	uint32_t ready;
	bool closed;

	if (!question)
		return backend->poll(open->file, events, NULL, NULL) & (events | ALWAYS_REPORTED);
	/* One at a time: of two, the one that knew less could be the last to set the backend's notification. */
	(void)pthread_mutex_lock(&open->arm_lock);
	ready = ask_backend(open, question);
	(void)pthread_mutex_lock(&open->poll_lock);
	closed = !ready && !question->waiter;
	(void)pthread_mutex_unlock(&open->poll_lock);
	(void)pthread_mutex_unlock(&open->arm_lock);
	return closed ? POLLNVAL : ready;
}
