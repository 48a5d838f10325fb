/* SPDX-License-Identifier: MIT */
/**
 * @file netlink.h
 * A CAN interface as the kernel's routing socket tells of it and sets it. Each call opens and closes a socket.
 */
#ifndef IOFERRY_HOST_SOCKETCAN_NETLINK_H
#define IOFERRY_HOST_SOCKETCAN_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is known of an interface. Zero where it does not say: a vcan has no bit rate, no state, no counters. */
struct socketcan_link {
	int index;
	bool up;
	char kind[16];     /**< "can", "vcan", ... */
	uint32_t bit_rate; /**< bit/s */
	bool has_state;
	uint32_t state; /**< enum can_state */
	uint16_t tx_errors, rx_errors;
};

/** @return 0; -ENODEV: no such interface; other errnos of the socket. */
int socketcan_link_get(const char *name, struct socketcan_link *link);
/** Reads one RTM_NEWLINK message of @p length bytes. For socketcan_link_get() and tests. 0 or -EPROTO. */
int socketcan_link_parse(const void *message, size_t length, struct socketcan_link *link);

/* These want CAP_NET_ADMIN. 0 or a negative errno. */

/** Makes it go up or down. */
int socketcan_link_set_up(int index, bool up);
/** Sets the bit rate of an interface that is down. */
int socketcan_link_set_bit_rate(int index, uint32_t bit_rate);
/** Switches listening only, while it is down. */
int socketcan_link_set_listen_only(int index, bool listen_only);
/** Ends bus-off. */
int socketcan_link_restart(int index);

#endif
