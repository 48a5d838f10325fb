/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Where an arm lies in the two images, and how large its union is there. */
struct arm_span {
	size_t wire, wire_size, native, native_size;
};

static bool arm_span(const struct iof_walk *walk, const struct walk_record *record, const struct walk_arm *arm,
		     struct arm_span *span)
{
	const struct iof_type *type = record->segment.type;
	struct walk_place place;

	if (!walk_place(walk, record, arm->element, arm->offset, IOF_UNION, &place))
		return false;
	span->wire = arm->element * iof_type_size(type, IOF_ABI_CANONICAL) + place.wire;
	span->wire_size = place.field->size[IOF_LAYOUT_LP64];
	span->native = arm->element * iof_type_size(type, walk->abi) + place.native;
	span->native_size = place.field->size[IOF_ABI_LAYOUT(walk->abi)];
	return true;
}

static void to_canonical(const struct iof_walk *walk, const struct arm_span *span, const struct walk_arm *arm,
			 const uint8_t *native, uint8_t *image)
{
	memset(image + span->wire, 0, span->wire_size);
	iof_type_to_canonical(arm->type, walk->abi, native + span->native, image + span->wire, 1);
}

void walk_arms_to_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *native,
			    uint8_t *image)
{
	struct arm_span span;

	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next) {
		if (arm_span(walk, record, &walk->arms[i], &span))
			to_canonical(walk, &span, &walk->arms[i], native, image);
	}
}

void walk_arms_from_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *image,
			      uint8_t *native, const uint8_t *kept, int fill)
{
	struct arm_span span;

	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next) {
		const struct walk_arm *arm = &walk->arms[i];

		if (!arm_span(walk, record, arm, &span))
			continue;
		if (kept)
			memcpy(native + span.native, kept + span.native, span.native_size);
		else
			memset(native + span.native, fill, span.native_size);
		iof_type_from_canonical(arm->type, walk->abi, image + span.wire, native + span.native, 1);
	}
}

/* The union was moved as bytes when its segment was fetched; now it is known what they are. */
static void convert(struct iof_walk *walk, const struct walk_record *record, const struct walk_arm *arm)
{
	struct arm_span span;

	if (!(record->direction & IOF_IN) || !arm_span(walk, record, arm, &span))
		return;
	if (iof_type_is_canonical(record->segment.type, walk->abi)) {
		/* What the guest sent in the arm's pointer slots must not be taken for addresses. */
		if (!walk_is_guest(walk) && arm->type->n_pointers)
			walk_type_slots(arm->type, record->native + span.native, span.native_size, NULL,
					walk_slot_clear);
		return;
	}
	if (walk_is_guest(walk)) {
		to_canonical(walk, &span, arm, record->native, record->image);
	} else {
		memset(record->native + span.native, 0, span.native_size);
		iof_type_from_canonical(arm->type, walk->abi, record->segment.canonical + span.wire,
					record->native + span.native, 1);
	}
}

static bool fits(const struct iof_walk *walk, const struct walk_record *record, const struct walk_place *place,
		 const struct iof_type *type)
{
	return iof_type_size(type, IOF_ABI_CANONICAL) <= place->field->size[IOF_LAYOUT_LP64] &&
	       iof_type_size(type, walk->abi) <= place->field->size[IOF_ABI_LAYOUT(walk->abi)] &&
	       (!iof_type_is_canonical(record->segment.type, walk->abi) || iof_type_is_canonical(type, walk->abi));
}

void iof_walk_arm(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
		  const struct iof_type *type)
{
	struct walk_record *record = walk_record_of(walk, segment);
	struct walk_place place;
	struct walk_arm *arm;
	uint32_t *link;

	if (walk->error || !record)
		return;
	if (element >= segment->count || walk_arm_of(walk, record, element, offset) ||
	    !walk_place(walk, record, element, offset, IOF_UNION, &place) || !fits(walk, record, &place, type)) {
		walk_fail(walk, -EINVAL, "shape function: no union for %s at offset %" PRIu32 " of %s", type->name,
			  offset, segment->type->name);
		return;
	}
	if (walk->n_arms == WALK_ARMS_MAX) {
		walk_fail(walk, -E2BIG, "argument holds more than %u unions", WALK_ARMS_MAX);
		return;
	}
	for (link = &record->first_arm; *link != WALK_NO_ARM; link = &walk->arms[*link].next)
		;
	*link = walk->n_arms;
	arm = &walk->arms[walk->n_arms++];
	*arm = (struct walk_arm){.type = type, .element = element, .offset = offset, .next = WALK_NO_ARM};
	convert(walk, record, arm);
}
