/* SPDX-License-Identifier: MIT */
/**
 * @file translate.h
 * Between canmsg_t and SocketCAN's frames and filters. Pure functions.
 */
#ifndef IOFERRY_HOST_SOCKETCAN_TRANSLATE_H
#define IOFERRY_HOST_SOCKETCAN_TRANSLATE_H

#include "host/backends/simcan/can4linux.h"

#include <linux/can.h>
#include <stdbool.h>
#include <stdint.h>

/** The frame that can4linux would put on the bus for this message. */
void socketcan_frame_of(const c4l_message *message, struct can_frame *frame);
/** A received frame, data or error, as can4linux reports it: flags, id, length, data; the rest is 0. */
void socketcan_message_of(const struct can_frame *frame, c4l_message *message);

/** Kinds of error frames to ask a raw socket for: those that can4linux has messages for. */
can_err_mask_t socketcan_error_mask(void);
/**
 * Filters for a raw socket that let through at least what the SJA1000's code and mask do, base and extended frames.
 * Data bytes are no matter of these: socketcan_accepts() sees to them.
 */
void socketcan_filters_of(uint32_t code, uint32_t mask, struct can_filter filter[2]);
/** Whether code and mask let this data frame pass. */
bool socketcan_accepts(const struct can_frame *frame, uint32_t code, uint32_t mask);

#endif
