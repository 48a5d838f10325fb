/* SPDX-License-Identifier: MIT */
/**
 * @file world.h
 * A caller with memory at made-up addresses, a driver that is a function, and a few hand-written commands.
 */
#ifndef RUNTIME_TEST_WORLD_H
#define RUNTIME_TEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ioferry/marshal.h>

/* Values of the four layouts: the same, LP64 and 32-bit, each. */
#define ALL(a)                                                                                                         \
	{                                                                                                              \
		a, a, a, a                                                                                             \
	}
#define LONG(lp64, ilp32)                                                                                              \
	{                                                                                                              \
		lp64, ilp32, ilp32, ilp32                                                                              \
	}
#define EACH(a, b, c, d)                                                                                               \
	{                                                                                                              \
		a, b, c, d                                                                                             \
	}
#define N_FIELDS(fields) (sizeof(fields) / sizeof((fields)[0]))

#define WORLD_BASE UINT64_C(0x10000)
#define WORLD_SIZE 0x8000u

#define WORLD_RANGES 64

struct world_range {
	uint64_t address;
	size_t length;
};

/* The caller's memory. What lies outside [base, base + size) faults. */
struct world {
	uint8_t bytes[WORLD_SIZE];
	iof_abi abi;
	unsigned reads, writes, spans;
	size_t bytes_read, bytes_stored;
	/* retry: memory is there one round after it was asked for */
	bool retry;
	struct world_range there[WORLD_RANGES], asked[WORLD_RANGES];
	unsigned n_there, n_asked;
};

void world_init(struct world *world, iof_abi abi);
struct iof_memory world_memory(struct world *world);
/* Where an address of the caller is. */
uint8_t *world_at(struct world *world, uint64_t address);
/* Sets or reads a field of a structure of the caller's ABI. */
void world_poke(struct world *world, const struct iof_type *type, uint64_t address, const char *name, uint64_t value);
uint64_t world_peek(struct world *world, const struct iof_type *type, uint64_t address, const char *name);
/* The round ends: what was asked for is there now. */
void world_next_round(struct world *world);

/* Both sides of a call. */
struct call {
	struct world *world;
	struct iof_walk *guest, *host;
	const struct iof_command *command;
	uint64_t argument;
	const void *request, *reply;
	size_t request_size, reply_size;
	bool null_argument;
	uint64_t driver_argument;
};

/* A driver: changes its memory; returns what ioctl() does. */
typedef long driver(uint64_t argument);

void call_init(struct call *call, struct world *world, const struct iof_command *command, uint64_t argument);
void call_end(struct call *call);
/* One pass each; 0 or negative errno. */
int call_gather(struct call *call);
int call_unpack(struct call *call);
int call_pack(struct call *call, long result);
int call_scatter(struct call *call, long result);
/* All of it; asserts that no pass fails. */
void call_run(struct call *call, driver *run);

/* i2c-dev's I2C_RDWR: an array of elements with pointees, whose direction a flag of each chooses. */
extern const struct iof_type type_rdwr, type_message;
extern const struct iof_command command_rdwr;

/* struct mixed { u8 a; long b; u64 c; char name[5]; time_t t; } and a few of it. */
extern const struct iof_type type_mixed;
extern const struct iof_command command_mixed;

/* struct { u32 count; struct mixed list[count]; }: head out, list by the returned count. */
extern const struct iof_type type_list;
extern const struct iof_command command_list;

/* struct { u32 select; union { long l; struct { u8 x; u64 y; } s; u32 *p; } u; } */
extern const struct iof_type type_choice, type_choice_l, type_choice_s, type_choice_p;
extern const struct iof_command command_choice;

/* struct { u32 size; u32 pad; void *value; u32 *nothing; }: out exact, returned by a field; nullable. */
extern const struct iof_type type_option;
extern const struct iof_command command_option;

#endif
