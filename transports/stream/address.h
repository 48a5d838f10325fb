/* SPDX-License-Identifier: MIT */
/* Addresses that end in ":port". */
#ifndef IOFERRY_TRANSPORTS_ADDRESS_H
#define IOFERRY_TRANSPORTS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Splits "head:port" at its last colon. 0; -EINVAL: no such form; -ENAMETOOLONG: head does not fit. */
int iof_address_port(const char *text, char *head, size_t head_size, uint32_t *port);
/** Greatest port; the number above it stands for "any". */
#define IOF_ADDRESS_PORT_MAX 0xfffffffeu
/** Whether something can listen at @p port and be found there. */
static inline bool iof_address_port_is_one(uint32_t port)
{
	return port >= 1 && port <= IOF_ADDRESS_PORT_MAX;
}

/** A decimal number and nothing else. 0 or -EINVAL. */
int iof_address_number(const char *text, uint32_t *number);

#endif
