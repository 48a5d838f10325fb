/* SPDX-License-Identifier: MIT */
#include "vector.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct vector *vector;
	FILE *file;
	unsigned line;
	bool failed;
	char text[VECTOR_TRACE_MAX + 16], *at; /* the line that is read */
	struct vector_caller *caller;          /* that a statement belongs to */
	struct vector_blocks *section;         /* that a label or an address adds to */
	struct vector_block *block;            /* that bytes are added to */
};

static void fail(struct reader *reader, const char *what, const char *token)
{
	if (!reader->failed)
		fprintf(stderr, "%s:%u: %s: %s\n", reader->vector->path, reader->line, what,
			token ? token : "end of file");
	reader->failed = true;
}

/* The next word of the file; NULL at its end. A text in quotes is one word. */
static char *next(struct reader *reader)
{
	char *start;

	for (;;) {
		reader->at += strspn(reader->at, " \t\n");
		if (*reader->at && *reader->at != '#')
			break;
		reader->line++;
		reader->at = reader->text;
		if (!fgets(reader->text, sizeof reader->text, reader->file)) {
			reader->text[0] = '\0';
			return NULL;
		}
	}
	start = reader->at;
	if (*start == '"') {
		reader->at = strchr(start + 1, '"');
		reader->at = reader->at ? reader->at + 1 : start + strlen(start);
	} else {
		reader->at += strcspn(start, " \t\n");
	}
	if (*reader->at)
		*reader->at++ = '\0';
	return start;
}

static void name(struct reader *reader, char *to)
{
	const char *word = next(reader);

	if (!word || strlen(word) >= VECTOR_NAME_MAX)
		fail(reader, "name expected", word);
	else
		snprintf(to, VECTOR_NAME_MAX, "%s", word);
}

static void rest_of_line(struct reader *reader, char *to, size_t size)
{
	reader->at += strspn(reader->at, " \t");
	snprintf(to, size, "%.*s", (int)strcspn(reader->at, "\n"), reader->at);
	reader->at += strlen(reader->at);
}

static uint64_t number(struct reader *reader)
{
	const char *word = next(reader);
	char *end = NULL;
	uint64_t value = word ? strtoull(word, &end, 0) : 0;

	if (!word || *end || end == word)
		fail(reader, "number expected", word);
	return value;
}

static struct vector_block *add_block(struct reader *reader)
{
	struct vector_block *block;

	if (!reader->section || reader->section->n == VECTOR_BLOCKS_MAX) {
		fail(reader, "no room for a block", "");
		return NULL;
	}
	block = &reader->section->block[reader->section->n++];
	block->line = reader->line;
	return block;
}

static void add_bytes(struct reader *reader, unsigned value, size_t count, const char *word)
{
	struct vector_block *block = reader->block;

	if (!block || VECTOR_BYTES_MAX - block->size < count) {
		fail(reader, "no room for bytes", word);
		return;
	}
	memset(block->bytes + block->size, (int)value, count);
	block->size += count;
}

static void add_ref(struct reader *reader, const char *word)
{
	struct vector_block *block = reader->block;
	struct vector_ref *ref;

	if (!block || block->n_refs == VECTOR_REFS_MAX || strlen(word) >= VECTOR_NAME_MAX) {
		fail(reader, "no room for a pointer", word);
		return;
	}
	ref = &block->refs[block->n_refs++];
	ref->offset = block->size;
	snprintf(ref->label, VECTOR_NAME_MAX, "%s", word + 1);
	add_bytes(reader, 0, sizeof(void *), word);
}

static bool take_pair(const char *at, unsigned *value)
{
	char pair[3] = {0};

	memcpy(pair, at, strnlen(at, 2));
	if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
		return false;
	*value = (unsigned)strtoul(pair, NULL, 16);
	return true;
}

static void add_hex(struct reader *reader, const char *word)
{
	unsigned value = 0;

	if (take_pair(word, &value) && word[2] == '*') {
		add_bytes(reader, value, strtoul(word + 3, NULL, 10), word);
		return;
	}
	for (const char *at = word; *at; at += 2) {
		if (!take_pair(at, &value)) {
			fail(reader, "bytes expected", word);
			return;
		}
		add_bytes(reader, value, 1, word);
	}
}

static void content(struct reader *reader, char *word)
{
	size_t length = strlen(word);

	if (word[0] == '"') {
		for (char *at = word + 1; *at && *at != '"'; at++)
			add_bytes(reader, (unsigned char)*at, 1, word);
	} else if (word[0] == '@') {
		add_ref(reader, word);
	} else if (length && word[length - 1] == ':') {
		word[length - 1] = '\0';
		reader->block = add_block(reader);
		if (reader->block && !strncmp(word, "0x", 2))
			reader->block->address = strtoull(word, NULL, 16);
		else if (reader->block)
			snprintf(reader->block->label, VECTOR_NAME_MAX, "%s", word);
	} else {
		add_hex(reader, word);
	}
}

static void caller(struct reader *reader)
{
	static const struct {
		const char *name;
		iof_abi abi;
	} abis[] = {
		{"lp64", IOF_LAYOUT_LP64},
		{"i386", IOF_LAYOUT_I386},
		{"armhf", IOF_LAYOUT_EABI32},
		{"armhf-time64", IOF_LAYOUT_EABI32_TIME64},
		{"s390x", IOF_LAYOUT_LP64 | IOF_BIG_ENDIAN},
	};
	struct vector *vector = reader->vector;

	if (vector->n_callers == VECTOR_CALLERS_MAX) {
		fail(reader, "too many callers", "");
		return;
	}
	reader->caller = &vector->caller[vector->n_callers++];
	name(reader, reader->caller->name);
	for (size_t i = 0; i < sizeof abis / sizeof abis[0]; i++) {
		if (!strcmp(abis[i].name, reader->caller->name)) {
			reader->caller->abi = abis[i].abi;
			return;
		}
	}
	fail(reader, "unknown ABI", reader->caller->name);
}

static void section(struct reader *reader, const char *word, struct vector_blocks *before, struct vector_blocks *after)
{
	if (word && !strcmp(word, "before"))
		reader->section = before;
	else if (word && !strcmp(word, "after"))
		reader->section = after;
	else
		fail(reader, "before or after expected", word);
	reader->block = NULL;
}

static void driver(struct reader *reader)
{
	const char *word = next(reader);

	if (word && !strcmp(word, "value"))
		reader->vector->value = number(reader);
	else
		section(reader, word, &reader->vector->driver_before, &reader->vector->driver_after);
}

/* A statement about the call. False: the word is none. */
static bool call_statement(struct reader *reader, const char *word)
{
	struct vector *vector = reader->vector;

	if (!strcmp(word, "interface")) {
		name(reader, vector->interface);
	} else if (!strcmp(word, "command")) {
		name(reader, vector->command);
	} else if (!strcmp(word, "io")) {
		name(reader, vector->command);
		vector->io = true;
	} else if (!strcmp(word, "result")) {
		vector->result = (int32_t)number(reader);
	} else if (!strcmp(word, "errno")) {
		vector->error = (uint32_t)number(reader);
	} else if (!strcmp(word, "refused")) {
		vector->refused = (uint32_t)number(reader);
	} else if (!strcmp(word, "trace")) {
		rest_of_line(reader, vector->trace, sizeof vector->trace);
	} else if (!strcmp(word, "request")) {
		reader->block = &vector->request;
	} else if (!strcmp(word, "reply")) {
		reader->block = &vector->reply;
	} else if (!strcmp(word, "driver")) {
		driver(reader);
	} else if (!strcmp(word, "caller")) {
		caller(reader);
	} else {
		return false;
	}
	return true;
}

static bool caller_statement(struct reader *reader, const char *word)
{
	struct vector_caller *about = reader->caller;

	if (!about)
		return false;
	if (!strcmp(word, "number"))
		about->number = (uint32_t)number(reader);
	else if (!strcmp(word, "argument"))
		about->argument = number(reader);
	else if (!strcmp(word, "count"))
		about->count = (uint32_t)number(reader);
	else if (!strcmp(word, "memory"))
		section(reader, next(reader), &about->before, &about->after);
	else
		return false;
	return true;
}

bool vector_read(const char *path, struct vector *vector)
{
	struct reader reader = {.vector = vector};
	char *word;

	memset(vector, 0, sizeof *vector);
	vector->path = path;
	reader.file = fopen(path, "re");
	if (!reader.file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	reader.at = reader.text;
	while (!reader.failed && (word = next(&reader))) {
		if (!call_statement(&reader, word) && !caller_statement(&reader, word))
			content(&reader, word);
	}
	if (!vector->n_callers)
		fail(&reader, "no caller", "");
	fclose(reader.file);
	return !reader.failed;
}
