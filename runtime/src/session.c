/* SPDX-License-Identifier: MIT */
/* A session's life, and what it knows of the host's devices. */
#include "session_impl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 2000

static struct iof_session *session_allocate(struct iof_link *link, const struct iof_session_options *options)
{
	struct iof_session *session = calloc(1, sizeof *session);

	if (!session)
		return NULL;
	session->link = link;
	session->options = *options;
	snprintf(session->client, sizeof session->client, "%s", options->client ? options->client : "");
	session->options.client = session->client;
	session->message_max = options->message_max ? options->message_max : IOF_MESSAGE_MAX;
	if (session->message_max > IOF_MESSAGE_CEILING)
		session->message_max = IOF_MESSAGE_CEILING;
	session->max_calls = CALLS_AT_FIRST;
	session->keep_replies = CALLS_AT_FIRST;
	session->keep_bytes = session->message_max;
	link->ops->set_message_max(link, session->message_max);
	return session;
}

/* What a program is told where there is no host to talk to. */
static int no_host(int error)
{
	switch (error) {
	case -ENOENT:
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ETIMEDOUT:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -EADDRNOTAVAIL: return -ENODEV;
	default: return error;
	}
}

int iof_session_create(const char *address, const struct iof_session_options *options, struct iof_session **session,
		       char *reason, size_t reason_size)
{
	int timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONNECT_TIMEOUT_MS;
	int64_t deadline = iof_now_ms() + timeout_ms;
	const struct iof_transport *transport;
	struct iof_session *made;
	struct iof_link *link;
	const char *rest;
	int r;

	snprintf(reason, reason_size, "%s: %s", address, strerror(ENOMEM)); /* of failures that say nothing better */
	transport = iof_transport_find(address, &rest, reason, reason_size);
	if (!transport)
		return -EINVAL;
	r = transport->connect(rest, timeout_ms, &link);
	if (r < 0) {
		snprintf(reason, reason_size, "%s: %s", address, strerror(-r));
		return no_host(r);
	}
	made = session_allocate(link, options);
	if (!made) {
		link->ops->destroy(link);
		return -ENOMEM;
	}
	timeout_ms = (int)(deadline - iof_now_ms());
	r = session_hello(made, timeout_ms > 1 ? timeout_ms : 1, reason, reason_size);
	if (r < 0) {
		iof_session_destroy(made);
		return no_host(r);
	}
	*session = made;
	return 0;
}

static void session_free(struct iof_session *session)
{
	session->link->ops->destroy(session->link);
	device_tables_destroy(session->table);
	free(session);
}

void iof_session_destroy(struct iof_session *session)
{
	uint32_t servers;

	if (!session)
		return;
	__atomic_store_n(&session->closing, true, __ATOMIC_RELEASE);
	if (__atomic_load_n(&session->servers, __ATOMIC_ACQUIRE))
		session->link->ops->shutdown(session->link);
	while ((servers = __atomic_load_n(&session->servers, __ATOMIC_ACQUIRE)) != 0)
		iof_futex_wait(&session->servers, servers, true);
	session_lose(session);
	session_free(session);
}

void iof_session_forget(struct iof_session *session)
{
	if (session)
		session_free(session);
}

int iof_session_refresh(struct iof_session *session)
{
	char reason[128];

	return session_hello(session, -1, reason, sizeof reason);
}

size_t iof_session_devices(const struct iof_session *session, const struct iof_device **devices)
{
	const struct device_table *table = __atomic_load_n(&session->table, __ATOMIC_ACQUIRE);

	*devices = table->devices;
	return table->n_devices;
}

uint32_t iof_session_message_max(const struct iof_session *session)
{
	return session->message_max;
}

bool iof_session_is_lost(const struct iof_session *session)
{
	return __atomic_load_n(&session->dead, __ATOMIC_ACQUIRE);
}

/* A device has a schema of the host's only where the interface's hashes differ. */
bool iof_session_carries(const struct iof_session *session, const struct iof_device *device,
			 const struct iof_command *command)
{
	(void)session;
	return device->interface && (!device->schema || iof_control_same_command(device->schema, command));
}

bool iof_session_carries_read(const struct iof_session *session, const struct iof_device *device)
{
	const Ioferry__Interface *theirs = device->schema;
	uint64_t ours = device->interface ? iof_io_hash(&device->interface->read) : 0;

	(void)session;
	return ours && (!theirs || theirs->read_hash == ours);
}

bool iof_session_carries_write(const struct iof_session *session, const struct iof_device *device)
{
	const Ioferry__Interface *theirs = device->schema;
	uint64_t ours = device->interface ? iof_io_hash(&device->interface->write) : 0;

	(void)session;
	return ours && (!theirs || theirs->write_hash == ours);
}
