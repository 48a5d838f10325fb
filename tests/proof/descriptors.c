/* SPDX-License-Identifier: MIT */
/*
 * What the proof takes for true of every type's descriptor (type_ok() in runtime/src/contract.h), checked over all that
 * there are: they are constants, so that looking at each is a proof. descriptors.py makes the table.
 */
#include "descriptors.h"
#include <ioferry/abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failed, types, fields;

static void expect(bool ok, const struct iof_type *type, const char *field, const char *what)
{
	if (ok)
		return;
	printf("not ok %s.%s: %s\n", type->name, field, what);
	failed++;
}

static bool is_scalar(const struct iof_field *field)
{
	return field->kind <= IOF_POINTER;
}

/* Marks the bytes of a field's elements; none may lie outside of the type or in another field. */
static void check_place(const struct iof_type *type, const struct iof_field *field, unsigned layout, uint8_t *covered)
{
	for (uint64_t i = 0; i < field->count; i++) {
		uint64_t at = field->offset[layout] + i * field->stride[layout];

		if (at + field->size[layout] > type->size[layout]) {
			expect(false, type, field->name, "an element ends beyond the type");
			return;
		}
		for (uint32_t k = 0; k < field->size[layout]; k++) {
			expect(!covered[at + k], type, field->name, "it overlaps another field");
			covered[at + k] = 1;
		}
	}
}

static void check_field(const struct iof_type *type, const struct iof_field *field, unsigned layout)
{
	uint32_t size = field->size[layout];

	expect(field->count >= 1, type, field->name, "it has no elements");
	expect(field->kind <= IOF_UNION, type, field->name, "its kind is unknown");
	if (is_scalar(field))
		expect(size == 1 || size == 2 || size == 4 || size == 8, type, field->name,
		       "no scalar has such a size");
	if (field->kind == IOF_POINTER) {
		expect(field->size[IOF_LAYOUT_LP64] == 8, type, field->name, "a canonical pointer has 8 bytes");
		expect(size == 8 || (size == 4 && layout != IOF_LAYOUT_LP64), type, field->name,
		       "no pointer has such a size");
	}
	if (type->same >> layout & 1) {
		expect(size == field->size[0], type, field->name, "not the canonical size where `same` says so");
		expect(field->offset[layout] == field->offset[0], type, field->name, "not the canonical offset");
		expect(field->count == 1 || field->stride[layout] == field->stride[0], type, field->name,
		       "not the canonical stride");
	}
}

/* The field that tells is an integer, and each arm lies within the union. */
static void check_tagged(const struct iof_type *type, const struct iof_tagged *tagged)
{
	const struct iof_field *field = &type->fields[tagged->field], *tag = &type->fields[tagged->tag];

	if (tagged->field >= type->n_fields || tagged->tag >= type->n_fields) {
		expect(false, type, "", "a union or what tells its content is no field");
		return;
	}
	expect(field->kind == IOF_UNION, type, field->name, "what another field tells the content of is no union");
	expect(tag->kind == IOF_UINT || tag->kind == IOF_SINT, type, tag->name, "what tells is no integer");
	expect(tag->count == field->count, type, tag->name, "it has another number of elements than the union");
	for (unsigned i = 0; i < tagged->n_arms; i++) {
		const struct iof_type *arm = tagged->arms[i].type;

		expect(arm->n_pointers == 0, type, field->name, "an arm has pointers, which nothing walks");
		for (unsigned layout = 0; layout < IOF_LAYOUTS; layout++) {
			expect(arm->size[layout] <= field->size[layout], type, field->name, "an arm is too long");
			expect(!(type->same >> layout & 1) || arm->same >> layout & 1, type, field->name,
			       "an arm is not the canonical one where `same` says so");
		}
	}
}

static void check_type(const struct iof_type *type)
{
	unsigned pointers = 0;

	types++;
	for (unsigned layout = 0; layout < IOF_LAYOUTS; layout++) {
		uint8_t *covered = calloc(type->size[layout] + 1, 1);

		if (!covered)
			abort();
		expect(!(type->same >> layout & 1) || type->size[layout] == type->size[0], type, "",
		       "not the canonical size where `same` says so");
		for (unsigned i = 0; i < type->n_fields; i++) {
			check_field(type, &type->fields[i], layout);
			check_place(type, &type->fields[i], layout, covered);
		}
		free(covered);
	}
	expect(type->same & 1 << IOF_LAYOUT_LP64, type, "", "the canonical layout is not `same`");
	for (unsigned i = 0; i < type->n_fields; i++) {
		fields++;
		pointers += type->fields[i].kind == IOF_POINTER;
		expect(i == 0 || type->fields[i - 1].offset[0] <= type->fields[i].offset[0], type, type->fields[i].name,
		       "the fields are not in the order of their offsets");
	}
	for (unsigned i = 0; i < type->n_tagged; i++)
		check_tagged(type, &type->tagged[i]);
	expect(type->n_pointers == (pointers < 255 ? pointers : 255), type, "", "its number of pointers is wrong");
}

int main(void)
{
	static const struct iof_type *const builtin[] = {
		&iof_type_u8,  &iof_type_u16, &iof_type_u32,  &iof_type_u64,   &iof_type_s8,   &iof_type_s16,
		&iof_type_s32, &iof_type_s64, &iof_type_long, &iof_type_ulong, &iof_type_char,
	};

	for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
		check_type(builtin[i]);
	for (const struct iof_type *const *const *list = type_lists; *list; list++) {
		for (const struct iof_type *const *type = *list; *type; type++)
			check_type(*type);
	}
	printf("%u types, %u fields in %d layouts: %u violations\n", types, fields, IOF_LAYOUTS, failed);
	return failed || !fields;
}
