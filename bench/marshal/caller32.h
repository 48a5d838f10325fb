/* SPDX-License-Identifier: MIT */
/**
 * @file caller32.h
 * The frame as a 32-bit application of a 64-bit x86 machine has it in its memory.
 */
#ifndef BENCH_CALLER32_H
#define BENCH_CALLER32_H

#include <can4linux.h>
#include <stdint.h>
#include <string.h>

struct canmsg32 {
	int32_t flags;
	int32_t cob;
	uint32_t id;
	int32_t tv_sec, tv_usec;
	int16_t length;
	uint8_t data[CAN_MSG_LENGTH];
};

_Static_assert(sizeof(struct canmsg32) == 32, "as on i386");

static inline void narrow(struct canmsg32 *to, const canmsg_t *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		to[i] = (struct canmsg32){
			.flags = from[i].flags,
			.cob = from[i].cob,
			.id = (uint32_t)from[i].id,
			.tv_sec = (int32_t)from[i].timestamp.tv_sec,
			.tv_usec = (int32_t)from[i].timestamp.tv_usec,
			.length = from[i].length,
		};
		memcpy(to[i].data, from[i].data, CAN_MSG_LENGTH);
	}
}

#endif
