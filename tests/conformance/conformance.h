/* SPDX-License-Identifier: MIT */
/**
 * @file conformance.h
 * The conformance test of one IDL file: every command of the plan, marshalled in this process and carried over
 * transports to the mirror. docs/testing.md says what is compared with what.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "host/backends/mirror/call.h"
#include <ioferry/marshal.h>
#include <stdio.h>

/* --- the caller's memory ------------------------------------------------------------------------------------------ */

/** What may be done with a byte of the caller's. */
enum memory_flags { MEMORY_READ = 1, MEMORY_WRITE = 2, MEMORY_LOOSE = 4 };

/** Memory of a caller of any ABI, with guards around each piece. */
struct memory {
	uint8_t *bytes;    /**< as it is */
	uint8_t *expected; /**< as it must be after the call */
	uint8_t *flags;
	size_t size, room;
	bool stepwise; /**< a read of memory that was not asked for before gives -EAGAIN */
	uint8_t *asked;
	char wrong[256]; /**< a read or write that nobody may make */
};

#define MEMORY_BASE 0x10000000u

/** Lays the segments of a call out and gives them addresses. */
void memory_place(struct memory *memory, struct plan_call *call);
/** Says what the call must leave: plan_call_answer() has run. */
void memory_expect(struct memory *memory, const struct plan_call *call);
/** Whether it is so; @p reason says where not. */
bool memory_check(const struct memory *memory, const struct plan_call *call, char *reason, size_t size);
/** Rounds of -EAGAIN end: what was asked for is there. */
void memory_bring(struct memory *memory);
struct iof_memory memory_access(struct memory *memory);
void memory_free(struct memory *memory);

/* --- the run ------------------------------------------------------------------------------------------------------ */

struct options {
	uint64_t seed;
	unsigned rounds;       /**< cases of chance, per command and ABI */
	bool first;            /**< the first failure ends the program */
	const char *command;   /**< only this one; NULL: all */
	const char *transport; /**< only this one; NULL: all that can run */
	const char *mirror;    /**< program of the host's side; NULL: the one beside this */
	const char *address;   /**< of a mirror that runs already; NULL: it is started */
	const char *channel;
};

/** What was done. */
struct tally {
	unsigned commands, commands_carried, cases, carried, refused, failures;
};

struct run {
	const struct plan_interface *plan;
	const struct iof_interface *interface;
	struct options options;
	const char *way; /**< "marshal", "unix", ... */
	struct tally tally;
};

/** What a test of one command holds. */
struct bench {
	struct run *run;
	const struct plan_command *command;
	uint32_t index;
	struct plan_call *call;
	struct memory memory;
	struct iof_walk *guest, *host;
	struct tally tally;
	bool shared; /**< of many commands: it counts as none */
	bool carried_abi[8];
	char what[160];          /**< the case at hand, for a report */
	uint8_t *bytes, *fields; /**< room for a payload of the plan and what its bytes are */
};

/** Whether a driver of this machine has its memory as messages have it, as the plan's driver does. The host's passes
 * are tested only where that is so; docs/testing.md. */
static inline bool bench_is_host(void)
{
	return IOF_ABI_NATIVE == IOF_ABI_CANONICAL;
}

enum { PAYLOAD_MAX = (1 << 20) - 40, ABIS = 7 };
extern const iof_abi conformance_abis[ABIS];
const char *conformance_abi_name(iof_abi abi);

void bench_begin(struct bench *bench, struct run *run, uint32_t index);
void bench_end(struct bench *bench);
/** Reports a failure with the line that repeats it; goes on. */
void bench_fail(struct bench *bench, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** The runtime's command of this plan, found by the number that the caller uses; NULL: reported. */
const struct iof_command *bench_command(struct bench *bench);

/** Seed of the command's case @p number. */
uint64_t bench_seed(const struct bench *bench, uint32_t number);

/** The runtime's command of the plan that is tested. */
const struct iof_command *bench_lookup(const struct bench *bench);

struct payload {
	const uint8_t *bytes;
	size_t length;
	bool null_argument;
};

/** The guest's first pass over the bench's call, as often as memory has to be asked for. 0 or a negative errno. */
int marshal_gather(struct bench *bench, const struct iof_command *command, struct payload *payload);
/** The host's two passes around the case's driver; on a machine that is no host, what the plan says of them. False:
 * there is no reply, as it should be or as was reported. */
bool marshal_drive(struct bench *bench, const struct iof_command *command, const struct payload *request,
		   struct payload *reply);
/** Messages that are not what the other side would send. */
void marshal_wrong(struct bench *bench);
/** Everything that needs no transport. */
void marshal_command(struct bench *bench);

#endif
