/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include "transports/stream/stream.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONG_MS = 20000 };

struct engine *test_engine(const struct engine_limits *limits, struct fake **fake)
{
	struct engine_limits defaults = ENGINE_LIMITS_DEFAULT;
	struct engine *engine = engine_create(limits ? limits : &defaults);
	struct device *device = fake_device("fake0", fake);
	struct guest_policy guests = {.given = true};

	assert_non_null(engine);
	guests.rules = calloc(1, sizeof(*guests.rules));
	guests.n_rules = 1;
	device_set_policy(device, &guests, &(struct command_policy){0});
	engine_set_devices(engine, device_set_create(&device, 1));
	return engine;
}

void test_engine_end(struct engine *engine)
{
	assert_true(engine_stop(engine, LONG_MS));
	engine_destroy(engine);
}

int guest_try(struct engine *engine, uid_t uid, struct guest *guest, char *reason, size_t size)
{
	struct iof_peer peer = {.transport = "unix", .uid = uid, .gid = uid, .pid = 1, .cid = UINT32_MAX};
	struct iof_link *link;
	int pair[2], error;

	(void)snprintf(peer.name, sizeof(peer.name), "unix:uid=%u", (unsigned)uid);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(iof_stream_link_create(pair[0], &peer, &link), 0);
	error = engine_accept(engine, link, "unix:/test.sock", reason, size);
	*guest = (struct guest){.fd = pair[1], .acknowledges = true};
	if (error)
		guest_end(guest);
	return error;
}

struct guest guest_connect(struct engine *engine, uid_t uid)
{
	struct guest guest;
	char reason[256];

	assert_int_equal(guest_try(engine, uid, &guest, reason, sizeof(reason)), 0);
	return guest;
}

struct guest guest_begin(struct engine *engine, uid_t uid)
{
	struct guest guest = guest_connect(engine, uid);
	unsigned devices;

	assert_int_equal(guest_hello(&guest, fake_interface.hash, 0, &devices), 0);
	return guest;
}

void guest_end(struct guest *guest)
{
	(void)close(guest->fd);
	guest->fd = -1;
}

void guest_send_bytes(struct guest *guest, const void *bytes, size_t length)
{
	assert_int_equal(send(guest->fd, bytes, length, MSG_NOSIGNAL), length);
}

uint64_t guest_send(struct guest *guest, struct iof_request request, const void *payload, size_t length)
{
	uint8_t bytes[8192];

	assert_true(length <= sizeof(bytes) - IOF_REQUEST_SIZE);
	request.length = (uint32_t)(IOF_REQUEST_SIZE + length);
	request.tag = ++guest->tag;
	request.ack = guest->acknowledges ? guest->arrived : 0;
	if (!request.reply_max)
		request.reply_max = 4096;
	iof_request_encode(&request, bytes);
	if (length)
		memcpy(bytes + IOF_REQUEST_SIZE, payload, length);
	guest_send_bytes(guest, bytes, IOF_REQUEST_SIZE + length);
	return request.tag;
}

static void read_exactly(struct guest *guest, uint8_t *to, size_t length)
{
	struct pollfd poll_fd = {.fd = guest->fd, .events = POLLIN};

	while (length) {
		ssize_t count;

		assert_int_equal(poll(&poll_fd, 1, LONG_MS), 1);
		count = read(guest->fd, to, length);
		assert_true(count > 0);
		to += count;
		length -= (size_t)count;
	}
}

static void receive_header(struct guest *guest, struct iof_reply *reply)
{
	uint8_t header[IOF_REPLY_SIZE];

	read_exactly(guest, header, sizeof(header));
	assert_int_equal(iof_reply_decode(header, sizeof(header), IOF_MESSAGE_MAX, reply), 0);
	if (reply->seq == guest->arrived + 1)
		guest->arrived++;
}

void guest_receive(struct guest *guest, struct answer *answer)
{
	receive_header(guest, &answer->reply);
	answer->length = answer->reply.length - IOF_REPLY_SIZE;
	assert_true(answer->length <= sizeof(answer->payload));
	read_exactly(guest, answer->payload, answer->length);
}

void guest_receive_long(struct guest *guest, struct iof_reply *reply)
{
	uint8_t *payload;

	receive_header(guest, reply);
	payload = malloc(reply->length);
	assert_non_null(payload);
	read_exactly(guest, payload, reply->length - IOF_REPLY_SIZE);
	free(payload);
}

void guest_expect_end(struct guest *guest)
{
	struct pollfd poll_fd = {.fd = guest->fd, .events = POLLIN};
	uint8_t bytes[4096];
	ssize_t count;

	do {
		assert_int_equal(poll(&poll_fd, 1, LONG_MS), 1);
		count = read(guest->fd, bytes, sizeof(bytes));
	} while (count > 0);
	assert_true(count == 0 || errno == ECONNRESET);
}

void guest_expect_silence(struct guest *guest, int ms)
{
	struct pollfd poll_fd = {.fd = guest->fd, .events = POLLIN};

	assert_int_equal(poll(&poll_fd, 1, ms), 0);
}

uint64_t guest_ioctl(struct guest *guest, iof_handle handle, uint32_t command, uint64_t argument)
{
	struct iof_request request = {.op = IOF_OP_IOCTL, .handle = handle, .command = command};
	size_t length = command == FAKE_NONBLOCK || command == FAKE_FAILS || command == FAKE_DENIED ? 0 : 8;
	uint8_t payload[8];

	iof_put_u64(payload, argument);
	if (command == FAKE_WORD)
		length = 4;
	return guest_send(guest, request, payload, length);
}

void guest_cancel(struct guest *guest, uint64_t tag)
{
	uint8_t payload[8];

	iof_put_u64(payload, tag);
	(void)guest_send(guest, (struct iof_request){.op = IOF_OP_CANCEL}, payload, sizeof(payload));
}

void guest_close(struct guest *guest, iof_handle handle)
{
	uint64_t tag = guest_send(guest, (struct iof_request){.op = IOF_OP_CLOSE, .handle = handle}, NULL, 0);

	guest_expect(guest, tag, IOF_STATUS_COMPLETED, 0, 0);
}

uint64_t guest_send_poll(struct guest *guest, iof_handle handle, uint32_t events, bool arm)
{
	uint8_t payload[8];

	iof_put_u32(payload, events);
	iof_put_u32(payload + 4, arm);
	return guest_send(guest, (struct iof_request){.op = IOF_OP_POLL, .handle = handle}, payload, sizeof(payload));
}

uint32_t guest_poll(struct guest *guest, iof_handle handle, uint32_t events, bool arm)
{
	struct answer answer;
	uint64_t tag = guest_send_poll(guest, handle, events, arm);

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
	return (uint32_t)answer.reply.result;
}

void guest_expect(struct guest *guest, uint64_t tag, enum iof_status status, int32_t result, uint32_t error)
{
	struct answer answer;

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.error, error);
	assert_int_equal(answer.reply.status, status);
	assert_int_equal(answer.reply.result, result);
}

int32_t guest_fast(struct guest *guest, iof_handle handle, int32_t value)
{
	struct answer answer;
	uint64_t tag = guest_ioctl(guest, handle, FAKE_FAST, (uint64_t)value);

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(answer.reply.status, IOF_STATUS_COMPLETED);
	return answer.reply.result;
}

uint64_t guest_send_control(struct guest *guest, const Ioferry__ControlRequest *request)
{
	uint8_t bytes[4096];
	ssize_t length = iof_control_pack_request(request, bytes, sizeof(bytes));

	assert_true(length >= 0);
	return guest_send(guest, (struct iof_request){.op = IOF_OP_CONTROL}, bytes, (size_t)length);
}

/* Sends and gives the errno; @p look sees the answer while it exists. */
static uint32_t control(struct guest *guest, const Ioferry__ControlRequest *request,
			void (*look)(const Ioferry__ControlReply *reply, void *context), void *context)
{
	const Ioferry__ControlReply *reply;
	struct iof_control_arena arena;
	struct answer answer;
	uint64_t tag = guest_send_control(guest, request);

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	assert_int_equal(iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS), 0);
	assert_int_equal(iof_control_unpack_reply(&arena, answer.payload, answer.length, &reply), 0);
	assert_int_equal(reply->error, answer.reply.error);
	if (reply->error)
		assert_true(reply->reason[0]);
	else if (look)
		look(reply, context);
	iof_control_arena_destroy(&arena);
	return answer.reply.error;
}

static void look_at_hello(const Ioferry__ControlReply *reply, void *context)
{
	assert_int_equal(reply->what_case, IOFERRY__CONTROL_REPLY__WHAT_HELLO);
	*(unsigned *)context = (unsigned)reply->hello->n_devices;
}

uint32_t guest_hello(struct guest *guest, uint64_t interface_hash, uint64_t word_hash, unsigned *devices)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Hello hello = IOFERRY__HELLO__INIT;
	Ioferry__Interface interface;
	Ioferry__Interface *list[] = {&interface};
	uint32_t numbers[16];
	uint64_t hashes[16];

	iof_control_interface(&fake_interface, &interface, numbers, hashes);
	interface.hash = interface_hash;
	if (word_hash)
		hashes[1] = word_hash;
	hello.version_min = hello.version_max = IOF_PROTOCOL_VERSION;
	hello.client = (char *)(uintptr_t) "test";
	hello.message_max = guest->message_max ? guest->message_max : IOF_MESSAGE_MAX;
	hello.n_interfaces = 1;
	hello.interfaces = list;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_HELLO;
	request.hello = &hello;
	return control(guest, &request, look_at_hello, devices);
}

struct opened {
	iof_handle handle;
	uint64_t token;
};

static void look_at_open(const Ioferry__ControlReply *reply, void *context)
{
	assert_int_equal(reply->what_case, IOFERRY__CONTROL_REPLY__WHAT_OPEN);
	*(struct opened *)context = (struct opened){.handle = reply->open->handle, .token = reply->open->token};
}

iof_handle guest_open(struct guest *guest, const char *device, uint64_t *token, uint32_t *error)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Open open = IOFERRY__OPEN__INIT;
	struct opened opened = {0};
	uint32_t failed;

	open.device = (char *)(uintptr_t)device;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_OPEN;
	request.open = &open;
	failed = control(guest, &request, look_at_open, &opened);
	if (error)
		*error = failed;
	else
		assert_int_equal(failed, 0);
	if (token)
		*token = opened.token;
	return opened.handle;
}

static iof_handle attach(struct guest *guest, uint64_t token, bool beside, uint32_t *error)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Attach attach = IOFERRY__ATTACH__INIT;
	struct opened opened = {0};

	attach.token = token;
	attach.beside_shares = beside;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_ATTACH;
	request.attach = &attach;
	*error = control(guest, &request, look_at_open, &opened);
	return opened.handle;
}

iof_handle guest_attach(struct guest *guest, uint64_t token, uint32_t *error)
{
	return attach(guest, token, false, error);
}

iof_handle guest_attach_beside(struct guest *guest, uint64_t token, uint32_t *error)
{
	return attach(guest, token, true, error);
}

uint32_t guest_share(struct guest *guest, uint64_t token)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Share share = IOFERRY__SHARE__INIT;

	share.token = token;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_SHARE;
	request.share = &share;
	return control(guest, &request, NULL, NULL);
}
