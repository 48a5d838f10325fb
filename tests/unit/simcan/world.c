/* SPDX-License-Identifier: MIT */
/**
 * @file world.c
 * Test clock and recording nodes.
 */
#include "world.h"

#include <stdlib.h>

static uint64_t monotonic(void *context)
{
	return __atomic_load_n((uint64_t *)context, __ATOMIC_ACQUIRE);
}

/* A time of day that is easy to tell from bus time: 2001-09-09 01:46:40 UTC at bus time 0. */
static uint64_t realtime(void *context)
{
	return 1000000000000000000u + monotonic(context);
}

struct simcan_clock test_clock(uint64_t *now)
{
	return (struct simcan_clock){.monotonic = monotonic, .realtime = realtime, .manual = true, .context = now};
}

static struct node_event *note(struct node *node, enum node_event_kind kind, uint64_t time)
{
	struct node_event *event = &node->event[node->events];

	assert_true(node->events < LOG_MAX);
	node->events++;
	event->kind = kind;
	event->time = time;
	return event;
}

static void on_received(void *context, const struct simcan_frame *frame, bool self, uint64_t time)
{
	note(context, self ? RECEIVED_SELF : RECEIVED, time)->frame = *frame;
}

static void on_transmitted(void *context, bool sent, uint64_t time)
{
	note(context, sent ? SENT : GIVEN_UP, time);
}

static void on_state_changed(void *context, uint64_t time)
{
	struct node *node = context;

	note(node, STATE, time)->status = simcan_status_locked(node->controller);
}

static void on_bus_error(void *context, uint64_t time)
{
	(void)time;
	((struct node *)context)->bus_errors++;
}

static const struct simcan_driver driver = {on_received, on_transmitted, on_state_changed, on_bus_error};

struct node *world_add(struct world *world, unsigned index, unsigned kbit)
{
	struct node *node = &world->node[index];
	uint8_t btr0 = 0, btr1 = 0;

	assert_true(simcan_timing_of_rate(kbit, &btr0, &btr1));
	node->controller = simcan_controller_create(world->bus, &driver, node);
	assert_non_null(node->controller);
	simcan_bus_lock(world->bus);
	assert_true(simcan_set_timing_locked(node->controller, btr0, btr1));
	simcan_bus_unlock(world->bus);
	return node;
}

struct world *world_create(unsigned nodes, unsigned kbit)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->now = 1000000000;
	world->clock = test_clock(&world->now);
	world->bus = simcan_bus_get("test", &world->clock);
	assert_non_null(world->bus);
	for (unsigned i = 0; i < nodes; i++)
		node_start(world_add(world, i, kbit), world);
	world_advance(world, 11 * 1000000u / kbit);
	return world;
}

void world_destroy(struct world *world)
{
	for (unsigned i = 0; i < NODES_MAX; i++)
		simcan_controller_destroy(world->node[i].controller);
	simcan_bus_put(world->bus);
	free(world);
}

void world_advance(struct world *world, uint64_t ns)
{
	__atomic_add_fetch(&world->now, ns, __ATOMIC_ACQ_REL);
	simcan_bus_run(world->bus);
}

void world_run_frames(struct world *world, unsigned frames)
{
	uint64_t wanted = simcan_bus_counts(world->bus).frames + frames;
	uint64_t limit = world->now + 1000000000u;

	while (simcan_bus_counts(world->bus).frames <= wanted) {
		uint64_t next = simcan_bus_next(world->bus);

		/* The start of the frame after the last wanted one is not run. */
		if (next > limit || (simcan_bus_counts(world->bus).frames == wanted && !simcan_bus_busy(world->bus)))
			return;
		if (next > world->now)
			world->now = next;
		simcan_bus_run(world->bus);
	}
}

void node_start(struct node *node, struct world *world)
{
	simcan_bus_lock(world->bus);
	simcan_start_locked(node->controller);
	simcan_bus_unlock(world->bus);
	simcan_bus_run(world->bus);
}

void node_send(struct node *node, struct world *world, const struct simcan_frame *frame, unsigned flags)
{
	simcan_bus_lock(world->bus);
	assert_true(simcan_transmit_locked(node->controller, frame, flags));
	simcan_bus_unlock(world->bus);
}

unsigned node_count(const struct node *node, int kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < node->events; i++)
		count += (int)node->event[i].kind == kind;
	return count;
}

const struct node_event *node_event(const struct node *node, int kind, unsigned n)
{
	for (unsigned i = 0; i < node->events; i++) {
		if ((int)node->event[i].kind == kind && n-- == 0)
			return &node->event[i];
	}
	fail_msg("no such event");
	return NULL;
}

uint8_t node_tec(struct node *node, struct world *world)
{
	uint8_t count;

	simcan_bus_lock(world->bus);
	count = simcan_tx_errors_locked(node->controller);
	simcan_bus_unlock(world->bus);
	return count;
}

uint8_t node_rec(struct node *node, struct world *world)
{
	uint8_t count;

	simcan_bus_lock(world->bus);
	count = simcan_rx_errors_locked(node->controller);
	simcan_bus_unlock(world->bus);
	return count;
}

uint8_t node_status(struct node *node, struct world *world)
{
	uint8_t status;

	simcan_bus_lock(world->bus);
	status = simcan_status_locked(node->controller);
	simcan_bus_unlock(world->bus);
	return status;
}

int node_bus_off(struct node *node, struct world *world)
{
	return node_status(node, world) & SIMCAN_STATUS_BUS_OFF ? 1 : 0;
}
