/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void to_canonical(const struct iof_walk *walk, const struct walk_arm *arm, const uint8_t *native, uint8_t *image)
{
	memset(image + arm->wire, 0, arm->wire_size);
	iof_type_to_canonical(arm->type, walk->abi, native + arm->native, image + arm->wire, 1);
}

void walk_arms_to_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *native,
			    uint8_t *image)
{
	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next)
		to_canonical(walk, &walk->arms[i], native, image);
}

void walk_arms_from_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *image,
			      uint8_t *native, const uint8_t *kept, int fill)
{
	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next) {
		const struct walk_arm *arm = &walk->arms[i];

		if (kept)
			memcpy(native + arm->native, kept + arm->native, arm->native_size);
		else
			memset(native + arm->native, fill, arm->native_size);
		iof_type_from_canonical(arm->type, walk->abi, image + arm->wire, native + arm->native, 1);
	}
}

/* The union was moved as bytes when its segment was fetched; now it is known what they are. */
static void convert(struct iof_walk *walk, const struct walk_record *record, const struct walk_arm *arm)
{
	if (!(record->direction & IOF_IN))
		return;
	if (iof_type_is_canonical(record->segment.type, walk->abi)) {
		/* What the guest sent in the arm's pointer slots must not be taken for addresses. */
		if (!walk_is_guest(walk) && arm->type->n_pointers)
			walk_type_slots(arm->type, record->native + arm->native, arm->native_size, NULL,
					walk_slot_clear);
		return;
	}
	if (walk_is_guest(walk)) {
		to_canonical(walk, arm, record->native, record->image);
	} else {
		memset(record->native + arm->native, 0, arm->native_size);
		iof_type_from_canonical(arm->type, walk->abi, record->segment.canonical + arm->wire,
					record->native + arm->native, 1);
	}
}

static bool fits(const struct iof_walk *walk, const struct walk_record *record, const struct walk_place *place,
		 const struct iof_type *type)
{
	return iof_type_size(type, IOF_ABI_CANONICAL) <= place->field->size[IOF_LAYOUT_LP64] &&
	       iof_type_size(type, walk->abi) <= place->field->size[IOF_ABI_LAYOUT(walk->abi)] &&
	       (!iof_type_is_canonical(record->segment.type, walk->abi) || iof_type_is_canonical(type, walk->abi));
}

static struct walk_arm *add_arm(struct iof_walk *walk, struct walk_record *record)
{
	uint32_t index = walk->n_arms;
	struct walk_arm *arm;

	if (index == WALK_ARMS_MAX) {
		walk_fail(walk, -E2BIG, "argument holds more than %u unions", WALK_ARMS_MAX);
		return NULL;
	}
	arm = &walk->arms[walk->n_arms++];
	*arm = (struct walk_arm){.next = WALK_NO_ARM, .previous = record->last_arm};
	if (record->last_arm == WALK_NO_ARM)
		record->first_arm = index;
	else
		walk->arms[record->last_arm].next = index;
	record->last_arm = index;
	return arm;
}

void iof_walk_arm(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
		  const struct iof_type *type)
{
	struct walk_record *record = walk_record_of(walk, segment);
	struct walk_place place;
	struct walk_arm *arm;

	if (walk->error || !record)
		return;
	if (element >= segment->count || walk_arm_of(walk, record, element, offset) ||
	    !walk_place(walk, record, element, offset, IOF_UNION, &place) || !fits(walk, record, &place, type)) {
		walk_fail(walk, -EINVAL, "shape function: no union for %s at offset %" PRIu32 " of %s", type->name,
			  offset, segment->type->name);
		return;
	}
	if (record->last_arm != WALK_NO_ARM && walk->arms[record->last_arm].element > element)
		record->arms_ascend = false;
	arm = add_arm(walk, record);
	if (!arm)
		return;
	arm->type = type;
	arm->element = element;
	arm->offset = offset;
	arm->wire = element * iof_type_size(segment->type, IOF_ABI_CANONICAL) + place.wire;
	arm->native = element * iof_type_size(segment->type, walk->abi) + place.native;
	arm->wire_size = place.field->size[IOF_LAYOUT_LP64];
	arm->native_size = place.field->size[IOF_ABI_LAYOUT(walk->abi)];
	convert(walk, record, arm);
}
