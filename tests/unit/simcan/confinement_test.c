/* SPDX-License-Identifier: MIT */
/**
 * @file confinement_test.c
 * Error counters, warning, error passive, bus-off and recovery, as ISO 11898-1 counts them.
 */
#include "world.h"

#define BIT_500K UINT64_C(2000)

enum { ECC_NO_ACK = 0xd9 };

static const struct simcan_frame zero; /* 50 bits; its ACK slot is bit 41 */

static uint8_t error_code(struct node *node, struct world *world)
{
	uint8_t code;

	simcan_bus_lock(world->bus);
	code = simcan_error_code_locked(node->controller);
	simcan_bus_unlock(world->bus);
	return code;
}

static void reset(struct node *node, struct world *world)
{
	simcan_bus_lock(world->bus);
	simcan_reset_locked(node->controller);
	simcan_bus_unlock(world->bus);
}

static void corrupt(struct world *world, unsigned frames, uint16_t bit, const struct simcan_controller *victim)
{
	for (unsigned i = 0; i < frames; i++) {
		struct simcan_fault fault = {.frame = i, .bit = bit, .victim = victim};

		assert_int_equal(simcan_bus_inject(world->bus, &fault), 0);
	}
}

/* Alone on the bus: 16 acknowledgement errors make it error passive, and from then on they no longer count. */
static void nobody_acknowledges(void **state)
{
	struct world *world = world_create(1, 500);
	struct node *node = &world->node[0];
	uint64_t start = world->now;

	(void)state;
	node_send(node, world, &zero, 0);
	world_run_frames(world, 11);
	assert_int_equal(node_tec(node, world), 88);
	assert_int_equal(node_count(node, STATE), 0);
	world_run_frames(world, 1);
	assert_int_equal(node_tec(node, world), 96);
	assert_int_equal(node_status(node, world) & SIMCAN_STATUS_WARNING, SIMCAN_STATUS_WARNING);
	/* Bits 0 to 41, then 6 flag, 8 delimiter and 3 intermission bits: 11 times, and 42 bits of the twelfth. */
	assert_int_equal(node_event(node, STATE, 0)->time, start + (11 * (42 + 17) + 42) * BIT_500K);
	world_run_frames(world, 4);
	assert_int_equal(node_tec(node, world), 128);
	assert_int_equal(node_count(node, STATE), 2); /* warning, passive */
	world_run_frames(world, 500);
	assert_int_equal(node_tec(node, world), 128);
	assert_int_equal(node_bus_off(node, world), 0);
	assert_int_equal(error_code(node, world), ECC_NO_ACK);
	assert_int_equal(error_code(node, world), 0);
	world_destroy(world);
}

/* An error passive sender waits eight bits more. */
static void passive_sender_suspends(void **state)
{
	struct world *world = world_create(1, 500);
	struct node *node = &world->node[0];
	uint64_t passive_at;

	(void)state;
	node_send(node, world, &zero, 0);
	world_run_frames(world, 16);
	passive_at = node_event(node, STATE, 1)->time;
	world->now = passive_at + (17 + 8) * BIT_500K - 1;
	simcan_bus_run(world->bus);
	assert_int_equal(simcan_bus_counts(world->bus).frames, 16);
	world_advance(world, 1);
	assert_int_equal(simcan_bus_counts(world->bus).frames, 17);
	world_destroy(world);
}

/* A listener turns up: the frame goes out, and the counters come down one by one. */
static void acknowledgement_returns(void **state)
{
	struct world *world = world_create(1, 500);
	struct node *node = &world->node[0], *other;

	(void)state;
	node_send(node, world, &zero, 0);
	world_run_frames(world, 20);
	other = world_add(world, 1, 500);
	node_start(other, world);
	world_run_frames(world, 2);
	assert_int_equal(node_count(node, SENT), 1);
	assert_int_equal(node_count(other, RECEIVED), 1);
	assert_int_equal(node_tec(node, world), 127);
	for (unsigned i = 0; i < 32; i++) {
		node_send(node, world, &zero, 0);
		world_run_frames(world, 1);
	}
	assert_int_equal(node_tec(node, world), 95);
	assert_int_equal(node_status(node, world) & SIMCAN_STATUS_WARNING, 0);
	world_destroy(world);
}

/* Who only listens acknowledges nothing; of an error passive sender it sees the frame nevertheless. */
static void listen_only(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *node = &world->node[0], *listener = &world->node[1];

	(void)state;
	reset(listener, world);
	simcan_bus_lock(world->bus);
	assert_true(simcan_set_listen_only_locked(listener->controller, true));
	simcan_bus_unlock(world->bus);
	node_start(listener, world);
	world_advance(world, 11 * BIT_500K);
	node_send(node, world, &zero, 0);
	world_run_frames(world, 16);
	assert_int_equal(node_tec(node, world), 128);
	assert_int_equal(node_count(listener, RECEIVED), 0);
	assert_int_equal(node_rec(listener, world), 0);
	world_run_frames(world, 3);
	assert_int_equal(node_count(listener, RECEIVED), 3);
	assert_int_equal(node_count(node, SENT), 0);

	node_send(listener, world, &zero, 0);
	world_run_frames(world, 3);
	assert_int_equal(node_count(listener, SENT), 0);
	world_destroy(world);
}

/* 32 bit errors in a row: 96 is the warning, 128 passive, 256 bus-off. The frame is dropped with it. */
static void bus_off(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *node = &world->node[0], *other = &world->node[1];

	(void)state;
	corrupt(world, 32, 25, NULL);
	node_send(node, world, &zero, 0);
	world_run_frames(world, 31);
	assert_int_equal(node_tec(node, world), 248);
	assert_int_equal(node_rec(other, world), 31); /* it reacts to the sender's flag: one each */
	assert_int_equal(node_bus_off(node, world), 0);
	world_run_frames(world, 1);
	assert_int_equal(node_bus_off(node, world), 1);
	assert_int_equal(node_count(node, STATE), 3);
	assert_int_equal(node_tec(node, world), 127); /* the chip's preset for the way back */
	assert_true(node_status(node, world) & SIMCAN_STATUS_TX_FREE);
	world_run_frames(world, 5);
	assert_int_equal(simcan_bus_counts(world->bus).frames, 32);
	assert_int_equal(simcan_bus_counts(world->bus).errors, 32);
	world_destroy(world);
}

static struct world *world_with_bus_off(void)
{
	struct world *world = world_create(3, 500);

	corrupt(world, 32, 25, NULL);
	node_send(&world->node[0], world, &zero, 0);
	world_run_frames(world, 32);
	world_advance(world, 100 * BIT_500K);
	assert_int_equal(node_bus_off(&world->node[0], world), 1);
	return world;
}

/* Nothing happens until the driver starts it again; then it takes 128 times 11 idle bits, to the bit. */
static void recovery(void **state)
{
	struct world *world = world_with_bus_off();
	struct node *node = &world->node[0];

	(void)state;
	world_advance(world, 10000000);
	assert_int_equal(node_bus_off(node, world), 1);
	node_start(node, world);
	node_send(node, world, &zero, 0);
	world_advance(world, BIT_500K * 64 * 11);
	assert_int_equal(node_tec(node, world), 127 - 64); /* counts down */
	world_advance(world, BIT_500K * 64 * 11 - 1);
	assert_int_equal(node_bus_off(node, world), 1);
	assert_int_equal(node_count(node, SENT), 0);
	world_advance(world, 1);
	assert_int_equal(node_bus_off(node, world), 0);
	assert_int_equal(node_tec(node, world), 0);
	world_run_frames(world, 1);
	assert_int_equal(node_count(node, SENT), 1);
	world_destroy(world);
}

/* On a busy bus each frame counts as one idle sequence, by the 11 recessive bits at its end. */
static void recovery_on_a_busy_bus(void **state)
{
	struct world *world = world_with_bus_off();
	struct node *node = &world->node[0], *talker = &world->node[1];

	(void)state;
	node_start(node, world);
	for (unsigned i = 0; i < 127; i++) {
		node_send(talker, world, &zero, 0);
		world_run_frames(world, 1);
		assert_int_equal(node_bus_off(node, world), 1);
		world->now = simcan_bus_now(world->bus) + 3 * BIT_500K; /* back to back */
		simcan_bus_run(world->bus);
	}
	node_send(talker, world, &zero, 0);
	world_run_frames(world, 1);
	world_advance(world, 3 * BIT_500K);
	assert_int_equal(node_bus_off(node, world), 0);
	world_destroy(world);
}

/* One receiver alone sees a wrong bit: it objects behind the ACK delimiter, and counts nine for being the only one. */
static void one_receiver_objects(void **state)
{
	struct world *world = world_create(3, 500);
	struct simcan_frame frame = {.id = 0x555, .dlc = 1, .data = {0x55}};

	(void)state;
	corrupt(world, 1, 20, world->node[1].controller);
	node_send(&world->node[0], world, &frame, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_tec(&world->node[0], world), 8);
	assert_int_equal(node_rec(&world->node[1], world), 9);
	assert_int_equal(node_rec(&world->node[2], world), 1);
	assert_int_equal(node_count(&world->node[2], RECEIVED), 0);
	assert_int_equal(error_code(&world->node[1], world), SIMCAN_ERROR_OTHER << 6 | 1 << 5 | SIMCAN_ACK_DELIMITER);
	world_run_frames(world, 1);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 1);
	assert_int_equal(node_count(&world->node[2], RECEIVED), 1);
	assert_int_equal(node_tec(&world->node[0], world), 7);
	assert_int_equal(node_rec(&world->node[1], world), 8);
	world_destroy(world);
}

/* A node of another bit rate destroys frames until its counters silence it; the others then get through. */
static void foreign_bit_rate(void **state)
{
	struct world *world = world_create(2, 500);
	struct node *foreigner = world_add(world, 2, 250);

	(void)state;
	node_start(foreigner, world);
	world_advance(world, 100000);
	node_send(&world->node[0], world, &zero, 0);
	world_run_frames(world, 14);
	assert_int_equal(node_count(&world->node[0], SENT), 0);
	assert_int_equal(node_rec(foreigner, world), 14 * 9);
	assert_int_equal(node_tec(&world->node[0], world), 14 * 8);
	world_run_frames(world, 2);
	assert_int_equal(node_count(&world->node[0], SENT), 1);
	assert_int_equal(node_count(&world->node[1], RECEIVED), 1);
	assert_int_equal(node_count(foreigner, RECEIVED), 0);
	assert_int_equal(node_rec(foreigner, world), 15 * 9 + 1);
	world_destroy(world);
}

/* Two nodes of different rates: nothing is ever acknowledged, the sender ends error passive. */
static void two_bit_rates(void **state)
{
	static const unsigned rates[][2] = {{500, 250}, {125, 1000}, {1000, 10}, {800, 1000}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct world *world = world_create(0, 500);
		struct node *a = world_add(world, 0, rates[i][0]), *b = world_add(world, 1, rates[i][1]);

		node_start(a, world);
		node_start(b, world);
		world_advance(world, 10000000);
		node_send(a, world, &zero, 0);
		world_run_frames(world, 40);
		assert_int_equal(node_count(a, SENT), 0);
		assert_int_equal(node_count(b, RECEIVED), 0);
		assert_int_equal(node_tec(a, world), 128);
		assert_true(node_rec(b, world) > 0);
		assert_int_equal(node_bus_off(a, world), 0);
		world_destroy(world);
	}
}

/* A disturbed ACK slot: a missing one is made up, a given one is lost. */
static void acknowledgement_disturbed(void **state)
{
	struct world *world = world_create(2, 500);

	(void)state;
	corrupt(world, 1, 41, NULL);
	node_send(&world->node[0], world, &zero, 0);
	world_run_frames(world, 1);
	assert_int_equal(node_count(&world->node[0], SENT), 0);
	assert_int_equal(node_tec(&world->node[0], world), 8);
	reset(&world->node[1], world);
	corrupt(world, 1, 41, NULL);
	world_run_frames(world, 1);
	assert_int_equal(node_count(&world->node[0], SENT), 1);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_acknowledges),
		cmocka_unit_test(passive_sender_suspends),
		cmocka_unit_test(acknowledgement_returns),
		cmocka_unit_test(listen_only),
		cmocka_unit_test(bus_off),
		cmocka_unit_test(recovery),
		cmocka_unit_test(recovery_on_a_busy_bus),
		cmocka_unit_test(one_receiver_objects),
		cmocka_unit_test(foreign_bit_rate),
		cmocka_unit_test(two_bit_rates),
		cmocka_unit_test(acknowledgement_disturbed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
