/* SPDX-License-Identifier: MIT */
/**
 * @file pcan.h
 * What the generated types of pcan do not say. Facts of pcan 8.9.3 (pcan.h, pcanfd.h, pcan_fops.c, pcan_filter.c).
 */
#ifndef IOFERRY_HOST_PCAN_H
#define IOFERRY_HOST_PCAN_H

#include <pcan_types.h>

/** TPCANMsg.ID of a status message; the first ones are states of the bus. */
enum pcan_state {
	PCAN_STATE_UNKNOWN,
	PCAN_STATE_ACTIVE,
	PCAN_STATE_WARNING,
	PCAN_STATE_PASSIVE,
	PCAN_STATE_BUSOFF,
	PCAN_RX_EMPTY,
	PCAN_RX_OVERFLOW,
	PCAN_TX_EMPTY,
	PCAN_TX_OVERFLOW,
};

enum {
	PCAN_SINGLE_SHOT = 0x08, /**< in TPCANMsg.MSGTYPE: PCANFD_MSG_SNG */
	PCAN_FIFO = 500,         /**< messages of each fifo, one pair per device */
	PCAN_FILTERS = 8,
	PCAN_BTR_500K = 0x001c,
	PCAN_CLOSE_WAIT_S = 1, /**< that the last close gives to what is queued */
};

#endif
