/* SPDX-License-Identifier: MIT */
/* Text for people, and single values as text. */
#include "scalar.h"
#include <inttypes.h>
#include <ioferry/describe.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct iof_text iof_text_make(char *room, size_t size)
{
	if (size)
		room[0] = '\0';
	return (struct iof_text){.at = room, .size = size, .full = !size};
}

void iof_text_add(struct iof_text *text, const char *format, ...)
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

void iof_text_add_chars(struct iof_text *text, const uint8_t *chars, size_t size)
{
	iof_text_add(text, "\"");
	for (size_t i = 0; i < size && !text->full; i++) {
		bool plain = chars[i] >= 0x20 && chars[i] < 0x7f && chars[i] != '"' && chars[i] != '\\';

		iof_text_add(text, plain ? "%c" : "\\x%02x", chars[i]);
	}
	iof_text_add(text, "\"");
}

static void add_flags(struct iof_text *text, const struct iof_show *show, uint64_t value, uint64_t ones)
{
	const char *separator = "";
	uint64_t rest = value;

	for (uint16_t i = 0; i < show->n_names; i++) {
		uint64_t bits = show->names[i].value & ones;

		if (bits ? (rest & bits) != bits : value != 0)
			continue;
		iof_text_add(text, "%s%s", separator, show->names[i].name);
		separator = "|";
		rest &= ~bits;
	}
	if (rest)
		iof_text_add(text, "%s%#" PRIx64, separator, rest);
	else if (!*separator)
		iof_text_add(text, "0");
}

static bool add_name(struct iof_text *text, const struct iof_show *show, uint64_t value, uint64_t ones)
{
	for (uint16_t i = 0; i < show->n_names; i++) {
		if ((show->names[i].value & ones) == value) {
			iof_text_add(text, "%s", show->names[i].name);
			return true;
		}
	}
	return false;
}

void iof_describe_integer(struct iof_text *text, const struct iof_show *show, uint64_t value, uint32_t size,
			  bool is_signed)
{
	enum iof_form form = show ? (enum iof_form)show->form : IOF_FORM_PLAIN;
	uint64_t ones = iof_scalar_ones(size);

	value &= ones;
	if (form == IOF_FORM_FLAGS)
		add_flags(text, show, value, ones);
	else if (form == IOF_FORM_HEX)
		iof_text_add(text, "%#" PRIx64, value);
	else if (form == IOF_FORM_ENUM && add_name(text, show, value, ones))
		return;
	else if (is_signed)
		iof_text_add(text, "%" PRId64, (int64_t)iof_scalar_extend(value, size));
	else
		iof_text_add(text, "%" PRIu64, value);
}

void iof_describe_value(struct iof_text *text, const struct iof_command *command, uint64_t value)
{
	uint32_t size = command->value_size && command->value_size < 8 ? command->value_size : 8;

	iof_describe_integer(text, command->show, value, size, command->flags & IOF_CMD_VALUE_SIGNED);
}

void iof_describe_result(struct iof_text *text, int64_t result, uint32_t error)
{
	const char *name = error <= INT32_MAX ? strerrorname_np((int)error) : NULL;

	if (!error)
		iof_text_add(text, "%" PRId64, result);
	else if (name)
		iof_text_add(text, "-1 %s (%s)", name, strerrordesc_np((int)error));
	else
		iof_text_add(text, "-1 errno %" PRIu32, error);
}
