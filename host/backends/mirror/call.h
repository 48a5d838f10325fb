/* SPDX-License-Identifier: MIT */
/**
 * @file call.h
 * One call made of a plan: from a seed the caller's argument, and from the argument everything that must follow - the
 * request, what the driver finds, what it answers, the reply, the caller's memory afterwards. Both ends of a test
 * make the same call of the same case. Shares nothing with the marshalling that it judges.
 *
 * A call is used by one thread at a time.
 */
#ifndef IOFERRY_HOST_MIRROR_CALL_H
#define IOFERRY_HOST_MIRROR_CALL_H

#include "host/backends/mirror/plan.h"
#include <ioferry/abi.h>
#include <stddef.h>
#include <sys/types.h>

/** The byte between fields of a caller's structures. Where images are converted it may become 0. */
#define PLAN_NOISE 0xe5

enum plan_operation { PLAN_IOCTL, PLAN_READ_IO, PLAN_WRITE_IO };

/** What a call is made of; everything else follows. */
struct plan_case {
	uint64_t seed;
	uint32_t command; /**< index; PLAN_IOCTL only */
	int32_t choice;   /**< index among the command's choices; -1: none */
	uint8_t operation;
	uint8_t abi;   /**< iof_abi of the caller */
	bool wild;     /**< values that get a call refused are welcome */
	bool hold;     /**< the driver waits until it is cancelled */
	bool nonblock; /**< O_NONBLOCK of the open file */
	bool hostile;  /**< the message is not the case's: the driver only looks whether its argument is sound */
	uint32_t size; /**< read, write: records asked for */
};

/** A record in an argument, and the one it stands in or is reached from. */
struct plan_frame {
	const struct plan_frame *parent;
	const struct plan_type *type;
	struct plan_segment *segment;
	size_t guest, wire; /**< offsets in the segment's two images */
};

/** A piece of memory that the argument reaches. */
struct plan_segment {
	const struct plan_reach *reach;
	const struct plan_type *type;
	const struct plan_member *content; /**< elements that are no records */
	const struct plan_frame *frame;    /**< where it is reached from; NULL: the argument */
	struct plan_segment *holder;       /**< with the pointer to it, or the head of a flexible array; NULL */
	size_t holder_guest, holder_wire;  /**< offset of the pointer */
	uint32_t count;
	unsigned direction; /**< enum plan_direction */
	bool flexible;
	bool unreadable;    /**< the caller's pointer leads nowhere */
	bool unterminated;  /**< a string without an end */
	uint8_t *guest;     /**< as the caller has it */
	uint8_t *wire;      /**< as the message and the driver have it (LP64, little-endian); pointers are 0 or 1 */
	uint8_t *after;     /**< as the driver leaves it */
	const uint8_t *now; /**< which of wire and after says what returned unions hold */
	uint8_t *field;     /**< per byte of wire: enum plan_byte */
	size_t guest_size;  /**< of the images, bytes; of a string: with its NUL */
	size_t wire_size;
	size_t capacity;   /**< bytes that the driver may return */
	size_t reply_size; /**< bytes that come back; plan_call_answer() */
	bool replied;
	uint64_t address; /**< of the caller; given by the test */
};

enum plan_byte { PLAN_PADDING, PLAN_FIELD, PLAN_SLOT };

enum { PLAN_ERRORS = 8, PLAN_REASON = 256 };

struct plan_call {
	const struct plan_interface *interface;
	const struct plan_command *command; /**< NULL: read or write */
	const struct plan_io *io;
	struct plan_case made_of;
	uint64_t random;
	uint32_t number;   /**< the caller's, family bits included */
	uint64_t argument; /**< by value, as the caller passes it */
	bool null_argument;

	struct plan_segment **segments;
	size_t n_segments, room;
	int errors[PLAN_ERRORS]; /**< errnos with which it may be refused; none: it must be carried */
	unsigned n_errors;
	bool incomplete; /**< too large, or a string without an end: there is no message of it */
	char violated[PLAN_REASON];

	/* plan_call_answer() */
	int64_t result; /**< of the driver: >= 0, or a negative errno */
	bool overflow;  /**< the driver claims more than there is room for: EIO */

	size_t max_payload; /**< greatest payload of the link; set after plan_call_create(), 0: no limit */
	uint64_t live;      /**< address in this process that a call is read from; 0: made of a seed */
	void *blocks;       /**< all memory of the call */
};

struct plan_call *plan_call_create(const struct plan_interface *interface); /**< ends the program without memory */
void plan_call_destroy(struct plan_call *call);

/** Makes the request's side of a case: segments, values, violations. What was made before is gone. */
void plan_call_make(struct plan_call *call, const struct plan_case *made_of);
/**
 * Makes a call of what a driver was given: @p argument is an address in this process. Every byte is read and
 * written. call->errors then says what a driver should not have been given.
 */
void plan_call_look(struct plan_call *call, const struct plan_command *command, uint32_t number, uint64_t argument);
/** Makes the driver's side: after, result, reply sizes. */
void plan_call_answer(struct plan_call *call);

/** Whether @p error (positive) may refuse the call. */
bool plan_call_may_fail(const struct plan_call *call, int error);

/**
 * The payload of the request, and of the reply to the driver's answer; @p field (may be NULL) gets enum plan_byte for
 * each byte. 0: it is empty; -1: more than @p room bytes.
 */
ssize_t plan_call_request(const struct plan_call *call, uint8_t *bytes, uint8_t *field, size_t room);
/** Takes the bytes between fields from a request that was compared with the plan: drivers give them back. */
void plan_call_adopt(struct plan_call *call, const uint8_t *request);
ssize_t plan_call_reply(const struct plan_call *call, uint8_t *bytes, uint8_t *field, size_t room);
/** Greatest payload that a reply can have. */
size_t plan_call_reply_max(const struct plan_call *call);
/** Longest wait that the argument asks for, ms: 0 poll, -1 forever. */
int64_t plan_call_timeout(const struct plan_call *call);

/** Stores the addresses that the test gave to the segments into the caller's pointers. */
void plan_call_point(struct plan_call *call);
/** Whether the pointers in @p guest, memory of @p segment's size, are the caller's. */
bool plan_call_points(const struct plan_call *call, const struct plan_segment *segment, const uint8_t *guest);
/** Numbers that depend on the state alone; plan_below() is less than @p n, which is not 0. */
uint64_t plan_random(uint64_t *state);
uint64_t plan_below(uint64_t *state, uint64_t n);

/** The segment that the pointer at @p wire of @p holder leads to; NULL: nothing a driver would follow. */
struct plan_segment *plan_call_target(const struct plan_call *call, const struct plan_segment *holder, size_t wire);
/** Bytes of @p segment in the caller's memory after the call, given those before in @p to. For PLAN_EXACT memory @p
 *  loose is set where a byte may also be 0. */
void plan_segment_after(const struct plan_call *call, const struct plan_segment *segment, uint8_t *to, uint8_t *loose);

/** Compares the argument that a driver was given with the case. False: @p reason says where it differs. */
bool plan_call_check(const struct plan_call *call, uint64_t argument, char *reason, size_t size);
/** Writes what the driver answers into its argument. */
void plan_call_write(const struct plan_call *call, uint64_t argument);
/** The same for the buffer of read() and write(). */
bool plan_call_check_records(const struct plan_call *call, const void *buffer, size_t count, char *reason, size_t size);
void plan_call_write_records(const struct plan_call *call, void *buffer);

/** "pcanfd_msg[3].id[0]", for byte @p at of a segment's image: the caller's (@p guest) or the message's. */
void plan_call_name(const struct plan_call *call, const struct plan_segment *segment, size_t at, bool guest, char *name,
		    size_t size);

#endif
