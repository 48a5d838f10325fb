/* SPDX-License-Identifier: MIT */
#include <ioferry/shape.h>

static const struct iof_command *find_exact(const struct iof_interface *interface, uint32_t number)
{
	uint32_t low = 0, high = interface->n_commands;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (interface->commands[middle].number[IOF_LAYOUT_LP64] < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < interface->n_commands && interface->commands[low].number[IOF_LAYOUT_LP64] == number)
		return &interface->commands[low];
	return NULL;
}

const struct iof_command *iof_interface_command(const struct iof_interface *interface, enum iof_layout layout,
						uint32_t number)
{
	const struct iof_command *command = NULL;

	if (layout == IOF_LAYOUT_LP64)
		command = find_exact(interface, number);
	if (command)
		return command;
	/* Families have fewer bits, and the other layouts' columns are in no order. */
	for (uint32_t i = 0; i < interface->n_commands; i++) {
		command = &interface->commands[i];
		if (!((command->number[layout] ^ number) & command->mask))
			return command;
	}
	return NULL;
}
