/* SPDX-License-Identifier: MIT */
/* ioferry: asks a daemon how it is. */
#include "status.h"

#include <getopt.h>
#include <ioferry/control.h>
#include <ioferry/session.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define DEFAULT_ADDRESS "unix:/run/ioferry.sock"

enum { STATUS_BYTES = 16 << 20, STATUS_ALLOCATIONS = 1000000 };

static int ask(struct iof_session *session, bool json, char *reason, size_t reason_size)
{
	const Ioferry__StatusReply *status;
	struct iof_control_arena arena;
	int error = iof_control_arena_create(&arena, STATUS_BYTES, STATUS_ALLOCATIONS);

	if (error)
		return error;
	error = iof_session_status(session, &arena, &status, reason, reason_size);
	if (!error && json)
		status_print_json(status);
	else if (!error)
		status_print_text(status);
	iof_control_arena_destroy(&arena);
	return error;
}

static int show_status(const char *address, bool json)
{
	struct iof_session_options options = {.client = "ioferry " IOFERRY_VERSION, .message_max = IOF_MESSAGE_CEILING};
	struct iof_session *session;
	char reason[256] = "";
	int error = iof_session_create(address, &options, &session, reason, sizeof(reason));

	if (!error) {
		error = ask(session, json, reason, sizeof(reason));
		iof_session_destroy(session);
	}
	if (error)
		(void)fprintf(stderr, "ioferry: %s: %s\n", address, reason[0] ? reason : strerror(-error));
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
