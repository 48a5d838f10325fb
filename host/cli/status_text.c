/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>

/* Control characters of a guest's words must not reach the terminal. */
static void print_word(const char *word)
{
	for (; *word; word++)
		(void)putchar(*word >= ' ' && *word < 127 ? *word : '?');
}

static void print_age(uint64_t ms)
{
	if (ms < 10000)
		printf("%" PRIu64 " ms", ms);
	else
		printf("%" PRIu64 " s", ms / 1000);
}

static void print_device(const Ioferry__DeviceStatus *device)
{
	printf("%s: %s over %s, %" PRIu32 " open\n", device->name, device->interface, device->backend, device->opens);
	if (device->n_commands)
		printf("  %-32s %10s %8s %8s %11s %9s\n", "command", "calls", "errors", "refused", "interrupted",
		       "mean us");
	for (size_t i = 0; i < device->n_commands; i++) {
		const Ioferry__CommandCount *count = device->commands[i];
		uint64_t ran = count->calls - count->refused;

		printf("  %-32s %10" PRIu64 " %8" PRIu64 " %8" PRIu64 " %11" PRIu64 " %9" PRIu64 "\n", count->name,
		       count->calls, count->errors, count->refused, count->interrupted,
		       ran ? count->total_us / ran : 0);
	}
}

static void print_session(const Ioferry__SessionStatus *session)
{
	printf("session %" PRIu64 ": ", session->id);
	print_word(session->peer);
	printf(", ");
	print_word(session->client);
	printf(", for ");
	print_age(session->age_ms);
	printf(", %" PRIu64 " messages in, %" PRIu64 " out, %" PRIu32 " replies kept\n", session->messages_in,
	       session->messages_out, session->kept_replies);
	for (size_t i = 0; i < session->n_handles; i++) {
		printf("  handle %016" PRIx64 " on %s for ", session->handles[i]->handle, session->handles[i]->device);
		print_age(session->handles[i]->age_ms);
		(void)putchar('\n');
	}
	for (size_t i = 0; i < session->n_blocked; i++) {
		const Ioferry__BlockedCall *call = session->blocked[i];

		printf("  blocked: %s on %s for ", call->command, call->device);
		print_age(call->age_ms);
		puts(call->cancelled ? ", cancelled" : "");
	}
}

void status_print_text(const Ioferry__StatusReply *status)
{
	printf("ioferry-hostd %s, up for ", status->version);
	print_age(status->uptime_ms);
	printf(", %zu sessions\n", status->n_sessions);
	for (size_t i = 0; i < status->n_devices; i++)
		print_device(status->devices[i]);
	for (size_t i = 0; i < status->n_sessions; i++)
		print_session(status->sessions[i]);
}
