/* SPDX-License-Identifier: MIT */
/* The messages have no cycles and few kinds of fields, so that protobuf-c's own descriptors suffice to print any. */
#include "status.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

static void print_message(const ProtobufCMessage *message);

static void print_string(const char *text)
{
	(void)putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ')
			printf("\\u%04x", c);
		else
			(void)putchar(c);
	}
	(void)putchar('"');
}

static void print_value(ProtobufCType type, const void *value)
{
	switch (type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: printf("%" PRIu32, *(const uint32_t *)value); break;
	case PROTOBUF_C_TYPE_UINT64: printf("%" PRIu64, *(const uint64_t *)value); break;
	/* A handle: as text, for many readers of JSON keep 53 bits of a number. */
	case PROTOBUF_C_TYPE_FIXED64: printf("\"%016" PRIx64 "\"", *(const uint64_t *)value); break;
	case PROTOBUF_C_TYPE_BOOL: printf("%s", *(const protobuf_c_boolean *)value ? "true" : "false"); break;
	case PROTOBUF_C_TYPE_STRING: print_string(*(char *const *)value); break;
	case PROTOBUF_C_TYPE_MESSAGE: print_message(*(ProtobufCMessage *const *)value); break;
	default: printf("null"); break;
	}
}

static void print_repeated(const ProtobufCFieldDescriptor *field, const void *items, size_t count)
{
	(void)putchar('[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			(void)putchar(',');
		print_value(field->type, (const ProtobufCMessage *const *)items + i);
	}
	(void)putchar(']');
}

static void print_message(const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;

	(void)putchar('{');
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		const char *value = (const char *)message + field->offset;

		printf("%s\"%s\":", i ? "," : "", field->name);
		if (field->label == PROTOBUF_C_LABEL_REPEATED) /* of messages only */
			print_repeated(field, *(const void *const *)value,
				       *(const size_t *)((const char *)message + field->quantifier_offset));
		else
			print_value(field->type, value);
	}
	(void)putchar('}');
}

void status_print_json(const Ioferry__StatusReply *status)
{
	print_message(&status->base);
	(void)putchar('\n');
}
