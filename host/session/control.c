/* SPDX-License-Identifier: MIT */
/* hello, open, attach, share. status and trace have files of their own. */
#include "host/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARE_MS = 5000, MESSAGE_LEAST = 4096 };

void control_reply(struct worker *worker, Ioferry__ControlReply *reply)
{
	size_t size = worker->job.request.reply_max - IOF_REPLY_SIZE;
	uint8_t *bytes = malloc(size);
	ssize_t length = bytes ? iof_control_pack_reply(reply, bytes, size) : -ENOMEM;
	enum iof_status status = reply->error ? IOF_STATUS_REFUSED : IOF_STATUS_COMPLETED;

	if (length < 0) {
		free(bytes);
		job_refuse(worker, (int)-length);
		return;
	}
	job_reply(worker, status, reply->error ? -1 : 0, reply->error, bytes, (size_t)length, false);
	free(bytes);
}

__attribute__((format(printf, 3, 4))) static void refuse(struct worker *worker, int error, const char *format, ...)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	char reason[200];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	session_log(worker->session, IOF_LOG_NOTICE, "refused: %s (%s)", reason, strerror(error));
	reply.error = (uint32_t)error;
	reply.reason = reason;
	control_reply(worker, &reply);
}

/* What a hello's answer is made of. */
struct hello_parts {
	Ioferry__Device *devices;
	Ioferry__Device **device_list;
	Ioferry__Interface *interfaces;
	Ioferry__Interface **interface_list;
	uint32_t *numbers;
	uint64_t *hashes;
	size_t n_devices, n_interfaces, n_commands;
};

static void free_parts(struct hello_parts *parts)
{
	free(parts->devices);
	free((void *)parts->device_list);
	free(parts->interfaces);
	free((void *)parts->interface_list);
	free(parts->numbers);
	free(parts->hashes);
}

static int take_parts(struct hello_parts *parts, const struct session *session, const struct device_set *set)
{
	size_t commands = 0;

	for (size_t i = 0; i < session->n_agreements; i++)
		commands += session->agreements[i].interface->n_commands;
	parts->devices = calloc(set->n_devices + 1, sizeof(*parts->devices));
	parts->device_list = calloc(set->n_devices + 1, sizeof(Ioferry__Device *));
	parts->interfaces = calloc(session->n_agreements + 1, sizeof(*parts->interfaces));
	parts->interface_list = calloc(session->n_agreements + 1, sizeof(Ioferry__Interface *));
	parts->numbers = calloc(commands + 1, sizeof(*parts->numbers));
	parts->hashes = calloc(commands + 1, sizeof(*parts->hashes));
	return parts->devices && parts->device_list && parts->interfaces && parts->interface_list && parts->numbers &&
			       parts->hashes
		       ? 0
		       : -ENOMEM;
}

static void add_device(struct hello_parts *parts, const struct device *device)
{
	Ioferry__Device *message = &parts->devices[parts->n_devices];

	ioferry__device__init(message);
	message->name = device->name;
	message->interface = (char *)(uintptr_t)device->interface->name; /* protobuf-c has no const strings */
	message->interface_hash = device->interface->hash;
	message->mode = device->mode;
	message->major = device->major;
	message->minor = device->minor;
	parts->device_list[parts->n_devices++] = message;
}

static void add_interface(struct hello_parts *parts, const struct iof_interface *interface)
{
	Ioferry__Interface *message = &parts->interfaces[parts->n_interfaces];

	iof_control_interface(interface, message, parts->numbers + parts->n_commands,
			      parts->hashes + parts->n_commands);
	parts->n_commands += interface->n_commands;
	parts->interface_list[parts->n_interfaces++] = message;
}

/* A guest learns only of devices that it may open. */
static int fill_parts(struct hello_parts *parts, const struct session *session, const struct device_set *set)
{
	if (take_parts(parts, session, set) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_devices; i++)
		if (device_admits(set->devices[i], &session->peer, session->address))
			add_device(parts, set->devices[i]);
	for (size_t i = 0; i < session->n_agreements; i++)
		if (session->agreements[i].differs)
			add_interface(parts, session->agreements[i].interface);
	return 0;
}

static void set_message_max(struct session *session, uint32_t bytes)
{
	session->message_max = bytes;
	session->link->ops->set_message_max(session->link, bytes);
}

static void note_guest(struct session *session, const Ioferry__Hello *hello)
{
	if (session->greeted)
		return;
	(void)pthread_mutex_lock(&session->lock);
	(void)snprintf(session->client, sizeof(session->client), "%s", hello->client);
	session->abi = hello->abi;
	(void)pthread_mutex_unlock(&session->lock);
	session->greeted = true;
	session_log(session, IOF_LOG_INFO, "began: %s at %s", session->client, session->address);
}

static void execute_hello(struct worker *worker, const Ioferry__Hello *hello)
{
	struct session *session = worker->session;
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__HelloReply body = IOFERRY__HELLO_REPLY__INIT;
	struct device_set *set = engine_devices(session->engine);
	struct hello_parts parts = {0};
	uint32_t message_max = session->message_max;

	if (hello->version_min > IOF_PROTOCOL_VERSION || hello->version_max < IOF_PROTOCOL_VERSION) {
		refuse(worker, EPROTONOSUPPORT, "the guest speaks versions %" PRIu32 " to %" PRIu32 ", this host %u",
		       hello->version_min, hello->version_max, IOF_PROTOCOL_VERSION);
		goto out;
	}
	if (!session->greeted) {
		message_max = session->limits.message;
		if (hello->message_max < message_max)
			message_max = hello->message_max < MESSAGE_LEAST ? MESSAGE_LEAST : hello->message_max;
	}
	if (agreements_make(session, hello, set) < 0 || fill_parts(&parts, session, set) < 0) {
		refuse(worker, ENOMEM, "no memory for a hello");
		goto out;
	}
	body.version = IOF_PROTOCOL_VERSION;
	body.message_max = message_max;
	body.max_calls = session->limits.threads - 1;
	body.max_handles = session->limits.handles;
	body.keep_replies = session->limits.replies;
	body.keep_bytes = (uint32_t)session->limits.reply_bytes;
	body.n_devices = parts.n_devices;
	body.devices = parts.device_list;
	body.n_interfaces = parts.n_interfaces;
	body.interfaces = parts.interface_list;
	body.host = (char *)(uintptr_t) "ioferry-hostd " IOFERRY_VERSION;
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_HELLO;
	reply.hello = &body;
	note_guest(session, hello);
	control_reply(worker, &reply);
	if (message_max != session->message_max)
		set_message_max(session, message_max);
out:
	free_parts(&parts);
	device_set_put(set);
}

static void reply_open(struct worker *worker, iof_handle handle, uint64_t token)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__OpenReply body = IOFERRY__OPEN_REPLY__INIT;

	body.handle = handle;
	body.token = token;
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_OPEN;
	reply.open = &body;
	control_reply(worker, &reply);
}

/* Runs the backend's open; the job's open gets the file. Negative errno, the driver's among them. */
static int open_file(struct worker *worker, struct device *device, int flags)
{
	struct job *job = &worker->job;
	struct host_file *file = NULL;
	int error;

	error = driver_enter(worker);
	if (error == -ECANCELED)
		return error;
	if (error) {
		job_log_busy(worker, error);
		return -EAGAIN;
	}
	error = device->backend_device->backend->open(device->backend_device, flags, &job->call, &file);
	if (driver_leave(worker) && error == -EINTR)
		error = -ECANCELED;
	if (!error) {
		job->open->file = file;
		open_publish(&worker->session->engine->opens, job->open);
	}
	return error;
}

static void answer_open(struct worker *worker, struct handle *handle, const char *name, int error)
{
	struct session *session = worker->session;
	struct job *job = &worker->job;
	uint64_t token = job->open ? job->open->token : 0;
	struct open_file *open = job->open;
	iof_handle id;

	if (error != -ECANCELED)
		job_trace(worker, error ? IOF_STATUS_REFUSED : IOF_STATUS_COMPLETED, 0, (uint32_t)-error);
	if (error == -ECANCELED) /* no refusal, and nothing stays open */
		job_cut(worker);
	else if (error)
		refuse(worker, -error, "%s: open: %s", name, strerror(-error));
	if (error) {
		handle_unreserve(session, handle);
		return;
	}
	job->open = NULL;
	id = handle_fill(session, handle, open);
	if (!id) {
		worker_put_open(worker, open);
		job_refuse(worker, ENODEV);
		return;
	}
	reply_open(worker, id, token);
}

/* The open and its place, before the driver is asked. False: refused. */
static bool make_open(struct worker *worker, struct device *device, struct handle **handle)
{
	const struct engine_limits *limits = &worker->session->limits;
	int error;

	if (handle_reserve(worker->session, handle) < 0) {
		refuse(worker, EMFILE, "%u handles are open ('handles')", limits->handles);
		return false;
	}
	error = open_create(device, worker->session->account, limits->opens_per_guest, &worker->job.open);
	if (!error)
		return true;
	handle_unreserve(worker->session, *handle);
	if (error == -EMFILE)
		refuse(worker, EMFILE, "the guest's sessions have %u opens ('opens_per_guest')",
		       limits->opens_per_guest);
	else
		refuse(worker, -error, "%s: open: %s", device->name, strerror(-error));
	return false;
}

static void execute_open(struct worker *worker, const Ioferry__Open *message)
{
	struct session *session = worker->session;
	struct device_set *set = engine_devices(session->engine);
	struct device *device = device_set_find(set, message->device);
	struct handle *handle;
	int error;

	/* ENODEV for both: what a guest may not open is not there. */
	if (!device) {
		refuse(worker, ENODEV, "there is no device '%.64s'", message->device);
	} else if (!device_admits(device, &session->peer, session->address)) {
		refuse(worker, ENODEV, "'allow' of device '%s' does not name %s", device->name, session->peer.name);
	} else if (make_open(worker, device, &handle)) {
		worker->job.device = device_get(device);
		worker->job.count = &device->operations[DEVICE_OPEN];
		error = open_file(worker, device, iof_open_flags_decode(message->flags));
		answer_open(worker, handle, device->name, error);
	}
	device_set_put(set);
}

static void execute_attach(struct worker *worker, const Ioferry__Attach *message)
{
	struct session *session = worker->session;
	struct open_file *open = open_find(&session->engine->opens, message->token, session->account);
	struct handle *handle;

	if (!open) {
		refuse(worker, ENODEV, "no open of this guest has this token");
		return;
	}
	worker->job.open = open;
	worker->job.device = device_get(open->device);
	if (!device_admits(open->device, &session->peer, session->address)) {
		refuse(worker, ENODEV, "'allow' of device '%s' does not name %s", open->device->name,
		       session->peer.name);
	} else if (handle_reserve(session, &handle) < 0) {
		refuse(worker, EMFILE, "%u handles are open ('handles')", session->limits.handles);
	} else {
		/* Before the handle can be closed: a share that is left would put the driver's release off. */
		if (!message->beside_shares)
			open_unshare(&session->engine->opens, open);
		answer_open(worker, handle, open->device->name, 0);
	}
}

static void execute_share(struct worker *worker, uint64_t token)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	struct session *session = worker->session;
	struct open_file *open = open_find(&session->engine->opens, token, session->account);

	if (!open) {
		refuse(worker, ENODEV, "no open of this guest has this token");
		return;
	}
	worker->job.open = open;
	if (open_share(&session->engine->opens, open, clock_ms() + SHARE_MS, session->limits.handles) < 0) {
		refuse(worker, EMFILE, "%u opens of this guest are shared ('handles')", session->limits.handles);
		return;
	}
	engine_wake_ticker(session->engine);
	control_reply(worker, &reply);
}

void control_execute(struct worker *worker)
{
	const Ioferry__ControlRequest *request = worker->job.control;

	worker->job.began_us = clock_us();
	switch (request->what_case) {
	case IOFERRY__CONTROL_REQUEST__WHAT_HELLO: execute_hello(worker, request->hello); break;
	case IOFERRY__CONTROL_REQUEST__WHAT_OPEN: execute_open(worker, request->open); break;
	case IOFERRY__CONTROL_REQUEST__WHAT_ATTACH: execute_attach(worker, request->attach); break;
	case IOFERRY__CONTROL_REQUEST__WHAT_SHARE: execute_share(worker, request->share->token); break;
	case IOFERRY__CONTROL_REQUEST__WHAT_STATUS:
		if (peer_is_own(&worker->session->peer))
			status_execute(worker);
		else
			refuse(worker, EPERM, "status is told to root and the daemon's own user only");
		break;
	case IOFERRY__CONTROL_REQUEST__WHAT_TRACE:
		if (peer_is_own(&worker->session->peer))
			trace_execute(worker);
		else
			refuse(worker, EPERM, "calls are shown to root and the daemon's own user only");
		break;
	default: refuse(worker, EOPNOTSUPP, "this host does not know the request"); break;
	}
}
