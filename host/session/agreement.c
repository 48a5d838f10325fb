/* SPDX-License-Identifier: MIT */
/* Which commands guest and host mean the same by: hashes of the hello. */
#include "host/session/session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void agreements_clear(struct session *session)
{
	for (size_t i = 0; i < session->n_agreements; i++)
		free(session->agreements[i].differs);
	free(session->agreements);
	session->agreements = NULL;
	session->n_agreements = 0;
}

static struct agreement *find(const struct session *session, const struct iof_interface *interface)
{
	for (size_t i = 0; i < session->n_agreements; i++)
		if (session->agreements[i].interface == interface)
			return &session->agreements[i];
	return NULL;
}

bool agreement_carries(const struct session *session, const struct iof_interface *interface,
		       const struct iof_command *command, bool write)
{
	const struct agreement *agreement = find(session, interface);

	if (!agreement)
		return false;
	if (command)
		return !agreement->differs || !agreement->differs[command - interface->commands];
	return write ? !agreement->write_differs : !agreement->read_differs;
}

static const Ioferry__Interface *guests(const Ioferry__Hello *hello, const char *name)
{
	for (size_t i = 0; i < hello->n_interfaces; i++)
		if (!strcmp(hello->interfaces[i]->name, name))
			return hello->interfaces[i];
	return NULL;
}

static uint64_t guests_hash(const Ioferry__Interface *message, uint32_t number)
{
	for (size_t i = 0; message && i < message->n_numbers && i < message->n_hashes; i++)
		if (message->numbers[i] == number)
			return message->hashes[i];
	return 0;
}

static int compare(struct session *session, struct agreement *agreement, const Ioferry__Interface *message)
{
	const struct iof_interface *interface = agreement->interface;
	uint32_t differ = 0;

	if (message && message->hash == interface->hash)
		return 0;
	agreement->differs = calloc(interface->n_commands + 1, sizeof(*agreement->differs));
	if (!agreement->differs)
		return -ENOMEM;
	for (uint32_t i = 0; i < interface->n_commands; i++) {
		const struct iof_command *command = &interface->commands[i];
		uint32_t number = command->number[IOF_LAYOUT_LP64];

		agreement->differs[i] = !message || !iof_control_same_command(message, command);
		if (!agreement->differs[i] || differ++ || !message)
			continue;
		session_log(session, IOF_LOG_WARNING,
			    "%s.%s (0x%08" PRIx32 ") is disabled (ENOTTY): its hash is %016" PRIx64
			    " here and %016" PRIx64 " in the guest; build both from one IDL file",
			    interface->name, command->name, number, command->hash, guests_hash(message, number));
	}
	agreement->read_differs = !message || message->read_hash != iof_io_hash(&interface->read);
	agreement->write_differs = !message || message->write_hash != iof_io_hash(&interface->write);
	if (differ > 1 && message)
		session_log(session, IOF_LOG_WARNING, "%s: %" PRIu32 " commands in all are disabled", interface->name,
			    differ);
	return 0;
}

int agreements_make(struct session *session, const Ioferry__Hello *hello, const struct device_set *set)
{
	agreements_clear(session);
	session->agreements = calloc(set->n_devices + 1, sizeof(*session->agreements));
	if (!session->agreements)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_devices; i++) {
		const struct iof_interface *interface = set->devices[i]->interface;
		struct agreement *agreement;

		if (find(session, interface))
			continue;
		agreement = &session->agreements[session->n_agreements++];
		agreement->interface = interface;
		if (compare(session, agreement, guests(hello, interface->name)) < 0) {
			agreements_clear(session); /* half of them would say that all commands are the same */
			return -ENOMEM;
		}
	}
	return 0;
}
