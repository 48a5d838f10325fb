/* SPDX-License-Identifier: MIT */
#include "scalar.h"
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool fetch(struct iof_walk *walk, struct walk_record *record)
{
	if (record->string)
		return walk_is_guest(walk) ? walk_string_gather(walk, record) : walk_string_unpack(walk, record);
	return walk_is_guest(walk) ? walk_fetch_guest(walk, record) : walk_fetch_host(walk, record);
}

const struct iof_segment *walk_fill(struct iof_walk *walk, struct walk_record *record)
{
	return walk_fill_by(walk, record, fetch);
}

/*@ requires walk_ok(walk) && 0 < walk->n_segments && !walk->segments[walk->n_segments - 1].segment.present;
    requires walk->segments[walk->n_segments - 1].segment.canonical == \null;
    assigns records_of(walk)[walk->n_segments - 1].segment.count;
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept_below{Pre,Post}(walk, walk->n_segments - 1);
    ensures \valid_read(\result) && !\result->present && segment_ok(walk, \result); */
/* The last record becomes one for NULL, so that traces show it. */
static const struct iof_segment *null_segment(struct iof_walk *walk)
{
	struct walk_record *record = &walk->segments[walk->n_segments - 1];

	//@ assert record == &walk->segments[walk->n_segments - 1];
	record->segment.count = 0;
	return &record->segment;
}

const struct iof_segment *iof_walk_arg(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
				       unsigned direction, unsigned flags)
{
	struct walk_record *record;

	if (walk->error)
		return &walk_absent;
	if (walk->n_segments) {
		walk_fail(walk, -EINVAL, "shape function: argument walked twice");
		return &walk_absent;
	}
	record = walk_record_add(walk, type, count, direction);
	if (!record)
		return &walk_absent;
	if (walk->null_argument) {
		if (!(flags & IOF_NULLABLE))
			walk_fail(walk, -EFAULT, "arg is NULL");
		return null_segment(walk);
	}
	record->address = walk->argument;
	record->list = flags & IOF_LIST;
	return walk_fill(walk, record);
}

const struct iof_segment *iof_walk_flexible(struct iof_walk *walk, const struct iof_segment *head,
					    const struct iof_type *type, uint32_t count, unsigned direction)
{
	struct walk_record *before = walk_record_of(walk, head), *record;

	if (walk->error || !before)
		return &walk_absent;
	if (before->segment.index + 1u != walk->n_segments || before->flexible || before->string) {
		walk_fail(walk, -EINVAL, "shape function: flexible array does not follow its head");
		return &walk_absent;
	}
	record = walk_record_add(walk, type, count, direction);
	if (!record)
		return &walk_absent;
	record->flexible = record->list = true;
	if (__builtin_add_overflow(before->address, before->native_size, &record->address)) {
		walk_fail(walk, -EFAULT, "%s ends beyond the address space", walk_name(walk, record));
		return &walk_absent;
	}
	return walk_fill(walk, record);
}

/* The guest's pointer; on the host 1 or 0. */
static bool follow(struct iof_walk *walk, const struct walk_record *parent, struct walk_record *record)
{
	uint64_t value = iof_segment_uint(&parent->segment, record->element, record->offset, 8);

	if (walk_is_guest(walk)) {
		record->address = value;
	} else if (value > 1) {
		walk_fail(walk, -EPROTO, "pointer %s is neither 0 nor 1", walk_name(walk, record));
		return false;
	}
	return value != 0;
}

/* The place of a pointer in the driver's memory. */
static uint8_t *driver_slot(struct iof_walk *walk, const struct walk_record *parent, const struct walk_record *record,
			    size_t *size)
{
	size_t element_size = iof_type_size(parent->segment.type, walk->abi);
	struct walk_place place;

	if (!walk_place(walk, parent, record->element, record->offset, IOF_POINTER, &place))
		return NULL;
	*size = place.field->size[IOF_ABI_LAYOUT(walk->abi)];
	return parent->native + record->element * element_size + place.native;
}

static const struct iof_segment *pointee(struct iof_walk *walk, const struct walk_record *parent,
					 struct walk_record *record, unsigned flags)
{
	const struct iof_segment *segment;
	uint8_t *slot;
	size_t size;

	if (!follow(walk, parent, record)) {
		/* Memory of no length is never touched; natively NULL is fine there (i2c messages of length 0). */
		if (!(flags & IOF_NULLABLE) && (record->segment.count || record->string))
			walk_fail(walk, -EFAULT, "%s is NULL", walk_name(walk, record));
		return null_segment(walk);
	}
	segment = walk_fill(walk, record);
	if (!segment->present || walk_is_guest(walk))
		return segment;
	slot = driver_slot(walk, parent, record, &size);
	if (!slot || size > 8) {
		walk_fail(walk, -EINVAL, "shape function: no pointer at offset %" PRIu32 " of %s", record->offset,
			  parent->segment.type->name);
		return segment;
	}
	iof_scalar_store(slot, (uint32_t)size, walk->abi & IOF_BIG_ENDIAN, (uintptr_t)record->native);
	return segment;
}

static struct walk_record *add_pointee(struct iof_walk *walk, const struct walk_record *parent, uint32_t element,
				       uint32_t offset, const struct iof_type *type, uint32_t count, unsigned direction)
{
	struct walk_record *record;

	if (element >= parent->segment.count || !parent->segment.canonical) {
		walk_fail(walk, -EINVAL, "shape function: %s has no pointer in element %" PRIu32,
			  parent->segment.type->name, element);
		return NULL;
	}
	record = walk_record_add(walk, type, count, direction);
	if (!record)
		return NULL;
	record->parent = parent->segment.index;
	record->element = element;
	record->offset = offset;
	return record;
}

const struct iof_segment *iof_walk_pointer(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					   uint32_t offset, const struct iof_type *type, uint32_t count,
					   unsigned direction, unsigned flags)
{
	const struct walk_record *from = walk_record_of(walk, parent);
	struct walk_record *record;

	if (walk->error || !from)
		return &walk_absent;
	record = add_pointee(walk, from, element, offset, type, count, direction);
	if (!record)
		return &walk_absent;
	record->list = flags & IOF_LIST;
	return pointee(walk, from, record, flags);
}

const struct iof_segment *iof_walk_string(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					  uint32_t offset, uint32_t max, unsigned direction, unsigned flags)
{
	const struct walk_record *from = walk_record_of(walk, parent);
	struct walk_record *record;

	if (walk->error || !from)
		return &walk_absent;
	record = add_pointee(walk, from, element, offset, &iof_type_char, max, direction);
	if (!record)
		return &walk_absent;
	record->string = true;
	record->capacity = max;
	return pointee(walk, from, record, flags);
}

void iof_walk_returned(struct iof_walk *walk, const struct iof_segment *segment, const struct iof_segment *counter,
		       uint32_t element, uint32_t offset, uint32_t size, bool bytes)
{
	const struct walk_record *from = walk_record_of(walk, counter);
	struct walk_record *record = walk_record_of(walk, segment);

	if (walk->error || !from || !record)
		return;
	/* The guest must know a segment's length before it looks for what follows. */
	if (from->segment.index >= segment->index || !(from->direction & IOF_OUT_EXACT)) {
		walk_fail(walk, -EINVAL, "shape function: the count of %s does not come back before it",
			  iof_type_name(segment->type));
		return;
	}
	record->counter.source = WALK_RETURNED_FIELD;
	record->counter.bytes = bytes;
	//@ assert walk_areas(walk);
	//@ assert walk_records(walk);
	//@ assert walk_kept{Pre,Here}(walk);
	record->counter.segment = counter->index;
	//@ assert walk_areas(walk);
	//@ assert walk_records(walk);
	//@ assert walk_kept{Pre,Here}(walk);
	record->counter.element = element;
	//@ assert walk_areas(walk);
	//@ assert walk_records(walk);
	//@ assert walk_kept{Pre,Here}(walk);
	record->counter.offset = offset;
	//@ assert walk_areas(walk);
	//@ assert walk_records(walk);
	//@ assert walk_kept{Pre,Here}(walk);
	record->counter.size = size;
	//@ assert walk_areas(walk);
	//@ assert walk_records(walk);
	//@ assert walk_kept{Pre,Here}(walk);
}

void iof_walk_returned_result(struct iof_walk *walk, const struct iof_segment *segment, bool bytes)
{
	struct walk_record *record = walk_record_of(walk, segment);

	if (walk->error || !record)
		return;
	record->counter.source = WALK_RETURNED_RESULT;
	record->counter.bytes = bytes;
}

void iof_walk_slack(struct iof_walk *walk, const struct iof_segment *segment, uint32_t bytes)
{
	const struct walk_record *record = walk_record_of(walk, segment);

	if (walk->error || !record || walk_is_guest(walk))
		return;
	if (!iof_arena_extend(&walk->driver, record->native + record->native_size, bytes))
		walk_fail(walk, -EINVAL, "shape function: slack of %s declared too late", iof_type_name(segment->type));
}

uint64_t iof_walk_bound(struct iof_walk *walk, uint64_t value, uint64_t min, uint64_t max, int error, const char *what)
{
	if (walk->error)
		return 0;
	if (value < min)
		walk_fail(walk, -error, "%s is %" PRIu64 ", at least %" PRIu64, what, value, min);
	else if (value > max)
		walk_fail(walk, -error, "%s is %" PRIu64 ", at most %" PRIu64, what, value, max);
	else
		return value;
	return 0;
}

static void remember_clamped(struct iof_walk *walk, struct walk_record *record, const struct walk_clamped *clamped)
{
	struct walk_clamped *at = (void *)iof_arena_take(&walk->scratch, sizeof *at, WALK_ALIGN);

	if (!at) {
		walk_fail(walk, -E2BIG, "%s: too many counts", walk_name(walk, record));
		return;
	}
	*at = *clamped;
	at->next = record->clamped;
	record->clamped = at;
}

uint64_t iof_walk_clamp(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
			uint32_t size, uint64_t max)
{
	struct walk_record *record = walk_record_of(walk, segment);
	uint64_t value = iof_segment_uint(segment, element, offset, size);
	struct walk_clamped clamped = {.wire_size = size};
	struct walk_place place;

	if (walk->error || !record)
		return 0;
	if (value <= max)
		return value;
	if (!record->image || !walk_place_scalar(walk, record, element, offset, &place)) {
		walk_fail(walk, -EINVAL, "shape function: no count at offset %" PRIu32 " of %s", offset,
			  segment->type->name);
		return 0;
	}
	clamped.wire = element * iof_type_size(segment->type, IOF_ABI_CANONICAL) + offset;
	clamped.native = element * iof_type_size(segment->type, walk->abi) + place.native;
	clamped.native_size = place.field->size[IOF_ABI_LAYOUT(walk->abi)];
	iof_scalar_store(record->image + clamped.wire, size, false, max);
	/* In the caller's bytes too: scatter compares with them, and what the driver leaves alone is not stored. */
	if (record->native && record->native != record->image)
		iof_scalar_store(record->native + clamped.native, clamped.native_size, walk->abi & IOF_BIG_ENDIAN, max);
	if (walk_is_guest(walk) && record->direction & IOF_OUT_EXACT)
		remember_clamped(walk, record, &clamped);
	return max;
}

void iof_walk_no_descriptor(struct iof_walk *walk, uint64_t value, const char *what)
{
	if (!walk->error && (int64_t)value >= 0)
		walk_fail(walk, -ENOTTY, "%s is file descriptor %" PRIu64 ", which means nothing on the host", what,
			  value);
}

void iof_walk_reject(struct iof_walk *walk, int error, const char *what, uint64_t value)
{
	walk_fail(walk, -error, "%s is %" PRIu64 ", which selects nothing", what, value);
}
