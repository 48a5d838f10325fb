/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux.h
 * What the generated types of can4linux do not say: how the driver was built, and names without their prefix.
 */
#ifndef IOFERRY_HOST_CAN4LINUX_H
#define IOFERRY_HOST_CAN4LINUX_H

#include <can4linux_types.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct can4linux_canmsg_t c4l_message;
typedef struct can4linux_Command_par c4l_command;
typedef struct can4linux_CanStatusPar c4l_status;
typedef struct can4linux_Send_par c4l_send;

/** canmsg_t.id of a message that reports an error. */
#define C4L_ERROR_ID 0xffffffffu

/** val1 of CONF_TIMESTAMP: none, time of day, monotonic, since the previous message. */
enum c4l_time { C4L_TIME_NONE, C4L_TIME_OF_DAY, C4L_TIME_MONOTONIC, C4L_TIME_DIFFERENCE };

enum {
	C4L_FIFO = 256, /**< MAX_BUFSIZE: messages of each fifo */
	C4L_OPENS = 4,  /**< CAN_MAX_OPEN: opens of one node at a time, as most of the driver's targets are built */
	C4L_BAUD = 125, /**< kbit/s when the driver is loaded */
};

/**
 * What CONF_TIMING does to a node that runs at @p now and is open @p opens times (ioctl.c of the driver).
 * @param su  the caller is root
 * @return 1: set the registers to @p btr0 and @p btr1; 0: nothing to do; -EPERM; -EINVAL: others have it open.
 */
int c4l_timing(unsigned long now, unsigned long wanted, bool su, unsigned opens, uint8_t *btr0, uint8_t *btr1);

#endif
