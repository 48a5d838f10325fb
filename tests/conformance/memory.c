/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* GRAIN: of what becomes readable at once, so that each piece of memory has to be asked for. */
enum { PAGE = 4096, GUARD = 64, GRAIN = 64, GUARD_BYTE = 0x6d };

/* Addresses that nothing is at: of memory without bytes, and of what cannot be read. */
#define NOWHERE    0x7ffffff1u
#define UNREADABLE 0x60000010u

static size_t guest_room(const struct plan_segment *segment)
{
	/* A driver may return a longer string than it got. */
	return segment->reach && segment->reach->string && segment->direction & PLAN_EXACT ? segment->capacity
											   : segment->guest_size;
}

static bool has_tail(const struct plan_call *call, size_t i)
{
	return i + 1 < call->n_segments && call->segments[i + 1]->flexible &&
	       call->segments[i + 1]->holder == call->segments[i];
}

static void make_room(struct memory *memory, size_t size)
{
	size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
	if (size > memory->room) {
		memory_free(memory);
		memory->bytes = malloc(size);
		memory->expected = malloc(size);
		memory->flags = malloc(size);
		memory->asked = malloc(size / GRAIN);
		if (!memory->bytes || !memory->expected || !memory->flags || !memory->asked)
			abort();
		memory->room = size;
	}
	memory->size = size;
	memset(memory->bytes, GUARD_BYTE, size);
	memset(memory->flags, 0, size);
	memset(memory->asked, 0, size / GRAIN);
	memory->wrong[0] = '\0';
}

/* Addresses first: pointers must be in place before bytes are copied. The size of all of it. */
static size_t give_addresses(struct plan_call *call)
{
	size_t at = GUARD;

	for (size_t i = 0; i < call->n_segments; i++) {
		struct plan_segment *segment = call->segments[i];
		size_t size = guest_room(segment);

		if (segment->flexible) {
			segment->address = segment->holder->address + segment->holder->guest_size;
			continue;
		}
		if (has_tail(call, i))
			size += call->segments[i + 1]->guest_size;
		/* Bytes may lie anywhere, records where a compiler would put them. */
		at += segment->content ? i % 4 : 0;
		segment->address = MEMORY_BASE + at;
		if (segment->unreadable)
			segment->address = UNREADABLE;
		else if (!size)
			segment->address = NOWHERE;
		else
			at += size;
		at = (at + GUARD + 15) & ~(size_t)15;
	}
	return at + GUARD;
}

void memory_place(struct memory *memory, struct plan_call *call)
{
	make_room(memory, give_addresses(call));
	plan_call_point(call);
	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];
		size_t at = (size_t)(segment->address - MEMORY_BASE), size = guest_room(segment);

		if (!size || segment->unreadable || (segment->flexible && segment->holder->unreadable))
			continue;
		memcpy(memory->bytes + at, segment->guest, segment->guest_size);
		for (size_t j = 0; j < size; j++) {
			if (segment->direction & PLAN_IN)
				memory->flags[at + j] |= MEMORY_READ;
			if (segment->direction & PLAN_EXACT)
				memory->flags[at + j] |= MEMORY_WRITE;
		}
		/* The end of a string is looked for to the end of its page. */
		for (size_t j = at + size; segment->reach->string && j % PAGE; j++)
			memory->flags[j] |= MEMORY_READ;
	}
	memcpy(memory->expected, memory->bytes, memory->size);
}

void memory_expect(struct memory *memory, const struct plan_call *call)
{
	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];
		size_t at = (size_t)(segment->address - MEMORY_BASE), size = guest_room(segment);
		uint8_t *loose;

		if (!size || at >= memory->size)
			continue;
		loose = calloc(1, size);
		if (!loose)
			abort();
		plan_segment_after(call, segment, memory->expected + at, loose);
		for (size_t j = 0; j < size; j++)
			memory->flags[at + j] |= loose[j] ? MEMORY_LOOSE : 0;
		free(loose);
	}
}

static void describe(const struct memory *memory, const struct plan_call *call, size_t at, char *reason, size_t size)
{
	char name[128] = "a guard byte";

	for (size_t i = 0; i < call->n_segments; i++) {
		const struct plan_segment *segment = call->segments[i];
		size_t start = (size_t)(segment->address - MEMORY_BASE);

		if (at >= start && at < start + guest_room(segment))
			plan_call_name(call, segment, at - start, true, name, sizeof(name));
	}
	(void)snprintf(reason, size, "the caller's byte at 0x%zx, %s, is 0x%02x, expected 0x%02x", at + MEMORY_BASE,
		       name, memory->bytes[at], memory->expected[at]);
}

bool memory_check(const struct memory *memory, const struct plan_call *call, char *reason, size_t size)
{
	if (memory->wrong[0]) {
		(void)snprintf(reason, size, "%s", memory->wrong);
		return false;
	}
	if (!memcmp(memory->bytes, memory->expected, memory->size))
		return true;
	for (size_t i = 0; i < memory->size; i++) {
		if (memory->bytes[i] == memory->expected[i] || (memory->flags[i] & MEMORY_LOOSE && !memory->bytes[i]))
			continue;
		describe(memory, call, i, reason, size);
		return false;
	}
	return true;
}

/* The place of an access; false: not all of it is memory. */
static bool locate(const struct memory *memory, uint64_t address, size_t length, size_t *at)
{
	if (address < MEMORY_BASE || address - MEMORY_BASE >= memory->size ||
	    memory->size - (size_t)(address - MEMORY_BASE) < length)
		return false;
	*at = (size_t)(address - MEMORY_BASE);
	return true;
}

static bool allowed(struct memory *memory, size_t at, size_t length, unsigned flag)
{
	for (size_t i = 0; i < length; i++) {
		if (memory->flags[at + i] & flag)
			continue;
		(void)snprintf(memory->wrong, sizeof(memory->wrong), "%s of %zu bytes at 0x%zx goes where it may not",
			       flag == MEMORY_READ ? "a read" : "a write", length, at + MEMORY_BASE);
		return false;
	}
	return true;
}

static bool is_there(struct memory *memory, size_t at, size_t length)
{
	bool there = true;

	for (size_t i = at / GRAIN; memory->stepwise && i <= (at + length - 1) / GRAIN; i++) {
		there &= memory->asked[i] == 2;
		if (!memory->asked[i])
			memory->asked[i] = 1;
	}
	return there;
}

void memory_bring(struct memory *memory)
{
	for (size_t i = 0; i < memory->size / GRAIN; i++)
		if (memory->asked[i])
			memory->asked[i] = 2;
}

static int memory_read(void *context, uint64_t address, void *to, size_t length)
{
	struct memory *memory = context;
	size_t at;

	if (!locate(memory, address, length, &at))
		return -EFAULT;
	if (!allowed(memory, at, length, MEMORY_READ))
		return -EFAULT;
	if (!is_there(memory, at, length))
		return -EAGAIN;
	memcpy(to, memory->bytes + at, length);
	return 0;
}

static int memory_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct memory *memory = context;
	size_t at;

	for (size_t i = 0; i < n_spans; i++) {
		if (!locate(memory, spans[i].address, spans[i].length, &at))
			return -EFAULT;
		if (!allowed(memory, at, spans[i].length, MEMORY_WRITE))
			return -EFAULT;
		memcpy(memory->bytes + at, spans[i].data, spans[i].length);
	}
	return 0;
}

struct iof_memory memory_access(struct memory *memory)
{
	return (struct iof_memory){.read = memory_read, .write = memory_write, .context = memory};
}

void memory_free(struct memory *memory)
{
	free(memory->bytes);
	free(memory->expected);
	free(memory->flags);
	free(memory->asked);
	memory->bytes = memory->expected = memory->flags = memory->asked = NULL;
	memory->room = memory->size = 0;
}
