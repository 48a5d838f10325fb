/* SPDX-License-Identifier: MIT */
/* What `ioferry status` shows. */
#include "host/session/session.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOMENT_US = 1000 };

/* The message is a tree that is built while engine and sessions are locked, and freed when it is packed. */
struct piece {
	struct piece *next;
	_Alignas(16) unsigned char bytes[];
};

struct pieces {
	struct piece *first;
	bool failed;
};

/* Cleared memory that lives until pieces_free(). NULL: none, noted. */
static void *take(struct pieces *pieces, size_t count, size_t size)
{
	struct piece *piece = calloc(1, sizeof(*piece) + count * size);

	if (!piece) {
		pieces->failed = true;
		return NULL;
	}
	piece->next = pieces->first;
	pieces->first = piece;
	return piece->bytes;
}

static char *take_text(struct pieces *pieces, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = take(pieces, size, 1);

	return copy ? memcpy(copy, text, size) : (char *)(uintptr_t)protobuf_c_empty_string;
}

static void pieces_free(struct pieces *pieces)
{
	while (pieces->first) {
		struct piece *piece = pieces->first;

		pieces->first = piece->next;
		free(piece);
	}
}

static void add_count(struct pieces *pieces, Ioferry__DeviceStatus *status, const char *name, uint32_t number,
		      const struct call_count *counts)
{
	Ioferry__CommandCount *message;
	uint64_t calls = atomic_load(&counts->calls);

	if (!calls)
		return;
	message = take(pieces, 1, sizeof(*message));
	if (!message)
		return;
	ioferry__command_count__init(message);
	message->name = take_text(pieces, name);
	message->number = number;
	message->calls = calls;
	message->errors = atomic_load(&counts->errors);
	message->refused = atomic_load(&counts->refused);
	message->interrupted = atomic_load(&counts->interrupted);
	message->total_us = atomic_load(&counts->total_us);
	status->commands[status->n_commands++] = message;
}

static Ioferry__DeviceStatus *device_status(struct pieces *pieces, const struct device *device)
{
	const struct iof_interface *interface = device->interface;
	Ioferry__DeviceStatus *status = take(pieces, 1, sizeof(*status));

	if (!status)
		return NULL;
	ioferry__device_status__init(status);
	status->name = take_text(pieces, device->name);
	status->interface = take_text(pieces, interface->name);
	status->backend = take_text(pieces, device->backend_device->backend->name);
	status->opens = atomic_load(&device->opens);
	status->commands = take(pieces, interface->n_commands + DEVICE_OPERATIONS + 1, sizeof(Ioferry__CommandCount *));
	if (!status->commands)
		return NULL;
	for (int i = 0; i < DEVICE_OPERATIONS; i++)
		add_count(pieces, status, device_operation_name((enum device_operation)i), 0, &device->operations[i]);
	for (uint32_t i = 0; i < interface->n_commands; i++)
		add_count(pieces, status, interface->commands[i].name, interface->commands[i].number[IOF_LAYOUT_LP64],
			  &device->counts[i]);
	add_count(pieces, status, "undeclared", 0, &device->undeclared);
	return status;
}

/* session->lock is held. */
static void add_handles(struct pieces *pieces, Ioferry__SessionStatus *status, const struct session *session,
			uint64_t now_ms)
{
	status->handles = take(pieces, session->limits.handles, sizeof(Ioferry__HandleStatus *));
	for (unsigned i = 0; status->handles && i < session->limits.handles; i++) {
		const struct handle *handle = &session->handles[i];
		Ioferry__HandleStatus *message;

		if (!handle->open)
			continue;
		message = take(pieces, 1, sizeof(*message));
		if (!message)
			return;
		ioferry__handle_status__init(message);
		message->handle = handle->waiter.handle;
		message->device = take_text(pieces, handle->open->device->name);
		message->age_ms = now_ms - handle->since_ms;
		status->handles[status->n_handles++] = message;
	}
}

/* session->lock is held: jobs in a driver do not change. */
static void add_blocked(struct pieces *pieces, Ioferry__SessionStatus *status, const struct session *session)
{
	uint64_t now_us = clock_us();

	status->blocked = take(pieces, session->n_workers, sizeof(Ioferry__BlockedCall *));
	for (const struct worker *worker = session->workers; status->blocked && worker; worker = worker->next) {
		const struct job *job = &worker->job;
		Ioferry__BlockedCall *message;

		if (!worker->in_driver)
			continue;
		status->calls++;
		if (now_us - job->began_us < MOMENT_US)
			continue;
		message = take(pieces, 1, sizeof(*message));
		if (!message)
			return;
		ioferry__blocked_call__init(message);
		message->tag = job->request.tag;
		message->handle = job->request.handle;
		message->device = take_text(pieces, job->device->name);
		message->command = take_text(pieces, job_name(job));
		message->age_ms = (now_us - job->began_us) / 1000;
		message->cancelled = job->call.cancelled;
		status->blocked[status->n_blocked++] = message;
	}
}

/* engine->lock is held. */
static Ioferry__SessionStatus *session_status(struct pieces *pieces, struct session *session, uint64_t now_ms)
{
	Ioferry__SessionStatus *status = take(pieces, 1, sizeof(*status));

	if (!status)
		return NULL;
	ioferry__session_status__init(status);
	status->id = session->id;
	status->peer = take_text(pieces, session->peer.name);
	status->age_ms = now_ms - session->began_ms;
	replies_counts(&session->replies, &status->kept_replies, &status->messages_out, &status->bytes_out);
	status->messages_in = atomic_load(&session->messages_in);
	status->bytes_in = atomic_load(&session->bytes_in);
	(void)pthread_mutex_lock(&session->lock);
	status->client = take_text(pieces, session->client);
	status->abi = session->abi;
	add_handles(pieces, status, session, now_ms);
	add_blocked(pieces, status, session);
	(void)pthread_mutex_unlock(&session->lock);
	return status;
}

static void add_sessions(struct pieces *pieces, struct engine *engine, Ioferry__StatusReply *body)
{
	uint64_t now_ms = clock_ms();

	(void)pthread_mutex_lock(&engine->lock);
	body->sessions = take(pieces, engine->n_sessions + 1, sizeof(Ioferry__SessionStatus *));
	for (struct session *session = engine->sessions; session && !pieces->failed; session = session->next)
		body->sessions[body->n_sessions++] = session_status(pieces, session, now_ms);
	(void)pthread_mutex_unlock(&engine->lock);
}

void status_execute(struct worker *worker)
{
	struct engine *engine = worker->session->engine;
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__StatusReply body = IOFERRY__STATUS_REPLY__INIT;
	struct device_set *set = engine_devices(engine);
	struct pieces pieces = {0};

	body.version = (char *)(uintptr_t)IOFERRY_VERSION;
	body.uptime_ms = clock_ms() - engine->started_ms;
	body.devices = take(&pieces, set->n_devices + 1, sizeof(Ioferry__DeviceStatus *));
	for (size_t i = 0; i < set->n_devices && !pieces.failed; i++)
		body.devices[body.n_devices++] = device_status(&pieces, set->devices[i]);
	add_sessions(&pieces, engine, &body);
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_STATUS;
	reply.status = &body;
	if (pieces.failed)
		job_refuse(worker, ENOMEM);
	else
		control_reply(worker, &reply);
	pieces_free(&pieces);
	device_set_put(set);
}
