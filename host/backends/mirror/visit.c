/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/internal.h"

struct visit {
	struct plan_call *call;
	struct plan_segment *segment;
	bool arms;
	plan_visitor *visitor;
	void *context;
};

static void visit_record(const struct visit *visit, const struct plan_frame *frame);

static void visit_elements(const struct visit *visit, const struct plan_frame *outer, const struct plan_type *type,
			   uint32_t count, size_t guest, size_t wire)
{
	struct plan_frame frame = {outer, type, visit->segment, guest, wire};

	for (uint32_t i = 0; i < count; i++) {
		visit_record(visit, &frame);
		frame.guest += type->size[plan_layout(visit->call)];
		frame.wire += type->size[IOF_LAYOUT_LP64];
	}
}

/* @p count elements of a type that lie at these places. */
static void visit_type(const struct visit *visit, const struct plan_frame *outer, const struct plan_member *member,
		       const struct plan_type *type, uint32_t count, size_t guest, size_t wire)
{
	const struct plan_arm *arm;

	if (plan_is_record(type)) {
		visit_elements(visit, outer, type, count, guest, wire);
	} else if (type->kind != PLAN_SWITCH) {
		visit->visitor(visit->call,
			       &(struct plan_field){visit->segment, member, type, guest, wire, count, outer},
			       visit->context);
	} else if (visit->arms) {
		arm = plan_arm_of(visit->call, outer, type);
		if (arm && arm->member)
			visit_type(visit, outer, arm->member, arm->member->type, arm->member->count, guest, wire);
	}
}

static void visit_record(const struct visit *visit, const struct plan_frame *frame)
{
	for (unsigned i = 0; i < frame->type->n_members; i++) {
		const struct plan_member *member = &frame->type->members[i];

		if (!member->flexible)
			visit_type(visit, frame, member, member->type, member->count,
				   frame->guest + member->offset[plan_layout(visit->call)],
				   frame->wire + member->offset[IOF_LAYOUT_LP64]);
	}
}

void plan_visit_member(struct plan_call *call, const struct plan_frame *frame, const struct plan_member *member,
		       bool arms, plan_visitor *visitor, void *context)
{
	const struct visit visit = {call, frame->segment, arms, visitor, context};

	visit_type(&visit, frame, member, member->type, member->count, frame->guest, frame->wire);
}

void plan_visit(struct plan_call *call, struct plan_segment *segment, bool arms, plan_visitor *visitor, void *context)
{
	const struct visit visit = {call, segment, arms, visitor, context};

	if (segment->count)
		visit_type(&visit, segment->frame, segment->content, segment->type, segment->count, 0, 0);
}
