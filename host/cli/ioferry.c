/* SPDX-License-Identifier: MIT */
/* ioferry: asks a daemon how it is. */
#include "status.h"

#include <errno.h>
#include <getopt.h>
#include <ioferry/control.h>
#include <ioferry/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sysexits.h>

#define DEFAULT_ADDRESS "unix:/run/ioferry.sock"

enum { STATUS_BYTES = 16 << 20, STATUS_ALLOCATIONS = 1000000, REQUEST_BYTES = 64 };

/* A status call, and where its answer goes. */
struct query {
	struct iof_call call;
	struct iof_control_arena arena;
	const Ioferry__ControlReply *reply;
	int error;
};

/* The payload lives during this function only; what is unpacked lives in the arena. */
static void done(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct query *query = call->user;

	query->error = reply->status == IOF_STATUS_LOST ? ENODEV : (int)reply->error;
	if (length && iof_control_unpack_reply(&query->arena, payload, length, &query->reply) < 0)
		query->error = EPROTO;
}

static int ask(struct iof_session *session, struct query *query)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__StatusQuery body = IOFERRY__STATUS_QUERY__INIT;
	struct iof_request header = {.op = IOF_OP_CONTROL, .reply_max = IOF_MESSAGE_CEILING};
	uint8_t bytes[REQUEST_BYTES];
	struct iovec part = {.iov_base = bytes};
	ssize_t length;
	int error;

	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_STATUS;
	request.status = &body;
	length = iof_control_pack_request(&request, bytes, sizeof(bytes));
	if (length < 0)
		return (int)length;
	part.iov_len = (size_t)length;
	query->call.waited = true;
	query->call.done = done;
	query->call.user = query;
	error = iof_session_submit(session, &query->call, &header, &part, 1);
	if (!error)
		error = iof_session_wait(session, &query->call, true);
	return error ? error : -query->error;
}

static int show_status(const char *address, bool json)
{
	struct iof_session_options options = {.client = "ioferry " IOFERRY_VERSION, .message_max = IOF_MESSAGE_CEILING};
	struct query query = {0};
	struct iof_session *session;
	char reason[256] = "";
	int error = iof_session_create(address, &options, &session, reason, sizeof(reason));

	if (error) {
		(void)fprintf(stderr, "ioferry: %s: %s\n", address, reason[0] ? reason : strerror(-error));
		return EX_UNAVAILABLE;
	}
	error = iof_control_arena_create(&query.arena, STATUS_BYTES, STATUS_ALLOCATIONS);
	if (!error) {
		error = ask(session, &query);
		if (!error && (!query.reply || query.reply->what_case != IOFERRY__CONTROL_REPLY__WHAT_STATUS))
			error = -EPROTO;
		if (error)
			(void)fprintf(stderr, "ioferry: %s: %s\n", address,
				      query.reply && query.reply->reason[0] ? query.reply->reason : strerror(-error));
		else if (json)
			status_print_json(query.reply->status);
		else
			status_print_text(query.reply->status);
		iof_control_arena_destroy(&query.arena);
	}
	iof_session_destroy(session);
	return error ? EX_UNAVAILABLE : 0;
}

static int usage(FILE *to, int status)
{
	(void)fputs("Usage: ioferry status [--socket ADDRESS] [--json]\n"
		    "Shows devices, guests, handles and blocked calls of a host daemon on this machine.\n"
		    "\n"
		    "  -s, --socket ADDRESS  the daemon's (default: " DEFAULT_ADDRESS ")\n"
		    "      --json            for programs\n"
		    "  -h, --help\n"
		    "      --version\n",
		    to);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{"socket", required_argument, NULL, 's'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	const char *address = DEFAULT_ADDRESS;
	char path[256];
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "s:h", known, NULL)) != -1) {
		switch (option) {
		case 's': address = optarg; break;
		case 'j': json = true; break;
		case 'h': return usage(stdout, 0);
		case 'v': puts("ioferry " IOFERRY_VERSION); return 0;
		default: return usage(stderr, EX_USAGE);
		}
	}
	if (argc - optind != 1 || strcmp(argv[optind], "status") != 0)
		return usage(stderr, EX_USAGE);
	if (address[0] == '/') {
		(void)snprintf(path, sizeof(path), "unix:%s", address);
		address = path;
	}
	return show_status(address, json);
}
