/* SPDX-License-Identifier: MIT */
/* Addresses that end in ":port". */
#ifndef IOFERRY_TRANSPORTS_ADDRESS_H
#define IOFERRY_TRANSPORTS_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

/** Splits "head:port" at its last colon. 0; -EINVAL: no such form; -ENAMETOOLONG: head does not fit. */
int iof_address_port(const char *text, char *head, size_t head_size, uint32_t *port);
/** A decimal number and nothing else. 0 or -EINVAL. */
int iof_address_number(const char *text, uint32_t *number);

#endif
