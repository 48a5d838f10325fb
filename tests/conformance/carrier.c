/* SPDX-License-Identifier: MIT */
#include "carrier.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/transport.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVENTS = 32 };

struct carrier_events {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned n;
	struct {
		iof_handle handle;
		uint32_t revents;
	} queue[EVENTS];
	pthread_t thread;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

/* --- the mirror's process ----------------------------------------------------------------------------------------- */

static void spawn(struct mirror_process *mirror, const char *program, char *const arguments[])
{
	posix_spawn_file_actions_t actions;
	int input[2], output[2], error;
	char ready[8] = "";

	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		die("pipe", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], 0);
	posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	error = posix_spawn(&mirror->pid, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		die(program, strerror(error));
	close(input[0]);
	close(output[1]);
	mirror->input = input[1];
	if (read(output[0], ready, 5) != 5)
		die(program, "it does not listen");
	close(output[0]);
}

/* A folder of call files is a FUSE mount, which not every machine lets its users make. NULL: this one does. */
static const char *no_folder(void)
{
	const char *rest;

	if (!iof_transport_find("9p:", &rest, NULL, 0))
		return "";
	if (access("/dev/fuse", R_OK | W_OK))
		return "no /dev/fuse here";
	if (geteuid() && access("/usr/bin/fusermount3", X_OK))
		return "no fusermount3 here (Debian: fuse3)";
	return NULL;
}

void mirror_start(struct mirror_process *mirror, const char *program)
{
	char unix_address[128], vsock_address[128], folder_address[128], path[100];
	char *arguments[] = {(char *)(uintptr_t)program, mirror->channel, unix_address, vsock_address, NULL, NULL};
	const char *base = getenv("TMPDIR");

	(void)snprintf(mirror->folder, sizeof(mirror->folder), "%s/conformance-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(mirror->folder))
		die(mirror->folder, strerror(errno));
	(void)snprintf(mirror->channel, sizeof(mirror->channel), "%s/channel", mirror->folder);
	(void)snprintf(unix_address, sizeof(unix_address), "unix:%s/unix", mirror->folder);
	(void)snprintf(vsock_address, sizeof(vsock_address), "vsock-unix:%s/vm:7700", mirror->folder);
	mirror->no_folder = no_folder();
	if (!mirror->no_folder) {
		(void)snprintf(folder_address, sizeof(folder_address), "9p:%s/folder", mirror->folder);
		if (mkdir(folder_address + sizeof("9p:") - 1, 0700))
			die(folder_address, strerror(errno));
		arguments[4] = folder_address;
	}
	spawn(mirror, program, arguments);
	(void)snprintf(path, sizeof(path), "%s/vm", mirror->folder);
	if (bridge_start(path))
		die(path, "cannot listen");
}

bool mirror_stop(struct mirror_process *mirror)
{
	static const char *const names[] = {"channel", "unix", "vm", "vm_7700", "folder"};
	int status = 1;

	if (mirror->pid) {
		close(mirror->input);
		while (waitpid(mirror->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	for (size_t i = 0; mirror->folder[0] && i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/%s", mirror->folder, names[i]);
		(void)remove(path);
	}
	if (mirror->folder[0])
		(void)rmdir(mirror->folder);
	return !mirror->pid || status == 0;
}

/* --- sessions ----------------------------------------------------------------------------------------------------- */

static void event(void *context, iof_handle handle, uint32_t revents)
{
	struct carrier_events *events = context;

	pthread_mutex_lock(&events->lock);
	if (events->n < EVENTS) {
		events->queue[events->n].handle = handle;
		events->queue[events->n++].revents = revents;
	}
	pthread_cond_broadcast(&events->changed);
	pthread_mutex_unlock(&events->lock);
}

/* Events come while nobody waits for a reply. */
static void *serve(void *context)
{
	(void)iof_session_serve(context, NULL, NULL);
	return NULL;
}

bool carrier_begin(struct carrier *carrier, const struct run *run, const char *address, char *reason, size_t size)
{
	struct iof_session_options options = {.client = "conformance", .event = event, .connect_timeout_ms = 20000};

	*carrier = (struct carrier){.run = run};
	(void)snprintf(carrier->address, sizeof(carrier->address), "%s", address);
	carrier->events = calloc(1, sizeof(*carrier->events));
	if (!carrier->events)
		abort();
	pthread_mutex_init(&carrier->events->lock, NULL);
	pthread_cond_init(&carrier->events->changed, NULL);
	options.context = carrier->events;
	if (iof_session_create(address, &options, &carrier->session, reason, size)) {
		free(carrier->events);
		return false;
	}
	if (pthread_create(&carrier->events->thread, NULL, serve, carrier->session))
		abort();
	return true;
}

void carrier_end(struct carrier *carrier)
{
	iof_session_destroy(carrier->session);
	pthread_join(carrier->events->thread, NULL);
	pthread_cond_destroy(&carrier->events->changed);
	pthread_mutex_destroy(&carrier->events->lock);
	free(carrier->events);
}

static uint32_t take_event(struct carrier_events *events, iof_handle handle)
{
	for (unsigned i = 0; i < events->n; i++) {
		uint32_t revents = events->queue[i].revents;

		if (events->queue[i].handle != handle)
			continue;
		events->queue[i] = events->queue[--events->n];
		return revents;
	}
	return 0;
}

uint32_t carrier_event(struct carrier *carrier, iof_handle handle)
{
	struct carrier_events *events = carrier->events;
	uint32_t revents;

	pthread_mutex_lock(&events->lock);
	while (!(revents = take_event(events, handle)))
		pthread_cond_wait(&events->changed, &events->lock);
	pthread_mutex_unlock(&events->lock);
	return revents;
}

/* --- lanes -------------------------------------------------------------------------------------------------------- */

void lane_open(struct lane *lane, struct carrier *carrier, unsigned index, const char *channel)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(carrier->session, &devices);
	char name[32];
	int error;

	*lane = (struct lane){.carrier = carrier, .index = index};
	(void)snprintf(name, sizeof(name), "mirror%u", index);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(devices[i].name, name) && devices[i].interface == carrier->run->interface)
			lane->device = &devices[i];
	if (!lane->device)
		die(carrier->address, "the mirror does not offer the interface");
	error = iof_session_open(carrier->session, name, O_RDWR, &lane->handle, NULL);
	if (error)
		die(carrier->address, strerror(-error));
	lane->channel = socket_connect(channel);
	if (lane->channel < 0)
		die(channel, strerror(-lane->channel));
}

void lane_close(struct lane *lane)
{
	iof_session_close(lane->carrier->session, lane->handle);
	close(lane->channel);
}

struct mirror_answer lane_ask(struct lane *lane, enum mirror_question question, const struct plan_case *made_of)
{
	struct mirror_message message = {.question = (uint32_t)question, .device = lane->index};
	struct mirror_answer answer;

	if (made_of)
		message.made_of = *made_of;
	if (mirror_ask(lane->channel, &message, &answer))
		die("the mirror", "it is gone");
	return answer;
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void landed(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct flight *flight = (struct flight *)call;

	flight->reply = *reply;
	if (length > flight->room) {
		free(flight->payload);
		flight->payload = malloc(length);
		flight->room = length;
		if (!flight->payload)
			abort();
	}
	if (length)
		memcpy(flight->payload, payload, length);
	flight->length = length;
}

int flight_send(struct flight *flight, struct lane *lane, struct iof_request request, const void *payload,
		size_t length)
{
	struct iovec part = {.iov_base = (void *)(uintptr_t)payload, .iov_len = length};
	struct iof_session *session = lane->carrier->session;
	int error;

	flight->call = (struct iof_call){.done = landed, .waited = true};
	request.handle = lane->handle;
	error = iof_session_submit(session, &flight->call, &request, &part, length ? 1 : 0);
	/* What the socket did not take would leave in iof_session_wait(), which is not always next here. */
	while (!error && iof_session_wants_write(session)) {
		struct pollfd fd = {.fd = iof_session_descriptor(session), .events = POLLOUT};

		(void)poll(&fd, 1, 1000);
		error = iof_session_process(session);
	}
	return error;
}

void flight_wait(struct flight *flight, struct lane *lane)
{
	if (iof_session_wait(lane->carrier->session, &flight->call, true))
		die(lane->carrier->address, "a wait was interrupted");
}

void flight_free(struct flight *flight)
{
	free(flight->payload);
}
