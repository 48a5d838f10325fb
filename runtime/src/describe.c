/* SPDX-License-Identifier: MIT */
#include "scalar.h"
#include "walk.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELEMENTS_SHOWN 4  /* of an array of structures */
#define SCALARS_SHOWN  16 /* of an array of numbers or bytes */

/* Text that stops growing when it is full, and then ends in "...". */
struct text {
	char *at;
	size_t size, used;
	bool full;
};

static void say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->used;
	va_list args;
	int length;

	if (text->full)
		return;
	va_start(args, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): clang 14 is wrong where it inlines callers */
	length = vsnprintf(text->at + text->used, room, format, args);
	va_end(args);
	if (length >= 0 && (size_t)length < room) {
		text->used += (size_t)length;
		return;
	}
	text->full = true;
	if (text->size >= 4)
		memcpy(text->at + text->size - 4, "...", 4);
}

static void say_bytes(struct text *text, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size && i < SCALARS_SHOWN; i++)
		say(text, i ? " %02x" : "%02x", bytes[i]);
	if (size > SCALARS_SHOWN)
		say(text, " ..");
}

static void say_chars(struct text *text, const uint8_t *chars, size_t size)
{
	say(text, "\"");
	for (size_t i = 0; i < size && chars[i] && !text->full; i++)
		say(text, chars[i] < 0x20 || chars[i] >= 0x7f || chars[i] == '"' ? "\\x%02x" : "%c", chars[i]);
	say(text, "\"");
}

static void say_scalar(struct text *text, const struct iof_field *field, const uint8_t *at)
{
	uint32_t size = field->size[IOF_LAYOUT_LP64];
	uint64_t value;

	switch (field->kind) {
	case IOF_BYTES:
	case IOF_UNION: say_bytes(text, at, size); return;
	case IOF_CHARS: say_chars(text, at, size); return;
	default: break;
	}
	value = iof_scalar_load(at, size, false);
	if (field->kind == IOF_POINTER)
		say(text, value ? "ptr" : "NULL");
	else if (field->kind == IOF_SINT)
		say(text, "%" PRId64, (int64_t)iof_scalar_extend(value, size));
	else if (field->kind == IOF_SENTINEL && value == iof_scalar_ones(size))
		say(text, "-1");
	else
		say(text, "%" PRIu64, value);
}

/* One element of a segment, or the arm of a union in it. */
struct view {
	const struct iof_walk *walk;
	const struct walk_record *record;
	uint32_t element;
	size_t known; /* bytes of it that are known */
};

static void say_fields(struct text *text, const struct view *view, const struct iof_type *type, const uint8_t *image,
		       size_t base);

static void say_field(struct text *text, const struct view *view, const struct iof_field *field, const uint8_t *image,
		      size_t base)
{
	size_t at = base + field->offset[IOF_LAYOUT_LP64], size = field->size[IOF_LAYOUT_LP64];
	const struct walk_arm *arm = NULL;

	if (field->kind == IOF_UNION)
		arm = walk_arm_of(view->walk, view->record, view->element, at);
	if (arm) {
		say_fields(text, view, arm->type, image, at);
		return;
	}
	if (field->kind == IOF_CHARS && size == 1 && field->stride[IOF_LAYOUT_LP64] == 1 && at <= view->known) {
		/* char name[64] is one text, not 64 of them. */
		say_chars(text, image + at, field->count < view->known - at ? field->count : view->known - at);
		return;
	}
	if (field->count > 1)
		say(text, "[");
	for (uint32_t i = 0; i < field->count && i < SCALARS_SHOWN; i++, at += field->stride[IOF_LAYOUT_LP64]) {
		if (at > view->known || view->known - at < size)
			break;
		if (i)
			say(text, " ");
		say_scalar(text, field, image + at);
	}
	if (field->count > 1)
		say(text, field->count > SCALARS_SHOWN ? " ..]" : "]");
}

static void say_fields(struct text *text, const struct view *view, const struct iof_type *type, const uint8_t *image,
		       size_t base)
{
	say(text, "{");
	for (unsigned i = 0; i < type->n_fields && !text->full; i++) {
		const struct iof_field *field = &type->fields[i];

		if (base + field->offset[IOF_LAYOUT_LP64] >= view->known)
			break;
		if (i)
			say(text, " ");
		if (field->name[0])
			say(text, "%s=", field->name);
		say_field(text, view, field, image, base);
	}
	say(text, "}");
}

/* A type of the language rather than of an interface: an array of it is shown as one value. */
static bool is_plain(const struct iof_type *type)
{
	return type->n_fields == 1 && !type->fields->name[0];
}

static void say_plain(struct text *text, const struct iof_type *type, const uint8_t *image, size_t size)
{
	size_t step = iof_type_size(type, IOF_ABI_CANONICAL);

	if (type->fields->kind == IOF_CHARS) {
		say_chars(text, image, size);
	} else if (step == 1 && size > 1) {
		say_bytes(text, image, size);
	} else if (step) {
		for (size_t at = 0; size - at >= step && at / step < SCALARS_SHOWN; at += step) {
			if (at)
				say(text, " ");
			say_scalar(text, type->fields, image + at);
		}
		if (size / step > SCALARS_SHOWN)
			say(text, " ..");
	}
}

static void say_elements(struct text *text, const struct iof_walk *walk, const struct walk_record *record,
			 const uint8_t *image, size_t size)
{
	const struct iof_type *type = record->segment.type;
	struct view view = {.walk = walk, .record = record};
	size_t step = iof_type_size(type, IOF_ABI_CANONICAL);

	for (size_t at = 0; at < size && !text->full; at += step, view.element++) {
		if (at)
			say(text, " ");
		if (view.element == ELEMENTS_SHOWN) {
			say(text, "..");
			return;
		}
		view.known = size - at < step ? size - at : step;
		say_fields(text, &view, type, image + at, 0);
	}
}

/* Before the driver ran, what it gets; after pack, what it returned. */
static void say_record(struct text *text, const struct iof_walk *walk, const struct walk_record *record)
{
	const struct iof_type *type = record->segment.type;
	bool after = walk->pass == WALK_PACKED;
	const uint8_t *image = after ? record->reply : record->segment.canonical;
	size_t size = after ? record->reply_size : record->size, step = iof_type_size(type, IOF_ABI_CANONICAL);

	if (record->parent != record->segment.index || record->flexible || record->segment.count != 1) {
		say(text, "%s", walk_name(walk, record));
		if (!record->string && record->segment.count != 1 && record->segment.present)
			say(text, "[%zu]", step ? size / step : 0);
		say(text, "=");
	}
	if (!record->segment.present)
		say(text, "NULL");
	else if (!image)
		say(text, "?");
	else if (is_plain(type))
		say_plain(text, type, image, size);
	else if (record->segment.count == 1)
		say_elements(text, walk, record, image, size);
	else {
		say(text, "{");
		say_elements(text, walk, record, image, size);
		say(text, "}");
	}
}

static bool is_shown(const struct iof_walk *walk, const struct walk_record *record)
{
	if (walk->pass == WALK_PACKED)
		return record->segment.present && record->direction & IOF_OUT_EXACT;
	return !record->segment.present || record->direction & IOF_IN;
}

char *iof_walk_describe(const struct iof_walk *walk, char *text, size_t size)
{
	struct text out = {.at = text, .size = size, .full = !size};
	bool first = true;

	if (size)
		text[0] = '\0';
	for (unsigned i = 0; i < walk->n_segments && !out.full; i++) {
		if (!is_shown(walk, &walk->segments[i]))
			continue;
		if (!first)
			say(&out, " ");
		first = false;
		say_record(&out, walk, &walk->segments[i]);
	}
	return text;
}
