/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ioferry/transport.h>
#include <stdio.h>
#include <string.h>

const struct iof_transport *iof_transport_find(const char *address, const char **rest, char *reason, size_t reason_size)
{
	const char *colon = strchr(address, ':');
	size_t used;

	for (const struct iof_transport *const *transport = iof_transports; colon && *transport; transport++)
		if (strlen((*transport)->scheme) == (size_t)(colon - address) &&
		    memcmp((*transport)->scheme, address, (size_t)(colon - address)) == 0) {
			*rest = colon + 1;
			return *transport;
		}
	if (!reason_size)
		return NULL;
	used = (size_t)snprintf(reason, reason_size, "\"%s\" names no transport of this build, which has", address);
	for (const struct iof_transport *const *transport = iof_transports; *transport && used < reason_size;
	     transport++)
		used += (size_t)snprintf(reason + used, reason_size - used, "%s %s",
					 transport == iof_transports ? "" : ",", (*transport)->address_help);
	return NULL;
}

int iof_transport_check(const char *address, char *reason, size_t reason_size)
{
	const char *rest;
	const struct iof_transport *transport = iof_transport_find(address, &rest, reason, reason_size);

	return transport ? transport->check(rest, reason, reason_size) : -EINVAL;
}
