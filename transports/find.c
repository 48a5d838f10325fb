/* SPDX-License-Identifier: MIT */
#include "transports/scheme.h"
#include <ioferry/transport.h>

static const char *scheme_at(size_t index, const char **address_help)
{
	if (!iof_transports[index])
		return NULL;
	*address_help = iof_transports[index]->address_help;
	return iof_transports[index]->scheme;
}

const struct iof_transport *iof_transport_find(const char *address, const char **rest, char *reason, size_t reason_size)
{
	int index = iof_scheme_find(scheme_at, address, rest, reason, reason_size);

	return index < 0 ? NULL : iof_transports[index];
}
