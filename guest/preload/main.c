/* SPDX-License-Identifier: MIT */
/* Loading: what is done before the application's main(). */
#include "guest/preload/config.h"
#include "guest/preload/device.h"
#include "guest/preload/real.h"
#include <errno.h>

__attribute__((constructor)) static void preload_start(void)
{
	int saved = errno;

	real_resolve();
	config_load();
	device_note_process();
	if (config_address())
		device_adopt_inherited();
	errno = saved;
}
