/* SPDX-License-Identifier: MIT */
/*
 * The other end for the tests of ioferry-cuse and ioferry-fuse: one thread that speaks the wire protocol and runs
 * testdev's commands. Unlike the daemon it can also ignore a cancel, answer nonsense, and say what it saw.
 *
 *     cuse-test-host unix:/path [noise|slow]
 *
 * With "noise" every other reply (but a hello's) is nonsense within a valid frame. With "slow" a close takes 50 ms, and
 * an open that comes meanwhile is told on stderr. At SIGHUP its devices change: td1 comes, tests/tb0 goes, and td0 has
 * another mode; at the next one it is as before.
 */
#include "testdev.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/control.h>
#include <ioferry/log.h>
#include <ioferry/marshal.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILES   256
#define PENDING 64
#define STORE   262144u

struct pending {
	uint64_t tag; /* 0: free */
	uint32_t command;
	iof_handle handle;
	uint64_t until_ms; /* 0: until a kick */
	int32_t result;
	bool deaf; /* to cancels */
	bool closes;
};

struct open_file {
	bool open, bytes;
	uint32_t armed;
};

static volatile sig_atomic_t reconfigured; /* how often */

struct host {
	struct iof_link *link;
	sig_atomic_t told; /* of `reconfigured` */
	struct iof_walk *walk;
	uint64_t seq;
	bool noise, slow, greeted;
	struct open_file files[FILES];
	struct pending pending[PENDING];
	bool readable;
	unsigned waits;
	struct td_message messages[64];
	uint32_t n_messages;
	size_t n_stored;
	uint8_t stored[STORE];
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Any status, any result, any errno, and a payload of any bytes and length. */
static void make_noise(struct iof_reply *reply, uint8_t bytes[4096], const void **payload, size_t *length)
{
	reply->status = (uint16_t)(random() % IOF_STATUS_EVENT);
	reply->result = (int32_t)((uint32_t)random() << (random() % 32));
	reply->error = random() % 2 ? 0 : (uint32_t)random() >> (random() % 32);
	if (random() % 2) {
		*length = (size_t)random() % 4096;
		for (size_t i = 0; i < *length; i++)
			bytes[i] = (uint8_t)random();
		*payload = bytes;
	}
}

static void send_reply(struct host *host, struct iof_reply reply, const void *payload, size_t length)
{
	uint8_t head[IOF_REPLY_SIZE], noise[4096];
	struct iovec parts[2] = {{head, sizeof(head)}, {NULL, 0}};

	if (host->noise && host->greeted && reply.status != IOF_STATUS_EVENT && random() % 2)
		make_noise(&reply, noise, &payload, &length);
	host->greeted = true; /* the first reply is the hello's */
	parts[1] = (struct iovec){(void *)(uintptr_t)payload, length};
	reply.length = (uint32_t)(IOF_REPLY_SIZE + length);
	reply.seq = reply.status == IOF_STATUS_EVENT ? 0 : ++host->seq;
	iof_reply_encode(&reply, head);
	if (host->link->ops->send(host->link, parts, length ? 2 : 1) < 0)
		host->link->ops->shutdown(host->link);
}

/* A driver's return value. */
static struct iof_reply outcome(uint64_t tag, long value)
{
	struct iof_reply reply = {.tag = tag, .status = IOF_STATUS_COMPLETED};

	if (value < 0)
		reply.error = (uint32_t)-value;
	else
		reply.result = (int32_t)value;
	return reply;
}

static void send_packed(struct host *host, uint64_t tag, long value)
{
	struct iof_reply reply = outcome(tag, value);
	const void *payload;
	size_t length;

	if (iof_pack(host->walk, reply.result, reply.error, &payload, &length)) {
		fprintf(stderr, "host: pack: %s\n", iof_walk_reason(host->walk));
		exit(1);
	}
	send_reply(host, reply, payload, length);
}

static void refuse(struct host *host, uint64_t tag, int error)
{
	send_reply(host, (struct iof_reply){.tag = tag, .status = IOF_STATUS_REFUSED, .error = (uint32_t)error}, NULL,
		   0);
}

static void wake(struct host *host)
{
	for (unsigned i = 0; i < FILES; i++) {
		if (!host->files[i].open || !host->files[i].armed)
			continue;
		host->files[i].armed = 0;
		send_reply(host, (struct iof_reply){.tag = i + 1, .status = IOF_STATUS_EVENT, .result = POLLIN}, NULL,
			   0);
	}
}

static void kick(struct host *host, bool readable)
{
	host->readable = readable;
	for (unsigned i = 0; i < PENDING; i++) {
		if (host->pending[i].tag && !host->pending[i].until_ms) {
			send_reply(host, outcome(host->pending[i].tag, host->pending[i].result), NULL, 0);
			host->pending[i].tag = 0;
		}
	}
	if (readable)
		wake(host);
}

static void postpone(struct host *host, struct pending pending)
{
	for (unsigned i = 0; i < PENDING; i++) {
		if (!host->pending[i].tag) {
			host->pending[i] = pending;
			return;
		}
	}
	refuse(host, pending.tag, EAGAIN);
}

static long run_items(struct td_items *items)
{
	long total = 0;

	for (uint32_t i = 0; i < items->count; i++) {
		uint8_t *data = items->items[i].data;

		items->items[i].sum = 0;
		for (uint32_t k = 0; data && k < items->items[i].length; k++) {
			items->items[i].sum += data[k];
			data[k]++;
		}
		total += items->items[i].sum;
	}
	return total;
}

static long run_deep(struct td_deep *deep)
{
	for (uint32_t i = 0; i < deep->out_len; i++)
		((uint8_t *)deep->out)[i] = i < deep->in_len ? ((const uint8_t *)deep->in)[i] ^ 0x55 : 0;
	return (long)deep->in_len;
}

static long run_list(struct td_list *list)
{
	list->count = list->capacity / 2;
	for (uint32_t i = 0; i < list->count; i++)
		list->values[i] = i * 3;
	return 0;
}

static long run_flat(struct td_flat *flat)
{
	flat->b = flat->a + 1;
	return 5;
}

static long run_abi(struct td_abi *abi)
{
	abi->a++;
	abi->b++;
	abi->c--;
	return 0;
}

/* Commands that answer later, or do something to the host. True: nothing more to send. */
static bool run_special(struct host *host, const struct iof_request *request, uint64_t argument)
{
	struct pending pending = {.tag = request->tag, .command = request->command, .handle = request->handle};

	switch (request->command) {
	case TD_WAIT:
	case TD_WAIT_EINTR:
		host->waits++;
		pending.result = 9;
		break;
	case TD_STUCK:
	case TD_SLOW:
		pending.until_ms = now_ms() + argument;
		pending.result = request->command == TD_STUCK ? 11 : 12;
		pending.deaf = true;
		break;
	case TD_RESULT: /* also one that no driver returns */
		send_reply(host, (struct iof_reply){.tag = request->tag, .result = (int32_t)argument}, NULL, 0);
		return true;
	case TD_LIE: /* more values than there is room for, and a segment too many */
		send_reply(host, outcome(request->tag, 0), host->stored, 4096);
		return true;
	default: return false;
	}
	postpone(host, pending);
	return true;
}

static long run_plain(struct host *host, const struct iof_request *request, uint64_t argument)
{
	void *memory = (void *)(uintptr_t)argument;

	switch (request->command) {
	case TD_NOTHING: return 7;
	case TD_FLAT: return run_flat(memory);
	case TD_BUSY: run_flat(memory); return -EBUSY;
	case TD_ABI: return run_abi(memory);
	case TD_DEEP: return run_deep(memory);
	case TD_ITEMS: return run_items(memory);
	case TD_LIST: return run_list(memory);
	case TD_ERRNO: return -(long)argument;
	case TD_KICK: kick(host, argument == 1); return 0;
	case TD_NONBLOCK: return (request->flags & IOF_REQUEST_NONBLOCK) != 0;
	case TD_COUNT: return host->waits;
	default: return -ENOTTY;
	}
}

static void on_ioctl(struct host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	const struct iof_interface *interface = iof_interface_find("testdev");
	const struct iof_command *command = iof_interface_command(interface, IOF_LAYOUT_LP64, request->command);
	uint64_t argument;
	int ret;

	if (!command) {
		refuse(host, request->tag, ENOTTY);
		return;
	}
	ret = iof_unpack(host->walk, command, request->command, payload, length, request->flags & IOF_REQUEST_NULL,
			 &argument);
	if (ret) {
		fprintf(stderr, "host: unpack %s: %s\n", command->name, iof_walk_reason(host->walk));
		refuse(host, request->tag, -ret);
		return;
	}
	if (!run_special(host, request, argument))
		send_packed(host, request->tag, run_plain(host, request, argument));
}

/* Ends by a cancel only. */
static void wait_for_ever(struct host *host, const struct iof_request *request)
{
	postpone(host, (struct pending){.tag = request->tag, .handle = request->handle, .until_ms = UINT64_MAX});
}

static ssize_t read_messages(struct host *host, struct td_message *to, uint32_t count)
{
	uint32_t n = count < host->n_messages ? count : host->n_messages;

	memcpy(to, host->messages, n * sizeof(*to));
	memmove(host->messages, host->messages + n, (host->n_messages - n) * sizeof(*to));
	host->n_messages -= n;
	return (ssize_t)n;
}

/* Each message is kept with its id + 1000, and the caller sees that in its own buffer. */
static ssize_t write_messages(struct host *host, struct td_message *from, uint32_t count)
{
	uint32_t n = 0;

	for (; n < count && host->n_messages < 64; n++) {
		from[n].id += 1000;
		host->messages[host->n_messages++] = from[n];
	}
	return (ssize_t)n;
}

static ssize_t read_bytes(struct host *host, uint8_t *to, uint32_t count)
{
	size_t n = count < host->n_stored ? count : host->n_stored;

	memcpy(to, host->stored, n);
	memmove(host->stored, host->stored + n, host->n_stored - n);
	host->n_stored -= n;
	return (ssize_t)n;
}

static ssize_t write_bytes(struct host *host, const uint8_t *from, uint32_t count)
{
	size_t n = count < STORE - host->n_stored ? count : STORE - host->n_stored;

	memcpy(host->stored + host->n_stored, from, n);
	host->n_stored += n;
	return (ssize_t)n;
}

static void on_io(struct host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	bool read = request->op == IOF_OP_READ, bytes = host->files[request->handle - 1].bytes;
	const struct iof_interface *interface = iof_interface_find(bytes ? "testbytes" : "testdev");
	uint32_t count;
	void *buffer;
	ssize_t n;

	if (iof_unpack_records(host->walk, read ? &interface->read : &interface->write, payload, length, &count,
			       &buffer)) {
		fprintf(stderr, "host: unpack io: %s\n", iof_walk_reason(host->walk));
		refuse(host, request->tag, EINVAL);
		return;
	}
	if (read && (bytes ? !host->n_stored : !host->n_messages)) {
		if (request->flags & IOF_REQUEST_NONBLOCK)
			send_packed(host, request->tag, -EAGAIN);
		else
			wait_for_ever(host, request);
		return;
	}
	if (!read && bytes && count && *(const char *)buffer == TB_WAITS) {
		wait_for_ever(host, request);
		return;
	}
	if (read)
		n = bytes ? read_bytes(host, buffer, count) : read_messages(host, buffer, count);
	else
		n = bytes ? write_bytes(host, buffer, count) : write_messages(host, buffer, count);
	send_packed(host, request->tag, n);
}

static void on_cancel(struct host *host, uint64_t tag)
{
	for (unsigned i = 0; i < PENDING; i++) {
		struct pending *pending = &host->pending[i];

		if (!tag || pending->tag != tag || pending->deaf)
			continue;
		pending->tag = 0;
		send_reply(host, (struct iof_reply){.tag = tag, .status = IOF_STATUS_INTERRUPTED, .error = EINTR}, NULL,
			   0);
	}
}

static void on_poll(struct host *host, const struct iof_request *request, const uint8_t *payload)
{
	uint32_t events = iof_get_u32(payload), ready = POLLOUT | POLLWRNORM;

	if (host->readable || host->n_messages)
		ready |= POLLIN | POLLRDNORM;
	if (iof_get_u32(payload + 4))
		host->files[request->handle - 1].armed = ready & events ? 0 : events;
	send_reply(host, outcome(request->tag, (long)ready), NULL, 0);
}

static void send_control(struct host *host, uint64_t tag, const Ioferry__ControlReply *message)
{
	uint8_t bytes[4096];
	ssize_t length = iof_control_pack_reply(message, bytes, sizeof(bytes));

	if (length < 0) {
		fprintf(stderr, "host: control reply too large\n");
		exit(1);
	}
	send_reply(host, outcome(tag, -(long)message->error), bytes, (size_t)length);
}

static void on_hello(struct host *host, uint64_t tag, const Ioferry__Hello *hello)
{
	bool other = reconfigured % 2;
	char name[2][16] = {"td0", "tests/tb0"}, interface[2][16] = {"testdev", "testbytes"};
	Ioferry__Device devices[2] = {IOFERRY__DEVICE__INIT, IOFERRY__DEVICE__INIT};
	Ioferry__Device *list[] = {&devices[0], &devices[1]};
	Ioferry__HelloReply reply = IOFERRY__HELLO_REPLY__INIT;
	Ioferry__ControlReply control = IOFERRY__CONTROL_REPLY__INIT;

	fprintf(stderr, "host: hello from %s\n", hello->client);
	if (other) {
		strcpy(name[1], "td1");
		strcpy(interface[1], "testdev");
	}
	for (unsigned i = 0; i < 2; i++) {
		devices[i].name = name[i];
		devices[i].interface = interface[i];
		devices[i].interface_hash = iof_interface_find(interface[i])->hash;
		devices[i].mode = i ? 0660 : other ? 0600 : 0666;
		devices[i].major = i ? 0 : 120;
		devices[i].minor = i ? 0 : 3;
	}
	reply.version = IOF_PROTOCOL_VERSION;
	reply.message_max = hello->message_max;
	reply.max_calls = PENDING;
	reply.max_handles = FILES;
	reply.keep_replies = 64;
	reply.keep_bytes = 4 << 20;
	reply.n_devices = 2;
	reply.devices = list;
	control.what_case = IOFERRY__CONTROL_REPLY__WHAT_HELLO;
	control.hello = &reply;
	send_control(host, tag, &control);
}

static void on_open(struct host *host, uint64_t tag, const Ioferry__Open *open)
{
	Ioferry__ControlReply control = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__OpenReply reply = IOFERRY__OPEN_REPLY__INIT;
	unsigned i = 0;

	for (unsigned other = 0; other < PENDING; other++)
		if (host->pending[other].tag && host->pending[other].closes)
			fprintf(stderr, "host: an open overtakes a close\n");
	while (i < FILES && host->files[i].open)
		i++;
	if (i == FILES) {
		control.error = ENFILE;
	} else {
		host->files[i] = (struct open_file){.open = true, .bytes = strncmp(open->device, "td", 2) != 0};
		reply.handle = i + 1;
		reply.token = 1;
		control.what_case = IOFERRY__CONTROL_REPLY__WHAT_OPEN;
		control.open = &reply;
	}
	send_control(host, tag, &control);
}

static void on_control(struct host *host, uint64_t tag, const uint8_t *payload, size_t length)
{
	const Ioferry__ControlRequest *request;
	struct iof_control_arena arena;

	if (iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS) ||
	    iof_control_unpack_request(&arena, payload, length, &request)) {
		fprintf(stderr, "host: not a control message\n");
		exit(1);
	}
	if (request->what_case == IOFERRY__CONTROL_REQUEST__WHAT_HELLO)
		on_hello(host, tag, request->hello);
	else if (request->what_case == IOFERRY__CONTROL_REQUEST__WHAT_OPEN)
		on_open(host, tag, request->open);
	else
		refuse(host, tag, EINVAL);
	iof_control_arena_destroy(&arena);
}

static void on_close(struct host *host, const struct iof_request *request)
{
	unsigned open = 0;

	host->files[request->handle - 1].open = false;
	for (unsigned i = 0; i < FILES; i++)
		open += host->files[i].open;
	fprintf(stderr, "host: close, %u open\n", open);
	if (host->slow)
		postpone(host, (struct pending){
				       .tag = request->tag, .until_ms = now_ms() + 50, .deaf = true, .closes = true});
	else
		send_reply(host, outcome(request->tag, 0), NULL, 0);
}

static void on_message(void *context, const uint8_t *bytes, size_t length)
{
	struct host *host = context;
	struct iof_request request;
	const uint8_t *payload = bytes + IOF_REQUEST_SIZE;
	size_t payload_length = length - IOF_REQUEST_SIZE;

	if (iof_request_decode(bytes, length, IOF_MESSAGE_MAX, &request)) {
		fprintf(stderr, "host: malformed request\n");
		exit(1);
	}
	if (request.handle > FILES || (request.op >= IOF_OP_CLOSE && request.op <= IOF_OP_POLL &&
				       (!request.handle || !host->files[request.handle - 1].open))) {
		refuse(host, request.tag, EBADF);
		return;
	}
	switch (request.op) {
	case IOF_OP_CONTROL: on_control(host, request.tag, payload, payload_length); break;
	case IOF_OP_CLOSE: on_close(host, &request); break;
	case IOF_OP_IOCTL: on_ioctl(host, &request, payload, payload_length); break;
	case IOF_OP_READ:
	case IOF_OP_WRITE: on_io(host, &request, payload, payload_length); break;
	case IOF_OP_POLL: on_poll(host, &request, payload); break;
	case IOF_OP_CANCEL: on_cancel(host, iof_get_u64(payload)); break;
	default: break;
	}
}

static void on_hangup(int number)
{
	(void)number;
	reconfigured++;
}

static void tell_devices(struct host *host)
{
	if (host->told == reconfigured)
		return;
	host->told = reconfigured;
	send_reply(host, (struct iof_reply){.tag = IOF_EVENT_DEVICES, .status = IOF_STATUS_EVENT}, NULL, 0);
}

static int until_next(const struct host *host)
{
	uint64_t now = now_ms();
	int wait = 1000;

	for (unsigned i = 0; i < PENDING; i++) {
		uint64_t until = host->pending[i].tag ? host->pending[i].until_ms : 0;

		if (until && until <= now)
			return 0;
		if (until && until - now < (uint64_t)wait)
			wait = (int)(until - now);
	}
	return wait;
}

static void end_waits(struct host *host)
{
	uint64_t now = now_ms();

	for (unsigned i = 0; i < PENDING; i++) {
		struct pending *pending = &host->pending[i];

		if (!pending->tag || !pending->until_ms || pending->until_ms > now)
			continue;
		send_reply(host, outcome(pending->tag, pending->result), NULL, 0);
		pending->tag = 0;
	}
}

static void serve(struct host *host)
{
	ssize_t got = 0;

	memset(host->files, 0, sizeof(host->files));
	memset(host->pending, 0, sizeof(host->pending));
	host->seq = 0;
	host->greeted = false;
	host->told = reconfigured;
	while (got >= 0 || got == -EAGAIN) {
		struct pollfd poll_fd = {.fd = host->link->ops->descriptor(host->link), .events = POLLIN};

		if (host->link->ops->wants_write(host->link))
			poll_fd.events |= POLLOUT;
		poll(&poll_fd, 1, until_next(host));
		if (poll_fd.revents & POLLOUT)
			host->link->ops->flush(host->link);
		end_waits(host);
		tell_devices(host);
		got = poll_fd.revents ? host->link->ops->receive(host->link, false, on_message, host) : 0;
	}
	fprintf(stderr, "host: guest gone\n");
}

int main(int argc, char **argv)
{
	static struct host host;
	struct iof_listener *listener;
	char reason[256];
	const char *rest;
	const struct iof_host_transport *transport =
		iof_host_transport_find(argc > 1 ? argv[1] : "", &rest, reason, sizeof(reason));

	host.walk = iof_walk_create(IOF_MESSAGE_MAX);
	host.noise = argc > 2 && strcmp(argv[2], "noise") == 0;
	host.slow = argc > 2 && strcmp(argv[2], "slow") == 0;
	srandom(1);
	(void)signal(SIGHUP, on_hangup);
	if (!host.walk || !transport || transport->listen(rest, NULL, &listener, reason, sizeof(reason))) {
		fprintf(stderr, "host: %s\n", reason);
		return 1;
	}
	fprintf(stderr, "host: listening\n");
	for (;;) {
		struct pollfd poll_fd = {.fd = listener->ops->descriptor(listener), .events = POLLIN};

		if (poll(&poll_fd, 1, -1) < 0 || listener->ops->accept(listener, &host.link))
			continue;
		serve(&host);
		host.link->ops->destroy(host.link);
	}
}
