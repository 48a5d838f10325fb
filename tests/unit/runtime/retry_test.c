/* SPDX-License-Identifier: MIT */
/* A front end that learns a call's memory in rounds (FUSE_IOCTL_RETRY): each asks for all that is knowable. */
#include "world.h"
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)

static struct world world;

static unsigned rounds_until_done(struct call *call, unsigned *asked)
{
	unsigned rounds = 0;
	int error;

	*asked = 0;
	do {
		error = call_gather(call);
		assert_true(error == 0 || error == -EAGAIN);
		*asked += world.n_asked;
		world_next_round(&world);
		rounds++;
	} while (error && rounds < 20);
	assert_int_equal(error, 0);
	return rounds;
}

static void a_round_for_each_level_of_pointers(void **state)
{
	struct call call;
	unsigned asked;

	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	world.retry = true;
	world_poke(&world, &type_rdwr, ARG, "msgs", MSGS);
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 4);
	for (unsigned i = 0; i < 4; i++) {
		world_poke(&world, &type_message, MSGS + (size_t)12 * i, "addr", 0);
		world_poke(&world, &type_message, MSGS + (size_t)12 * i, "flags", 0);
		world_poke(&world, &type_message, MSGS + (size_t)12 * i, "len", 8);
		world_poke(&world, &type_message, MSGS + (size_t)12 * i, "buf", BUF0 + (size_t)8 * i);
	}
	call_init(&call, &world, &command_rdwr, ARG);
	/* The argument; its messages; all four buffers at once; and the round that has everything. */
	assert_int_equal(rounds_until_done(&call, &asked), 4);
	assert_int_equal(asked, 1 + 1 + 4);
	call_end(&call);
}

static void a_flat_argument_takes_two(void **state)
{
	struct call call;
	unsigned asked;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world.retry = true;
	call_init(&call, &world, &command_mixed, ARG);
	assert_int_equal(rounds_until_done(&call, &asked), 2);
	assert_int_equal(asked, 1);
	call_end(&call);
}

/* What is not there reads as zeros; zeros must not be taken for a bad selector or a NULL pointer. */
static void zeros_of_missing_memory_are_no_error(void **state)
{
	struct call call;
	unsigned asked;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world.retry = true;
	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + 8, "p", BUF0);
	call_init(&call, &world, &command_choice, ARG);
	assert_int_equal(rounds_until_done(&call, &asked), 3);
	call_end(&call);
}

static void true_errors_come_in_the_end(void **state)
{
	struct call call;

	(void)state;
	world_init(&world, IOF_ABI_CANONICAL);
	world.retry = true;
	world_poke(&world, &type_choice, ARG, "select", 17);
	call_init(&call, &world, &command_choice, ARG);
	assert_int_equal(call_gather(&call), -EAGAIN);
	assert_int_equal(call_scatter(&call, 0), -EINVAL);
	world_next_round(&world);
	assert_int_equal(call_gather(&call), -EINVAL);
	call_end(&call);
}

static void outputs_are_known_as_far_as_the_memory_is(void **state)
{
	const struct iof_span *spans;
	struct call call;

	(void)state;
	world_init(&world, IOF_LAYOUT_I386);
	world.retry = true;
	world_poke(&world, &type_option, ARG, "size", 20);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", 0);
	call_init(&call, &world, &command_option, ARG);
	assert_int_equal(call_gather(&call), -EAGAIN);
	assert_int_equal(iof_walk_outputs(call.guest, &spans), 1);
	assert_int_equal(spans[0].address, ARG);
	assert_int_equal(spans[0].length, 12);
	world_next_round(&world);
	assert_int_equal(call_gather(&call), 0);
	assert_int_equal(iof_walk_outputs(call.guest, &spans), 2);
	assert_int_equal(spans[1].address, BUF0);
	assert_int_equal(spans[1].length, 20);
	assert_null(spans[1].data);
	call_end(&call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_for_each_level_of_pointers),
		cmocka_unit_test(a_flat_argument_takes_two),
		cmocka_unit_test(zeros_of_missing_memory_are_no_error),
		cmocka_unit_test(true_errors_come_in_the_end),
		cmocka_unit_test(outputs_are_known_as_far_as_the_memory_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
