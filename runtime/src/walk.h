/* SPDX-License-Identifier: MIT */
/**
 * @file walk.h
 * What the parts of the marshalling core share. The parts:
 *
 *     walk.c          life of a walk, sticky errors, access to segments
 *     walk_shape.c    the calls that shape functions make
 *     walk_guest.c    gather: fetches segments from the caller's memory
 *     walk_host.c     unpack: fetches segments from a request, builds the driver's memory
 *     walk_reply.c    pack, and the lengths of a reply's segments on both sides
 *     walk_scatter.c  scatter: what of a reply has to be stored
 *     walk_fields.c   places of fields, pointer slots
 *     walk_arms.c     union arms
 *     walk_records.c  read() and write()
 *     walk_string.c   strings
 */
#ifndef IOFERRY_WALK_H
#define IOFERRY_WALK_H

#include "arena.h"
#include "cursor.h"
#include <errno.h>
#include <inttypes.h>
#include <ioferry/marshal.h>

#define WALK_SEGMENTS_MAX 4096u  /* more is E2BIG: an IDL's arrays of elements with pointees are far shorter */
#define WALK_ARMS_MAX     16384u /* union arms of one call */
#define WALK_ALIGN        8u     /* of segments in a message */
#define WALK_NO_ARM       UINT32_MAX

enum walk_pass {
	WALK_IDLE, /* nothing walked, or the last pass failed */
	WALK_GATHERING,
	WALK_GATHERED,
	WALK_UNPACKING,
	WALK_UNPACKED,
	WALK_PACKED,
};

enum walk_returned { WALK_RETURNED_ALL, WALK_RETURNED_FIELD, WALK_RETURNED_RESULT };

/* Where a count comes from that says how much of a segment comes back. */
struct walk_counter {
	uint8_t source; /* enum walk_returned */
	bool bytes;     /* it counts bytes, else elements */
	uint16_t segment;
	uint32_t element, offset, size;
};

/* A count that was lowered: what the caller has there is not what was sent. In the guest's scratch memory. */
struct walk_clamped {
	struct walk_clamped *next;
	size_t wire, native; /* offsets in the record's images */
	uint32_t wire_size, native_size;
};

/* A segment as the runtime sees it. What a call costs beside its copies is the stores that make these: members that
 * begin with the same bytes lie side by side, and what only some records have is set where they get it. */
struct walk_record {
	struct iof_segment segment; /* what shape functions see; must be first */
	uint64_t address;           /* guest: in the caller's memory */
	size_t size;                /* of the canonical image, bytes */
	size_t native_size;         /* in the caller's (guest) or the driver's (host) ABI, bytes */
	uint8_t *image;             /* canonical image that this side may change; NULL: out exact in the guest */
	uint8_t *native;            /* host: the driver's memory. guest: the caller's raw bytes where its ABI differs */
	const uint8_t *sent;        /* iof_walk_remember()'s copy of the image; NULL: none */
	struct walk_clamped *clamped;
	uint32_t first_arm, last_arm; /* index or WALK_NO_ARM */
	bool string;
	bool flexible;    /* lies right behind the record before it */
	bool list;        /* for traces: one element is a list, too */
	bool arms_ascend; /* in element */
	struct walk_counter counter;
	uint8_t direction;
	uint16_t parent;   /* segment with the pointer; own index: none, and what follows says nothing */
	uint32_t offset;   /* of the pointer in an element of the parent */
	uint32_t element;  /* of the parent */
	uint32_t capacity; /* strings: most bytes, with the NUL */

	/* Set by iof_pack() and when a reply is taken apart. */
	const uint8_t *reply; /* what came back or goes back, canonical */
	size_t reply_size;
};

/* A union of one element, and what it holds. */
struct walk_arm {
	const struct iof_type *type;
	uint32_t element, offset;        /* of the union, canonical */
	size_t wire, native;             /* where it lies in the two images */
	uint32_t wire_size, native_size; /* of the union */
	uint32_t next, previous;         /* of the record */
};

struct iof_walk {
	enum walk_pass pass;
	iof_abi abi; /* of the caller in the guest, of the driver on the host */

	int error;  /* 0 or a negative errno, sticky */
	bool again; /* some memory is not there yet: errors that follow mean nothing */
	bool null_argument;
	uint32_t command;
	unsigned n_segments, n_arms, n_spans;
	uint64_t argument;
	size_t message_size, reply_max;

	uint8_t *message; /* request in the guest, reply on the host */
	size_t max_payload;
	const struct iof_memory *memory; /* guest, during a pass */
	struct iof_cursor request;       /* host, during unpack */

	struct iof_arena driver; /* host: what the driver works on */
	struct iof_arena scratch;
	size_t scatter_mark; /* scratch in use when scatter began */

	struct walk_record *segments;
	struct walk_arm *arms;
	struct iof_span *spans;
	size_t max_spans;

	void *mapping;
	size_t mapping_size;
	char reason[192];
};

/* The segment of everything that is not there. */
extern const struct iof_segment walk_absent;

/* walk.c */
/* First error wins; none while memory is missing. */
void walk_fail(struct iof_walk *walk, int error, const char *format, ...) __attribute__((cold, format(printf, 3, 4)));
#ifdef __FRAMAC__
/* It reads the arguments and takes the text for granted. */
#define WALK_READ_3(format, a, b, c) WALK_READ_2(format, a, b) typeof(c) read_c = (c);
#define WALK_READ_2(format, a, b)    WALK_READ_1(format, a) typeof(b) read_b = (b);
#define WALK_READ_1(format, a)       typeof(a) read_a = (a);
#define WALK_READ_0(format)
#define WALK_READ_NTH(format, a, b, c, read, ...) read
#define walk_fail(walk, error, ...)                                                                                    \
	do {                                                                                                           \
		WALK_READ_NTH(__VA_ARGS__, WALK_READ_3, WALK_READ_2, WALK_READ_1, WALK_READ_0, )                       \
		(__VA_ARGS__) walk_failed(walk, error);                                                                \
	} while (0)
#endif
/* A name for messages: of the pointer field that leads to the record, or of its type. */
const char *walk_name(const struct iof_walk *walk, const struct walk_record *record);

/* walk_guest.c, walk_host.c: fill a record; false: failed. */
typedef bool walk_fetch(struct iof_walk *walk, struct walk_record *record);
walk_fetch walk_fetch_guest, walk_fetch_host;
/* iof_unpack() for a driver of any ABI: what a host that is not LP64 little-endian does, testable on one that is. */
int walk_unpack(struct iof_walk *walk, iof_abi abi, const struct iof_command *command, uint32_t number,
		const void *payload, size_t length, bool null_argument, uint64_t *argument);
/* Of the record's memory. 0, or -EFAULT after walk_fail(). Zeros and 0 where the memory is not there yet. */
int walk_read(struct iof_walk *walk, const struct walk_record *record, uint64_t address, void *to, size_t size);

/* walk_shape.c: sizes and bytes of a new record; absent where that fails. */
const struct iof_segment *walk_fill(struct iof_walk *walk, struct walk_record *record);

/* walk_string.c */
bool walk_string_gather(struct iof_walk *walk, struct walk_record *record);
bool walk_string_unpack(struct iof_walk *walk, struct walk_record *record);
void walk_string_pack(struct iof_walk *walk, struct walk_record *record);
/* Takes the string from the reply. */
void walk_string_reply(struct iof_walk *walk, struct walk_record *record, struct iof_cursor *reply);

/* walk_reply.c */
/* Canonical bytes of the record that come back; counts are read from what came back before. May fail the walk. */
size_t walk_reply_size(struct iof_walk *walk, const struct walk_record *record, int32_t result, uint32_t error);
/* Whether the record has a place in this reply. */
bool walk_replies(const struct walk_record *record, uint32_t error);
/* walk_fields.c */
struct walk_place {
	const struct iof_field *field;
	size_t wire;   /* offset in the canonical element */
	size_t native; /* offset in an element of the walk's ABI */
};
/* The field of @p kind that starts at canonical @p offset of an element, in the arms that unions are known to hold. */
bool walk_place(const struct iof_walk *walk, const struct walk_record *record, uint32_t element, uint32_t offset,
		unsigned kind, struct walk_place *place);
/* As walk_place(), for an integer of any kind. */
bool walk_place_scalar(const struct iof_walk *walk, const struct walk_record *record, uint32_t element, uint32_t offset,
		       struct walk_place *place);
/* What the union at canonical @p offset of an element is known to hold, or NULL. */
const struct walk_arm *walk_arm_of(const struct iof_walk *walk, const struct walk_record *record, uint32_t element,
				   size_t offset);
/* Whether one of the arms that the record is known to hold has pointers. */
bool walk_arms_have_pointers(const struct iof_walk *walk, const struct walk_record *record);
/* What is done with a pointer slot: its bytes within the image, and the same place in another image. */
typedef void walk_slot(uint8_t *at, size_t room, const uint8_t *other);
/* Runs over the pointer slots of one element, and of a canonical image of @p size bytes with its arms. */
void walk_type_slots(const struct iof_type *type, uint8_t *image, size_t size, const uint8_t *other, walk_slot *visit);
void walk_each_slot(const struct iof_walk *walk, const struct walk_record *record, uint8_t *image, size_t size,
		    const uint8_t *other, walk_slot *visit);
/* Slot visitors: 0 or 1; NULL; as it is in the other image. */
void walk_slot_presence(uint8_t *at, size_t room, const uint8_t *other);
void walk_slot_clear(uint8_t *at, size_t room, const uint8_t *other);
void walk_slot_copy(uint8_t *at, size_t room, const uint8_t *other);

/* walk_arms.c */
/* Brings the record's unions into a canonical image, as what they are known to hold. */
void walk_arms_to_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *native,
			    uint8_t *image);
/* Writes the arms of a canonical image to @p native; a union's other bytes are as in @p kept, or @p fill. */
void walk_arms_from_canonical(const struct iof_walk *walk, const struct walk_record *record, const uint8_t *image,
			      uint8_t *native, const uint8_t *kept, int fill);

#ifdef __FRAMAC__
#include "contract.h"
#endif

static inline void walk_begin(struct iof_walk *walk, enum walk_pass pass, iof_abi abi)
{
	iof_arena_rewind(&walk->driver, 0);
	iof_arena_rewind(&walk->scratch, 0);
	walk->pass = pass;
	walk->abi = abi;
	walk->error = 0;
	walk->again = walk->null_argument = false;
	walk->command = 0;
	walk->n_segments = walk->n_arms = walk->n_spans = 0;
	walk->argument = 0;
	walk->message_size = walk->reply_max = 0;
}

/* Ends a pass: the state becomes @p done if nothing failed. 0 or the sticky error; -EAGAIN goes before all. */
static inline int walk_end(struct iof_walk *walk, enum walk_pass done)
{
	int error = walk->again ? -EAGAIN : walk->error;

	walk->memory = NULL;
	walk->pass = error ? WALK_IDLE : done;
	return error;
}

/* An empty record at the end of the list; NULL: too many. */
static inline struct walk_record *walk_record_add(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
						  unsigned direction)
{
	struct walk_record *record;

	if (walk->n_segments == WALK_SEGMENTS_MAX) {
		walk_fail(walk, -E2BIG, "argument reaches more than %u pieces of memory", WALK_SEGMENTS_MAX);
		return NULL;
	}
	record = &walk->segments[walk->n_segments];
	record->segment.type = type;
	record->segment.canonical = NULL;
	record->segment.count = count;
	record->segment.present = false;
	record->segment.index = (uint16_t)walk->n_segments;
	record->image = record->native = NULL;
	record->sent = NULL;
	record->clamped = NULL;
	record->first_arm = record->last_arm = WALK_NO_ARM;
	record->string = record->flexible = record->list = false;
	record->arms_ascend = true;
	record->counter.source = WALK_RETURNED_ALL;
	record->counter.bytes = false;
	record->direction = (uint8_t)direction;
	record->parent = record->segment.index;
	walk->n_segments++;
	return record;
}

static inline bool walk_is_guest(const struct iof_walk *walk)
{
	return walk->pass == WALK_GATHERING || walk->pass == WALK_GATHERED;
}

static inline size_t walk_align(size_t offset)
{
	return (offset + WALK_ALIGN - 1) / WALK_ALIGN * WALK_ALIGN;
}

/* The record of a segment that is present; NULL for any other. */
static inline struct walk_record *walk_record_of(const struct iof_walk *walk, const struct iof_segment *segment)
{
	return segment->present && segment->index < walk->n_segments ? &walk->segments[segment->index] : NULL;
}

/* Whether the record follows the one before it without padding, in a message with segments of @p direction. */
static inline bool walk_follows(const struct walk_record *record, unsigned direction)
{
	return record->flexible && (record - 1)->direction & direction;
}

static inline bool walk_has_pointers(const struct iof_walk *walk, const struct walk_record *record)
{
	return record->segment.type->n_pointers ||
	       (record->first_arm != WALK_NO_ARM && walk_arms_have_pointers(walk, record));
}

/* Room for @p size bytes at the end of the message, behind zero padding where @p align. NULL: too large. */
static inline uint8_t *walk_message_take(struct iof_walk *walk, size_t size, bool align)
{
	size_t start = align && size ? walk_align(walk->message_size) : walk->message_size;

	if (start > walk->max_payload || walk->max_payload - start < size) {
		walk_fail(walk, -E2BIG, "message has more than %zu bytes", walk->max_payload);
		return NULL;
	}
	/*@ loop invariant \at(walk->message_size, Pre) <= walk->message_size <= start;
	    loop assigns walk->message_size, walk->message[0 .. WALK_AREA_MAX];
	    loop variant start - walk->message_size; */
	while (walk->message_size < start)
		walk->message[walk->message_size++] = 0;
	walk->message_size = start + size;
	return walk->message + start;
}

/* What the reply can need at most. Checked where the request is made: the driver must not run in vain. */
static inline void walk_count_reply(struct iof_walk *walk, const struct walk_record *record)
{
	size_t size = record->size + (record->string ? 4 : 0);
	size_t start = size && !walk_follows(record, IOF_OUT_EXACT) ? walk_align(walk->reply_max) : walk->reply_max;

	if (!(record->direction & IOF_OUT_EXACT))
		return;
	if (start > walk->max_payload || walk->max_payload - start < size)
		walk_fail(walk, -E2BIG, "reply would have more than %zu bytes", walk->max_payload);
	else
		walk->reply_max = start + size;
}

/* walk_fill() where the pass is known, and inline for its sake. Sizes, then bytes. Products of two 32-bit numbers fit
 * size_t; on a 32-bit build they are checked. */
static inline __attribute__((always_inline)) const struct iof_segment *
walk_fill_by(struct iof_walk *walk, struct walk_record *record, walk_fetch *fetch)
{
	const struct iof_segment *segment = &record->segment;

	if (__builtin_mul_overflow(iof_type_size(segment->type, IOF_ABI_CANONICAL), segment->count, &record->size) ||
	    __builtin_mul_overflow(iof_type_size(segment->type, walk->abi), segment->count, &record->native_size)) {
		walk_fail(walk, -E2BIG, "%s: %" PRIu32 " elements are too many", walk_name(walk, record),
			  segment->count);
		return &walk_absent;
	}
	walk_count_reply(walk, record);
	if (walk->error || !fetch(walk, record)) {
		/* Not complete: nobody may take it for a segment. */
		walk->n_segments--;
		return &walk_absent;
	}
	record->segment.present = true;
	return segment;
}

/* Unpacked: during the walk shape functions read the payload, so that pointer slots are the guest's 0 and 1. From now
 * on a segment shows what the driver has. */
static inline void walk_settle_host(struct iof_walk *walk)
{
	for (struct walk_record *record = walk->segments; record < walk->segments + walk->n_segments; record++) {
		if (record->segment.present)
			record->segment.canonical = record->image;
	}
	iof_arena_settle(&walk->driver);
}

#endif
