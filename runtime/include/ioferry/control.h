/* SPDX-License-Identifier: MIT */
/**
 * @file control.h
 * Packing and unpacking of the control plane (runtime/proto/control.proto), for guest and host alike.
 *
 * What is unpacked comes from the other side and may be hostile: the arena caps bytes and allocations, so that
 * a small message cannot become a large tree, and hands out zeroed memory only, because protobuf-c 1.4 leaves
 * parts of what it unpacks unset (its issues 690 and 745).
 */
#ifndef IOFERRY_CONTROL_H
#define IOFERRY_CONTROL_H

#include <control.pb-c.h>
#include <ioferry/shape.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Caps that fit every honest message: a hello with some thousand commands, a status of some hundred guests. */
#define IOF_CONTROL_BYTES       (1u << 20)
#define IOF_CONTROL_ALLOCATIONS 20000u

/** Memory of one unpacked message. Not thread-safe, never moved or copied; the fields are the engine's own. */
struct iof_control_arena {
	ProtobufCAllocator allocator;
	uint8_t *memory;
	size_t size, used;
	unsigned allocations, max_allocations;
	bool owned;
};

/** Takes @p bytes of memory, untouched until used. 0 or -ENOMEM. */
int iof_control_arena_create(struct iof_control_arena *arena, size_t bytes, unsigned max_allocations);
/** As above over the caller's own memory (8-aligned; cleared here), for small messages. */
void iof_control_arena_use(struct iof_control_arena *arena, void *memory, size_t bytes, unsigned max_allocations);
/** Frees what iof_control_arena_create() took; everything unpacked into the arena is gone. */
void iof_control_arena_destroy(struct iof_control_arena *arena);

/**
 * Unpacks into @p arena, which forgets what it held. The message lives until the next unpack or destroy.
 * @return 0; -EPROTO: not a message, or larger than the arena allows.
 */
int iof_control_unpack_request(struct iof_control_arena *arena, const uint8_t *bytes, size_t length,
			       const Ioferry__ControlRequest **request);
int iof_control_unpack_reply(struct iof_control_arena *arena, const uint8_t *bytes, size_t length,
			     const Ioferry__ControlReply **reply);

/** Packs into @p size bytes. Bytes written, or -E2BIG. Allocates nothing. */
ssize_t iof_control_pack_request(const Ioferry__ControlRequest *request, uint8_t *bytes, size_t size);
ssize_t iof_control_pack_reply(const Ioferry__ControlReply *reply, uint8_t *bytes, size_t size);

/**
 * Fills @p message with what this build knows of @p interface.
 * @param numbers,hashes room for interface->n_commands entries each; borrowed by @p message. NULL: the
 *                       interface's own hashes only.
 */
void iof_control_interface(const struct iof_interface *interface, Ioferry__Interface *message, uint32_t *numbers,
			   uint64_t *hashes);

/**
 * Whether a device may have this name, which becomes a path below /dev in the guest: at most 64 characters, of letters,
 * digits and "-_.:", in parts that begin with no dot, with "/" between.
 */
bool iof_device_name_is_sane(const char *name);

/** Hash of what read() or write() moves: record layout, unit, direction, greatest count. 0: not offered. */
uint64_t iof_io_hash(const struct iof_io *io);

/** Whether the other side's @p message has this command with the same hash. Looks in message->numbers. */
bool iof_control_same_command(const Ioferry__Interface *message, const struct iof_command *command);

struct iof_session;
/** Guest: asks the host for its status; the reply lives in @p arena. Waits. 0 or negative errno, of which @p reason
 *  then tells what the host says, if anything. */
int iof_session_status(struct iof_session *session, struct iof_control_arena *arena,
		       const Ioferry__StatusReply **status, char *reason, size_t reason_size);
/** As iof_session_status(), for lines of the trace: waits until there are some, but the first time (control.proto). */
int iof_session_trace(struct iof_session *session, struct iof_control_arena *arena, Ioferry__TraceQuery *query,
		      const Ioferry__TraceReply **trace, char *reason, size_t reason_size);

/** open(2)'s flags as they travel (asm-generic's values), and back. What does not travel is left out. */
uint32_t iof_open_flags_encode(int flags);
int iof_open_flags_decode(uint32_t wire);

#endif
