/* SPDX-License-Identifier: MIT */
#include "address.h"
#include <errno.h>
#include <string.h>

int iof_address_number(const char *text, uint32_t *number)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > UINT32_MAX)
			return -EINVAL;
	}
	*number = (uint32_t)value;
	return 0;
}

int iof_address_port(const char *text, char *head, size_t head_size, uint32_t *port)
{
	const char *colon = strrchr(text, ':');

	if (!colon || colon == text || iof_address_number(colon + 1, port) < 0)
		return -EINVAL;
	if ((size_t)(colon - text) >= head_size)
		return -ENAMETOOLONG;
	memcpy(head, text, (size_t)(colon - text));
	head[colon - text] = '\0';
	return 0;
}
