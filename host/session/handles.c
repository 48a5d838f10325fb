/* SPDX-License-Identifier: MIT */
#include "host/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

static iof_handle id_of(const struct session *session, const struct handle *handle)
{
	return (iof_handle)handle->generation << 32 | (uint32_t)(handle - session->handles + 1);
}

/* May run in any thread and with a backend's locks held: only sends. */
static void push_event(struct poll_waiter *waiter, uint32_t revents)
{
	session_push(waiter->context, waiter->handle, revents);
}

int handles_create(struct session *session)
{
	uint32_t first;

	session->handles = calloc(session->limits.handles, sizeof(*session->handles));
	if (!session->handles)
		return -ENOMEM;
	/* A random start: a handle of an earlier session must name nothing in this one. */
	if (getrandom(&first, sizeof(first), 0) != (ssize_t)sizeof(first))
		return -EIO;
	for (unsigned i = 0; i < session->limits.handles; i++) {
		session->handles[i].generation = first;
		session->handles[i].waiter.fire = push_event;
		session->handles[i].waiter.context = session;
	}
	return 0;
}

int handle_reserve(struct session *session, struct handle **handle)
{
	int error = -EMFILE;

	(void)pthread_mutex_lock(&session->lock);
	for (unsigned i = 0; i < session->limits.handles && error; i++) {
		struct handle *each = &session->handles[i];

		if (each->open || each->reserved)
			continue;
		each->reserved = true;
		*handle = each;
		error = 0;
	}
	(void)pthread_mutex_unlock(&session->lock);
	return error;
}

iof_handle handle_fill(struct session *session, struct handle *handle, struct open_file *open)
{
	iof_handle id = 0;

	(void)pthread_mutex_lock(&session->lock);
	handle->reserved = false;
	if (!atomic_load(&session->ended)) {
		handle->generation++;
		handle->open = open;
		handle->since_ms = clock_ms();
		id = id_of(session, handle);
		poll_add_waiter(open, &handle->waiter, id);
	}
	(void)pthread_mutex_unlock(&session->lock);
	return id;
}

void handle_unreserve(struct session *session, struct handle *handle)
{
	(void)pthread_mutex_lock(&session->lock);
	handle->reserved = false;
	(void)pthread_mutex_unlock(&session->lock);
}

/* session->lock is held. */
static struct handle *find(struct session *session, iof_handle id)
{
	uint32_t place = (uint32_t)id;
	struct handle *handle;

	if (place == 0 || place > session->limits.handles)
		return NULL;
	handle = &session->handles[place - 1];
	return handle->open && handle->generation == id >> 32 ? handle : NULL;
}

/* session->lock is held. */
static struct open_file *take(struct handle *handle)
{
	struct open_file *open = handle->open;

	poll_remove_waiter(&handle->waiter);
	handle->open = NULL;
	return open;
}

struct open_file *handle_get(struct session *session, iof_handle id)
{
	struct open_file *open = NULL;
	struct handle *handle;

	(void)pthread_mutex_lock(&session->lock);
	handle = find(session, id);
	if (handle)
		open = open_get(handle->open);
	(void)pthread_mutex_unlock(&session->lock);
	return open;
}

void handle_ask(struct session *session, iof_handle id, struct poll_question *question, uint32_t events)
{
	struct handle *handle;

	*question = (struct poll_question){0};
	(void)pthread_mutex_lock(&session->lock);
	handle = find(session, id);
	if (handle)
		poll_ask(&handle->waiter, question, events);
	(void)pthread_mutex_unlock(&session->lock);
}

void handle_answered(struct session *session, iof_handle id, struct poll_question *question)
{
	struct handle *handle;

	(void)pthread_mutex_lock(&session->lock);
	handle = find(session, id);
	if (handle)
		poll_answered(handle->open, question);
	(void)pthread_mutex_unlock(&session->lock);
}

struct open_file *handle_take(struct session *session, iof_handle id)
{
	struct open_file *open = NULL;
	struct handle *handle;

	(void)pthread_mutex_lock(&session->lock);
	handle = find(session, id);
	if (handle)
		open = take(handle);
	(void)pthread_mutex_unlock(&session->lock);
	return open;
}

struct open_file *handle_take_any(struct session *session)
{
	struct open_file *open = NULL;

	(void)pthread_mutex_lock(&session->lock);
	for (unsigned i = 0; i < session->limits.handles && !open; i++)
		if (session->handles[i].open)
			open = take(&session->handles[i]);
	(void)pthread_mutex_unlock(&session->lock);
	return open;
}
