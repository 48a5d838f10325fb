/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include "scalar.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Byte runs that one scatter may store. More are merged with the unchanged bytes between them. */
#define SPANS_MAX (1u << 18)

const struct iof_segment walk_absent = {.type = &iof_type_u8, .index = UINT16_MAX};

/* Parts of the one mapping, each at a page of its own so that a short call touches few pages. */
struct plan {
	size_t message, driver, scratch, segments, arms, spans, total;
};

static size_t plan_part(struct plan *plan, size_t size)
{
	const size_t page = 4096;
	size_t at = plan->total;

	plan->total += (size + page - 1) & ~(page - 1);
	return at;
}

/* Every segment may cost its alignment, slack and, under a sanitizer, a gap. */
static size_t arena_size(size_t max_payload, unsigned copies)
{
	return max_payload * copies + (size_t)WALK_SEGMENTS_MAX * 64;
}

static size_t spans_max(size_t max_payload)
{
	size_t most = max_payload / 2 + WALK_SEGMENTS_MAX;

	return most < SPANS_MAX ? most : SPANS_MAX;
}

struct iof_walk *iof_walk_create(size_t max_payload)
{
	struct plan at = {0};
	struct iof_walk *walk;
	uint8_t *base;

	if (max_payload > IOF_MESSAGE_CEILING)
		return NULL;
	walk = calloc(1, sizeof *walk);
	if (!walk)
		return NULL;
	walk->max_payload = max_payload;
	walk->max_spans = spans_max(max_payload);
	at.message = plan_part(&at, max_payload);
	at.driver = plan_part(&at, arena_size(max_payload, 2));
	at.scratch = plan_part(&at, arena_size(max_payload, 4));
	at.segments = plan_part(&at, WALK_SEGMENTS_MAX * sizeof *walk->segments);
	at.arms = plan_part(&at, WALK_ARMS_MAX * sizeof *walk->arms);
	at.spans = plan_part(&at, walk->max_spans * sizeof *walk->spans);
	base = mmap(NULL, at.total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED) {
		free(walk);
		return NULL;
	}
	walk->mapping = base;
	walk->mapping_size = at.total;
	walk->message = base + at.message;
	iof_arena_init(&walk->driver, base + at.driver, arena_size(max_payload, 2));
	iof_arena_init(&walk->scratch, base + at.scratch, arena_size(max_payload, 4));
	walk->segments = (void *)(base + at.segments);
	walk->arms = (void *)(base + at.arms);
	walk->spans = (void *)(base + at.spans);
	return walk;
}

void iof_walk_destroy(struct iof_walk *walk)
{
	if (!walk)
		return;
	/* Takes the sanitizer's poison off addresses that the next mapping may get. */
	iof_arena_release(&walk->driver);
	iof_arena_release(&walk->scratch);
	munmap(walk->mapping, walk->mapping_size);
	free(walk);
}

const char *iof_walk_reason(const struct iof_walk *walk)
{
	return walk->error ? walk->reason : "";
}

#ifndef __FRAMAC__
void walk_fail(struct iof_walk *walk, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!walk->error && !walk->again) {
		walk->error = error;
		/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 is wrong where it inlines callers */
		vsnprintf(walk->reason, sizeof walk->reason, format, args);
	}
	va_end(args);
}
#endif

bool iof_walk_ok(const struct iof_walk *walk)
{
	return !walk->error;
}

uint32_t iof_walk_command(const struct iof_walk *walk)
{
	return walk->command;
}

unsigned iof_walk_segments(const struct iof_walk *walk)
{
	return walk->n_segments;
}

const struct iof_segment *iof_walk_segment(const struct iof_walk *walk, unsigned index)
{
	//@ assert index < walk->n_segments ==> RECORD_OK(walk, index);
	return index < walk->n_segments ? &walk->segments[index].segment : &walk_absent;
}

size_t iof_walk_reply_max(const struct iof_walk *walk)
{
	return walk->reply_max;
}

/*@ requires segment_readable(segment);
    assigns \nothing;
    exits \false;
    ensures \let bytes = type_bytes(segment->type, 0);
      segment->canonical != \null && element < segment->count && size <= 8 && offset + size <= bytes
	? \result == segment->canonical + (element * bytes + offset) && \valid_read(\result + (0 .. size - 1))
	: \result == \null; */
static const uint8_t *scalar_at(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size)
{
	size_t element_size = iof_type_size(segment->type, IOF_ABI_CANONICAL);

	if (!segment->canonical || element >= segment->count || size > 8)
		return NULL;
	if (element_size < size || element_size - size < offset)
		return NULL;
	/*@ assert element * element_size + element_size <= segment->count * element_size; */
	/*@ assert segment->count * element_size <= 0xffffffff * 0xffffffff; */
	return segment->canonical + (size_t)element * element_size + offset;
}

uint64_t iof_segment_uint(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size)
{
	const uint8_t *at = scalar_at(segment, element, offset, size);

	return at ? iof_scalar_load(at, size, false) : 0;
}

int64_t iof_segment_int(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size)
{
	return (int64_t)iof_scalar_extend(iof_segment_uint(segment, element, offset, size), size);
}

const char *walk_name(const struct iof_walk *walk, const struct walk_record *record)
{
	const struct walk_record *parent = &walk->segments[record->parent];
	struct walk_place place;

	if (parent == record)
		return record->segment.index ? record->segment.type->name : "arg";
	if (walk_place(walk, parent, record->element, record->offset, IOF_POINTER, &place))
		return place.field->name;
	return record->segment.type->name;
}
