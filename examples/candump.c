/* SPDX-License-Identifier: MIT */
/**
 * @file candump.c
 * Lines of a candump log.
 */
#include "candump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void candump_print(const char *interface, const canmsg_t *frame)
{
	int length = frame->length > CAN_MSG_LENGTH ? CAN_MSG_LENGTH : frame->length;

	printf("(%010lld.%06ld) %s ", (long long)frame->timestamp.tv_sec, (long)frame->timestamp.tv_usec, interface);
	printf(frame->flags & MSG_EXT ? "%08lX#" : "%03lX#", frame->id);
	if (frame->flags & MSG_RTR) {
		printf(length > 0 ? "R%d\n" : "R\n", length);
		return;
	}
	for (int i = 0; i < length; i++)
		printf("%02X", frame->data[i]);
	printf("\n");
}

static int parse_data(const char *text, canmsg_t *frame)
{
	unsigned byte;

	if (*text == 'R') {
		frame->flags |= MSG_RTR;
		frame->length = (short)atoi(text + 1);
		return frame->length <= CAN_MSG_LENGTH ? 0 : -1;
	}
	while (*text && *text != '\n' && *text != ' ') {
		if (frame->length == CAN_MSG_LENGTH || sscanf(text, "%2x", &byte) != 1)
			return -1;
		frame->data[frame->length++] = (unsigned char)byte;
		text += strlen(text) > 1 ? 2 : 1;
	}
	return 0;
}

int candump_parse(const char *line, canmsg_t *frame)
{
	char identifier[16], data[32] = "";

	memset(frame, 0, sizeof(*frame));
	if (sscanf(line, "(%*[0-9.]) %*s %15[0-9A-Fa-f]#%31s", identifier, data) < 1)
		return -1;
	frame->id = strtoul(identifier, NULL, 16);
	if (strlen(identifier) > 3)
		frame->flags |= MSG_EXT;
	return parse_data(data, frame);
}
