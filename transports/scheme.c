/* SPDX-License-Identifier: MIT */
#include "transports/scheme.h"
#include <stdio.h>
#include <string.h>

int iof_scheme_find(iof_scheme_at *at, const char *address, const char **rest, char *reason, size_t reason_size)
{
	const char *colon = strchr(address, ':'), *scheme, *help;
	size_t used;

	for (size_t i = 0; colon && (scheme = at(i, &help)); i++)
		if (strlen(scheme) == (size_t)(colon - address) &&
		    memcmp(scheme, address, (size_t)(colon - address)) == 0) {
			*rest = colon + 1;
			return (int)i;
		}
	if (!reason_size)
		return -1;
	used = (size_t)snprintf(reason, reason_size, "\"%s\" names no transport of this build, which has", address);
	for (size_t i = 0; used < reason_size && at(i, &help); i++)
		used += (size_t)snprintf(reason + used, reason_size - used, "%s %s", i ? "," : "", help);
	return -1;
}
