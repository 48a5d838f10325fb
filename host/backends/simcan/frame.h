/* SPDX-License-Identifier: MIT */
/**
 * @file frame.h
 * Classic CAN frames and the bits they are on the wire (ISO 11898-1): stuffing, CRC, delimiters.
 *
 * Pure functions: no state, no clock, thread-safe.
 */
#ifndef IOFERRY_HOST_SIMCAN_FRAME_H
#define IOFERRY_HOST_SIMCAN_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct simcan_frame {
	uint32_t id;   /**< 11 or 29 bits; higher ones are ignored */
	bool extended; /**< 29-bit identifier */
	bool remote;   /**< RTR: no data field, whatever the length code says */
	uint8_t dlc;   /**< length code as sent, 0..15; above 8 means 8 bytes */
	uint8_t data[8];
};

/** Parts of a frame, with the numbers that the SJA1000 reports them by (bits 4..0 of its error code register). */
enum simcan_field {
	SIMCAN_SOF = 0x03,
	SIMCAN_ID_28_21 = 0x02, /**< of a base frame: ID.10 to ID.3 */
	SIMCAN_ID_20_18 = 0x06,
	SIMCAN_SRTR = 0x04, /**< a base frame's RTR, an extended frame's SRR */
	SIMCAN_IDE = 0x05,
	SIMCAN_ID_17_13 = 0x07,
	SIMCAN_ID_12_5 = 0x0f,
	SIMCAN_ID_4_0 = 0x0e,
	SIMCAN_RTR = 0x0c, /**< of an extended frame */
	SIMCAN_R1 = 0x0d,
	SIMCAN_R0 = 0x09,
	SIMCAN_DLC = 0x0b,
	SIMCAN_DATA = 0x0a,
	SIMCAN_CRC = 0x08,
	SIMCAN_CRC_DELIMITER = 0x18,
	SIMCAN_ACK_SLOT = 0x19,
	SIMCAN_ACK_DELIMITER = 0x1b,
	SIMCAN_EOF = 0x1a,
};

/** Error kinds as bits 7..6 of the SJA1000's error code register. */
enum simcan_error {
	SIMCAN_ERROR_BIT = 0,
	SIMCAN_ERROR_FORM = 1,
	SIMCAN_ERROR_STUFF = 2,
	SIMCAN_ERROR_OTHER = 3, /**< CRC, acknowledgement */
};

enum {
	/** Longest frame: extended, 8 bytes, 118 stuffed bits with 29 stuff bits, and the 10 bits of the tail. */
	SIMCAN_BITS_MAX = 157,
	SIMCAN_TAIL_BITS = 10,        /**< CRC delimiter, ACK slot, ACK delimiter, end of frame */
	SIMCAN_INTERMISSION_BITS = 3, /**< between frames */
	SIMCAN_SUSPEND_BITS = 8,      /**< more that an error passive transmitter waits */
	SIMCAN_IDLE_BITS = 11,        /**< recessive bits after which a controller takes the bus for idle */
};

/** A frame as levels: 0 dominant, 1 recessive. The ACK slot is recessive, as its transmitter sends it. */
struct simcan_bits {
	uint8_t level[SIMCAN_BITS_MAX];
	uint8_t field[SIMCAN_BITS_MAX]; /**< enum simcan_field; a stuff bit has that of the bit before it */
	uint16_t count;                 /**< bits from start of frame to end of frame, without intermission */
	uint16_t stuff_bits;            /**< how many of them are stuff bits */
	uint16_t ack_slot;              /**< index of the ACK slot */
	uint16_t crc;
};

/** Data bytes of the frame: 0 for a remote frame. */
unsigned simcan_frame_bytes(const struct simcan_frame *frame);

/** Whether the SJA1000's single acceptance filter lets the frame pass. Bits of 1 in @p mask do not matter. */
bool simcan_frame_accepted(const struct simcan_frame *frame, uint32_t code, uint32_t mask);

/** Lays the frame out in bits. */
void simcan_frame_encode(const struct simcan_frame *frame, struct simcan_bits *bits);

/** True for bits in which a recessive sender that reads dominant has lost arbitration (else: a bit error). */
bool simcan_field_arbitrates(uint8_t field);

/** What a receiver makes of levels. */
struct simcan_reception {
	bool valid;        /**< the frame ended without an error */
	uint8_t error;     /**< enum simcan_error */
	uint8_t field;     /**< enum simcan_field, where the error is */
	uint16_t position; /**< index of the bit in which the error was seen */
	struct simcan_frame frame;
};

/**
 * Reads levels as a receiver does, from a start of frame on: unstuffs, checks CRC and form.
 * Levels behind @p count are recessive (an idle bus).
 */
void simcan_frame_decode(const uint8_t *level, unsigned count, struct simcan_reception *reception);

#endif
