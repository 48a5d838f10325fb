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

/** A field in the layout that is converted, beside its canonical place. */
struct field_layout {
	uint32_t size, wire_size;
	bool big;
};

static bool is_bytes(const struct iof_field *field)
{
	return field->kind == IOF_BYTES || field->kind == IOF_CHARS || field->kind == IOF_UNION;
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

static void to_wire(const struct iof_field *field, const struct field_layout *layout, const uint8_t *from, uint8_t *to)
{
	if (is_bytes(field))
		memcpy(to, from, smaller(layout->size, layout->wire_size));
	else
		iof_scalar_store(to, layout->wire_size, false,
				 widen(field, iof_scalar_load(from, layout->size, layout->big), layout->size));
}

static void from_wire(const struct iof_field *field, const struct field_layout *layout, const uint8_t *from,
		      uint8_t *to)
{
	if (is_bytes(field))
		memcpy(to, from, smaller(layout->size, layout->wire_size));
	else
		iof_scalar_store(to, layout->size, layout->big,
				 widen(field, iof_scalar_load(from, layout->wire_size, false), layout->wire_size));
}

static struct field_layout layout_of(const struct iof_field *field, iof_abi abi)
{
	return (struct field_layout){
		.size = field->size[IOF_ABI_LAYOUT(abi)],
		.wire_size = field->size[IOF_LAYOUT_LP64],
		.big = abi & IOF_BIG_ENDIAN,
	};
}

static void element_to_canonical(const struct iof_type *type, iof_abi abi, const uint8_t *from, uint8_t *to)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		struct field_layout place = layout_of(field, abi);

		for (uint32_t i = 0; i < field->count; i++)
			to_wire(field, &place, from + field->offset[layout] + (size_t)i * field->stride[layout],
				to + field->offset[IOF_LAYOUT_LP64] + (size_t)i * field->stride[IOF_LAYOUT_LP64]);
	}
}

static void element_from_canonical(const struct iof_type *type, iof_abi abi, const uint8_t *from, uint8_t *to)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	for (const struct iof_field *field = type->fields; field < type->fields + type->n_fields; field++) {
		struct field_layout place = layout_of(field, abi);

		if (field->kind == IOF_POINTER)
			continue;
		for (uint32_t i = 0; i < field->count; i++)
			from_wire(field, &place,
				  from + field->offset[IOF_LAYOUT_LP64] + (size_t)i * field->stride[IOF_LAYOUT_LP64],
				  to + field->offset[layout] + (size_t)i * field->stride[layout]);
	}
}

void iof_type_to_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);

	memset(to, 0, wire_size * count);
	for (size_t i = 0; i < count; i++)
		element_to_canonical(type, abi, (const uint8_t *)from + i * size, (uint8_t *)to + i * wire_size);
}

void iof_type_from_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);

	for (size_t i = 0; i < count; i++)
		element_from_canonical(type, abi, (const uint8_t *)from + i * wire_size, (uint8_t *)to + i * size);
}
