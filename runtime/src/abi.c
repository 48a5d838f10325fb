/* SPDX-License-Identifier: MIT */
#include "scalar.h"
#include <ioferry/abi.h>
#include <string.h>

#define SAME_ALL 0xf
#define INLINE   inline __attribute__((always_inline))
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

static inline uint64_t widen(enum iof_kind kind, uint64_t value, uint32_t size)
{
	switch (kind) {
	case IOF_SINT: return iof_scalar_extend(value, size);
	case IOF_SENTINEL: return value == iof_scalar_ones(size) ? UINT64_MAX : value;
	default: return value;
	}
}

/* Inline, so that what is found stays in registers: it is found for each field of each call. */
static INLINE void find_layout(struct field_layout *place, const struct iof_field *field, iof_abi abi)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);

	place->size = field->size[layout];
	place->wire_size = field->size[IOF_LAYOUT_LP64];
	place->offset = field->offset[layout];
	place->wire_offset = field->offset[IOF_LAYOUT_LP64];
	place->stride = field->stride[layout];
	place->wire_stride = field->stride[IOF_LAYOUT_LP64];
	place->count = field->count;
	place->big = abi & IOF_BIG_ENDIAN;
	place->plain = is_bytes(field) || (place->size == place->wire_size && !place->big);
	if (place->plain && place->stride == place->size && place->wire_stride == place->size) {
		place->size *= place->count;
		place->wire_size = place->size;
		place->count = 1;
	}
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
		value = widen(tag->kind, value, tag->size[layout]);
		for (unsigned arm = 0; arm < tagged->n_arms; arm++) {
			if (tagged->arms[arm].tag == value)
				return tagged->arms[arm].type;
		}
	}
	return NULL;
}

/* A scalar, or a run of bytes, of each of several elements in two images. */
struct column {
	const uint8_t *from;
	uint8_t *to;
	size_t from_step, to_step, count;
};

/* Short runs in two moves, which may overlap: a call for each would take longer than all of them. */
static inline void copy(uint8_t *to, const uint8_t *from, uint32_t size)
{
	if (size >= 8 && size <= 16) {
		uint64_t head = bytes_load_64(from), tail = bytes_load_64(from + size - 8);

		bytes_store_64(to, head);
		bytes_store_64(to + size - 8, tail);
	} else if (size >= 4 && size < 8) {
		uint32_t head = bytes_load_32(from), tail = bytes_load_32(from + size - 4);

		bytes_store_32(to, head);
		bytes_store_32(to + size - 4, tail);
	} else {
		bytes_copy(to, from, size);
	}
}

static void copy_column(const struct column *column, uint32_t size)
{
	for (size_t i = 0; i < column->count; i++)
		copy(column->to + i * column->to_step, column->from + i * column->from_step, size);
}

/* How a scalar lies in an image. */
struct scalar {
	uint32_t size;
	bool big;
};

static inline void convert_column(const struct column *column, enum iof_kind kind, struct scalar from, struct scalar to)
{
	for (size_t i = 0; i < column->count; i++) {
		uint64_t value = iof_scalar_load(column->from + i * column->from_step, from.size, from.big);

		iof_scalar_store(column->to + i * column->to_step, to.size, to.big, widen(kind, value, from.size));
	}
}

/* With constants, what is asked once is not asked again for each element: nearly all of a 32-bit caller's are these. */
static void convert(const struct column *column, enum iof_kind kind, struct scalar from, struct scalar to)
{
	const struct scalar word = {4, false}, wide = {8, false};
	bool little = !from.big && !to.big;

	if (little && from.size == 4 && to.size == 8 && kind == IOF_UINT)
		convert_column(column, IOF_UINT, word, wide);
	else if (little && from.size == 4 && to.size == 8 && kind == IOF_SINT)
		convert_column(column, IOF_SINT, word, wide);
	else if (little && from.size == 8 && to.size == 4)
		convert_column(column, IOF_UINT, wide, word);
	else
		convert_column(column, kind, from, to);
}

static bool is_run(const struct iof_field *field, const struct field_layout *place)
{
	return place->plain && place->count == 1 && place->size == place->wire_size && field->kind != IOF_POINTER &&
	       field->kind != IOF_UNION;
}

/* The layout of the first field, and of those behind it that can be moved with it as one. The next field. */
static INLINE const struct iof_field *take_run(struct field_layout *run, const struct iof_type *type,
					       const struct iof_field *first, iof_abi abi)
{
	enum iof_layout layout = IOF_ABI_LAYOUT(abi);
	const struct iof_field *field = first + 1;

	find_layout(run, first, abi);
	for (; is_run(first, run) && field < type->fields + type->n_fields; field++) {
		struct field_layout next;

		if (field->offset[layout] != run->offset + run->size ||
		    field->offset[IOF_LAYOUT_LP64] != run->wire_offset + run->size)
			break;
		find_layout(&next, field, abi);
		if (!is_run(field, &next))
			break;
		run->size += next.size;
		run->wire_size = run->size;
	}
	return field;
}

static void move_column(const struct column *column, enum iof_kind kind, bool plain, struct scalar from,
			struct scalar to)
{
	if (plain)
		copy_column(column, smaller(from.size, to.size));
	else
		convert(column, kind, from, to);
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

/* Of an array all elements of one, then those of the next; else the field of each element. */
static void field_to_canonical(const struct iof_type *type, iof_abi abi, enum iof_kind kind,
			       const struct field_layout *place, const uint8_t *from, uint8_t *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);
	const struct scalar native = {place->size, place->big}, wire = {place->wire_size, false};
	struct column column = {from + place->offset, to + place->wire_offset, size, wire_size, count};

	if (place->count == 1) {
		move_column(&column, kind, place->plain, native, wire);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		column = (struct column){from + i * size + place->offset, to + i * wire_size + place->wire_offset,
					 place->stride, place->wire_stride, place->count};
		move_column(&column, kind, place->plain, native, wire);
	}
}

static void field_from_canonical(const struct iof_type *type, iof_abi abi, enum iof_kind kind,
				 const struct field_layout *place, const uint8_t *from, uint8_t *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);
	const struct scalar native = {place->size, place->big}, wire = {place->wire_size, false};
	struct column column = {from + place->wire_offset, to + place->offset, wire_size, size, count};

	if (place->count == 1) {
		move_column(&column, kind, place->plain, wire, native);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		column = (struct column){from + i * wire_size + place->wire_offset, to + i * size + place->offset,
					 place->wire_stride, place->stride, place->count};
		move_column(&column, kind, place->plain, wire, native);
	}
}

void iof_type_to_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);
	const struct iof_field *field = type->fields, *next;
	struct field_layout run;

	memset(to, 0, wire_size * count);
	for (; field < type->fields + type->n_fields; field = next) {
		next = take_run(&run, type, field, abi);
		if (field->kind != IOF_UNION) {
			field_to_canonical(type, abi, field->kind, &run, from, to, count);
			continue;
		}
		for (size_t i = 0; i < count; i++)
			unions_to_canonical(type, field, abi, (const uint8_t *)from + i * size,
					    (uint8_t *)to + i * wire_size);
	}
}

void iof_type_from_canonical(const struct iof_type *type, iof_abi abi, const void *from, void *to, size_t count)
{
	size_t size = iof_type_size(type, abi), wire_size = iof_type_size(type, IOF_ABI_CANONICAL);
	const struct iof_field *field = type->fields, *next;
	struct field_layout run;

	for (; field < type->fields + type->n_fields; field = next) {
		next = take_run(&run, type, field, abi);
		if (field->kind == IOF_POINTER)
			continue;
		if (field->kind != IOF_UNION) {
			field_from_canonical(type, abi, field->kind, &run, from, to, count);
			continue;
		}
		for (size_t i = 0; i < count; i++)
			unions_from_canonical(type, field, abi, (const uint8_t *)from + i * wire_size,
					      (uint8_t *)to + i * size);
	}
}
