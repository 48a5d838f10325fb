/* SPDX-License-Identifier: MIT */
/**
 * @file pcan.h
 * Numbers of PEAK's classic ioctl API that the generated types do not carry. Facts of pcan 8.9.3 (pcan.h, pcanfd.h).
 */
#ifndef IOFERRY_HOST_PCAN_H
#define IOFERRY_HOST_PCAN_H

#include <pcan_types.h>

/** Low byte of the ioctl numbers. */
enum {
	PCAN_NR_INIT = 0x80,
	PCAN_NR_WRITE_MSG,
	PCAN_NR_READ_MSG,
	PCAN_NR_GET_STATUS,
	PCAN_NR_DIAG,
	PCAN_NR_BTR0BTR1,
	PCAN_NR_GET_EXT_STATUS,
	PCAN_NR_MSG_FILTER,
	PCAN_NR_EXTRA_PARAMS,
};

/** wErrorFlag */
enum {
	PCAN_ERR_XMTFULL = 0x0001,
	PCAN_ERR_OVERRUN = 0x0002,
	PCAN_ERR_BUSLIGHT = 0x0004,
	PCAN_ERR_BUSHEAVY = 0x0008,
	PCAN_ERR_BUSOFF = 0x0010,
	PCAN_ERR_QRCVEMPTY = 0x0020,
	PCAN_ERR_QXMTFULL = 0x0080,
	PCAN_ERR_RESOURCE = 0x2000,
};

/** TPCANMsg.MSGTYPE */
enum {
	PCAN_TYPE_RTR = 0x01,
	PCAN_TYPE_EXTENDED = 0x02,
	PCAN_TYPE_SELFRECEIVE = 0x04,
	PCAN_TYPE_SINGLESHOT = 0x08,
	PCAN_TYPE_STATUS = 0x80,
};

/** TPCANMsg.ID of a status message; the first four are states of the bus. */
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

/** TPEXTRAPARAMS.nSubFunction */
enum { PCAN_GET_SERIALNUMBER = 1, PCAN_GET_HCDEVICENO = 3, PCAN_SET_HCDEVICENO = 4 };

enum {
	PCAN_HW_USB = 11,
	PCAN_FIFO = 500, /**< messages of each fifo, one pair per device */
	PCAN_FILTERS = 8,
	PCAN_BTR_500K = 0x001c,
	PCAN_CLOSE_WAIT_MS = 1000,
};

#endif
