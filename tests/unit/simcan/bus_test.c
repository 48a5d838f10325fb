/* SPDX-License-Identifier: MIT */
/**
 * @file bus_test.c
 * Time on the bus, arbitration, filters, starting and stopping. Everything in bus time, to the nanosecond.
 */
#include "world.h"

#define BIT_500K UINT64_C(2000)

static const struct simcan_frame zero; /* 50 bits, as frame_test.c lays out */

/* A frame ends when its bits are over, and the next starts three bits later. */
static void frames_take_their_bits(void **state)
{
	struct world *world = world_create(2, 500);
	uint64_t start = world->now;

	(void)state;
	node_send(&world->node[0], world, &zero, 0);
	world_advance(world, 50 * BIT_500K - 1);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 0);
	world_advance(world, 1);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 1);
	assert_int_equal(node_event(&world->node[1], RECEIVED, 0)->time, start + 50 * BIT_500K);
	assert_int_equal(node_count(&world->node[0], SENT), 1);

	/* Asked for in the intermission: it waits for its end. */
	node_send(&world->node[0], world, &zero, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_event(&world->node[1], RECEIVED, 1)->time, start + (50 + 3 + 50) * BIT_500K);

	/* Asked for on an idle bus: it starts at once. */
	world_advance(world, 12345);
	start = world->now;
	node_send(&world->node[1], world, &zero, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_event(&world->node[0], RECEIVED, 0)->time, start + 50 * BIT_500K);
	world_destroy(world);
}

/* A wake-up that comes late does not shift what follows. */
static void late_thread_keeps_time(void **state)
{
	struct world *world = world_create(2, 500);
	uint64_t start = world->now;

	(void)state;
	node_send(&world->node[0], world, &zero, 0);
	node_send(&world->node[1], world, &(struct simcan_frame){.id = 1}, 0);
	world_advance(world, 10000000);
	assert_int_equal(node_event(&world->node[1], RECEIVED, 0)->time, start + 50 * BIT_500K);
	assert_true(node_event(&world->node[0], RECEIVED, 0)->time < start + 120 * BIT_500K);
	world_destroy(world);
}

/* All wait for one frame to end; then the lowest arbitration field goes first. */
static void arbitration_order(void **state)
{
	static const struct simcan_frame waiting[] = {
		{.id = 0x123 << 18, .extended = true}, /* after both base frames: SRR and IDE are recessive */
		{.id = 0x123, .remote = true},         /* after the data frame of its identifier */
		{.id = 0x123},
		{.id = 0x122 << 18 | 0x3ffff, .extended = true},       /* base part decides first */
		{.id = 0x123 << 18, .extended = true, .remote = true}, /* last: its RTR bit */
	};
	static const unsigned order[] = {3, 2, 1, 0, 4};
	struct world *world = world_create(6, 500);
	struct node *listener = &world->node[5];

	(void)state;
	node_send(listener, world, &zero, 0);
	world_advance(world, 1);
	for (unsigned i = 0; i < 5; i++)
		node_send(&world->node[i], world, &waiting[i], 0);
	world_run_frames(world, 6);
	for (unsigned i = 0; i < 5; i++) {
		const struct simcan_frame *got = &node_event(listener, RECEIVED, i)->frame;

		assert_int_equal(got->id, waiting[order[i]].id);
		assert_int_equal(got->extended, waiting[order[i]].extended);
		assert_int_equal(got->remote, waiting[order[i]].remote);
	}
	/* Nobody who lost counts an error. */
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(node_tec(&world->node[i], world), 0);
	world_destroy(world);
}

/* The same frame from two nodes goes through once; the same identifier with other data ends in an error frame. */
static void same_identifier(void **state)
{
	struct world *world = world_create(3, 500);
	struct simcan_frame a = {.id = 5, .dlc = 1, .data = {0x0f}}, b = {.id = 5, .dlc = 1, .data = {0x0e}};

	(void)state;
	node_send(&world->node[0], world, &a, 0);
	node_send(&world->node[1], world, &a, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_count(&world->node[0], SENT), 1);
	assert_int_equal(node_count(&world->node[1], SENT), 1);
	assert_int_equal(node_count(&world->node[2], RECEIVED), 1);

	world_advance(world, 100000);
	node_send(&world->node[0], world, &a, 0);
	node_send(&world->node[1], world, &b, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_tec(&world->node[0], world), 8);
	assert_int_equal(node_tec(&world->node[1], world), 8);
	assert_int_equal(node_count(&world->node[2], RECEIVED), 1);
	world_destroy(world);
}

static void self_reception_and_single_shot(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *sender = &world->node[0];

	(void)state;
	node_send(sender, world, &zero, SIMCAN_SELF_RECEPTION);
	world_run_frames(world, 1);
	assert_int_equal(node_count(sender, RECEIVED_SELF), 1);
	assert_int_equal(node_count(sender, SENT), 1);

	simcan_bus_lock(world->bus);
	simcan_reset_locked(world->node[1].controller);
	simcan_bus_unlock(world->bus);
	node_send(sender, world, &zero, SIMCAN_SINGLE_SHOT);
	world_run_frames(world, 3);
	assert_int_equal(simcan_bus_counts(world->bus).frames, 2);
	assert_int_equal(node_count(sender, GIVEN_UP), 1);
	assert_true(node_status(sender, world) & SIMCAN_STATUS_TX_FREE);
	world_destroy(world);
}

static void set_filter(struct world *world, struct node *node, uint32_t code, uint32_t mask)
{
	simcan_bus_lock(world->bus);
	assert_false(simcan_set_filter_locked(node->controller, code, mask)); /* not while it runs */
	simcan_reset_locked(node->controller);
	assert_true(simcan_set_filter_locked(node->controller, code, mask));
	simcan_start_locked(node->controller);
	simcan_bus_unlock(world->bus);
	world_advance(world, 11 * BIT_500K);
}

/* The single filter of the SJA1000 and the bits that its data sheet says it compares. */
static void acceptance_filter(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *to = &world->node[1];
	static const struct simcan_frame sent[] = {
		{.id = 0x120, .dlc = 2, .data = {0xaa, 0xbb}},
		{.id = 0x121},
		{.id = 0x120, .remote = true},
		{.id = 0x120 << 18, .extended = true},
	};

	(void)state;
	set_filter(world, to, 0x120u << 21, ~(0x7ffu << 21)); /* identifier only */
	for (unsigned i = 0; i < 4; i++) {
		node_send(&world->node[0], world, &sent[i], 0);
		world_run_frames(world, 1);
	}
	assert_int_equal(node_count(to, RECEIVED), 3); /* the extended one has the same leading bits */

	to->events = 0;
	set_filter(world, to, 0x120u << 21 | 0xaabb, 0); /* and RTR, and two bytes */
	for (unsigned i = 0; i < 4; i++) {
		node_send(&world->node[0], world, &sent[i], 0);
		world_run_frames(world, 1);
	}
	assert_int_equal(node_count(to, RECEIVED), 1);
	/* A frame that the filter drops was acknowledged all the same. */
	assert_int_equal(node_count(&world->node[0], SENT), 8);
	assert_int_equal(node_tec(&world->node[0], world), 0);
	world_destroy(world);
}

/* A started controller takes part after 11 recessive bits, in the middle of a frame after its intermission. */
static void joining(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *late = world_add(world, 2, 500);
	uint64_t start;

	(void)state;
	node_send(&world->node[0], world, &zero, 0);
	world_advance(world, 10 * BIT_500K);
	node_start(late, world);
	node_send(late, world, &zero, 0);
	world_run_frames(world, 2);
	assert_int_equal(node_count(late, RECEIVED), 0);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 2);

	world_advance(world, 1000000);
	simcan_bus_lock(world->bus);
	simcan_reset_locked(late->controller);
	simcan_bus_unlock(world->bus);
	start = world->now;
	node_start(late, world);
	node_send(late, world, &zero, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_event(&world->node[1], RECEIVED, 2)->time, start + (11 + 50) * BIT_500K);
	world_destroy(world);
}

/* Resetting the sender in the middle of its frame leaves a stuff error on the bus and no frame. */
static void reset_while_sending(void **state)
{
	struct world *world = world_create(2, 500);
	struct simcan_frame next = {.id = 7};

	(void)state;
	node_send(&world->node[0], world, &zero, 0);
	world_advance(world, 20 * BIT_500K);
	assert_true(node_status(&world->node[0], world) & SIMCAN_STATUS_TX);
	assert_true(node_status(&world->node[1], world) & SIMCAN_STATUS_RX);
	simcan_bus_lock(world->bus);
	simcan_reset_locked(world->node[0].controller);
	simcan_bus_unlock(world->bus);
	world_advance(world, 100 * BIT_500K);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 0);
	assert_int_equal(node_rec(&world->node[1], world), 1);

	node_start(&world->node[0], world);
	node_send(&world->node[0], world, &next, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_event(&world->node[1], RECEIVED, 0)->frame.id, 7);
	assert_int_equal(node_rec(&world->node[1], world), 0);
	world_destroy(world);
}

/* Registers and bit times of the CiA rates: 8 MHz over prescaler and quanta. */
static void bit_times(void **state)
{
	static const unsigned rates[] = {10, 20, 50, 100, 125, 250, 500, 800, 1000};
	uint8_t btr0, btr1;

	(void)state;
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		assert_true(simcan_timing_of_rate(rates[i], &btr0, &btr1));
		assert_int_equal(simcan_bit_ns(btr0, btr1), 1000000 / rates[i]);
	}
	assert_false(simcan_timing_of_rate(33, &btr0, &btr1));
	assert_int_equal(simcan_bit_ns(0x05, 0x1c), 12000); /* 83.3 kbit/s */
	assert_int_equal(simcan_bit_ns(0x00, 0x00), 1000);  /* no more than 1 Mbit/s */
}

static void count_run(struct simcan_work *work)
{
	(void)work;
}

/* Deferred work can be taken back, from the middle of the queue as well. */
static void deferred_work(void **state)
{
	struct world *world = world_create(1, 500);
	struct simcan_work work[3] = {{.run = count_run}, {.run = count_run}, {.run = count_run}};

	(void)state;
	simcan_bus_lock(world->bus);
	for (unsigned i = 0; i < 3; i++)
		simcan_bus_defer_locked(world->bus, &work[i]);
	simcan_bus_defer_locked(world->bus, &work[0]); /* once is enough */
	simcan_bus_cancel_locked(world->bus, &work[1]);
	simcan_bus_cancel_locked(world->bus, &work[2]);
	simcan_bus_defer_locked(world->bus, &work[1]);
	assert_ptr_equal(work[0].next, &work[1]);
	simcan_bus_unlock(world->bus);
	simcan_bus_run(world->bus);
	for (unsigned i = 0; i < 3; i++)
		assert_false(work[i].queued);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_take_their_bits),
		cmocka_unit_test(late_thread_keeps_time),
		cmocka_unit_test(arbitration_order),
		cmocka_unit_test(same_identifier),
		cmocka_unit_test(self_reception_and_single_shot),
		cmocka_unit_test(acceptance_filter),
		cmocka_unit_test(joining),
		cmocka_unit_test(reset_while_sending),
		cmocka_unit_test(bit_times),
		cmocka_unit_test(deferred_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
