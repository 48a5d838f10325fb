/* SPDX-License-Identifier: MIT */
/*
 * Every command of every interface, in every ABI, with arbitrary memory, through gather, unpack, pack and
 * scatter against a driver that does nothing. What the guest accepts the host accepts; the caller's memory
 * stays as it was; and no walk fails because the generated shape function is wrong.
 */
#include <errno.h>
#include <ioferry/marshal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY_SIZE 65536u
#define ROUNDS      60
#define MAX_PAYLOAD (1u << 20)

/* Memory that repeats over the whole address space, so that every pointer but NULL can be followed. */
struct arena {
	uint8_t bytes[MEMORY_SIZE];
	size_t stored;
	const struct iof_command *command;
};

struct counts {
	unsigned carried, refused;
};

static int arena_read(void *context, uint64_t address, void *to, size_t length)
{
	const struct arena *arena = context;

	for (size_t i = 0; i < length; i++)
		((uint8_t *)to)[i] = arena->bytes[(address + i) % MEMORY_SIZE];
	return 0;
}

static int arena_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct arena *arena = context;

	for (size_t i = 0; i < n_spans; i++)
		arena->stored += spans[i].length;
	return 0;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Small numbers mostly: counts within their bounds, selectors that select, flags of both kinds. */
static void fill(struct arena *arena, uint32_t seed)
{
	memset(arena->bytes, 0, sizeof(arena->bytes));
	for (size_t i = 0; i < MEMORY_SIZE; i += 2) {
		uint32_t random = next_random(&seed);

		if (random % 4 == 0)
			arena->bytes[i] = (uint8_t)(random >> 4) % 13;
		else if (random % 61 == 0)
			arena->bytes[i] = 0xff;
	}
}

/* First fields of arguments that no random byte would hit. */
static void poke(struct arena *arena, const struct iof_command *command, iof_abi abi, uint64_t argument)
{
	static const struct {
		const char *name;
		unsigned size;
		int32_t value;
	} wanted[] = {{"SG_IO", 4, 'S'},
		      {"LOOP_CONFIGURE", 4, -1},
		      {"SETUP", 4, -1},
		      {"IMPORT", 4, -1},
		      {"EVIOCSFF", 2, 0x51}};

	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (strcmp(command->name, wanted[i].name) != 0)
			continue;
		for (unsigned byte = 0; byte < wanted[i].size; byte++) {
			unsigned shift = 8 * (abi & IOF_BIG_ENDIAN ? wanted[i].size - 1 - byte : byte);

			arena->bytes[argument + byte] = (uint8_t)(wanted[i].value >> shift);
		}
	}
}

/* How the same call may be refused: by a bound, a descriptor, or because something is NULL or too large. */
static bool may_refuse(int error)
{
	static const int errnos[] = {EINVAL, EFAULT, E2BIG, ENOTTY, ENOSYS, ENODEV, ENOENT, EDOM, EFBIG};

	for (unsigned i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (error == -errnos[i])
			return true;
	}
	return false;
}

static bool exact(const struct iof_walk *walk)
{
	for (unsigned i = 0; i < iof_walk_segments(walk); i++) {
		if (!iof_walk_segment(walk, i)->canonical)
			return true;
	}
	return false;
}

static void check_reason(const struct iof_walk *walk, const struct iof_command *command)
{
	if (strstr(iof_walk_reason(walk), "shape function"))
		fail_msg("%s: %s", command->name, iof_walk_reason(walk));
}

static void check_timeout(const struct iof_walk *walk, const struct iof_command *command)
{
	if (command->timeout_ms)
		assert_true(command->timeout_ms(walk) >= -1);
}

static void one_call(struct iof_walk *guest, struct iof_walk *host, const struct iof_command *command, iof_abi abi,
		     uint64_t argument, struct arena *arena, struct counts *counts)
{
	struct iof_memory memory = {.read = arena_read, .write = arena_write, .context = arena};
	uint32_t number = command->number[IOF_ABI_LAYOUT(abi)] | (~command->mask & 0x00040000u);
	const void *payload;
	size_t length;
	bool null_argument = false;
	uint64_t native;
	int error;

	poke(arena, command, abi, argument);
	error = iof_gather(guest, command, number, abi, argument, &memory, &payload, &length, &null_argument);
	check_reason(guest, command);
	if (error) {
		if (!may_refuse(error))
			fail_msg("%s: gather says %d: %s", command->name, error, iof_walk_reason(guest));
		counts->refused++;
		return;
	}
	counts->carried++;
	check_timeout(guest, command);
	error = iof_unpack(host, command, iof_command_number(command, number), payload, length, null_argument, &native);
	check_reason(host, command);
	if (error)
		fail_msg("%s: unpack says %d: %s", command->name, error, iof_walk_reason(host));
	check_timeout(host, command);
	if (command->timeout_ms)
		assert_true(command->timeout_ms(guest) == command->timeout_ms(host));
	if (iof_pack(host, 0, 0, &payload, &length)) {
		/* Where a field of its own says how much comes back, this driver left there what the caller had. */
		if (!strstr(iof_walk_reason(host), "returned into room"))
			fail_msg("%s: pack: %s", command->name, iof_walk_reason(host));
		return;
	}
	arena->stored = 0;
	error = iof_scatter(guest, payload, length, 0, 0, &memory);
	if (error)
		fail_msg("%s: scatter says %d: %s", command->name, error, iof_walk_reason(guest));
	/* Memory that is out exact comes back as zeros. */
	if (arena->stored && !exact(guest))
		fail_msg("%s: %zu bytes stored although the driver changed none", command->name, arena->stored);
}

static void every_command_in_every_abi(void **state)
{
	struct iof_walk *guest = iof_walk_create(MAX_PAYLOAD), *host = iof_walk_create(MAX_PAYLOAD);
	struct arena *arena = calloc(1, sizeof(*arena));
	unsigned never = 0;

	(void)state;
	assert_true(guest && host && arena);
	for (const struct iof_interface *const *interface = iof_interfaces; *interface; interface++) {
		for (uint32_t i = 0; i < (*interface)->n_commands; i++) {
			const struct iof_command *command = &(*interface)->commands[i];
			struct counts counts = {0, 0};

			if (command->argument == IOF_ARG_UNSUPPORTED)
				continue;
			for (uint32_t round = 0; round < ROUNDS; round++) {
				fill(arena, round * 2654435761u + i);
				for (iof_abi abi = 0; abi < 8; abi++)
					one_call(guest, host, command, abi, round % 20 ? 64 + round * 8 : 0, arena,
						 &counts);
			}
			if (!counts.carried) {
				print_message("%s: never carried\n", command->name);
				never++;
			}
		}
	}
	assert_int_equal(never, 0);
	free(arena);
	iof_walk_destroy(guest);
	iof_walk_destroy(host);
}

/* What a hostile guest may send: any bytes, cut anywhere. The driver sees nothing that was not checked. */
static void any_payload_is_refused_or_carried(void **state)
{
	struct iof_walk *host = iof_walk_create(MAX_PAYLOAD);
	struct arena *arena = calloc(1, sizeof(*arena));
	const void *reply;
	uint64_t native;
	size_t length;

	(void)state;
	assert_true(host && arena);
	for (const struct iof_interface *const *interface = iof_interfaces; *interface; interface++) {
		for (uint32_t i = 0; i < (*interface)->n_commands; i++) {
			const struct iof_command *command = &(*interface)->commands[i];

			if (command->argument == IOF_ARG_UNSUPPORTED)
				continue;
			for (uint32_t round = 0; round < 4 * ROUNDS; round++) {
				uint32_t seed = round * 2654435761u + i;
				int error;

				fill(arena, seed);
				/* Short ones often end inside a segment. */
				length = next_random(&seed) % (round % 2 ? 256 : 8192);
				error = iof_unpack(host, command, command->number[0], arena->bytes, length,
						   round % 16 == 0, &native);
				check_reason(host, command);
				assert_true(!error || error == -EPROTO || may_refuse(error));
				if (!error)
					iof_pack(host, 1, 0, &reply, &length);
			}
		}
	}
	free(arena);
	iof_walk_destroy(host);
}

static void commands_are_found_by_their_numbers(void **state)
{
	(void)state;
	for (const struct iof_interface *const *interface = iof_interfaces; *interface; interface++) {
		for (uint32_t i = 0; i < (*interface)->n_commands; i++) {
			const struct iof_command *command = &(*interface)->commands[i];

			for (unsigned layout = 0; layout < IOF_LAYOUTS; layout++)
				assert_ptr_equal(command, iof_interface_command(*interface, (enum iof_layout)layout,
										command->number[layout]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_in_every_abi),
		cmocka_unit_test(any_payload_is_refused_or_carried),
		cmocka_unit_test(commands_are_found_by_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
