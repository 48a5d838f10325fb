/* SPDX-License-Identifier: MIT */
#include "guest/common/commands.h"

#include <ioferry/log.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>

/* One entry at most is made of a number, whoever else is at it: a place taken by another thread is looked at again. */
static bool first_time(struct commands_said *said, enum iof_layout layout, uint32_t number)
{
	uint32_t entry = number + 1; /* 0 is a free place; 0xffffffff has no entry and is never logged */

	for (unsigned i = 0; i < COMMANDS_SAID; i++) {
		uint32_t present = 0;

		if (atomic_compare_exchange_strong(&said->entries[layout][i], &present, entry))
			return entry != 0;
		if (present == entry)
			return false;
	}
	return false;
}

/* NULL: it is carried. */
static const char *why_not(const struct commands_place *place, const struct iof_command *command)
{
	if (command->argument == IOF_ARG_UNSUPPORTED || (place->node && (command->flags & IOF_CMD_NO_CUSE)))
		return command->why ? command->why : "it cannot be carried";
	if (!place->device || !iof_session_carries(place->session, place->device, command))
		return "the host's declaration of it differs from this build's; both must come from the same IDL";
	return NULL;
}

/* How the number would be written in C, as far as it can be told. */
static const char *spelling(uint32_t number, char *text, size_t size)
{
	static const char *const macros[] = {"_IO", "_IOW", "_IOR", "_IOWR"};
	unsigned type = _IOC_TYPE(number), direction = _IOC_DIR(number);

	if (type < 0x20 || type > 0x7e || direction > 3)
		(void)snprintf(text, size, "0x%x", number);
	else if (_IOC_SIZE(number))
		(void)snprintf(text, size, "%s('%c', %u, %u bytes)", macros[direction], (int)type, _IOC_NR(number),
			       _IOC_SIZE(number));
	else
		(void)snprintf(text, size, "_IO('%c', %u)", (int)type, _IOC_NR(number));
	return text;
}

static const char *interface_name(const struct commands_place *place)
{
	if (place->interface)
		return place->interface->name;
	return place->device ? place->device->interface_name : "?";
}

static void say_undeclared(const struct commands_place *place, enum iof_layout layout, uint32_t number)
{
	const char *width = layout == IOF_LAYOUT_LP64 ? "" : " (32-bit caller)";
	char text[48];

	iof_log(IOF_LOG_WARNING,
		"%s: ioctl 0x%08x%s is not declared in interface %s and gives ENOTTY; "
		"to carry it, declare it in the IDL: ioctl NAME = %s, and build both sides",
		place->name, number, width, interface_name(place), spelling(number, text, sizeof(text)));
}

const struct iof_command *commands_find(const struct commands_place *place, enum iof_layout layout, uint32_t number)
{
	const struct iof_command *command = NULL;
	const char *why = NULL;

	if (place->interface)
		command = iof_interface_command(place->interface, layout, number);
	if (command)
		why = why_not(place, command);
	if (command && !why)
		return command;
	if (!first_time(place->said, layout, number))
		return NULL;
	if (command)
		iof_log(IOF_LOG_WARNING, "%s: ioctl %s of %s gives ENOTTY: %s", place->name, command->name,
			interface_name(place), why);
	else
		say_undeclared(place, layout, number);
	return NULL;
}
