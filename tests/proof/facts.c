/* SPDX-License-Identifier: MIT */
/* What shape functions' proofs take for facts of a walk (runtime/src/contract.h), to be proved of the definitions. */
#define IOFERRY_FACTS
#include "walk.h"
