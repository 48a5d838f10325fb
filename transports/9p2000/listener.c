/* SPDX-License-Identifier: MIT */
/*
 * "9p2000:...": clients of the 9P2000.L server, each with a thread and a tree of its own. What is accepted here, in the
 * end, are the sessions in these trees.
 */
#include "transports/9p2000/address.h"
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <ioferry/log.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 128,
	CLIENTS_OF_A_PEER = 16,
	EVENTS_AT_ONCE = 16,
};

struct client {
	struct client *next, **link;
	struct p9_listener *listener;
	struct p9_connection *connection; /* NULL: it has ended */
	struct iof_peer peer;
};

struct p9_listener {
	struct iof_listener base;
	const struct iof_texts *texts;
	bool listens; /* false: the one client there is was passed */
	struct iof_listening listening;
	int epoll; /* the listening socket, as NULL, and each client's tree */
	struct iof_log_limit refused;

	pthread_mutex_t lock; /* before the trees' locks */
	pthread_cond_t left;
	struct client *clients;
	unsigned n_clients;
};

static void *client_main(void *context)
{
	struct client *client = context;
	struct p9_listener *listener = client->listener;
	struct p9_connection *connection = client->connection;

	p9_connection_serve(connection);
	(void)pthread_mutex_lock(&listener->lock);
	client->connection = NULL;
	(void)epoll_ctl(listener->epoll, EPOLL_CTL_DEL, tree_descriptor(connection->tree), NULL);
	(void)pthread_mutex_unlock(&listener->lock);
	p9_connection_destroy(connection);
	(void)pthread_mutex_lock(&listener->lock);
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	listener->n_clients--;
	(void)pthread_cond_signal(&listener->left);
	(void)pthread_mutex_unlock(&listener->lock);
	free(client);
	return NULL;
}

static int start_thread(struct client *client)
{
	pthread_t thread;
	sigset_t all, before;
	int error;

	/* Signals are the program's own threads' matter. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&thread, NULL, client_main, client);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		(void)pthread_detach(thread);
	return error;
}

/* Owns @p fd from then on. 0 or negative errno. */
static int add_client(struct p9_listener *listener, int fd, const struct iof_peer *peer)
{
	struct client *client = calloc(1, sizeof *client);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
	int error;

	if (!client) {
		(void)close(fd);
		return -ENOMEM;
	}
	client->listener = listener;
	client->peer = *peer;
	error = p9_connection_create(fd, listener->texts, peer, &client->connection);
	if (error) {
		free(client);
		return error;
	}
	/* With the lock until it is in the list, which its thread takes it from. */
	(void)pthread_mutex_lock(&listener->lock);
	if (epoll_ctl(listener->epoll, EPOLL_CTL_ADD, tree_descriptor(client->connection->tree), &event) < 0)
		error = -errno;
	else
		error = start_thread(client);
	if (!error) {
		client->next = listener->clients;
		client->link = &listener->clients;
		if (client->next)
			client->next->link = &client->next;
		listener->clients = client;
		listener->n_clients++;
	}
	(void)pthread_mutex_unlock(&listener->lock);
	if (error) {
		p9_connection_destroy(client->connection);
		free(client);
	}
	return error;
}

static bool has_room_for(struct p9_listener *listener, const struct iof_peer *peer)
{
	unsigned of_peer = 0, all;

	(void)pthread_mutex_lock(&listener->lock);
	all = listener->n_clients;
	for (const struct client *client = listener->clients; client; client = client->next)
		of_peer += strcmp(client->peer.name, peer->name) == 0;
	(void)pthread_mutex_unlock(&listener->lock);
	return all < CLIENTS_MAX && of_peer < CLIENTS_OF_A_PEER;
}

/* The names of peers are this transport's: what a mount has as a whole, its users have. */
static int identify(iof_stream_identify *how, int fd, struct iof_peer *peer)
{
	char name[sizeof peer->name];
	int error = how ? how(fd, NULL, NULL, peer) : 0;

	(void)snprintf(name, sizeof name, "9p2000:%.*s", (int)(sizeof name - sizeof "9p2000:"), peer->name);
	memcpy(peer->name, name, sizeof name);
	peer->transport = "9p2000";
	return error;
}

/* -EAGAIN, or another negative errno. */
static int admit(struct p9_listener *listener)
{
	struct iof_peer peer;
	uint32_t dropped;
	int error, fd = iof_listening_accept(&listener->listening, &peer);

	if (fd < 0)
		return fd;
	(void)identify(NULL, fd, &peer);
	if (has_room_for(listener, &peer)) {
		error = add_client(listener, fd, &peer);
		return error ? error : -EAGAIN;
	}
	(void)close(fd);
	if (iof_log_allowed(&listener->refused, 5, 1000, &dropped))
		iof_log(IOF_LOG_WARNING, "%s: refused: a peer may have %d connections, all together %d (%u more)",
			peer.name, CLIENTS_OF_A_PEER, CLIENTS_MAX, dropped);
	return -EAGAIN;
}

static int listener_descriptor(const struct iof_listener *base)
{
	return ((const struct p9_listener *)base)->epoll;
}

/* One event at a time: the kernel takes turns with those that stay ready. */
static int listener_accept(struct iof_listener *base, struct iof_link **link)
{
	struct p9_listener *listener = (struct p9_listener *)base;
	int error = -EAGAIN;

	for (int i = 0; error == -EAGAIN && i < EVENTS_AT_ONCE; i++) {
		struct epoll_event event;
		struct client *client = NULL;
		int n;

		/* A client that is told of under the lock is in the list. */
		(void)pthread_mutex_lock(&listener->lock);
		n = epoll_wait(listener->epoll, &event, 1, 0);
		if (n == 1)
			client = event.data.ptr;
		if (client)
			error = tree_accept(client->connection->tree, link);
		(void)pthread_mutex_unlock(&listener->lock);
		if (n < 1)
			return -EAGAIN;
		if (!client)
			error = admit(listener);
	}
	return error;
}

static void listener_destroy(struct iof_listener *base)
{
	struct p9_listener *listener = (struct p9_listener *)base;

	if (listener->listens)
		iof_listening_close(&listener->listening);
	(void)pthread_mutex_lock(&listener->lock);
	for (struct client *client = listener->clients; client; client = client->next)
		if (client->connection)
			p9_connection_stop(client->connection);
	while (listener->n_clients)
		(void)pthread_cond_wait(&listener->left, &listener->lock);
	(void)pthread_mutex_unlock(&listener->lock);
	(void)pthread_cond_destroy(&listener->left);
	(void)pthread_mutex_destroy(&listener->lock);
	if (listener->epoll >= 0)
		(void)close(listener->epoll);
	free(listener);
}

static const struct iof_listener_ops listener_ops = {
	.descriptor = listener_descriptor,
	.accept = listener_accept,
	.destroy = listener_destroy,
};

/* Owns the source's descriptor from then on. 0 or negative errno. */
static int begin(struct p9_listener *listener, const struct p9_source *source)
{
	struct iof_peer peer = {.uid = (uid_t)-1, .gid = (gid_t)-1, .cid = UINT32_MAX};
	struct epoll_event event = {.events = EPOLLIN};
	int error;

	if (source->is_client) {
		error = identify(source->identify, source->fd, &peer);
		if (!error)
			return add_client(listener, source->fd, &peer);
		(void)close(source->fd);
		return error;
	}
	error = iof_listening_init(&listener->listening, source->fd, source->path, source->identify);
	if (error)
		return error;
	listener->listens = true;
	return epoll_ctl(listener->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

static int p9_listen(const char *rest, const struct iof_texts *texts, struct iof_listener **result, char *reason,
		     size_t reason_size)
{
	struct p9_listener *listener;
	struct p9_source source;
	int error = p9_address_open(rest, &source, reason, reason_size);

	if (error)
		return error;
	listener = calloc(1, sizeof *listener);
	if (!listener) {
		(void)close(source.fd);
		return -ENOMEM;
	}
	listener->base.ops = &listener_ops;
	listener->texts = texts;
	(void)pthread_mutex_init(&listener->lock, NULL);
	(void)pthread_cond_init(&listener->left, NULL);
	listener->epoll = epoll_create1(EPOLL_CLOEXEC);
	error = begin(listener, &source);
	if (error)
		listener_destroy(&listener->base);
	else
		*result = &listener->base;
	return error;
}

extern const struct iof_host_transport iof_host_transport_9p2000;
const struct iof_host_transport iof_host_transport_9p2000 = {
	.scheme = "9p2000",
	.address_help = P9_ADDRESS_HELP,
	.check = p9_address_check,
	.listen = p9_listen,
};
