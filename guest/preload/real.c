/* SPDX-License-Identifier: MIT */
#include "guest/preload/real.h"
#include <dlfcn.h>

struct real real_functions;
_Atomic(bool) real_resolved;

void real_resolve(void)
{
#define REAL_LOOK_UP(name, result, parameters) real_functions.name = (result(*) parameters)dlsym(RTLD_NEXT, #name);
	REAL_FUNCTIONS(REAL_LOOK_UP)
	REAL_FUNCTIONS_TIME64(REAL_LOOK_UP)
#undef REAL_LOOK_UP
	real_resolved = true;
}
