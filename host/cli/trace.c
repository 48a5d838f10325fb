/* SPDX-License-Identifier: MIT */
/* Prints calls as they come, until it is ended. */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <ioferry/control.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void leave(int signal)
{
	(void)signal;
	_exit(0);
}

/* Whole lines are flushed, so that none is cut. */
static void end_on_signals(void)
{
	struct sigaction action = {.sa_handler = leave};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

/* The host's, but a terminal believes nobody. */
static void print_text(const char *text)
{
	for (; *text; text++)
		(void)putchar((*text >= ' ' && *text < 127) || *text == '\n' ? *text : '?');
}

static int print_reply(const Ioferry__TraceReply *reply)
{
	print_text(reply->text);
	if (reply->lost)
		printf("... %" PRIu64 " lines lost: they came faster than they were read\n", reply->lost);
	return fflush(stdout) ? -errno : 0;
}

int command_trace(struct iof_session *session, const struct options *options, char *reason, size_t reason_size)
{
	Ioferry__TraceQuery query = IOFERRY__TRACE_QUERY__INIT;
	const Ioferry__TraceReply *reply;
	struct iof_control_arena arena;
	int error = iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS);

	if (error)
		return error;
	end_on_signals();
	/* protobuf-c has no const strings */
	query.devices = options->devices;
	query.n_devices = options->n_devices;
	query.guests = (char **)(uintptr_t)options->guests;
	query.n_guests = options->n_guests;
	query.commands = (char **)(uintptr_t)options->commands;
	query.n_commands = options->n_commands;
	error = iof_session_trace(session, &arena, &query, &reply, reason, reason_size);
	if (!error)
		(void)fprintf(stderr, "ioferry: tracing %s\n", options->address);
	while (!error) {
		error = iof_session_trace(session, &arena, &query, &reply, reason, reason_size);
		if (!error)
			error = print_reply(reply);
	}
	iof_control_arena_destroy(&arena);
	return error;
}
