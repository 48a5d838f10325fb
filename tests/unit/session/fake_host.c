/* SPDX-License-Identifier: MIT */
#include "fake_host.h"
#include <ioferry/sys.h>
#include <ioferry/transport.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

struct fake_host {
	struct fake_options options;
	struct iof_listener *listener;
	struct iof_link *link; /* atomic */
	char path[64], address[80];
	pthread_t thread;
	pthread_mutex_t mutex; /* order of seq is order of sending */
	uint64_t seq;
	struct fake_seen seen;
	bool stop;
};

static struct iof_link *link_of(struct fake_host *host)
{
	return __atomic_load_n(&host->link, __ATOMIC_ACQUIRE);
}

static void send_message(struct fake_host *host, struct iof_reply *reply, const void *payload, size_t length)
{
	uint8_t header[IOF_REPLY_SIZE];
	struct iovec parts[] = {{header, sizeof header}, {(void *)(uintptr_t)payload, length}};

	reply->length = (uint32_t)(IOF_REPLY_SIZE + length);
	pthread_mutex_lock(&host->mutex);
	if (reply->status != IOF_STATUS_EVENT)
		reply->seq = ++host->seq;
	iof_reply_encode(reply, header);
	link_of(host)->ops->send(link_of(host), parts, length ? 2 : 1);
	pthread_mutex_unlock(&host->mutex);
}

void fake_host_reply(struct fake_host *host, uint64_t tag, enum iof_status status, int32_t result, uint32_t error,
		     const void *payload, size_t length)
{
	struct iof_reply reply = {.status = (uint16_t)status, .tag = tag, .result = result, .error = error};

	send_message(host, &reply, payload, length);
}

void fake_host_event(struct fake_host *host, iof_handle handle, uint32_t revents)
{
	struct iof_reply reply = {.status = IOF_STATUS_EVENT, .tag = handle, .result = (int32_t)revents};

	send_message(host, &reply, NULL, 0);
}

void fake_host_raw(struct fake_host *host, const void *bytes, size_t length)
{
	struct iovec part = {(void *)(uintptr_t)bytes, length};

	link_of(host)->ops->send(link_of(host), &part, 1);
}

void fake_host_hang_up(struct fake_host *host)
{
	link_of(host)->ops->shutdown(link_of(host));
}

static void reply_control(struct fake_host *host, uint64_t tag, const Ioferry__ControlReply *reply)
{
	uint8_t bytes[4096];
	ssize_t length = iof_control_pack_reply(reply, bytes, sizeof bytes);

	if (length < 0)
		abort();
	fake_host_reply(host, tag, IOF_STATUS_COMPLETED, 0, reply->error, bytes, (size_t)length);
}

static void answer_hello(struct fake_host *host, uint64_t tag, const Ioferry__Hello *hello)
{
	const struct fake_options *options = &host->options;
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__HelloReply answer = IOFERRY__HELLO_REPLY__INIT;
	Ioferry__Device devices[] = {IOFERRY__DEVICE__INIT, IOFERRY__DEVICE__INIT, IOFERRY__DEVICE__INIT};
	Ioferry__Device *device_list[] = {&devices[0], &devices[1], &devices[2]};
	Ioferry__Interface *interface_list[] = {(Ioferry__Interface *)(uintptr_t)options->interface};

	if (options->refuse_hello) {
		reply.error = EPERM;
		reply.reason = (char *)(uintptr_t)options->refuse_hello;
		reply_control(host, tag, &reply);
		return;
	}
	devices[0].name = (char[]){"testdev0"};
	devices[0].interface = (char *)(uintptr_t)iof_interfaces[0]->name;
	devices[0].interface_hash = options->interface_hash ? options->interface_hash : iof_interfaces[0]->hash;
	devices[0].mode = 07660;
	devices[0].major = 240;
	devices[0].minor = host->seen.hellos;
	devices[1].name = (char[]){"other"};
	devices[1].interface = (char[]){"unheard-of"};
	devices[2].name = (char[]){"../../etc/passwd"};
	devices[2].interface = devices[0].interface;
	answer.version = options->version ? options->version : hello->version_max;
	answer.message_max = options->message_max ? options->message_max : hello->message_max;
	answer.max_calls = options->max_calls ? options->max_calls : 64;
	answer.keep_replies = options->keep_replies ? options->keep_replies : 64;
	answer.keep_bytes = options->keep_bytes ? options->keep_bytes : 1 << 20;
	answer.n_devices = 3;
	answer.devices = device_list;
	answer.n_interfaces = options->interface ? 1 : 0;
	answer.interfaces = interface_list;
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_HELLO;
	reply.hello = &answer;
	reply_control(host, tag, &reply);
}

static void answer_open(struct fake_host *host, uint64_t tag, uint64_t handle)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__OpenReply open = IOFERRY__OPEN_REPLY__INIT;

	open.handle = handle;
	open.token = 0x70000000u + handle;
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_OPEN;
	reply.open = &open;
	reply_control(host, tag, &reply);
}

static void answer_error(struct fake_host *host, uint64_t tag, int error, const char *reason)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;

	reply.error = (uint32_t)error;
	reply.reason = (char *)(uintptr_t)reason;
	reply_control(host, tag, &reply);
}

static void answer_control(struct fake_host *host, const struct iof_request *request, const uint8_t *payload,
			   size_t length)
{
	struct iof_control_arena arena;
	const Ioferry__ControlRequest *message;

	if (iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS) < 0 ||
	    iof_control_unpack_request(&arena, payload, length, &message) < 0)
		abort();
	switch (message->what_case) {
	case IOFERRY__CONTROL_REQUEST__WHAT_HELLO:
		host->seen.hellos++;
		answer_hello(host, request->tag, message->hello);
		break;
	case IOFERRY__CONTROL_REQUEST__WHAT_OPEN:
		if (strcmp(message->open->device, "slow") == 0)
			host->options.handle(host, request, payload, length);
		else if (strcmp(message->open->device, "testdev0") == 0)
			answer_open(host, request->tag, 100 + host->seen.opens++);
		else
			answer_error(host, request->tag, ENODEV, "no such device");
		break;
	case IOFERRY__CONTROL_REQUEST__WHAT_ATTACH: answer_open(host, request->tag, message->attach->token); break;
	case IOFERRY__CONTROL_REQUEST__WHAT_SHARE:
		answer_error(host, request->tag, message->share->token == 1 ? 0 : ESTALE, "");
		break;
	default: answer_error(host, request->tag, EOPNOTSUPP, "not here"); break;
	}
	iof_control_arena_destroy(&arena);
}

static void deliver(void *context, const uint8_t *bytes, size_t length)
{
	struct fake_host *host = context;
	struct iof_request request;
	const uint8_t *payload = bytes + IOF_REQUEST_SIZE;

	if (iof_request_decode(bytes, length, IOF_MESSAGE_MAX, &request) < 0)
		abort();
	length -= IOF_REQUEST_SIZE;
	pthread_mutex_lock(&host->mutex);
	host->seen.requests++;
	if (request.ack > host->seen.ack)
		host->seen.ack = request.ack;
	host->seen.bare_acks += request.op == IOF_OP_ACK;
	host->seen.closes += request.op == IOF_OP_CLOSE;
	host->seen.cancels += request.op == IOF_OP_CANCEL;
	if (request.op == IOF_OP_CLOSE)
		host->seen.last_closed = request.handle;
	if (request.op == IOF_OP_CANCEL)
		host->seen.cancelled_tag = iof_get_u64(payload);
	pthread_mutex_unlock(&host->mutex);

	if (host->options.silent || request.op == IOF_OP_ACK)
		return;
	if (request.op == IOF_OP_CONTROL)
		answer_control(host, &request, payload, length);
	else if (request.op == IOF_OP_CLOSE)
		fake_host_reply(host, request.tag, IOF_STATUS_COMPLETED, 0, request.handle ? 0 : ENODEV, NULL, 0);
	else if (host->options.handle)
		host->options.handle(host, &request, payload, length);
	else if (request.op != IOF_OP_CANCEL)
		fake_host_reply(host, request.tag, IOF_STATUS_COMPLETED, (int32_t)length, 0, payload, length);
}

static void *serve(void *context)
{
	struct fake_host *host = context;
	int fd = host->listener->ops->descriptor(host->listener);

	while (!__atomic_load_n(&host->stop, __ATOMIC_ACQUIRE)) {
		struct iof_link *link;
		ssize_t n;

		if (iof_poll(fd, POLLIN, 20) <= 0 || host->listener->ops->accept(host->listener, &link) < 0)
			continue;
		__atomic_store_n(&host->link, link, __ATOMIC_RELEASE);
		do {
			short events = link->ops->wants_write(link) ? POLLIN | POLLOUT : POLLIN;

			iof_poll(link->ops->descriptor(link), events, 20);
			link->ops->flush(link);
			n = link->ops->receive(link, false, deliver, host);
		} while ((n >= 0 || n == -EAGAIN) && !__atomic_load_n(&host->stop, __ATOMIC_ACQUIRE));
		pthread_mutex_lock(&host->mutex);
		host->seen.gone = true;
		pthread_mutex_unlock(&host->mutex);
		link->ops->shutdown(link);
		break; /* one guest a host */
	}
	return NULL;
}

struct fake_host *fake_host_start(const struct fake_options *options)
{
	static unsigned number;
	struct fake_host *host = calloc(1, sizeof *host);
	const struct iof_host_transport *transport;
	const char *rest;
	char reason[256];
	sigset_t all, before;

	host->options = *options;
	pthread_mutex_init(&host->mutex, NULL);
	snprintf(host->path, sizeof host->path, "/tmp/ioferry-session-%d-%u", getpid(),
		 __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED));
	snprintf(host->address, sizeof host->address, "unix:%s", host->path);
	transport = iof_host_transport_find(host->address, &rest, reason, sizeof reason);
	if (!transport || transport->listen(rest, NULL, &host->listener, reason, sizeof reason) < 0) {
		fprintf(stderr, "%s\n", reason);
		abort();
	}
	sigfillset(&all); /* the tests' signals are for their own threads */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_create(&host->thread, NULL, serve, host);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return host;
}

void fake_host_stop(struct fake_host *host)
{
	__atomic_store_n(&host->stop, true, __ATOMIC_RELEASE);
	pthread_join(host->thread, NULL);
	if (host->link)
		host->link->ops->destroy(host->link);
	host->listener->ops->destroy(host->listener);
	pthread_mutex_destroy(&host->mutex);
	free(host);
}

const char *fake_host_address(const struct fake_host *host)
{
	return host->address;
}

void *fake_host_context(struct fake_host *host)
{
	return host->options.context;
}

struct fake_seen fake_host_seen(struct fake_host *host)
{
	struct fake_seen seen;

	pthread_mutex_lock(&host->mutex);
	seen = host->seen;
	pthread_mutex_unlock(&host->mutex);
	return seen;
}
