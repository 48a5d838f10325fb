/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include <errno.h>
#include <string.h>

/* Takes the segments out of the reply. Nothing is stored before all of it is known to fit. */
static void parse_reply(struct iof_walk *walk, struct iof_cursor *reply, int32_t result, uint32_t error)
{
	for (unsigned i = 0; i < walk->n_segments; i++) {
		struct walk_record *record = &walk->segments[i];

		record->reply = NULL;
		record->reply_size = 0;
		if (!walk_replies(record, error))
			continue;
		if (record->string) {
			walk_string_reply(walk, record, reply);
			continue;
		}
		record->reply_size = walk_reply_size(walk, record, result, error);
		if (record->reply_size && !walk_follows(record, IOF_OUT_EXACT))
			iof_cursor_align(reply, WALK_ALIGN);
		record->reply = iof_cursor_take(reply, record->reply_size);
		if (!record->reply)
			record->reply_size = 0;
	}
	if (reply->err == IOF_CURSOR_PADDING)
		walk_fail(walk, -EPROTO, "reply: padding is not zero");
	else if (reply->err)
		walk_fail(walk, -EPROTO, "reply of %zu bytes is too short", reply->len);
	else if (!iof_cursor_done(reply))
		walk_fail(walk, -EPROTO, "reply of %zu bytes, %zu expected", reply->len, reply->off);
}

/* Runs of one segment: where its first span is in the list. */
struct runs {
	struct iof_walk *walk;
	uint64_t address;
	const uint8_t *data;
	size_t first;
};

static void add_run(const struct runs *runs, size_t from, size_t to)
{
	struct iof_walk *walk = runs->walk;
	struct iof_span *last = walk->n_spans > runs->first ? &walk->spans[walk->n_spans - 1] : NULL;

	/* Each segment keeps at least one span: when the list is nearly full, a segment's runs become one. */
	if (last && walk->n_spans + WALK_SEGMENTS_MAX > walk->max_spans) {
		last->length = (size_t)(runs->address + to - last->address);
		return;
	}
	walk->spans[walk->n_spans++] = (struct iof_span){
		.address = runs->address + from,
		.data = runs->data + from,
		.length = to - from,
	};
}

/* Spans for the bytes in which @p data and @p sent are the same (@p same) or differ. */
static void add_runs(struct iof_walk *walk, uint64_t address, const uint8_t *data, const uint8_t *sent, size_t size,
		     bool same)
{
	const struct runs runs = {.walk = walk, .address = address, .data = data, .first = walk->n_spans};
	size_t from = 0, to;

	while (from < size) {
		if (!same && size - from >= 64 && !memcmp(data + from, sent + from, 64)) {
			from += 64;
			continue;
		}
		if ((data[from] == sent[from]) != same) {
			from++;
			continue;
		}
		for (to = from + 1; to < size && (data[to] == sent[to]) == same; to++)
			;
		add_run(&runs, from, to);
		from = to;
	}
}

static void add_all(struct iof_walk *walk, uint64_t address, const uint8_t *data, size_t size)
{
	const struct runs runs = {.walk = walk, .address = address, .data = data, .first = walk->n_spans};

	if (size)
		add_run(&runs, 0, size);
}

static uint8_t *stage(struct iof_walk *walk, size_t size)
{
	uint8_t *at = iof_arena_take(&walk->scratch, size, WALK_ALIGN);

	if (!at)
		walk_fail(walk, -E2BIG, "no room to convert %zu bytes", size);
	return at;
}

/* The whole canonical image after the call: what was sent, with what came back in front. */
static const uint8_t *whole_image(struct iof_walk *walk, const struct walk_record *record)
{
	uint8_t *whole;

	if (record->reply_size == record->size)
		return record->reply;
	whole = stage(walk, record->size);
	if (!whole)
		return NULL;
	if (record->image)
		memcpy(whole, record->image, record->size);
	memcpy(whole, record->reply, record->reply_size);
	return whole;
}

/* A count that was lowered is stored whole or not at all: where only some of its bytes differed from the lowered one,
 * the caller would have the others of its own. Bytes that were sent become ones that differ from what came back. */
static void differ(uint8_t *sent, const uint8_t *data, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		sent[i] = (uint8_t)~data[i];
}

static bool changed(const struct walk_record *record, const struct walk_clamped *clamped, const uint8_t *image)
{
	return clamped->wire + clamped->wire_size <= record->reply_size &&
	       memcmp(image + clamped->wire, record->image + clamped->wire, clamped->wire_size) != 0;
}

/* Same image, no padding to spare: only the caller's pointers have to stay. */
static void scatter_canonical(struct iof_walk *walk, const struct walk_record *record)
{
	const uint8_t *data = record->reply;

	if (walk_has_pointers(walk, record)) {
		uint8_t *staged = stage(walk, record->reply_size);

		if (!staged)
			return;
		memcpy(staged, record->reply, record->reply_size);
		walk_each_slot(walk, record, staged, record->reply_size, record->image, walk_slot_copy);
		data = staged;
	}
	for (const struct walk_clamped *at = record->clamped; at; at = at->next) {
		if (changed(record, at, data))
			differ(record->image + at->wire, data + at->wire, at->wire_size);
	}
	add_runs(walk, record->address, data, record->image, record->reply_size, false);
}

/* Another image: the reply is laid over the caller's own bytes, so that padding and pointers stay. */
static void scatter_converted(struct iof_walk *walk, const struct walk_record *record)
{
	const uint8_t *whole = whole_image(walk, record);
	uint8_t *staged = stage(walk, record->native_size);

	if (!whole || !staged)
		return;
	memcpy(staged, record->native, record->native_size);
	iof_type_from_canonical(record->segment.type, walk->abi, whole, staged, record->segment.count);
	walk_arms_from_canonical(walk, record, whole, staged, record->native, 0);
	for (const struct walk_clamped *at = record->clamped; at; at = at->next) {
		if (changed(record, at, whole))
			differ(record->native + at->native, staged + at->native, at->native_size);
	}
	add_runs(walk, record->address, staged, record->native, record->native_size, false);
}

/* The caller's bytes are not known. Laid over zeros and over ones, a byte that comes out the same both times
 * belongs to a field. */
static void scatter_exact(struct iof_walk *walk, const struct walk_record *record)
{
	size_t element_size = iof_type_size(record->segment.type, IOF_ABI_CANONICAL);
	size_t count = element_size ? record->reply_size / element_size : 0;
	size_t size = count * iof_type_size(record->segment.type, walk->abi);
	const uint8_t *whole = whole_image(walk, record);
	uint8_t *zeros = stage(walk, record->native_size), *ones = stage(walk, record->native_size);

	if (!whole || !zeros || !ones)
		return;
	memset(ones, 0xff, record->native_size);
	iof_type_from_canonical(record->segment.type, walk->abi, whole, zeros, count);
	iof_type_from_canonical(record->segment.type, walk->abi, whole, ones, count);
	walk_arms_from_canonical(walk, record, whole, zeros, NULL, 0);
	walk_arms_from_canonical(walk, record, whole, ones, NULL, 0xff);
	add_runs(walk, record->address, zeros, ones, size, true);
}

static void scatter_string(struct iof_walk *walk, const struct walk_record *record)
{
	size_t known = record->image ? record->size : 0;

	if (known > record->reply_size)
		known = record->reply_size;
	add_runs(walk, record->address, record->reply, record->image, known, false);
	add_all(walk, record->address + known, record->reply + known, record->reply_size - known);
}

static void scatter_record(struct iof_walk *walk, const struct walk_record *record)
{
	bool canonical = iof_type_is_canonical(record->segment.type, walk->abi);

	if (record->string)
		scatter_string(walk, record);
	else if (record->image && canonical)
		scatter_canonical(walk, record);
	else if (record->image)
		scatter_converted(walk, record);
	else if (canonical && !walk_has_pointers(walk, record))
		add_all(walk, record->address, record->reply, record->reply_size);
	else
		scatter_exact(walk, record);
}

ssize_t iof_scatter_spans(struct iof_walk *walk, const void *payload, size_t length, int32_t result, uint32_t error,
			  const struct iof_span **spans)
{
	struct iof_cursor reply;

	if (walk->pass != WALK_GATHERED)
		return -EINVAL;
	iof_cursor_init(&reply, payload, length);
	iof_arena_rewind(&walk->scratch, walk->scatter_mark);
	walk->error = 0;
	walk->n_spans = 0;
	*spans = walk->spans;
	if (error && !length)
		return 0;
	parse_reply(walk, &reply, result, error);
	for (unsigned i = 0; i < walk->n_segments && !walk->error; i++) {
		if (walk->segments[i].reply_size)
			scatter_record(walk, &walk->segments[i]);
	}
	return walk->error ? walk->error : (ssize_t)walk->n_spans;
}

int iof_scatter(struct iof_walk *walk, const void *payload, size_t length, int32_t result, uint32_t error,
		const struct iof_memory *memory)
{
	const struct iof_span *spans;
	ssize_t n = iof_scatter_spans(walk, payload, length, result, error, &spans);

	if (n <= 0)
		return (int)n;
	return memory->write(memory->context, spans, (size_t)n);
}

size_t iof_walk_inputs(struct iof_walk *walk, const struct iof_span **spans)
{
	walk->n_spans = 0;
	*spans = walk->spans;
	for (unsigned i = 0; i < walk->n_segments; i++) {
		const struct walk_record *record = &walk->segments[i];
		bool wanted = (record->direction & IOF_OUT) == IOF_IN || (record->direction & IOF_OUT) == IOF_INOUT;

		if (!record->segment.present || !wanted)
			continue;
		walk->spans[walk->n_spans++] = (struct iof_span){
			.address = record->address,
			.length = record->string ? record->size : record->native_size,
		};
	}
	return walk->n_spans;
}

size_t iof_walk_outputs(struct iof_walk *walk, const struct iof_span **spans)
{
	walk->n_spans = 0;
	*spans = walk->spans;
	for (unsigned i = 0; i < walk->n_segments; i++) {
		const struct walk_record *record = &walk->segments[i];

		if (!record->segment.present || !(record->direction & IOF_OUT_EXACT) || !record->native_size)
			continue;
		walk->spans[walk->n_spans++] = (struct iof_span){
			.address = record->address,
			.length = record->string ? record->capacity : record->native_size,
		};
	}
	return walk->n_spans;
}
