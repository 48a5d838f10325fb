/* SPDX-License-Identifier: MIT */
/*
 * The daemon's session engine with the device of probe.h behind it.
 *
 *     preload-test-host unix:/path
 *
 * Offers probe0 and probe1. Prints "ready" when it listens; ends with its standard input.
 */
#include "host/backend.h"
#include "host/session/engine.h"
#include "tests/preload/probe.h"
#include <errno.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUEUE 64

struct probe {
	struct host_device host;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct probe_record queue[QUEUE];
	unsigned first, count;
	bool full;
	unsigned kicks; /* generation: waits end when it moves */
	bool kept;      /* a kick that found nobody */
	unsigned opens, closes, waiting, cancels, polls;
	/* The one poll that waits for a notification, per device: the engine asks for each open once. */
	struct probe_file *files;
};

struct probe_file {
	struct host_file host;
	struct probe_file *next;
	host_notify *notify;
	void *context;
	uint32_t events;
};

static struct probe *probe_of(struct host_file *file)
{
	return (struct probe *)file->device;
}

static uint32_t ready(const struct probe *probe)
{
	return (probe->count ? POLLIN | POLLRDNORM : 0) |
	       (probe->full || probe->count == QUEUE ? 0 : POLLOUT | POLLWRNORM);
}

/* Unlocks, and tells those who wait. */
static void changed(struct probe *probe)
{
	struct probe_file *told[16];
	uint32_t revents = ready(probe);
	unsigned n = 0;
	host_notify *notify[16];
	void *context[16];

	for (struct probe_file *file = probe->files; file && n < 16; file = file->next) {
		if (!file->notify || !(file->events & revents))
			continue;
		told[n] = file;
		notify[n] = file->notify;
		context[n++] = file->context;
		file->notify = NULL;
	}
	pthread_cond_broadcast(&probe->changed);
	pthread_mutex_unlock(&probe->lock);
	for (unsigned i = 0; i < n; i++)
		notify[i](context[i], revents & told[i]->events);
}

static int probe_open(struct host_device *device, int flags, struct host_call *call, struct host_file **out)
{
	struct probe *probe = (struct probe *)device;
	struct probe_file *file = calloc(1, sizeof *file);

	(void)flags;
	(void)call;
	if (!file)
		return -ENOMEM;
	file->host.device = device;
	pthread_mutex_lock(&probe->lock);
	probe->opens++;
	file->next = probe->files;
	probe->files = file;
	pthread_mutex_unlock(&probe->lock);
	*out = &file->host;
	return 0;
}

static void probe_close(struct host_file *host)
{
	struct probe *probe = probe_of(host);

	pthread_mutex_lock(&probe->lock);
	for (struct probe_file **at = &probe->files; *at; at = &(*at)->next) {
		if (&(*at)->host == host) {
			*at = (*at)->next;
			break;
		}
	}
	probe->opens--;
	probe->closes++;
	pthread_mutex_unlock(&probe->lock);
	free(host);
}

/* The lock is held. 0 or -EINTR. */
static int wait_changed(struct probe *probe, struct host_call *call)
{
	int error = 0;

	probe->waiting++;
	if (!__atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE))
		pthread_cond_wait(&probe->changed, &probe->lock);
	if (__atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE)) {
		probe->cancels++;
		error = -EINTR;
	}
	probe->waiting--;
	return error;
}

static long wait_kick(struct probe *probe, struct host_call *call)
{
	unsigned seen = probe->kicks;
	int error = 0;

	while (!error && probe->kicks == seen && !probe->kept)
		error = wait_changed(probe, call);
	probe->kept = false;
	return error ? error : 9;
}

static long kick(struct probe *probe)
{
	unsigned waiting = probe->waiting;

	probe->kicks++;
	probe->kept = !waiting;
	pthread_cond_broadcast(&probe->changed);
	return waiting;
}

static void push(struct probe *probe, uint32_t value)
{
	if (probe->count < QUEUE)
		probe->queue[(probe->first + probe->count++) % QUEUE] = (struct probe_record){value, 0};
}

static long command(struct probe *probe, uint32_t number, uint64_t argument, struct host_call *call)
{
	struct probe_pair *pair = (struct probe_pair *)(uintptr_t)argument;

	switch (number) {
	case PROBE_ADD: pair->b = pair->a + 1; return 5;
	case PROBE_WAIT:
	case PROBE_WAIT_EINTR: return wait_kick(probe, call);
	case PROBE_KICK: return kick(probe);
	case PROBE_OPENS: return probe->opens;
	case PROBE_CLOSES: return probe->closes;
	case PROBE_NONBLOCK: return call->nonblock;
	case PROBE_WAITING: return probe->waiting;
	case PROBE_CANCELS: return probe->cancels;
	case PROBE_FULL: probe->full = argument; return 0;
	case PROBE_PUSH: push(probe, (uint32_t)argument); return 0;
	case PROBE_RESULT: return (long)(uint32_t)argument;
	case PROBE_ERRNO: return -(long)argument;
	case PROBE_POLLS: return probe->polls;
	default: return -ENOTTY;
	}
}

static long probe_ioctl(struct host_file *file, const struct iof_command *declared, uint32_t number, uint64_t argument,
			struct host_call *call)
{
	struct probe *probe = probe_of(file);
	long result;

	(void)declared;
	if (number == PROBE_SLOW) {
		usleep((useconds_t)argument * 1000);
		return 12;
	}
	pthread_mutex_lock(&probe->lock);
	result = command(probe, number, argument, call);
	changed(probe);
	return result;
}

static ssize_t probe_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	struct probe *probe = probe_of(file);
	struct probe_record *records = buffer;
	size_t n = 0;
	int error = 0;

	pthread_mutex_lock(&probe->lock);
	while (count && !probe->count && !error)
		error = call->nonblock ? -EAGAIN : wait_changed(probe, call);
	for (; n < count && probe->count; n++, probe->count--)
		records[n] = probe->queue[probe->first++ % QUEUE];
	changed(probe);
	return n ? (ssize_t)n : error;
}

static ssize_t probe_write(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	struct probe *probe = probe_of(file);
	const struct probe_record *records = buffer;
	size_t n = 0;
	int error = 0;

	pthread_mutex_lock(&probe->lock);
	while (count && (probe->full || probe->count == QUEUE) && !error)
		error = call->nonblock ? -EAGAIN : wait_changed(probe, call);
	for (; !error && n < count && probe->count < QUEUE; n++)
		push(probe, records[n].value);
	changed(probe);
	return n ? (ssize_t)n : error;
}

static uint32_t probe_poll(struct host_file *host, uint32_t events, host_notify *notify, void *context)
{
	struct probe_file *file = (struct probe_file *)host;
	struct probe *probe = probe_of(host);
	uint32_t revents;

	pthread_mutex_lock(&probe->lock);
	probe->polls++;
	revents = ready(probe) & events;
	if (!revents && notify) {
		file->notify = notify;
		file->context = context;
		file->events = events;
	}
	pthread_mutex_unlock(&probe->lock);
	return revents;
}

static void probe_cancel(struct host_file *file, struct host_call *call)
{
	struct probe *probe = probe_of(file);

	(void)call;
	pthread_mutex_lock(&probe->lock);
	pthread_cond_broadcast(&probe->changed);
	pthread_mutex_unlock(&probe->lock);
}

static void probe_destroy(struct host_device *device)
{
	free(device);
}

static const struct host_backend backend = {
	.name = "probe",
	.device_destroy = probe_destroy,
	.open = probe_open,
	.close = probe_close,
	.ioctl = probe_ioctl,
	.read = probe_read,
	.write = probe_write,
	.poll = probe_poll,
	.cancel = probe_cancel,
};

static struct device *create(const char *name, unsigned minor)
{
	struct probe *probe = calloc(1, sizeof *probe);
	struct device *device;

	if (!probe)
		exit(1);
	probe->host = (struct host_device){&backend, iof_interface_find("probe")};
	pthread_mutex_init(&probe->lock, NULL);
	pthread_cond_init(&probe->changed, NULL);
	device = device_create(name, &probe->host);
	if (!device)
		exit(1);
	device->mode = 0640;
	device->major = 91;
	device->minor = minor;
	return device;
}

int main(int argc, char **argv)
{
	struct device *devices[2] = {create("probe0", 0), create("probe1", 1)};
	struct engine *engine = engine_create(&ENGINE_LIMITS_DEFAULT);
	const struct iof_host_transport *transport;
	struct iof_listener *listener;
	struct pollfd fds[2] = {{0, POLLIN, 0}};
	char reason[256] = "usage: preload-test-host ADDRESS";
	const char *rest;

	transport = argc == 2 ? iof_host_transport_find(argv[1], &rest, reason, sizeof reason) : NULL;
	if (!transport || !engine || transport->listen(rest, NULL, &listener, reason, sizeof reason)) {
		fprintf(stderr, "%s\n", reason);
		return 1;
	}
	engine_set_devices(engine, device_set_create(devices, 2));
	puts("ready");
	fflush(stdout);
	fds[1] = (struct pollfd){listener->ops->descriptor(listener), POLLIN, 0};
	while (poll(fds, 2, -1) >= 0 && !fds[0].revents) {
		struct iof_link *link;

		if (!listener->ops->accept(listener, &link))
			(void)engine_accept(engine, link, argv[1], reason, sizeof reason);
	}
	(void)engine_stop(engine, 1000);
	listener->ops->destroy(listener);
	return 0;
}
