/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <stdio.h>
#include <sys/ioctl.h>

/* Whether this is the first time. */
static bool first_time(struct node *node, enum iof_layout layout, uint32_t number)
{
	for (unsigned i = 0; i < node->n_said; i++)
		if (node->said[i].number == number && node->said[i].layout == layout)
			return false;
	if (node->n_said == NODE_SAID)
		return false; /* a program that tries all numbers does not fill the log */
	node->said[node->n_said++] = (struct node_said){number, (uint8_t)layout};
	return true;
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

void undeclared_say(struct node *node, enum iof_layout layout, uint32_t number, const struct iof_interface *interface,
		    const struct iof_command *command, const char *why)
{
	const char *width = layout == IOF_LAYOUT_LP64 ? "" : " (32-bit caller)";
	char text[48];

	if (!first_time(node, layout, number))
		return;
	if (command)
		iof_log(IOF_LOG_WARNING, "/dev/%s: ioctl %s of %s gives ENOTTY: %s", node->name, command->name,
			interface->name, why);
	else
		iof_log(IOF_LOG_WARNING,
			"/dev/%s: ioctl 0x%08x%s is not declared in interface %s and gives ENOTTY; "
			"to carry it, declare it in the IDL: ioctl NAME = %s",
			node->name, number, width, interface->name, spelling(number, text, sizeof(text)));
}
