/* SPDX-License-Identifier: MIT */
/* Generated from features/by_command.idl by ioferryc, do not edit. */
#ifndef IOFERRY_BY_COMMAND_TYPES_H
#define IOFERRY_BY_COMMAND_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#ifndef IOFERRY_BY_LAYOUT
#if defined(__LP64__)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) lp64
#elif defined(__i386__)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) i386
#elif defined(__USE_TIME_BITS64) || (defined(_TIME_BITS) && _TIME_BITS == 64)
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) eabi32_time64
#else
#define IOFERRY_BY_LAYOUT(lp64, i386, eabi32, eabi32_time64) eabi32
#endif
#endif

/* Commands: the numbers of the ABI that includes this. */
#define BY_COMMAND_SEND   IOFERRY_BY_LAYOUT(0x40086d01u, 0x40046d01u, 0x40046d01u, 0x40046d01u)
#define BY_COMMAND_SEND_T IOFERRY_BY_LAYOUT(0x40086d02u, 0x40046d02u, 0x40046d02u, 0x40046d02u)
#define BY_COMMAND_SEND_X IOFERRY_BY_LAYOUT(0x40086d03u, 0x40046d03u, 0x40046d03u, 0x40046d03u)

struct by_command_message {
	uint32_t id;
	uint8_t data[8];
};

struct by_command_stamped {
	uint32_t id;
	uint8_t data[8];
	uint64_t stamp;
};

struct by_command_large {
	uint32_t id;
	uint8_t data[64];
	uint64_t stamp;
};

struct by_command_envelope {
	struct by_command_message *buffer;
	uint32_t size;
};

#endif
