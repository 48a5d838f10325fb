/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux.h
 * The user API of the can4linux driver, version 3.5: numbers and layouts, for programs that are built where the
 * driver's own header is not installed.
 *
 * read() and write() on /dev/canN count messages, not bytes.
 */
#ifndef CAN4LINUX_H
#define CAN4LINUX_H

#include <sys/time.h>

#define CAN4LINUXVERSION 0x0305

#define CAN_MSG_LENGTH 8

/* canmsg_t.flags */
#define MSG_ACTIVE  0
#define MSG_BASE    0
#define MSG_RTR     (1 << 0) /* remote frame */
#define MSG_OVR     (1 << 1) /* the controller lost a message */
#define MSG_EXT     (1 << 2) /* 29-bit identifier */
#define MSG_SELF    (1 << 3) /* sent by this node */
#define MSG_PASSIVE (1 << 4)
#define MSG_BUSOFF  (1 << 5)
#define MSG_WARNING (1 << 6)
#define MSG_BOVR    (1 << 7) /* the driver lost messages */

#define MSG_ERR_MASK (MSG_OVR + MSG_PASSIVE + MSG_BUSOFF + MSG_BOVR + MSG_WARNING)

#define CAN_SFF_MASK   0x000007FFU
#define CAN_EFF_MASK   0x1FFFFFFFU
#define CANDRIVERERROR 0xFFFFFFFFul /* canmsg_t.id of a message that tells of an error */

typedef struct {
	int flags;
	int cob;
	unsigned long id;
	struct timeval timestamp;
	short int length;
	unsigned char data[CAN_MSG_LENGTH];
} canmsg_t;

/* ioctl requests */
#define CAN_IOCTL_COMMAND      0
#define CAN_IOCTL_CONFIG       1
#define CAN_IOCTL_SEND         2
#define CAN_IOCTL_CONFIGURERTR 4
#define CAN_IOCTL_STATUS       5

struct Command_par {
	int cmd;    /* CMD_... of CAN_IOCTL_COMMAND */
	int target; /* CONF_... of CAN_IOCTL_CONFIG */
	unsigned long val1;
	unsigned long val2;
	int error;
	unsigned long retval; /* of CAN_IOCTL_COMMAND: 0 or a negative errno */
};

typedef struct Command_par Command_par_t;
typedef struct Command_par Config_par_t;

typedef struct CanStatusPar {
	unsigned int baud; /* kbit/s */
	unsigned int status;
	unsigned int error_warning_limit;
	unsigned int rx_errors;
	unsigned int tx_errors;
	unsigned int error_code;
	unsigned int rx_buffer_size;
	unsigned int rx_buffer_used;
	unsigned int tx_buffer_size;
	unsigned int tx_buffer_used;
	unsigned long retval;
	unsigned int type;
} CanStatusPar_t;

typedef struct Send_par {
	canmsg_t *Tx;
	int error;
	unsigned long retval;
} Send_par_t;

/* In drivers built with CAN_RTR_CONFIG. */
typedef struct ConfigureRTR_par {
	unsigned message;
	canmsg_t *Tx;
	int error;
	unsigned long retval;
} ConfigureRTR_par_t;

/* CanStatusPar_t.type */
#define CAN_TYPE_UNSPEC  0
#define CAN_TYPE_SJA1000 1
#define CAN_TYPE_VIRTUAL 100

/* Command_par.cmd */
#define CMD_START        1
#define CMD_STOP         2
#define CMD_RESET        3
#define CMD_CLEARBUFFERS 4

/* Command_par.target */
#define CONF_ACC              0 /* val1 mask, val2 code */
#define CONF_ACCM             1 /* val1 mask */
#define CONF_ACCC             2 /* val1 code */
#define CONF_TIMING           3 /* val1 bit rate, kbit/s */
#define CONF_OMODE            4
#define CONF_LISTEN_ONLY_MODE 8  /* val1 0 or 1 */
#define CONF_SELF_RECEPTION   9  /* val1 0 or 1 */
#define CONF_BTR              10 /* val1, val2: the two bit timing registers */
#define CONF_TIMESTAMP        11 /* val1: 0 none, 1 time of day, 2 monotonic, 3 since the last message */
#define CONF_WAKEUP           12

#endif
