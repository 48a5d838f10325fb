/* SPDX-License-Identifier: MIT */
#include "transports/scheme.h"
#include <errno.h>
#include <ioferry/transport.h>

static const char *scheme_at(size_t index, const char **address_help)
{
	if (!iof_host_transports[index])
		return NULL;
	*address_help = iof_host_transports[index]->address_help;
	return iof_host_transports[index]->scheme;
}

const struct iof_host_transport *iof_host_transport_find(const char *address, const char **rest, char *reason,
							 size_t reason_size)
{
	int index = iof_scheme_find(scheme_at, address, rest, reason, reason_size);

	return index < 0 ? NULL : iof_host_transports[index];
}

int iof_transport_check(const char *address, char *reason, size_t reason_size)
{
	const char *rest;
	const struct iof_host_transport *transport = iof_host_transport_find(address, &rest, reason, reason_size);

	return transport ? transport->check(rest, reason, reason_size) : -EINVAL;
}
