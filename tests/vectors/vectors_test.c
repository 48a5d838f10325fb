/* SPDX-License-Identifier: MIT */
/* Runs written-down calls through the four passes and compares every byte at every stage. */
#include "vector.h"
#include <errno.h>
#include <ioferry/describe.h>
#include <ioferry/marshal.h>
#include <ioferry/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 256

/* One caller's call, as far as it is. */
struct run {
	const struct vector *vector;
	const struct vector_caller *caller;
	const struct iof_interface *interface;
	const struct iof_command *command;
	const struct iof_io *io;
	struct iof_walk *guest, *host;
	struct vector_blocks *memory; /* the caller's, as it is now */
	const void *request, *reply;
	size_t request_size, reply_size;
	bool null_argument;
	uint64_t argument; /* of the driver */
	bool failed;
};

static void complain(struct run *run, const char *stage, const char *what)
{
	fprintf(stderr, "%s: %s caller: %s: %s\n", run->vector->path, run->caller->name, stage, what);
	run->failed = true;
}

static void check_error(struct run *run, const char *stage, int error, const struct iof_walk *walk)
{
	char text[256];

	if (!error)
		return;
	snprintf(text, sizeof text, "%s (%s)", strerror(-error), iof_walk_reason(walk));
	complain(run, stage, text);
}

static void compare(struct run *run, const char *stage, const uint8_t *is, size_t size, const struct vector_block *want)
{
	char text[160];

	for (size_t i = 0; i < size && i < want->size; i++) {
		if (is[i] != want->bytes[i]) {
			snprintf(text, sizeof text, "byte %zu is %02x, want %02x", i, is[i], want->bytes[i]);
			complain(run, stage, text);
			return;
		}
	}
	if (size != want->size) {
		snprintf(text, sizeof text, "%zu bytes, want %zu", size, want->size);
		complain(run, stage, text);
	}
}

static uint8_t *caller_at(struct run *run, uint64_t address, size_t length)
{
	for (unsigned i = 0; i < run->memory->n; i++) {
		struct vector_block *block = &run->memory->block[i];

		if (address >= block->address && address - block->address <= block->size &&
		    block->size - (address - block->address) >= length)
			return block->bytes + (address - block->address);
	}
	return NULL;
}

static int caller_read(void *context, uint64_t address, void *to, size_t length)
{
	const uint8_t *from = caller_at(context, address, length);

	if (!from)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}

static int caller_write(void *context, const struct iof_span *spans, size_t n)
{
	struct run *run = context;

	for (size_t i = 0; i < n; i++) {
		uint8_t *to = caller_at(run, spans[i].address, spans[i].length);

		if (!to)
			return -EFAULT;
		memcpy(to, spans[i].data, spans[i].length);
	}
	return 0;
}

static int gather_bytes(struct run *run)
{
	const struct vector_caller *caller = run->caller;
	struct iof_memory memory = {.read = caller_read, .write = caller_write, .context = run};

	if (run->io)
		return iof_gather_records(run->guest, run->io, caller->abi, caller->argument, caller->count, &memory,
					  &run->request, &run->request_size);
	return iof_gather(run->guest, run->command, caller->number, caller->abi, caller->argument, &memory,
			  &run->request, &run->request_size, &run->null_argument);
}

static void gather(struct run *run)
{
	int error = gather_bytes(run);

	check_error(run, "gather", error, run->guest);
	if (error)
		return;
	compare(run, "request", run->request, run->request_size, &run->vector->request);
	if (!run->io && run->command->argument == IOF_ARG_POINTER && run->null_argument != !run->caller->argument)
		complain(run, "gather", "NULL argument is not told");
}

static int unpack_bytes(struct run *run, const void *bytes, size_t size)
{
	uint32_t number, count = 0;
	void *buffer = NULL;
	int error;

	if (run->io) {
		error = iof_unpack_records(run->host, run->io, bytes, size, &count, &buffer);
		if (!error && count != run->caller->count)
			complain(run, "unpack", "another count");
		run->argument = (uint64_t)(uintptr_t)buffer;
		return error;
	}
	number = iof_command_number(run->command, run->caller->number);
	return iof_unpack(run->host, run->command, number, bytes, size, run->null_argument, &run->argument);
}

/* Addresses of the driver's blocks, as pointers lead to them. */
struct labels {
	unsigned n;
	struct {
		const char *label;
		uint8_t *at;
	} known[VECTOR_BLOCKS_MAX];
};

static uint8_t *find_label(const struct labels *labels, const char *label)
{
	for (unsigned i = 0; i < labels->n; i++) {
		if (!strcmp(labels->known[i].label, label))
			return labels->known[i].at;
	}
	return NULL;
}

static void know(struct run *run, struct labels *labels, const char *label, uint8_t *at)
{
	if (!at || labels->n == VECTOR_BLOCKS_MAX) {
		complain(run, "driver's memory", "pointer is NULL");
		return;
	}
	labels->known[labels->n].label = label;
	labels->known[labels->n++].at = at;
}

/* Whether a byte of a block is part of a pointer. */
static bool in_ref(const struct vector_block *block, size_t offset)
{
	for (unsigned i = 0; i < block->n_refs; i++) {
		if (offset - block->refs[i].offset < sizeof(void *))
			return true;
	}
	return false;
}

static void compare_driver(struct run *run, struct labels *labels, const struct vector_block *block)
{
	uint8_t *at = find_label(labels, block->label), is[VECTOR_BYTES_MAX];

	if (!at) {
		complain(run, "driver's memory: nothing leads to", block->label);
		return;
	}
	memcpy(is, at, block->size);
	for (size_t i = 0; i < block->size; i++) {
		if (in_ref(block, i))
			is[i] = 0;
	}
	compare(run, block->label, is, block->size, block);
	for (unsigned i = 0; i < block->n_refs; i++) {
		uint8_t *pointer;

		memcpy(&pointer, at + block->refs[i].offset, sizeof pointer);
		know(run, labels, block->refs[i].label, pointer);
	}
}

static void drive(struct run *run, const struct labels *labels, const struct vector_block *block)
{
	uint8_t *at = find_label(labels, block->label);

	if (!at) {
		complain(run, "driver after: nothing leads to", block->label);
		return;
	}
	for (size_t i = 0; i < block->size; i++) {
		if (!in_ref(block, i))
			at[i] = block->bytes[i];
	}
}

/* The vectors say what a driver of the LP64 ABI sees. A build for another one runs the guest's half on them. */
static bool is_lp64_host(void)
{
	return IOF_ABI_NATIVE == IOF_ABI_CANONICAL;
}

static void run_driver(struct run *run)
{
	const struct vector *vector = run->vector;
	struct labels labels = {0};

	check_error(run, "unpack", unpack_bytes(run, run->request, run->request_size), run->host);
	if (run->failed || !is_lp64_host())
		return;
	iof_walk_remember(run->host);
	if (vector->driver_before.n)
		know(run, &labels, vector->driver_before.block[0].label, (uint8_t *)(uintptr_t)run->argument);
	else if (run->argument != vector->value)
		complain(run, "unpack", "argument of the driver is another");
	for (unsigned i = 0; i < vector->driver_before.n && !run->failed; i++)
		compare_driver(run, &labels, &vector->driver_before.block[i]);
	for (unsigned i = 0; i < vector->driver_after.n && !run->failed; i++)
		drive(run, &labels, &vector->driver_after.block[i]);
}

static void pack(struct run *run)
{
	const struct vector *vector = run->vector;

	if (!is_lp64_host()) {
		run->reply = vector->reply.bytes;
		run->reply_size = vector->reply.size;
		return;
	}
	check_error(run, "pack", iof_pack(run->host, vector->result, vector->error, &run->reply, &run->reply_size),
		    run->host);
	if (!run->failed)
		compare(run, "reply", run->reply, run->reply_size, &vector->reply);
}

/* What a person is shown of the call. */
static void trace(struct run *run)
{
	const struct vector *vector = run->vector;
	char is[VECTOR_TRACE_MAX], text[2 * VECTOR_TRACE_MAX + 16];
	struct iof_text out = iof_text_make(is, sizeof is);

	if (!vector->trace[0] || !is_lp64_host())
		return;
	iof_text_add(&out, "%s(", vector->command);
	if (!run->io && run->command->argument == IOF_ARG_VALUE)
		iof_describe_value(&out, run->command, run->argument);
	else
		iof_describe_walk(&out, run->host, vector->error);
	iof_text_add(&out, ") = ");
	iof_describe_result(&out, vector->result, vector->error);
	if (strcmp(is, vector->trace) != 0) {
		snprintf(text, sizeof text, "\n  %s\nwant\n  %s", is, vector->trace);
		complain(run, "trace", text);
	}
}

static int scatter_bytes(struct run *run, size_t size)
{
	struct iof_memory memory = {.read = caller_read, .write = caller_write, .context = run};

	return iof_scatter(run->guest, run->reply, size, run->vector->result, run->vector->error, &memory);
}

static void scatter(struct run *run)
{
	/* A reply that is cut must not be taken; nothing at all with an errno is the daemon's own refusal. */
	for (size_t n = run->vector->error ? 1 : 0; n < run->reply_size; n++) {
		if (scatter_bytes(run, n) != -EPROTO)
			complain(run, "scatter", "takes a reply that was cut");
	}
	check_error(run, "scatter", scatter_bytes(run, run->reply_size), run->guest);
}

/* What the vector says of the memory afterwards, laid over what it was. */
static void compare_memory(struct run *run)
{
	const struct vector_caller *caller = run->caller;

	for (unsigned i = 0; i < caller->before.n; i++) {
		struct vector_block want = caller->before.block[i];
		const struct vector_block *is = &run->memory->block[i];
		char stage[64];

		for (unsigned j = 0; j < caller->after.n; j++) {
			const struct vector_block *after = &caller->after.block[j];

			if (after->address >= want.address && after->address + after->size <= want.address + want.size)
				memcpy(want.bytes + (after->address - want.address), after->bytes, after->size);
		}
		snprintf(stage, sizeof stage, "caller's memory 0x%llx", (unsigned long long)want.address);
		compare(run, stage, is->bytes, is->size, &want);
	}
	for (unsigned j = 0; j < caller->after.n; j++) {
		if (!caller_at(run, caller->after.block[j].address, caller->after.block[j].size))
			complain(run, "memory after", "lies outside memory before");
	}
}

static void find_command(struct run *run)
{
	const struct vector *vector = run->vector;
	uint32_t number = run->caller->number;

	run->interface = iof_interface_find(vector->interface);
	if (!run->interface) {
		complain(run, "no interface", vector->interface);
	} else if (vector->io) {
		run->io = strcmp(vector->command, "read") == 0 ? &run->interface->read : &run->interface->write;
	} else {
		run->command = iof_interface_command(run->interface, IOF_ABI_LAYOUT(run->caller->abi), number);
		if (!run->command || strcmp(run->command->name, vector->command) != 0)
			complain(run, "number is not that of", vector->command);
	}
}

/* Requests that are cut never get to the driver. */
static void cut_requests(struct run *run)
{
	for (size_t n = 0; n < run->request_size; n++) {
		uint8_t *cut = malloc(n ? n : 1);

		if (!cut)
			abort();
		memcpy(cut, run->request, n);
		if (!unpack_bytes(run, cut, n))
			complain(run, "unpack", "takes a request that was cut");
		free(cut);
	}
}

static void check_refusal(struct run *run, const char *stage, int error)
{
	char text[64];

	if (error == -(int)run->vector->refused)
		return;
	snprintf(text, sizeof text, "gives %d, want %d", error, -(int)run->vector->refused);
	complain(run, stage, text);
}

/* The host does not trust the guest to have refused: it gets the request all the same. */
static void refuse(struct run *run)
{
	const struct vector_block *request = &run->vector->request;

	check_refusal(run, "gather", gather_bytes(run));
	if (request->size)
		check_refusal(run, "unpack", unpack_bytes(run, request->bytes, request->size));
}

static void carry(struct run *run)
{
	gather(run);
	if (!run->failed)
		cut_requests(run);
	if (!run->failed)
		run_driver(run);
	if (!run->failed)
		pack(run);
	if (!run->failed)
		trace(run);
	if (!run->failed)
		scatter(run);
}

static bool run_caller(const struct vector *vector, const struct vector_caller *caller)
{
	static struct vector_blocks memory;
	struct run run = {.vector = vector, .caller = caller, .memory = &memory};

	memory = caller->before;
	run.guest = iof_walk_create(IOF_MESSAGE_MAX);
	run.host = iof_walk_create(IOF_MESSAGE_MAX);
	if (!run.guest || !run.host)
		abort();
	find_command(&run);
	if (!run.failed && vector->refused)
		refuse(&run);
	else if (!run.failed)
		carry(&run);
	if (!run.failed)
		compare_memory(&run);
	iof_walk_destroy(run.guest);
	iof_walk_destroy(run.host);
	return !run.failed;
}

/* The commands that vectors were run for; read and write are none. */
struct coverage {
	unsigned n;
	char name[COMMANDS_MAX][2 * VECTOR_NAME_MAX];
};

static void cover(struct coverage *coverage, const struct vector *vector)
{
	char name[2 * VECTOR_NAME_MAX];

	if (vector->io)
		return;
	snprintf(name, sizeof name, "%s %s", vector->interface, vector->command);
	for (unsigned i = 0; i < coverage->n; i++) {
		if (!strcmp(coverage->name[i], name))
			return;
	}
	if (coverage->n < COMMANDS_MAX)
		memcpy(coverage->name[coverage->n++], name, sizeof name);
}

/* Calls that failed; a file that cannot be read is one. */
static unsigned run_file(const char *path, struct coverage *coverage, unsigned *calls)
{
	static struct vector vector;
	unsigned failed = 0;

	if (!vector_read(path, &vector))
		return 1;
	cover(coverage, &vector);
	for (unsigned i = 0; i < vector.n_callers; i++, (*calls)++)
		failed += !run_caller(&vector, &vector.caller[i]);
	return failed;
}

int main(int argc, char **argv)
{
	static struct coverage coverage;
	unsigned least = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, calls = 0, failed = 0;

	for (int i = 2; i < argc; i++)
		failed += run_file(argv[i], &coverage, &calls);
	printf("%u commands (at least %u) covered by %d vectors, %u calls%s, %u failed\n", coverage.n, least, argc - 2,
	       calls, is_lp64_host() ? "" : " (the guest's half)", failed);
	return failed || !calls || coverage.n < least;
}
