/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <string.h>

#define ARM_DEPTH_MAX 4

/* The field that covers canonical @p offset, and which of its equally spaced elements. */
static const struct iof_field *field_covering(const struct iof_type *type, size_t offset, uint32_t *index)
{
	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		size_t start = field->offset[IOF_LAYOUT_LP64], stride = field->stride[IOF_LAYOUT_LP64], inside;

		if (offset < start || !field->count)
			continue;
		inside = offset - start;
		*index = field->count > 1 && stride ? (uint32_t)(inside / stride) : 0;
		if (*index < field->count && inside - *index * stride < field->size[IOF_LAYOUT_LP64])
			return field;
	}
	return NULL;
}

/* From the youngest back: a shape function asks about the element that it is at, and a guest may send thousands. */
const struct walk_arm *walk_arm_of(const struct iof_walk *walk, const struct walk_record *record, uint32_t element,
				   size_t offset)
{
	for (uint32_t i = record->last_arm; i != WALK_NO_ARM; i = walk->arms[i].previous) {
		if (walk->arms[i].element == element && walk->arms[i].offset == offset)
			return &walk->arms[i];
		if (record->arms_ascend && walk->arms[i].element < element)
			break;
	}
	return NULL;
}

/* The field of the right kinds that starts at the offset, in the arm that each union on the way is known to hold. */
static bool place_of(const struct iof_walk *walk, const struct walk_record *record, uint32_t element, uint32_t offset,
		     unsigned kinds, struct walk_place *place)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(walk->abi);
	const struct iof_type *type = record->segment.type;

	place->wire = place->native = 0;
	for (int depth = 0; depth <= ARM_DEPTH_MAX; depth++) {
		const struct walk_arm *arm;
		uint32_t index;

		place->field = field_covering(type, offset - place->wire, &index);
		if (!place->field)
			return false;
		place->wire +=
			place->field->offset[IOF_LAYOUT_LP64] + (size_t)index * place->field->stride[IOF_LAYOUT_LP64];
		place->native += place->field->offset[layout] + (size_t)index * place->field->stride[layout];
		if (kinds >> place->field->kind & 1)
			return place->wire == offset;
		arm = place->field->kind == IOF_UNION ? walk_arm_of(walk, record, element, place->wire) : NULL;
		if (!arm)
			return false;
		type = arm->type;
	}
	return false;
}

bool walk_place(const struct iof_walk *walk, const struct walk_record *record, uint32_t element, uint32_t offset,
		unsigned kind, struct walk_place *place)
{
	return place_of(walk, record, element, offset, 1u << kind, place);
}

bool walk_place_scalar(const struct iof_walk *walk, const struct walk_record *record, uint32_t element, uint32_t offset,
		       struct walk_place *place)
{
	return place_of(walk, record, element, offset, 1u << IOF_UINT | 1u << IOF_SINT | 1u << IOF_SENTINEL, place);
}

bool walk_arms_have_pointers(const struct iof_walk *walk, const struct walk_record *record)
{
	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next) {
		if (walk->arms[i].type->n_pointers)
			return true;
	}
	return false;
}

void walk_type_slots(const struct iof_type *type, uint8_t *image, size_t size, const uint8_t *other, walk_slot *visit)
{
	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		if (field->kind != IOF_POINTER)
			continue;
		for (uint32_t i = 0; i < field->count; i++) {
			size_t at = field->offset[IOF_LAYOUT_LP64] + (size_t)i * field->stride[IOF_LAYOUT_LP64];

			if (at < size)
				visit(image + at, size - at < 8 ? size - at : 8, other ? other + at : NULL);
		}
	}
}

void walk_each_slot(const struct iof_walk *walk, const struct walk_record *record, uint8_t *image, size_t size,
		    const uint8_t *other, walk_slot *visit)
{
	const struct iof_type *type = record->segment.type;
	size_t step = iof_type_size(type, IOF_ABI_CANONICAL);

	for (size_t at = 0; type->n_pointers && at < size; at += step)
		walk_type_slots(type, image + at, size - at, other ? other + at : NULL, visit);
	for (uint32_t i = record->first_arm; i != WALK_NO_ARM; i = walk->arms[i].next) {
		const struct walk_arm *arm = &walk->arms[i];

		if (arm->type->n_pointers && arm->wire < size)
			walk_type_slots(arm->type, image + arm->wire, size - arm->wire,
					other ? other + arm->wire : NULL, visit);
	}
}

void walk_slot_presence(uint8_t *at, size_t room, const uint8_t *other)
{
	uint8_t present = 0;

	(void)other;
	for (size_t i = 0; i < room; i++)
		present |= at[i];
	memset(at, 0, room);
	at[0] = present != 0;
}

void walk_slot_clear(uint8_t *at, size_t room, const uint8_t *other)
{
	(void)other;
	memset(at, 0, room);
}

void walk_slot_copy(uint8_t *at, size_t room, const uint8_t *other)
{
	memcpy(at, other, room);
}
