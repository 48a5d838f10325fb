/* SPDX-License-Identifier: MIT */
/* What the parts of a planned call share. The parts:
 *
 *     scalar.c   integers in any layout, random numbers
 *     expr.c     expressions, fields, arms
 *     visit.c    runs over the fields of a segment
 *     make.c     the request's side of a call
 *     fill.c     values of fields
 *     payload.c  requests and replies
 *     answer.c   the driver's side
 *     caller.c   the caller's memory, before and after
 *     check.c    the driver's argument
 */
#ifndef IOFERRY_HOST_MIRROR_INTERNAL_H
#define IOFERRY_HOST_MIRROR_INTERNAL_H

#include "host/backends/mirror/call.h"

/* scalar.c */
uint64_t plan_load(const uint8_t *from, uint32_t size, bool big);
void plan_store(uint8_t *to, uint32_t size, bool big, uint64_t value);
/* @p value of @p size bytes as one of 64 bits. */
uint64_t plan_widen(uint8_t kind, uint64_t value, uint32_t size);

/* Memory of zeros that lives as long as the call is not made anew. */
void *plan_take(struct plan_call *call, size_t size);
void plan_release(struct plan_call *call);

static inline bool plan_is_record(const struct plan_type *type)
{
	return type->kind == PLAN_STRUCT;
}
static inline unsigned plan_layout(const struct plan_call *call)
{
	return call->made_of.abi & 3u;
}
static inline bool plan_big(const struct plan_call *call)
{
	return call->made_of.abi & IOF_BIG_ENDIAN;
}
/* Whether the caller's image is the message's, padding and all. */
static inline bool plan_canonical(const struct plan_call *call)
{
	return call->made_of.abi == IOF_ABI_CANONICAL;
}

/* expr.c */
uint64_t plan_evaluate(const struct plan_call *call, const struct plan_frame *frame, const struct plan_op *ops);
/* A place that a path names. */
struct plan_place {
	struct plan_segment *segment; /* NULL: behind a pointer that is NULL */
	const struct plan_type *type;
	size_t guest, wire;
};
struct plan_place plan_find(const struct plan_call *call, const struct plan_frame *frame, const struct plan_path *path);
/* What the fields choose; NULL: nothing. */
const struct plan_arm *plan_arm_of(const struct plan_call *call, const struct plan_frame *frame,
				   const struct plan_type *type);

/* visit.c */
struct plan_field {
	struct plan_segment *segment;
	const struct plan_member *member;
	const struct plan_type *type; /* a scalar, a pointer or a plain union */
	size_t guest, wire;           /* of the first of count equal ones, which lie next to each other */
	uint32_t count;
	const struct plan_frame *frame; /* of the record that it is in; valid during the visit */
};
typedef void plan_visitor(struct plan_call *call, const struct plan_field *field, void *context);
/* Every field of a segment in the order of its declaration; those of the chosen arms too, where @p arms. */
void plan_visit(struct plan_call *call, struct plan_segment *segment, bool arms, plan_visitor *visit, void *context);
/* The same of one member of a record. */
void plan_visit_member(struct plan_call *call, const struct plan_frame *frame, const struct plan_member *member,
		       bool arms, plan_visitor *visit, void *context);

/* fill.c: gives fields their values in both images, and says which bytes of wire are what. */
plan_visitor plan_fill_field;
/* Whether the case wants this of a pointer (NULL: the argument). */
bool plan_forced(const struct plan_call *call, const struct plan_member *pointer, unsigned force);
/* Notes that @p error may refuse the call. */
void plan_violate(struct plan_call *call, int error, const char *what, uint64_t value);

/* payload.c */
size_t plan_align(size_t offset);

#endif
