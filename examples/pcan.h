/* SPDX-License-Identifier: MIT */
/**
 * @file pcan.h
 * The classic ioctl API of PEAK's pcan driver, version 8: numbers and layouts, for programs that are built where the
 * driver's own header is not installed.
 */
#ifndef PCAN_H
#define PCAN_H

#include <stdint.h>
#include <sys/ioctl.h>

/* TPCANMsg.MSGTYPE */
#define MSGTYPE_STANDARD    0x00
#define MSGTYPE_RTR         0x01
#define MSGTYPE_EXTENDED    0x02
#define MSGTYPE_SELFRECEIVE 0x04
#define MSGTYPE_STATUS      0x80 /* not a frame: DATA[3] holds CAN_ERR_... */

/* wErrorFlag */
#define CAN_ERR_OK        0x0000
#define CAN_ERR_XMTFULL   0x0001
#define CAN_ERR_OVERRUN   0x0002
#define CAN_ERR_BUSLIGHT  0x0004
#define CAN_ERR_BUSHEAVY  0x0008
#define CAN_ERR_BUSOFF    0x0010
#define CAN_ERR_QRCVEMPTY 0x0020
#define CAN_ERR_QXMTFULL  0x0080

typedef struct {
	uint16_t wBTR0BTR1;   /* bit timing registers of an SJA1000 at 16 MHz */
	uint8_t ucCANMsgType; /* MSGTYPE_EXTENDED: 29-bit identifiers as well */
	uint8_t ucListenOnly;
} TPCANInit;

typedef struct {
	uint32_t ID;
	uint8_t MSGTYPE;
	uint8_t LEN;
	uint8_t DATA[8];
} TPCANMsg;

typedef struct {
	TPCANMsg Msg;
	uint32_t dwTime; /* ms */
	uint16_t wUsec;  /* and us */
} TPCANRdMsg;

typedef struct {
	uint16_t wErrorFlag;
	int nLastError;
} TPSTATUS;

typedef struct {
	uint16_t wType;
	uint32_t dwBase;
	uint16_t wIrqLevel;
	uint32_t dwReadCounter;
	uint32_t dwWriteCounter;
	uint32_t dwIRQcounter;
	uint32_t dwErrorCounter;
	uint16_t wErrorFlag;
	int nLastError;
	int nOpenPaths;
	char szVersionString[64];
} TPDIAG;

typedef struct {
	uint32_t dwBitRate; /* bit/s */
	uint16_t wBTR0BTR1;
} TPBTR0BTR1;

typedef struct {
	uint16_t wErrorFlag;
	int nLastError;
	int nPendingReads;
	int nPendingWrites;
} TPEXTENDEDSTATUS;

typedef struct {
	uint32_t FromID;
	uint32_t ToID;
	uint8_t MSGTYPE;
} TPMSGFILTER;

#define PCAN_INIT           _IOWR('z', 0x80, TPCANInit)
#define PCAN_WRITE_MSG      _IOW('z', 0x81, TPCANMsg)
#define PCAN_READ_MSG       _IOR('z', 0x82, TPCANRdMsg)
#define PCAN_GET_STATUS     _IOR('z', 0x83, TPSTATUS)
#define PCAN_DIAG           _IOR('z', 0x84, TPDIAG)
#define PCAN_BTR0BTR1       _IOWR('z', 0x85, TPBTR0BTR1)
#define PCAN_GET_EXT_STATUS _IOR('z', 0x86, TPEXTENDEDSTATUS)
#define PCAN_MSG_FILTER     _IOW('z', 0x87, TPMSGFILTER) /* NULL: no filters */

#endif
