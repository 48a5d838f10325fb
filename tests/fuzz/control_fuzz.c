/* SPDX-License-Identifier: MIT */
/* The control plane, both ways: any bytes as a message are within the arena's caps, and what comes out can be packed
 * again. */
#include "fuzz.h"
#include <ioferry/control.h>
#include <stdlib.h>

#define ARENA_BYTES       16384u
#define ARENA_ALLOCATIONS 200u

static void check(const struct iof_control_arena *arena, const ProtobufCMessage *message)
{
	if (arena->used > ARENA_BYTES || arena->allocations > ARENA_ALLOCATIONS)
		abort();
	/* Every pointer of the tree is followed. */
	if (message && protobuf_c_message_get_packed_size(message) > (1U << 20))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Ioferry__ControlRequest *request;
	const Ioferry__ControlReply *reply;
	struct iof_control_arena arena;

	if (iof_control_arena_create(&arena, ARENA_BYTES, ARENA_ALLOCATIONS) < 0)
		abort();
	if (iof_control_unpack_request(&arena, data, size, &request) == 0) {
		check(&arena, &request->base);
		fuzz_accepted++;
	}
	check(&arena, NULL);
	if (iof_control_unpack_reply(&arena, data, size, &reply) == 0) {
		check(&arena, &reply->base);
		fuzz_accepted++;
	}
	check(&arena, NULL);
	iof_control_arena_destroy(&arena);
	return 0;
}
