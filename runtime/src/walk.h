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

/* A segment as the runtime sees it. */
struct walk_record {
	struct iof_segment segment; /* what shape functions see; must be first */
	uint8_t direction;
	bool string;
	bool flexible;      /* lies right behind the record before it */
	bool list;          /* for traces: one element is a list, too */
	uint16_t parent;    /* segment with the pointer; own index: none */
	uint32_t offset;    /* of the pointer in an element of the parent */
	uint32_t element;   /* of the parent */
	uint64_t address;   /* guest: in the caller's memory */
	uint8_t *image;     /* canonical image that this side may change; NULL: out exact in the guest */
	uint8_t *native;    /* host: the driver's memory. guest: the caller's raw bytes where its ABI differs */
	size_t size;        /* of the canonical image, bytes */
	size_t native_size; /* in the caller's (guest) or the driver's (host) ABI, bytes */
	size_t capacity;    /* canonical bytes that the driver may return */
	uint32_t first_arm, last_arm; /* index or WALK_NO_ARM */
	bool arms_ascend;             /* in element */
	struct walk_counter counter;
	struct walk_clamped *clamped;
	const uint8_t *reply; /* what came back or goes back, canonical */
	size_t reply_size;
	const uint8_t *sent; /* iof_walk_remember()'s copy of the image; NULL: none */
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
	uint32_t command;
	uint64_t argument;
	bool null_argument;
	int error;  /* 0 or a negative errno, sticky */
	bool again; /* some memory is not there yet: errors that follow mean nothing */

	const struct iof_memory *memory; /* guest, during a pass */
	struct iof_cursor request;       /* host, during unpack */

	uint8_t *message; /* request in the guest, reply on the host */
	size_t message_size, max_payload;
	size_t reply_max;

	struct iof_arena driver; /* host: what the driver works on */
	struct iof_arena scratch;

	struct walk_record *segments;
	unsigned n_segments;
	struct walk_arm *arms;
	unsigned n_arms;
	struct iof_span *spans;
	size_t n_spans, max_spans;
	size_t scatter_mark; /* scratch in use when scatter began */

	void *mapping;
	size_t mapping_size;
	char reason[192];
};

/* The segment of everything that is not there. */
extern const struct iof_segment walk_absent;

/* walk.c */
void walk_begin(struct iof_walk *walk, enum walk_pass pass, iof_abi abi);
/* Ends a pass: the state becomes @p done if nothing failed. 0 or the sticky error; -EAGAIN goes before all. */
int walk_end(struct iof_walk *walk, enum walk_pass done);
/* First error wins; none while memory is missing. */
void walk_fail(struct iof_walk *walk, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
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
/* The record of a segment that is present; NULL for any other. */
struct walk_record *walk_record_of(const struct iof_walk *walk, const struct iof_segment *segment);
/* An empty record at the end of the list; NULL: too many. */
struct walk_record *walk_record_add(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
				    unsigned direction);
static inline bool walk_is_guest(const struct iof_walk *walk)
{
	return walk->pass == WALK_GATHERING || walk->pass == WALK_GATHERED;
}
static inline size_t walk_align(size_t offset)
{
	return (offset + WALK_ALIGN - 1) / WALK_ALIGN * WALK_ALIGN;
}
/* A name for messages: of the pointer field that leads to the record, or of its type. */
const char *walk_name(const struct iof_walk *walk, const struct walk_record *record);
/* Room for @p size bytes at the end of the guest's request, behind zero padding where @p align. NULL: too large. */
uint8_t *walk_message_take(struct iof_walk *walk, size_t size, bool align);

/* walk_guest.c, walk_host.c: fill a record; false: failed. */
bool walk_fetch_guest(struct iof_walk *walk, struct walk_record *record);
bool walk_fetch_host(struct iof_walk *walk, struct walk_record *record);
/* iof_unpack() for a driver of any ABI: what a host that is not LP64 little-endian does, testable on one that is. */
int walk_unpack(struct iof_walk *walk, iof_abi abi, const struct iof_command *command, uint32_t number,
		const void *payload, size_t length, bool null_argument, uint64_t *argument);
/* 0, or -EFAULT after walk_fail(). Zeros and 0 where the memory is not there yet. */
int walk_read(struct iof_walk *walk, uint64_t address, void *to, size_t size, const char *what);
/* Makes what the shape function saw the driver's memory, or its canonical copy. */
void walk_settle_host(struct iof_walk *walk);

/* walk_shape.c: sizes and bytes of a new record; absent where that fails. */
const struct iof_segment *walk_fill(struct iof_walk *walk, struct walk_record *record);
/* Whether the record follows the one before it without padding, in a message with segments of @p direction. */
bool walk_follows(const struct walk_record *record, unsigned direction);

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
bool walk_has_pointers(const struct iof_walk *walk, const struct walk_record *record);
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
#endif
