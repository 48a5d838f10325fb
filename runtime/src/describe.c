/* SPDX-License-Identifier: MIT */
/* The memory of a call as text. */
#include "scalar.h"
#include "walk.h"
#include <ioferry/describe.h>
#include <string.h>

enum {
	ELEMENTS_SHOWN = 4, /* of an array of structures */
	NUMBERS_SHOWN = 16,
	BYTES_SHOWN = 32,
	CHARS_SHOWN = 64,
};

/* The two images of a segment, of an element of it, or of the arm of a union in it. */
struct view {
	const struct iof_walk *walk;
	const struct walk_record *record;
	uint32_t element, error;
	const uint8_t *sent, *back;  /* NULL: not known */
	size_t sent_size, back_size; /* bytes that are known */
};

/* Some elements of one field. */
struct values {
	const struct iof_field *field;
	const struct iof_show *show;
	uint32_t count; /* that mean something */
	bool whole;     /* text goes on behind a NUL */
};

void iof_walk_remember(struct iof_walk *walk)
{
	if (walk->pass != WALK_UNPACKED)
		return;
	for (struct walk_record *record = walk->segments; record < walk->segments + walk->n_segments; record++) {
		uint8_t *copy = NULL;

		if (record->segment.present && record->direction & IOF_IN)
			copy = iof_arena_take(&walk->scratch, record->size, WALK_ALIGN);
		if (copy)
			memcpy(copy, record->image, record->size);
		record->sent = copy;
	}
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static void say_scalar(struct iof_text *text, const struct values *values, const uint8_t *at)
{
	const struct iof_field *field = values->field;
	uint32_t size = field->size[IOF_LAYOUT_LP64];
	uint64_t value = iof_scalar_load(at, size < 8 ? size : 8, false);

	if (field->kind == IOF_POINTER)
		iof_text_add(text, value ? "ptr" : "NULL");
	else if (field->kind == IOF_SENTINEL && value == iof_scalar_ones(size))
		iof_text_add(text, "-1");
	else
		iof_describe_integer(text, values->show, value, size, field->kind == IOF_SINT);
}

static void say_bytes(struct iof_text *text, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size && i < BYTES_SHOWN && !text->full; i++)
		iof_text_add(text, i ? " %02x" : "%02x", bytes[i]);
	if (size > BYTES_SHOWN)
		iof_text_add(text, " ...");
	if (!size)
		iof_text_add(text, "[]");
}

/* Text ends before the NULs at the end of its room, or at the first. */
static void say_chars(struct iof_text *text, const uint8_t *chars, size_t size, bool whole)
{
	size_t length, shown;

	while (size && !chars[size - 1])
		size--;
	length = whole ? size : strnlen((const char *)chars, size);
	shown = length < CHARS_SHOWN ? length : CHARS_SHOWN;
	iof_text_add_chars(text, chars, shown);
	if (shown < size)
		iof_text_add(text, "...");
}

static bool is_bytes(const struct values *values)
{
	const struct iof_field *field = values->field;

	if (field->kind == IOF_UNION || field->kind == IOF_BYTES)
		return true;
	return field->kind == IOF_UINT && field->size[IOF_LAYOUT_LP64] == 1 && !values->show;
}

static void say_list(struct iof_text *text, const struct values *values, const uint8_t *at)
{
	uint32_t stride = values->field->stride[IOF_LAYOUT_LP64];

	iof_text_add(text, "[");
	for (uint32_t i = 0; i < values->count && !text->full; i++, at += stride) {
		if (i)
			iof_text_add(text, ", ");
		if (i == NUMBERS_SHOWN) {
			iof_text_add(text, "...");
			break;
		}
		say_scalar(text, values, at);
	}
	iof_text_add(text, "]");
}

/* Elements that lie side by side: bytes and characters are no list of numbers. */
static bool is_run(const struct values *values)
{
	return values->field->stride[IOF_LAYOUT_LP64] == values->field->size[IOF_LAYOUT_LP64];
}

static void say_array(struct iof_text *text, const struct values *values, const uint8_t *at)
{
	size_t size = (size_t)values->count * values->field->size[IOF_LAYOUT_LP64];

	if (values->field->kind == IOF_CHARS && is_run(values))
		say_chars(text, at, size, values->whole);
	else if (is_bytes(values) && is_run(values))
		say_bytes(text, at, size);
	else
		say_list(text, values, at);
}

/* --- fields ------------------------------------------------------------------------------------------------------ */

static bool knows(const uint8_t *image, size_t known, size_t at, size_t size)
{
	return image && at <= known && known - at >= size;
}

/* What a driver gets of "out" memory is whatever the caller had there. */
static bool hides_sent(const struct view *view)
{
	return (view->record->direction & IOF_OUT) == IOF_OUT;
}

/* One value of a view, @p size bytes at @p at of both images. */
static void say_both(struct iof_text *text, const struct view *view, const struct values *values, size_t at,
		     size_t size, void (*say)(struct iof_text *text, const struct values *values, const uint8_t *at))
{
	bool sent = knows(view->sent, view->sent_size, at, size) && !hides_sent(view);
	bool back = knows(view->back, view->back_size, at, size);

	if (sent)
		say(text, values, view->sent + at);
	if (sent && back && values->field->kind != IOF_POINTER && memcmp(view->sent + at, view->back + at, size) != 0)
		iof_text_add(text, " => ");
	else if (sent)
		return;
	if (back)
		say(text, values, view->back + at);
	else
		iof_text_add(text, "...");
}

static const struct iof_show *show_of(const struct iof_type *type, unsigned field)
{
	for (unsigned i = 0; i < type->n_shows; i++) {
		if (type->shows[i].field == field)
			return &type->shows[i];
	}
	return NULL;
}

/* How many elements of the array mean something: as the field that counts them says, now or before. */
static uint32_t count_shown(const struct view *view, const struct iof_type *type, size_t base,
			    const struct iof_field *field, const struct iof_show *show)
{
	const struct iof_field *counter;
	const uint8_t *image;
	size_t at, size, known;
	uint64_t count;

	if (!show || !show->shown || show->shown > type->n_fields)
		return field->count;
	counter = &type->fields[show->shown - 1];
	at = base + counter->offset[IOF_LAYOUT_LP64];
	size = counter->size[IOF_LAYOUT_LP64];
	image = view->back ? view->back : view->sent;
	known = view->back ? view->back_size : view->sent_size;
	if (size > 8 || !knows(image, known, at, size))
		return field->count;
	count = iof_scalar_load(image + at, (uint32_t)size, false);
	return count < field->count ? (uint32_t)count : field->count;
}

static const struct walk_record *pointee_of(const struct view *view, size_t offset)
{
	for (unsigned i = view->record->segment.index + 1u; i < view->walk->n_segments; i++) {
		const struct walk_record *record = &view->walk->segments[i];

		if (!record->flexible && record->parent == view->record->segment.index &&
		    record->element == view->element && record->offset == offset)
			return record;
	}
	return NULL;
}

static void say_fields(struct iof_text *text, const struct view *view, const struct iof_type *type, size_t base);

static void say_record(struct iof_text *text, const struct view *from, const struct walk_record *record);

/* What a union is known to hold: of the request, or as the field beside it tells, now or before. */
static const struct iof_type *held_by(const struct view *view, const struct iof_type *type,
				      const struct iof_field *field, size_t base)
{
	const struct walk_arm *arm =
		walk_arm_of(view->walk, view->record, view->element, base + field->offset[IOF_LAYOUT_LP64]);
	size_t size = iof_type_size(type, IOF_ABI_CANONICAL);

	if (arm || field->count > 1)
		return arm ? arm->type : NULL;
	if (knows(view->back, view->back_size, base, size))
		return iof_type_tagged(type, field, 0, IOF_ABI_CANONICAL, view->back + base);
	if (knows(view->sent, view->sent_size, base, size))
		return iof_type_tagged(type, field, 0, IOF_ABI_CANONICAL, view->sent + base);
	return NULL;
}

static void say_field(struct iof_text *text, const struct view *view, const struct iof_type *type, unsigned index,
		      size_t base)
{
	const struct iof_field *field = &type->fields[index];
	size_t at = base + field->offset[IOF_LAYOUT_LP64], size = field->size[IOF_LAYOUT_LP64];
	struct values values = {.field = field, .show = show_of(type, index)};
	const struct walk_record *pointee = field->kind == IOF_POINTER ? pointee_of(view, at) : NULL;
	const struct iof_type *arm = field->kind == IOF_UNION ? held_by(view, type, field, base) : NULL;

	values.count = count_shown(view, type, base, field, values.show);
	if (values.show && values.show->form == IOF_FORM_PLAIN)
		values.show = NULL;
	if (pointee)
		say_record(text, view, pointee);
	else if (arm)
		say_fields(text, view, arm, at);
	else if (field->count > 1 || (is_bytes(&values) && field->kind != IOF_UINT) || field->kind == IOF_CHARS)
		say_both(text, view, &values, at,
			 values.count ? (values.count - 1) * (size_t)field->stride[IOF_LAYOUT_LP64] + size : 0,
			 say_array);
	else
		say_both(text, view, &values, at, size, say_scalar);
}

/* Names are flat: "when.tv_sec". Closes the structures that the field before was in, and opens those of this one. */
static void say_name(struct iof_text *text, const char *before, const char *name)
{
	size_t shared = 0;

	for (size_t i = 0; before && before[i] && before[i] == name[i]; i++) {
		if (name[i] == '.')
			shared = i + 1;
	}
	for (const char *rest = before ? before + shared : ""; *rest; rest++) {
		if (*rest == '.')
			iof_text_add(text, "}");
	}
	if (before)
		iof_text_add(text, ", ");
	for (const char *part = name + shared; *part;) {
		size_t length = strcspn(part, ".");

		iof_text_add(text, part[length] ? "%.*s={" : "%.*s=", (int)length, part);
		part += length + (part[length] == '.');
	}
}

static void say_tail(struct iof_text *text, const struct view *view, const struct iof_type *type, const char *before)
{
	const struct walk_record *record = view->record + 1;

	if (view->record->segment.index + 1u >= view->walk->n_segments || !record->flexible ||
	    type != view->record->segment.type)
		return;
	say_name(text, before, type->tail ? type->tail : record->segment.type->name);
	say_record(text, view, record);
}

static void say_fields(struct iof_text *text, const struct view *view, const struct iof_type *type, size_t base)
{
	const char *before = NULL;

	/* The arm of a union may be an integer. */
	if (type->n_fields == 1 && !type->fields->name[0]) {
		say_field(text, view, type, 0, base);
		return;
	}
	iof_text_add(text, "{");
	for (unsigned i = 0; i < type->n_fields && !text->full; i++) {
		say_name(text, before, type->fields[i].name);
		before = type->fields[i].name;
		say_field(text, view, type, i, base);
	}
	say_tail(text, view, type, before);
	for (const char *rest = before ? before : ""; *rest; rest++) {
		if (*rest == '.')
			iof_text_add(text, "}");
	}
	iof_text_add(text, "}");
}

/* --- segments ---------------------------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void say_elements(struct iof_text *text, const struct view *whole)
{
	const struct iof_type *type = whole->record->segment.type;
	size_t step = iof_type_size(type, IOF_ABI_CANONICAL), size = whole->back_size;
	struct view view = *whole;

	if (!hides_sent(whole) && whole->sent_size > size)
		size = whole->sent_size;
	if (!whole->record->list && whole->record->segment.count == 1 && (size || type->tail)) {
		say_fields(text, whole, type, 0);
		return;
	}
	iof_text_add(text, "[");
	for (size_t at = 0; at < size && !text->full; at += step, view.element++) {
		if (at)
			iof_text_add(text, ", ");
		if (view.element == ELEMENTS_SHOWN) {
			iof_text_add(text, "...");
			break;
		}
		view.sent = whole->sent && at < whole->sent_size ? whole->sent + at : NULL;
		view.sent_size = view.sent ? least(whole->sent_size - at, step) : 0;
		view.back = whole->back && at < whole->back_size ? whole->back + at : NULL;
		view.back_size = view.back ? least(whole->back_size - at, step) : 0;
		say_fields(text, &view, type, 0);
	}
	iof_text_add(text, "]");
}

/* An array of a type of the language rather than of an interface, as one value in each direction. */
static void say_plain(struct iof_text *text, const struct view *view)
{
	const struct iof_type *type = view->record->segment.type;
	struct values values = {.field = type->fields, .show = show_of(type, 0), .whole = !hides_sent(view)};
	size_t step = iof_type_size(type, IOF_ABI_CANONICAL);
	bool sent = view->sent && !hides_sent(view);
	bool same = sent && view->back && view->sent_size == view->back_size &&
		    memcmp(view->sent, view->back, view->back_size) == 0;

	if (sent) {
		values.count = (uint32_t)(view->sent_size / step);
		say_array(text, &values, view->sent);
	}
	if (same || !view->back)
		return;
	values.count = (uint32_t)(view->back_size / step);
	iof_text_add(text, sent ? " => " : "");
	say_array(text, &values, view->back);
}

static bool is_plain(const struct iof_type *type)
{
	return type->n_fields == 1 && !type->fields->name[0] && type->size[IOF_LAYOUT_LP64];
}

static bool wrote_nothing(const struct walk_record *record)
{
	return record->sent && record->size == record->reply_size &&
	       memcmp(record->sent, record->reply, record->size) == 0;
}

/* The images of a segment. Before the driver has run, what it gets is what was sent. */
static struct view view_of(const struct iof_walk *walk, const struct walk_record *record, uint32_t error)
{
	struct view view = {.walk = walk, .record = record, .error = error};

	if (walk->pass != WALK_PACKED) {
		view.sent = record->direction & IOF_IN ? record->segment.canonical : NULL;
	} else {
		view.sent = record->sent;
		view.back = record->reply;
		if (!view.sent && !(record->direction & IOF_OUT_EXACT))
			view.sent = record->image;
		if (view.back && error && hides_sent(&view) && wrote_nothing(record))
			view.back = NULL;
	}
	view.sent_size = view.sent ? record->size : 0;
	view.back_size = view.back ? record->reply_size : 0;
	return view;
}

static void say_record(struct iof_text *text, const struct view *from, const struct walk_record *record)
{
	struct view view = view_of(from->walk, record, from->error);

	if (!record->segment.present)
		iof_text_add(text, "NULL");
	else if (!view.back && (!view.sent || hides_sent(&view)))
		iof_text_add(text, "...");
	else if (is_plain(record->segment.type))
		say_plain(text, &view);
	else
		say_elements(text, &view);
}

void iof_describe_walk(struct iof_text *text, const struct iof_walk *walk, uint32_t error)
{
	struct view view = {.walk = walk, .error = error};

	/* The segments of a pass that failed may point to a message that is gone. */
	if (walk->pass == WALK_IDLE)
		iof_text_add(text, "...");
	else if (walk->n_segments)
		say_record(text, &view, walk->segments);
}
