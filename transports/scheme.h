/* SPDX-License-Identifier: MIT */
/* The choice of a transport by the scheme of an address, for guests' and hosts' halves. */
#ifndef IOFERRY_TRANSPORTS_SCHEME_H
#define IOFERRY_TRANSPORTS_SCHEME_H

#include <stddef.h>

/* The scheme of the @p index th transport, and its help; NULL: no more. */
typedef const char *iof_scheme_at(size_t index, const char **address_help);

/* The index of the transport that @p address names, and the rest behind its scheme; -1: none, and @p reason lists them.
 */
int iof_scheme_find(iof_scheme_at *at, const char *address, const char **rest, char *reason, size_t reason_size);

#endif
