/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_timing.c
 * Who may set the bit rate, which the backends of can4linux decide alike.
 */
#include "host/backends/simcan/bus.h"
#include "host/backends/simcan/can4linux.h"

#include <errno.h>

int c4l_timing(unsigned long now, unsigned long wanted, bool su, unsigned opens, uint8_t *btr0, uint8_t *btr1)
{
	if (wanted == now)
		return 0;
	if (!su)
		return -EPERM;
	if (opens > 1)
		return -EINVAL;
	/* Anything but a CiA rate is taken for an SJA1000's two registers. */
	*btr0 = (uint8_t)(wanted >> 8);
	*btr1 = (uint8_t)wanted;
	simcan_timing_of_rate((unsigned)wanted, btr0, btr1);
	return 1;
}
