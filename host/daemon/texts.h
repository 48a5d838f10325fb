/* SPDX-License-Identifier: MIT */
/* What a listener with files of its own shows of the daemon's devices: their interfaces' IDL, and how they are used. */
#ifndef IOFERRY_HOST_TEXTS_H
#define IOFERRY_HOST_TEXTS_H

#include "host/session/engine.h"
#include <ioferry/transport.h>

/* An IDL file of this build. */
struct idl_source {
	const char *interface;
	const char *text;
};

/* Generated; ends with an entry of NULLs. */
extern const struct idl_source idl_sources[];

struct texts {
	struct iof_texts base;
	struct engine *engine; /* borrowed */
	const char *address;   /* of the listener, borrowed: which devices a peer may know of depends on it */
};

void texts_init(struct texts *texts, struct engine *engine, const char *address);

#endif
