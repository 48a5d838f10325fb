/* SPDX-License-Identifier: MIT */
/**
 * @file contract.h
 * What the runtime promises to shape functions, and they to it, in ACSL: for Frama-C, which proves both sides
 * (docs/proof.md). Compilers see nothing here.
 */
#ifndef IOFERRY_CONTRACT_H
#define IOFERRY_CONTRACT_H

#include "walk.h"

/* More than any area of bytes has. Constant: provers see at once that one is within itself. */
#define WALK_AREA_MAX 0x7fffffff

/*@ axiomatic Descriptors {
      // The type is one of those whose descriptors the test proof.descriptors has checked. Descriptors are
      // constants, so that these speak of no memory; code reads them through the functions of abi.h.
      predicate type_ok(struct iof_type *type) reads \nothing;
      // bytes of an element in a layout; canonical is layout 0
      logic integer type_bytes(struct iof_type *type, integer layout) reads \nothing;

      // the canonical image is that of the layout
      predicate type_same(struct iof_type *type, integer layout) reads \nothing;

      // bytes of elements: provers do better with the product out of sight
      logic integer span(integer count, struct iof_type *type, integer abi) reads \nothing;

      axiom span_is: \forall integer count, struct iof_type *type, integer abi;
	span(count, type, abi) == count * type_bytes(type, abi & 3);
      axiom same_has_same_size: \forall struct iof_type *type, integer layout; type_same(type, layout) ==>
	type_bytes(type, layout) == type_bytes(type, 0);
      axiom type_is_bounded: \forall struct iof_type *type, integer layout;
	0 <= type_bytes(type, layout) <= 0xffffffff;
      axiom type_of_scalars: type_ok(&iof_type_u8) && type_ok(&iof_type_char) && type_bytes(&iof_type_char, 0) == 1;
    }
*/

/* clang-format off */

/*@ axiomatic Areas {
      // Where the parts of a walk's mapping lie: they never move, so that this is no matter of memory.
      logic struct walk_record *records_of(struct iof_walk *walk) reads \nothing;
      logic struct walk_arm *arms_of(struct iof_walk *walk) reads \nothing;
      logic uint8_t *message_of(struct iof_walk *walk) reads \nothing;
      logic uint8_t *driver_of(struct iof_walk *walk) reads \nothing;
      logic uint8_t *scratch_of(struct iof_walk *walk) reads \nothing;
    }
*/

/* All that changes while a payload is walked. */
#define WALK_VERDICT(walk) walk->error, walk->reason[0 .. 191]
#define WALK_STATE(walk)                                                                                               \
	*walk, records_of(walk)[0 .. WALK_SEGMENTS_MAX - 1], arms_of(walk)[0 .. WALK_ARMS_MAX - 1],                    \
		message_of(walk)[0 .. WALK_AREA_MAX], driver_of(walk)[0 .. WALK_AREA_MAX],                              \
		scratch_of(walk)[0 .. WALK_AREA_MAX]

//@ predicate walk_on_host(struct iof_walk *walk) = walk->pass != WALK_GATHERING && walk->pass != WALK_GATHERED;

/* Two views of what a walk is. The runtime is proved with the definitions. To shape functions the words mean nothing but
 * what the facts below say, which is what makes their goals short; the facts are proved of the definitions (facts.c). */
#ifdef IOFERRY_OPAQUE
#define FACT axiom

/* What the words depend on: the parts of memory of these types. */
#define SEGMENT_SEEN(walk, segment)                                                                                    \
	walk->segments, walk->n_segments, segment->type, segment->canonical, segment->count, segment->index
#define RECORDS_SEEN(walk, L)                                                                                          \
	\at(walk->segments, L), \at(walk->n_segments, L),                                                              \
		\at(records_of(walk)[0 .. WALK_SEGMENTS_MAX - 1].segment.index, L),                                    \
		\at(records_of(walk)[0 .. WALK_SEGMENTS_MAX - 1].segment.present, L)

/*@ axiomatic Walk {
      predicate walk_ok{L}(struct iof_walk *walk) reads RECORDS_SEEN(walk, L), \at(walk->message_size, L);
      predicate segments_full{L}(struct iof_walk *walk) reads RECORDS_SEEN(walk, L);
      predicate segment_readable(struct iof_segment *segment) reads segment->type, segment->canonical, segment->count;
      predicate segment_ok(struct iof_walk *walk, struct iof_segment *segment) reads SEGMENT_SEEN(walk, segment);
      predicate segment_of(struct iof_walk *walk, struct iof_segment *segment, struct iof_type *type, integer count)
	reads SEGMENT_SEEN(walk, segment), segment->present;
      predicate string_of(struct iof_walk *walk, struct iof_segment *segment, integer max)
	reads SEGMENT_SEEN(walk, segment), segment->present;
      predicate walk_kept{A,B}(struct iof_walk *walk) reads RECORDS_SEEN(walk, A), RECORDS_SEEN(walk, B);
    }
*/
#define ENSURES_WALK_OK(walk)                              ensures walk_ok(walk)
#define WALK_STAYS(walk, A, B)                             0 == 0
#define ENSURES_LITTLE(segment, element, offset, size)     ensures 0 == 0
#else
#define FACT lemma

/* What the runtime may touch of a record's memory. A macro: provers find more in its terms than in a predicate. */
#define RECORD(walk, i) (walk)->segments[i]
#define RECORD_OK(walk, i)                                                                                             \
	(segment_readable(&RECORD(walk, i).segment) && RECORD(walk, i).segment.index == i &&                           \
	 RECORD(walk, i).parent <= i && (RECORD(walk, i).flexible ==> 0 < i) &&                                        \
	 (RECORD(walk, i).segment.present ==>                                                                          \
	  RECORD(walk, i).size == span(RECORD(walk, i).segment.count, RECORD(walk, i).segment.type, 0) &&       \
	  (RECORD(walk, i).image == \null || \valid(RECORD(walk, i).image + (0 .. RECORD(walk, i).size - 1))) &&       \
	  (RECORD(walk, i).native == \null ||                                                                          \
	   \valid(RECORD(walk, i).native + (0 .. RECORD(walk, i).native_size - 1))) &&                                 \
	  (RECORD(walk, i).string                                                                                      \
	     ? RECORD(walk, i).segment.type == &iof_type_char                                                          \
	     : RECORD(walk, i).native_size ==                                                                          \
		 span(RECORD(walk, i).segment.count, RECORD(walk, i).segment.type, walk->abi)) &&           \
	  (walk_on_host(walk) ==> RECORD(walk, i).image != \null && RECORD(walk, i).native != \null)))

/*@ // what reading a segment's canonical image may touch
    predicate segment_readable(struct iof_segment *segment) =
      \valid_read(segment) && type_ok(segment->type) &&
      (segment->canonical == \null ||
       \valid_read(segment->canonical + (0 .. span(segment->count, segment->type, 0) - 1)));

    // a segment of this walk, or the one that is absent
    predicate segment_ok(struct iof_walk *walk, struct iof_segment *segment) =
      segment_readable(segment) &&
      (segment == &walk_absent ||
       segment->index < walk->n_segments && segment == &walk->segments[segment->index].segment);

    // of count elements of a type where it is present
    predicate segment_of(struct iof_walk *walk, struct iof_segment *segment, struct iof_type *type, integer count) =
      segment_ok(walk, segment) && (segment->present ==> segment->type == type && segment->count == count);

    // a string of at most max bytes with its NUL, where it is present
    predicate string_of(struct iof_walk *walk, struct iof_segment *segment, integer max) =
      segment_ok(walk, segment) &&
      (segment->present ==> segment->type == &iof_type_char && segment->count <= max);

    predicate walk_areas(struct iof_walk *walk) =
      \valid(walk) && \valid(walk->segments + (0 .. WALK_SEGMENTS_MAX - 1)) &&
      walk->segments == records_of(walk) && walk->arms == arms_of(walk) && walk->message == message_of(walk) &&
      walk->driver.base == driver_of(walk) && walk->scratch.base == scratch_of(walk) &&
      \valid(walk->arms + (0 .. WALK_ARMS_MAX - 1)) && arena_ok(&walk->driver) && arena_ok(&walk->scratch) &&
      walk->driver.size <= WALK_AREA_MAX && walk->scratch.size <= WALK_AREA_MAX &&
      \valid(walk->message + (0 .. walk->max_payload - 1)) && walk->message != \null &&
      walk->message_size <= walk->max_payload <= WALK_AREA_MAX && walk->reply_max <= walk->max_payload &&
      \base_addr(walk) != \base_addr(walk->segments) && \base_addr(walk) != \base_addr(walk->arms) &&
      \base_addr(walk->segments) != \base_addr(walk->arms) && \base_addr(walk) != \base_addr(&walk_absent) &&
      \base_addr(walk->segments) != \base_addr(&walk_absent) &&
      \base_addr(walk->arms) != \base_addr(&walk_absent);

    predicate absent_ok = segment_readable(&walk_absent) && !walk_absent.present && walk_absent.count == 0 &&
      walk_absent.canonical == \null;

    predicate walk_records(struct iof_walk *walk) =
      walk->n_segments <= WALK_SEGMENTS_MAX && walk->n_arms <= WALK_ARMS_MAX &&
      \forall integer i; 0 <= i < walk->n_segments ==> RECORD_OK(walk, i);

    predicate walk_ok(struct iof_walk *walk) = walk_areas(walk) && absent_ok && walk_records(walk);

    // no segment is empty: only where the IDL says that there may be none
    predicate segments_full(struct iof_walk *walk) = \forall struct iof_segment *segment;
      segment_ok(walk, segment) && segment->present ==> 0 < segment->count;

    // segments that there were are there, as they were
    predicate walk_kept{A,B}(struct iof_walk *walk) =
      \forall struct iof_segment *segment; segment_ok{A}(walk, segment) ==>
        segment_ok{B}(walk, segment) && \at(segment->type, A) == \at(segment->type, B) &&
        \at(segment->count, A) == \at(segment->count, B) && \at(segment->present, A) == \at(segment->present, B);

    // the same of the first n records
    predicate walk_kept_below{A,B}(struct iof_walk *walk, integer n) =
      \forall struct iof_segment *segment; segment_ok{A}(walk, segment) ==>
        \at(segment != &walk_absent ==> segment->index < n, A) ==>
        segment_ok{B}(walk, segment) && \at(segment->type, A) == \at(segment->type, B) &&
        \at(segment->count, A) == \at(segment->count, B) && \at(segment->present, A) == \at(segment->present, B);
*/

/* What lies where stays as it is. A macro: equations, which simplify all else at once. */
#define WALK_STAYS(walk, A, B)											       \
	(\at((walk)->pass, A) == \at((walk)->pass, B) &&							       \
	 \at((walk)->abi, A) == \at((walk)->abi, B) &&								       \
	 \at((walk)->command, A) == \at((walk)->command, B) &&							       \
	 \at((walk)->segments, A) == \at((walk)->segments, B) &&						       \
	 \at((walk)->arms, A) == \at((walk)->arms, B) &&							       \
	 \at((walk)->message, A) == \at((walk)->message, B) &&							       \
	 \at((walk)->max_payload, A) == \at((walk)->max_payload, B) &&						       \
	 \at((walk)->driver.base, A) == \at((walk)->driver.base, B) &&						       \
	 \at((walk)->driver.size, A) == \at((walk)->driver.size, B) &&						       \
	 \at((walk)->scratch.base, A) == \at((walk)->scratch.base, B) &&					       \
	 \at((walk)->scratch.size, A) == \at((walk)->scratch.size, B))

#define ENSURES_LITTLE(segment, element, offset, size)                                                                 \
	ensures segment->canonical != \null && element < segment->count && size <= 8 &&                                \
	    offset + size <= type_bytes(segment->type, 0) ==>                                                          \
	  \result ==                                                                                                   \
	    scalar_little(segment->canonical + (element * type_bytes(segment->type, 0) + offset), size)
/* Piece by piece, which is easier than walk_ok() */
#define ENSURES_WALK_OK(walk)                                                                                          \
	ensures walk_areas(walk);                                                                                      \
	ensures absent_ok;                                                                                             \
	ensures walk_records(walk)
#endif

#if defined(IOFERRY_OPAQUE) || defined(IOFERRY_FACTS)
/*@ axiomatic Facts {
      FACT ok_is_readable{L}: \forall struct iof_walk *walk, struct iof_segment *segment;
	segment_ok(walk, segment) ==> segment_readable(segment);
      FACT of_is_ok{L}: \forall struct iof_walk *walk, struct iof_segment *segment, struct iof_type *type, integer count;
	segment_of(walk, segment, type, count) ==>
	segment_ok(walk, segment) && (segment->present ==> segment->count == count);
      FACT string_is_ok{L}: \forall struct iof_walk *walk, struct iof_segment *segment, integer max;
	string_of(walk, segment, max) ==> segment_ok(walk, segment) && (segment->present ==> segment->count <= max);
      FACT full{L}: \forall struct iof_walk *walk, struct iof_segment *segment;
	segments_full(walk) && segment_ok(walk, segment) && segment->present ==> 0 < segment->count;
      FACT kept_ok{A,B}: \forall struct iof_walk *walk, struct iof_segment *segment;
	walk_kept{A,B}(walk) && segment_ok{A}(walk, segment) ==> segment_ok{B}(walk, segment);
      FACT kept_of{A,B}: \forall struct iof_walk *walk, struct iof_segment *segment, struct iof_type *type, integer count;
	walk_kept{A,B}(walk) && segment_of{A}(walk, segment, type, count) ==> segment_of{B}(walk, segment, type, count);
      FACT kept_string{A,B}: \forall struct iof_walk *walk, struct iof_segment *segment, integer max;
	walk_kept{A,B}(walk) && string_of{A}(walk, segment, max) ==> string_of{B}(walk, segment, max);
    }
*/
#endif

/* clang-format on */

/* --- within the runtime --- */

/*@ requires type_ok(type);
    assigns \nothing;
    exits \false;
    ensures \result == type_bytes(type, abi & 3); */
static inline size_t iof_type_size(const struct iof_type *type, iof_abi abi);

/*@ requires type_ok(type);
    assigns \nothing;
    exits \false;
    ensures \result ==> type_same(type, abi & 3) && !(abi & IOF_BIG_ENDIAN); */
static inline bool iof_type_is_canonical(const struct iof_type *type, iof_abi abi);

/*@ requires type_ok(type);
    assigns \nothing;
    exits \false; */
static inline const char *iof_type_name(const struct iof_type *type);

/*@ requires \valid_read(walk);
    assigns \nothing;
    exits \false;
    ensures \result <==> !walk_on_host(walk); */
static inline bool walk_is_guest(const struct iof_walk *walk);

/*@ assigns \nothing;
    exits \false;
    ensures offset <= WALK_AREA_MAX ==> offset <= \result < offset + WALK_ALIGN && \result % WALK_ALIGN == 0; */
static inline size_t walk_align(size_t offset);

/*@ requires \valid(walk);
    assigns WALK_VERDICT(walk);
    exits \false;
    ensures walk->error == (\old(walk->error) || walk->again ? \old(walk->error) : error); */
void walk_failed(struct iof_walk *walk, int error);

/*@ requires walk_ok(walk) && segment_ok(walk, segment);
    assigns \nothing;
    exits \false;
    ensures \result == \null ? !segment->present
			    : \result == &walk->segments[segment->index] && segment->index < walk->n_segments &&
			      segment == &\result->segment && segment->present; */
static inline struct walk_record *walk_record_of(const struct iof_walk *walk, const struct iof_segment *segment);

/*@ requires walk_ok(walk) && type_ok(type);
    assigns WALK_VERDICT(walk), walk->n_segments, records_of(walk)[walk->n_segments];
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \result == \null ? walk->n_segments == \old(walk->n_segments) :
      \result == &walk->segments[\old(walk->n_segments)] && walk->n_segments == \old(walk->n_segments) + 1 &&
      \result->segment.type == type && \result->segment.count == count && !\result->segment.present &&
      !\result->flexible && !\result->string && \result->parent == \old(walk->n_segments) &&
      \result->segment.canonical == \null;
    ensures \result != \null ==> \valid(\result) && walk->error == \old(walk->error); */
static inline struct walk_record *walk_record_add(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
						  unsigned direction);

/*@ requires walk_ok(walk) && size <= WALK_AREA_MAX;
    assigns WALK_VERDICT(walk), walk->message_size, message_of(walk)[0 .. WALK_AREA_MAX];
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \result != \null ==> \valid(\result + (0 .. size - 1)) &&
      \result == walk->message + (walk->message_size - size) && size <= walk->message_size; */
static inline uint8_t *walk_message_take(struct iof_walk *walk, size_t size, bool align);

/* --- for shape functions --- */

/*@ requires segment_readable(segment);
    requires element < segment->count || !segment->present;
    assigns \nothing;
    exits \false;
    ENSURES_LITTLE(segment, element, offset, size);
    ensures \result != 0 ==> segment->canonical != \null && element < segment->count && size <= 8 &&
      offset + size <= type_bytes(segment->type, 0);
    ensures size == 1 ==> \result <= 0xff;
    ensures size == 2 ==> \result <= 0xffff;
    ensures size == 4 ==> \result <= 0xffffffff; */
uint64_t iof_segment_uint(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size);

/*@ requires segment_readable(segment);
    requires element < segment->count || !segment->present;
    assigns \nothing;
    exits \false; */
int64_t iof_segment_int(const struct iof_segment *segment, uint32_t element, uint32_t offset, uint32_t size);

/*@ requires walk_ok(walk);
    assigns \nothing;
    exits \false;
    ensures \result <==> walk->error == 0; */
bool iof_walk_ok(const struct iof_walk *walk);

/*@ requires walk_ok(walk);
    assigns \nothing;
    exits \false; */
uint32_t iof_walk_command(const struct iof_walk *walk);

/*@ requires walk_ok(walk);
    assigns \nothing;
    exits \false;
    ensures segment_ok(walk, \result);
    ensures \result == (index < walk->n_segments ? &walk->segments[index].segment : &walk_absent); */
const struct iof_segment *iof_walk_segment(const struct iof_walk *walk, unsigned index);

/*@ requires walk_ok(walk) && type_ok(type);
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \valid_read(\result);
    ensures segment_of(walk, \result, type, count); */
const struct iof_segment *iof_walk_arg(struct iof_walk *walk, const struct iof_type *type, uint32_t count,
				       unsigned direction, unsigned flags);

/*@ requires walk_ok(walk) && segment_ok(walk, head) && type_ok(type);
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \valid_read(\result);
    ensures segment_of(walk, \result, type, count); */
const struct iof_segment *iof_walk_flexible(struct iof_walk *walk, const struct iof_segment *head,
					    const struct iof_type *type, uint32_t count, unsigned direction);

/*@ requires walk_ok(walk) && segment_ok(walk, parent) && type_ok(type);
    requires element < parent->count || !parent->present;
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \valid_read(\result);
    ensures segment_of(walk, \result, type, count); */
const struct iof_segment *iof_walk_pointer(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					   uint32_t offset, const struct iof_type *type, uint32_t count,
					   unsigned direction, unsigned flags);

/*@ requires walk_ok(walk) && segment_ok(walk, parent);
    requires element < parent->count || !parent->present;
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \valid_read(\result);
    ensures string_of(walk, \result, max); */
const struct iof_segment *iof_walk_string(struct iof_walk *walk, const struct iof_segment *parent, uint32_t element,
					  uint32_t offset, uint32_t max, unsigned direction, unsigned flags);

/*@ requires walk_ok(walk) && segment_ok(walk, segment) && type_ok(type);
    requires element < segment->count || !segment->present;
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk); */
void iof_walk_arm(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
		  const struct iof_type *type);

/*@ requires walk_ok(walk) && segment_ok(walk, segment) && segment_ok(walk, counter);
    requires element < counter->count || !counter->present;
    assigns WALK_VERDICT(walk), records_of(walk)[0 .. WALK_SEGMENTS_MAX - 1];
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk); */
void iof_walk_returned(struct iof_walk *walk, const struct iof_segment *segment, const struct iof_segment *counter,
		       uint32_t element, uint32_t offset, uint32_t size, bool bytes);

/*@ requires walk_ok(walk) && segment_ok(walk, segment);
    assigns WALK_VERDICT(walk), records_of(walk)[0 .. WALK_SEGMENTS_MAX - 1];
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk); */
void iof_walk_returned_result(struct iof_walk *walk, const struct iof_segment *segment, bool bytes);

/*@ requires walk_ok(walk) && segment_ok(walk, segment);
    assigns WALK_VERDICT(walk), walk->driver.used, driver_of(walk)[0 .. WALK_AREA_MAX];
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk); */
void iof_walk_slack(struct iof_walk *walk, const struct iof_segment *segment, uint32_t bytes);

/*@ requires walk_ok(walk) && min <= max && 0 < error <= 4095;
    assigns WALK_VERDICT(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    // While memory of the guest is not there yet, nothing is rejected, but 0 is safe.
    ensures \result == 0 || \result == value && min <= value <= max;
    ensures !walk->error && !walk->again ==> \result == value && min <= value <= max; */
uint64_t iof_walk_bound(struct iof_walk *walk, uint64_t value, uint64_t min, uint64_t max, int error, const char *what);

/*@ requires walk_ok(walk) && segment_ok(walk, segment);
    requires element < segment->count || !segment->present;
    assigns WALK_STATE(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures \result <= max; */
uint64_t iof_walk_clamp(struct iof_walk *walk, const struct iof_segment *segment, uint32_t element, uint32_t offset,
			uint32_t size, uint64_t max);

/*@ requires walk_ok(walk) && 0 < error <= 4095;
    assigns WALK_VERDICT(walk);
    exits \false;
    ENSURES_WALK_OK(walk);
    ensures WALK_STAYS(walk, Pre, Post);
    ensures walk_kept{Pre,Post}(walk);
    ensures walk->error || walk->again; */
void iof_walk_reject(struct iof_walk *walk, int error, const char *what, uint64_t value);

/*@ requires walk_ok(walk);
    assigns WALK_VERDICT(walk);
    exits \false;
    ensures walk_ok(walk) && WALK_STAYS(walk, Pre, Post) && walk_kept{Pre,Post}(walk);
    ensures 0x8000000000000000 <= value || walk->error || walk->again; */
void iof_walk_no_descriptor(struct iof_walk *walk, uint64_t value, const char *what);
#endif
