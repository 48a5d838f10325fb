/* SPDX-License-Identifier: MIT */
/*
 * A whole session of a guest with a host that is wrong or lies: the answers to hello, open, attach, share, status and
 * trace, replies to calls, events.
 * Input: messages (fake_link.h); tag and seq are made right.
 */
#include "fake_link.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/control.h>
#include <ioferry/log.h>
#include <ioferry/session.h>
#include <stdlib.h>
#include <string.h>

static struct fuzz_input messages;

struct host {
	struct fake_link link;
	uint64_t tag, seq; /* of the last request, of the last reply */
};

static void repair(struct fake_link *link, unsigned hints, uint8_t *bytes, size_t length)
{
	struct host *host = link->context;

	(void)length;
	if (!(hints & FAKE_LINK_TAG))
		iof_put_u64(bytes + 8, host->tag);
	if (!(hints & FAKE_LINK_ACK))
		iof_put_u64(bytes + 16, ++host->seq);
}

static void request_sent(struct fake_link *link, const struct iovec *parts, int n_parts)
{
	struct host *host = link->context;
	struct iof_request request;

	(void)n_parts;
	if (iof_request_decode(parts[0].iov_base, parts[0].iov_len, IOF_MESSAGE_CEILING, &request) < 0)
		abort();
	if (request.op != IOF_OP_ACK && request.op != IOF_OP_CANCEL)
		host->tag = request.tag;
}

static void link_destroyed(struct fake_link *link)
{
	fake_link_clear(link);
	free(link->context);
}

static int connect_host(const char *rest, int timeout_ms, struct iof_link **link)
{
	struct host *host = calloc(1, sizeof(*host));

	(void)rest;
	(void)timeout_ms;
	if (!host)
		abort();
	fake_link_init(&host->link, messages, IOF_REPLY_SIZE);
	host->link.repair = repair;
	host->link.sent = request_sent;
	host->link.destroyed = link_destroyed;
	host->link.context = host;
	*link = &host->link.base;
	return 0;
}

static const struct iof_transport fuzz_transport = {.scheme = "fuzz", .address_help = "fuzz:", .connect = connect_host};
const struct iof_transport *const iof_transports[] = {&fuzz_transport, NULL};

/* --- what a program asks ------------------------------------------------------------------------------------------ */

static void silence(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void event(void *context, iof_handle handle, uint32_t revents)
{
	(void)context;
	(void)handle;
	(void)revents;
}

static void devices_changed(void *context)
{
	(void)context;
}

static void refreshed(void *context, int error)
{
	(void)context;
	(void)error;
}

static void call_done(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	(void)call;
	(void)iof_reply_error(reply);
	fuzz_look(payload, length);
}

static void call(struct iof_session *session, const struct iof_request *request)
{
	struct iof_call waiting = {.done = call_done, .waited = true};

	if (!iof_session_submit(session, &waiting, request, NULL, 0))
		(void)iof_session_wait(session, &waiting, true);
}

static void look_at_devices(struct iof_session *session)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(session, &devices);

	for (size_t i = 0; i < n; i++) {
		const struct iof_interface *interface = devices[i].interface;

		/* A name becomes a path below /dev. */
		if (!iof_device_name_is_sane(devices[i].name) ||
		    !memchr(devices[i].interface_name, 0, IOF_CONTROL_BYTES))
			abort();
		for (uint32_t k = 0; interface && k < interface->n_commands; k++)
			(void)iof_session_carries(session, &devices[i], &interface->commands[k]);
		(void)iof_session_carries_read(session, &devices[i]);
		(void)iof_session_carries_write(session, &devices[i]);
	}
}

static void ask_as_administrator(struct iof_session *session)
{
	Ioferry__TraceQuery query = IOFERRY__TRACE_QUERY__INIT;
	const Ioferry__StatusReply *status;
	const Ioferry__TraceReply *trace;
	struct iof_control_arena arena;
	char reason[64];

	if (iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS))
		abort();
	if (!iof_session_status(session, &arena, &status, reason, sizeof reason) &&
	    protobuf_c_message_get_packed_size(&status->base) > (size_t)IOF_CONTROL_BYTES * 4)
		abort();
	if (!iof_session_trace(session, &arena, &query, &trace, reason, sizeof reason) &&
	    strlen(trace->text) > IOF_CONTROL_BYTES)
		abort();
	iof_control_arena_destroy(&arena);
}

static void use(struct iof_session *session)
{
	iof_handle handle = 0, attached = 0;
	uint64_t token = 0;

	look_at_devices(session);
	(void)iof_session_open(session, "can0", O_RDWR, &handle, &token);
	call(session, &(struct iof_request){.op = IOF_OP_IOCTL, .handle = handle, .command = 1});
	call(session, &(struct iof_request){.op = IOF_OP_POLL, .handle = handle});
	(void)iof_session_refresh(session);
	look_at_devices(session);
	(void)iof_session_share(session, token);
	(void)iof_session_attach(session, token, true, &attached);
	ask_as_administrator(session);
	fuzz_accepted += !iof_session_is_lost(session); /* every question had an answer */
	iof_session_close(session, handle);
	(void)iof_session_refresh_begin(session, refreshed, NULL);
	for (int i = 0; i < 4; i++)
		(void)iof_session_process(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iof_session_options options = {
		.client = "fuzz", .event = event, .changed = devices_changed, .message_max = 1 << 16};
	struct iof_session *session;
	char reason[128];

	iof_log_setup(silence, NULL, IOF_LOG_DEBUG);
	messages = (struct fuzz_input){data, size};
	if (iof_session_create("fuzz:", &options, &session, reason, sizeof reason))
		return 0;
	use(session);
	iof_session_destroy(session);
	return 0;
}
