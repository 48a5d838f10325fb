/* SPDX-License-Identifier: MIT */
#include "scalar.h"
#include <ioferry/abi.h>
#include <string.h>

#define SAME_ALL 0xf
#define SIZES(lp64, ilp32)                                                                                             \
	{                                                                                                              \
		(lp64), (ilp32), (ilp32), (ilp32)                                                                      \
	}

#define SCALAR_TYPE(type_name, c_name, scalar_kind, lp64, ilp32)                                                       \
	static const struct iof_field type_name##_field = {                                                            \
		.name = "",                                                                                            \
		.kind = (scalar_kind),                                                                                 \
		.count = 1,                                                                                            \
		.size = SIZES(lp64, ilp32),                                                                            \
		.stride = SIZES(lp64, ilp32),                                                                          \
	};                                                                                                             \
	const struct iof_type type_name = {                                                                            \
		.name = (c_name),                                                                                      \
		.size = SIZES(lp64, ilp32),                                                                            \
		.same = (lp64) == (ilp32) ? SAME_ALL : 1 << IOF_LAYOUT_LP64,                                           \
		.n_fields = 1,                                                                                         \
		.fields = &type_name##_field,                                                                          \
	}

SCALAR_TYPE(iof_type_u8, "u8", IOF_UINT, 1, 1);
SCALAR_TYPE(iof_type_u16, "u16", IOF_UINT, 2, 2);
SCALAR_TYPE(iof_type_u32, "u32", IOF_UINT, 4, 4);
SCALAR_TYPE(iof_type_u64, "u64", IOF_UINT, 8, 8);
SCALAR_TYPE(iof_type_s8, "s8", IOF_SINT, 1, 1);
SCALAR_TYPE(iof_type_s16, "s16", IOF_SINT, 2, 2);
SCALAR_TYPE(iof_type_s32, "s32", IOF_SINT, 4, 4);
SCALAR_TYPE(iof_type_s64, "s64", IOF_SINT, 8, 8);
SCALAR_TYPE(iof_type_long, "long", IOF_SINT, 8, 4);
SCALAR_TYPE(iof_type_ulong, "ulong", IOF_UINT, 8, 4);
SCALAR_TYPE(iof_type_char, "char", IOF_CHARS, 1, 1);

/* A field in the layout that is converted, beside its canonical place. Found once for all elements. */
struct field_layout {
	uint32_t size, wire_size;
	uint32_t offset, wire_offset;
	uint32_t stride, wire_stride;
	uint32_t count; /* of elements of an array that have to be looked at one by one */
	bool big;
	bool plain; /* it lies there as it travels */
};

static bool is_bytes(const struct iof_field *field)
{
	return field->kind == IOF_BYTES || field->kind == IOF_CHARS;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint64_t widen(const struct iof_field *field, uint64_t value, uint32_t size)
{
	switch (field->kind) {
	case IOF_SINT: return iof_scalar_extend(value, size);
	case IOF_SENTINEL: return value == iof_scalar_ones(size) ? UINT64_MAX : value;
	default: return value;
	}
}

static struct field_layout layout_of(const struct iof_field *field, iof_abi abi)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);
	struct field_layout place = {
		.size = field->size[layout],
		.wire_size = field->size[IOF_LAYOUT_LP64],
		.offset = field->offset[layout],
		.wire_offset = field->offset[IOF_LAYOUT_LP64],
		.stride = field->stride[layout],
		.wire_stride = field->stride[IOF_LAYOUT_LP64],
		.count = field->count,
		.big = abi & IOF_BIG_ENDIAN,
	};

	place.plain = is_bytes(field) || (place.size == place.wire_size && !place.big);
	if (place.plain && place.stride == place.size && place.wire_stride == place.size) {
		place.size *= place.count;
		place.wire_size = place.size;
		place.count = 1;
	}
	return place;
}

const struct iof_type *iof_type_tagged(const struct iof_type *type, const struct iof_field *field, uint32_t index,
				       iof_abi abi, const uint8_t *from)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	for (unsigned i = 0; field->kind == IOF_UNION && i < type->n_tagged; i++) {
		const struct iof_tagged *tagged = &type->tagged[i];
		const struct iof_field *tag = &type->fields[tagged->tag];
		uint64_t value;

		if (&type->fields[tagged->field] != field)
			continue;
		value = iof_scalar_load(from + tag->offset[layout] + (size_t)index * tag->stride[layout],
					tag->size[layout], abi & IOF_BIG_ENDIAN);
		value = widen(tag, value, tag->size[layout]);
		for (unsigned arm = 0; arm < tagged->n_arms; arm++) {
			if (tagged->arms[arm].tag == value)
				return tagged->arms[arm].type;
		}
	}
	return NULL;
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t size)
{
	if (size == 4)
		bytes_store_32(to, bytes_load_32(from));
	else if (size == 8)
		bytes_store_64(to, bytes_load_64(from));
	else
		bytes_copy(to, from, size);
}

static void to_wire(const struct iof_field *field, const struct field_layout *place, const uint8_t *from, uint8_t *to)
{
	if (place->plain)
		copy(to, from, smaller(place->size, place->wire_size));
	else
		iof_scalar_store(to, place->wire_size, false,
				 widen(field, iof_scalar_load(from, place->size, place->big), place->size));
}

static void from_wire(const struct iof_field *field, const struct field_layout *place, const uint8_t *from, uint8_t *to)
{
	if (place->plain)
		copy(to, from, smaller(place->size, place->wire_size));
	else
		iof_scalar_store(to, place->size, place->big,
				 widen(field, iof_scalar_load(from, place->wire_size, false), place->wire_size));
}

/* The unions of a field, one an element, each as its own tag says. */
static void unions_to_canonical(const struct iof_type *type, const struct iof_field *field, iof_abi abi,
				const uint8_t *from, uint8_t *to)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	for (uint32_t i = 0; i < field->count; i++) {
		const struct iof_type *arm = iof_type_tagged(type, field, i, abi, from);
		const uint8_t *at = from + field->offset[layout] + (size_t)i * field->stride[layout];
		uint8_t *wire = to + field->offset[IOF_LAYOUT_LP64] + (size_t)i * field->stride[IOF_LAYOUT_LP64];

		if (arm)
			iof_type_to_canonical(arm, abi, at, wire, 1);
		else
			bytes_copy(wire, at, smaller(field->size[layout], field->size[IOF_LAYOUT_LP64]));
	}
}

static void unions_from_canonical(const struct iof_type *type, const struct iof_field *field, iof_abi abi,
				  const uint8_t *from, uint8_t *to)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	for (uint32_t i = 0; i < field->count; i++) {
		const struct iof_type *arm = iof_type_tagged(type, field, i, IOF_ABI_CANONICAL, from);
		const uint8_t *wire =
			from + field->offset[IOF_LAYOUT_LP64] + (size_t)i * field->stride[IOF_LAYOUT_LP64];
		uint8_t *at = to + field->offset[layout] + (size_t)i * field->stride[layout];

		if (arm)
			iof_type_from_canonical(arm, abi, wire, at, 1);
		else
			bytes_copy(at, wire, smaller(field->size[layout], field->size[IOF_LAYOUT_LP64]));
	}
}

void iof_type_to_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);

	memset(to, 0, wire_size * count);
	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		const struct field_layout place = layout_of(field, abi);
		const uint8_t *element = from;
		uint8_t *wire = to;

		for (size_t i = 0; i < count; i++, element += size, wire += wire_size) {
			if (field->kind == IOF_UNION) {
				unions_to_canonical(type, field, abi, element, wire);
				continue;
			}
			for (size_t j = 0; j < place.count; j++)
				to_wire(field, &place, element + place.offset + j * place.stride,
					wire + place.wire_offset + j * place.wire_stride);
		}
	}
}

void iof_type_from_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);

	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		const struct field_layout place = layout_of(field, abi);
		const uint8_t *wire = from;
		uint8_t *element = to;

		if (field->kind == IOF_POINTER)
			continue;
		for (size_t i = 0; i < count; i++, element += size, wire += wire_size) {
			if (field->kind == IOF_UNION) {
				unions_from_canonical(type, field, abi, wire, element);
				continue;
			}
			for (size_t j = 0; j < place.count; j++)
				from_wire(field, &place, wire + place.wire_offset + j * place.wire_stride,
					  element + place.offset + j * place.stride);
		}
	}
}
