/* SPDX-License-Identifier: MIT */
/*
 * The host's side of a conformance test: the daemon's session engine with mirrors behind it.
 *
 *     mirror-NAME CHANNEL ADDRESS...
 *
 * CHANNEL is the socket on which tests announce their cases, each ADDRESS one at which guests are served. Prints
 * "ready" when it listens; ends with its standard input.
 */
#include "carrier.h"
#include "host/backends/mirror/mirror.h"
#include "host/session/engine.h"
#include <errno.h>
#include <ioferry/log.h>
#include <ioferry/transport.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENERS = 6, CHANNELS = 256 };

/* A test's connection and the thread that answers it. */
struct channel {
	struct mirror *mirror;
	pthread_t thread;
	int fd;
};

struct channels {
	struct channel list[CHANNELS];
	unsigned n;
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "mirror: %s: %s\n", what, why);
	exit(1);
}

static void *serve(void *context)
{
	struct channel *channel = context;

	mirror_serve(channel->mirror, channel->fd);
	return NULL;
}

static void accept_channel(struct channels *channels, struct mirror *mirror, int listener)
{
	struct channel *channel = &channels->list[channels->n];

	if (channels->n == CHANNELS)
		die("channel", "too many connections");
	channel->mirror = mirror;
	channel->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (channel->fd < 0 || pthread_create(&channel->thread, NULL, serve, channel))
		die("channel", strerror(errno));
	channels->n++;
}

static void end_channels(struct channels *channels)
{
	for (unsigned i = 0; i < channels->n; i++) {
		shutdown(channels->list[i].fd, SHUT_RDWR);
		pthread_join(channels->list[i].thread, NULL);
		close(channels->list[i].fd);
	}
}

/* The sockets are in a folder of the test's. */
static void admit_all(struct device *device)
{
	struct guest_policy guests = {.given = true, .n_rules = 1};
	struct command_policy commands = {.n_allow = 0};

	guests.rules = calloc(1, sizeof(*guests.rules));
	if (!guests.rules)
		abort();
	device_set_policy(device, &guests, &commands);
}

static struct engine *make_engine(struct mirror *mirror)
{
	struct device *devices[MIRROR_DEVICES];
	struct engine *engine = engine_create(&ENGINE_LIMITS_DEFAULT);

	for (unsigned i = 0; i < MIRROR_DEVICES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "mirror%u", i);
		devices[i] = device_create(name, mirror_device(mirror, i));
		if (!devices[i])
			abort();
		admit_all(devices[i]);
	}
	if (!engine)
		abort();
	engine_set_devices(engine, device_set_create(devices, MIRROR_DEVICES));
	return engine;
}

static struct iof_listener *listen_at(const char *address)
{
	struct iof_listener *listener = NULL;
	const struct iof_host_transport *transport;
	const char *rest;
	char reason[256];

	transport = iof_host_transport_find(address, &rest, reason, sizeof(reason));
	if (!transport || transport->listen(rest, NULL, &listener, reason, sizeof(reason)))
		die(address, reason);
	return listener;
}

static void serve_until_input_ends(struct engine *engine, struct mirror *mirror, char **addresses,
				   struct iof_listener **listeners, struct pollfd *fds, unsigned n)
{
	struct channels channels = {.n = 0};

	puts("ready");
	(void)fflush(stdout);
	while (poll(fds, n + 2, -1) >= 0 || errno == EINTR) {
		struct iof_link *link;
		char reason[256];

		if (fds[0].revents)
			break;
		if (fds[1].revents)
			accept_channel(&channels, mirror, fds[1].fd);
		for (unsigned i = 0; i < n; i++)
			if (fds[i + 2].revents && !listeners[i]->ops->accept(listeners[i], &link))
				(void)engine_accept(engine, link, addresses[i], reason, sizeof(reason));
	}
	end_channels(&channels);
}

static void no_log(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

/* What is refused is refused on purpose here; MIRROR_LOG=info shows it. */
static void set_log(void)
{
	const char *name = getenv("MIRROR_LOG");
	enum iof_log_level level;

	if (name && !iof_log_level_parse(name, &level))
		iof_log_setup(NULL, NULL, level);
	else
		iof_log_setup(no_log, NULL, IOF_LOG_ERR);
}

int main(int argc, char **argv)
{
	const struct iof_interface *interface = iof_interface_find(plan_interfaces[0]->name);
	struct mirror *mirror = mirror_create(plan_interfaces[0], interface);
	struct iof_listener *listeners[LISTENERS];
	struct pollfd fds[LISTENERS + 2] = {{0, POLLIN, 0}, {-1, POLLIN, 0}};
	unsigned n = argc > 2 ? (unsigned)argc - 2 : 0;
	struct engine *engine;

	if (!n || n > LISTENERS || !mirror)
		die("usage", "mirror-NAME CHANNEL ADDRESS...");
	set_log();
	engine = make_engine(mirror);
	fds[1].fd = socket_listen(argv[1]);
	if (fds[1].fd < 0)
		die(argv[1], strerror(-fds[1].fd));
	for (unsigned i = 0; i < n; i++) {
		listeners[i] = listen_at(argv[i + 2]);
		fds[i + 2] = (struct pollfd){listeners[i]->ops->descriptor(listeners[i]), POLLIN, 0};
	}
	serve_until_input_ends(engine, mirror, argv + 2, listeners, fds, n);
	if (!engine_stop(engine, 10000))
		die("engine", "a call is still in its driver");
	engine_destroy(engine);
	for (unsigned i = 0; i < n; i++)
		listeners[i]->ops->destroy(listeners[i]);
	mirror_destroy(mirror);
	return 0;
}
