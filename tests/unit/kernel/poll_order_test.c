/* SPDX-License-Identifier: MIT */
/*
 * Readiness in any order: sequences of what kernel, host, other programs and signals may do, always the
 * same ones; and then: nobody sleeps for what is ready, and nobody sleeps on when it becomes ready.
 */
#include "poll_world.h"

static struct walk {
	uint64_t random;
	/* A program that waits for edges, and on each reads until EAGAIN or a short count; sometimes it writes, too. */
	struct poller edge;
	uint32_t edge_events, edge_needs; /* needs: has seen that it is not ready, and not been told since */
	uint32_t draining;
	bool edge_looks, edge_listed, transferring;
	/* Another thread in poll(). */
	struct poller level;
	uint32_t level_events; /* 0: not there */
	bool level_looks, level_triggered;
} walk;

static unsigned below(unsigned n)
{
	walk.random = walk.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(walk.random >> 33) % n;
}

static uint32_t some_events(void)
{
	static const uint32_t choice[] = {IN, OUT, IN | OUT};

	return choice[below(3)];
}

static void finish_transfer(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	uint32_t direction = call->io == &call->file->interface->write ? OUT : IN;

	(void)payload, (void)length;
	walk.transferring = false;
	if (reply->error != EAGAIN && reply->result == TRANSFER)
		return;
	walk.draining &= ~direction;
	walk.edge_needs |= direction & walk.edge_events;
}

static void start_transfer(void)
{
	walk.transferring = true;
	(void)world_transfer((fuse_req_t)&walk, !(walk.draining & IN), finish_transfer);
}

static void evaluate_any(struct question *question)
{
	uint32_t direction = question->op == IOF_OP_WRITE ? OUT : IN;

	world_evaluate(question);
	if (question->op == IOF_OP_POLL)
		return;
	question->answer.result = below(2) ? TRANSFER : 3;
	if (!(world.ready & direction)) {
		question->answer.result = -1;
		question->answer.error = EAGAIN;
	} else if (question->answer.result == 3 || below(2)) {
		world.ready &= ~direction;
	}
}

/* What the kernel does with answers and notifications. */
static void take_replies(void)
{
	if (world.wakes) {
		world.wakes = 0;
		walk.edge_listed = walk.level_triggered = true;
	}
	if (walk.edge_looks && walk.edge.reply != NO_REPLY) {
		walk.edge_looks = false;
		walk.edge_needs = walk.edge_events & ~walk.edge.reply;
		walk.draining |= walk.edge.reply & walk.edge_events & (below(2) ? IN : IN | OUT);
	}
	if (walk.level_looks && walk.level.reply != NO_REPLY) {
		walk.level_looks = false;
		if (walk.level.reply & walk.level_events)
			walk.level_events = 0;
	}
}

static bool edge_step(void)
{
	if (walk.edge_looks || walk.transferring)
		return false;
	if (walk.draining) {
		start_transfer();
		return true;
	}
	if (!walk.edge_listed)
		return false;
	walk.edge_listed = false;
	walk.edge_looks = true;
	world_look(&walk.edge, walk.edge_events);
	return true;
}

static bool level_step(void)
{
	if (!walk.level_events || walk.level_looks || !walk.level_triggered)
		return false;
	walk.level_triggered = false;
	walk.level_looks = true;
	world_look(&walk.level, walk.level_events);
	return true;
}

static bool is_promising(void)
{
	for (unsigned i = 0; i < world.n_questions; i++)
		if (world.questions[i].evaluated && world.questions[i].arm)
			return true;
	return false;
}

/* The host's side of the link. An event never overtakes the answer that promises it. */
static bool host_step(unsigned index)
{
	if (world.event && !is_promising() && (!world.n_questions || below(2))) {
		world_deliver_event();
		return true;
	}
	if (!world.n_questions)
		return false;
	if (!world.questions[index].evaluated)
		evaluate_any(&world.questions[index]);
	else
		world_deliver(index);
	return true;
}

/* A signal calls the last one who looks away. */
static void interrupt_somebody(void)
{
	struct call *call = world.n_questions ? (struct call *)world.questions[world.n_questions - 1].call : NULL;

	if (!call || !call->req || call->req == (fuse_req_t)&walk)
		return;
	world_interrupt((struct poller *)call->req);
}

static void any_step(void)
{
	switch (below(8)) {
	case 0: world_become_ready(below(2) ? IN : OUT); break;
	case 1: world.ready &= below(2) ? OUT : IN; break;
	case 2:
		if (!walk.level_events) {
			walk.level_events = some_events();
			walk.level_triggered = true;
		}
		break;
	case 3: (void)level_step(); break;
	case 4: (void)edge_step(); break;
	case 5:
		if (!below(4))
			interrupt_somebody();
		break;
	default: (void)host_step(world.n_questions ? below(world.n_questions) : 0); break;
	}
	take_replies();
}

static void rest(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		bool busy = host_step(0) || edge_step() || level_step();

		take_replies();
		if (!busy)
			return;
	}
	fail_msg("it never comes to rest");
}

static void check_rest(uint64_t seed)
{
	static const uint32_t directions[] = {IN, OUT};

	rest();
	if (walk.edge_needs & world.ready || walk.level_events & world.ready)
		fail_msg("walk %llu: asleep although 0x%x is ready", (unsigned long long)seed, world.ready);
	for (unsigned i = 0; i < 2; i++) {
		if (!((walk.edge_needs | walk.level_events) & directions[i]))
			continue;
		world_become_ready(directions[i]);
		rest();
		if ((walk.edge_needs | walk.level_events) & directions[i] & world.ready)
			fail_msg("walk %llu: not woken by 0x%x", (unsigned long long)seed, directions[i]);
	}
}

static void any_order(void **state)
{
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		walk = (struct walk){.random = seed, .edge_listed = true};
		walk.edge_events = some_events();
		for (unsigned i = 0; i < 80; i++)
			any_step();
		check_rest(seed);
		(void)world_teardown(state);
		(void)world_setup(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_order, world_setup, world_teardown),
	};

	iof_log_setup(NULL, NULL, IOF_LOG_ERR); /* callers that a signal calls away are warned about */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
