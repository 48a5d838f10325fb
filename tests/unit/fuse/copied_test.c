/* SPDX-License-Identifier: MIT */
/* An ioctl on a file, of whose memory the kernel brings what the number says; kernel and driver are played by the test.
 */
#include "guest/fuse/memory_copied.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#define PAYLOAD 65536
#define ADDRESS 0x7000u

struct pair {
	uint32_t a, b;
};

struct world {
	struct iof_walk *guest, *host;
	struct memory_copied copied;
	struct memory_ioctl ioctl;
	uint8_t *in; /* exactly as large as what the kernel copied, so that a sanitizer sees a step beyond */
	uint8_t output[64];
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->guest = iof_walk_create(PAYLOAD);
	world->host = iof_walk_create(PAYLOAD);
	*state = world;
	return !world->guest || !world->host;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	iof_walk_destroy(world->guest);
	iof_walk_destroy(world->host);
	free(world->in);
	free(world);
	return 0;
}

static const struct iof_command *command_of(const char *name)
{
	const struct iof_interface *interface = iof_interface_find("filedev");

	for (size_t i = 0; i < interface->n_commands; i++)
		if (strcmp(interface->commands[i].name, name) == 0)
			return &interface->commands[i];
	fail_msg("no command %s", name);
	return NULL;
}

/* What fuse_do_ioctl() does for a restricted ioctl whose argument points to @p memory. */
static int gather(struct world *world, const char *name, uint64_t argument, const void *memory)
{
	const struct iof_command *command = command_of(name);
	uint32_t number = command->number[IOF_ABI_LAYOUT(IOF_ABI_NATIVE)];
	struct ioctl_copied from = {
		.in_size = _IOC_DIR(number) & _IOC_WRITE ? _IOC_SIZE(number) : 0,
		.out_size = _IOC_DIR(number) & _IOC_READ ? _IOC_SIZE(number) : 0,
	};

	free(world->in);
	world->in = malloc(from.in_size ? from.in_size : 1);
	if (from.in_size)
		memcpy(world->in, memory, from.in_size);
	from.in = world->in;
	assert_true(from.out_size <= sizeof(world->output));
	memset(world->output, 0xee, sizeof(world->output));
	world->ioctl = (struct memory_ioctl){
		.walk = world->guest,
		.command = command,
		.abi = IOF_ABI_NATIVE,
		.number = number,
		.argument = argument,
	};
	return memory_copied_gather(&world->copied, &world->ioctl, &from, world->output);
}

/* The driver stores @p pair, if there is one, and returns @p error. */
static int drive(struct world *world, const struct pair *pair, struct pair *seen, uint32_t error)
{
	const void *payload;
	uint64_t argument;
	size_t length;

	assert_int_equal(iof_unpack(world->host, world->ioctl.command, iof_walk_command(world->guest),
				    world->ioctl.payload, world->ioctl.length, world->ioctl.null_argument, &argument),
			 0);
	if (seen)
		memcpy(seen, (void *)(uintptr_t)argument, sizeof(*seen));
	if (pair)
		memcpy((void *)(uintptr_t)argument, pair, sizeof(*pair));
	assert_int_equal(iof_pack(world->host, error ? -1 : 0, error, &payload, &length), 0);
	return iof_scatter(world->guest, payload, length, error ? -1 : 0, error, &world->copied.memory);
}

static void test_numbers_that_tell_the_truth(void **state)
{
	static const char *const outputs[] = {"GET", "GET_EXACTLY"};
	const struct pair in = {1, 2}, out[] = {{3, 0}, {0, 0}};
	struct world *world = *state;
	struct pair seen;

	/* All of it, whatever it is: what the caller has there is not known. */
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(gather(world, outputs[i / 2], ADDRESS, NULL), 0);
		assert_int_equal(drive(world, &out[i % 2], NULL, 0), 0);
		assert_int_equal(memory_copied_stored(&world->copied), 8);
		assert_memory_equal(world->output, &out[i % 2], 8);
	}
	assert_int_equal(gather(world, "SET", ADDRESS, &in), 0);
	assert_int_equal(drive(world, NULL, &seen, 0), 0);
	assert_memory_equal(&seen, &in, 8);
	assert_int_equal(memory_copied_stored(&world->copied), 0);
	assert_int_equal(gather(world, "BOTH", ADDRESS, &in), 0);
	assert_int_equal(drive(world, &(struct pair){1, 9}, &seen, EBUSY), 0);
	assert_memory_equal(&seen, &in, 8);
	assert_int_equal(memory_copied_stored(&world->copied),
			 5); /* one byte has changed, and what is before it stays */
	assert_memory_equal(world->output, (&(struct pair){1, 9}), 8);
}

static void test_without_memory(void **state)
{
	struct world *world = *state;

	assert_int_equal(gather(world, "NOTHING", 0, NULL), 0);
	assert_int_equal(gather(world, "VALUE", 77, NULL), 0);
	assert_int_equal(world->ioctl.length, 8);
	assert_int_equal(gather(world, "NULLABLE", 0, NULL), 0);
	assert_true(world->ioctl.null_argument);
	assert_int_equal(gather(world, "SAID_NOTHING", 0, NULL), -EFAULT);
}

static void test_more_than_needed(void **state)
{
	const uint32_t four[4] = {1, 2, 3, 4}, after[4] = {5, 2, 3, 4};
	struct world *world = *state;

	assert_int_equal(gather(world, "TOO_LONG", ADDRESS, four), 0);
	assert_int_equal(drive(world, &(struct pair){5, 2}, NULL, 0), 0);
	assert_memory_equal(world->output, after, sizeof(after));
	assert_true(memory_copied_stored(&world->copied) <= 8);
}

/* No driver gets zeros for its input, and none runs whose results would have no way back. */
static void test_numbers_that_lie(void **state)
{
	static const char *const names[] = {"GET_BY", "SET_AND_GET", "TOO_SHORT", "SAID_NOTHING"};
	const struct pair in = {1, 2};
	struct world *world = *state;
	struct {
		uint32_t count;
		uint8_t *bytes;
	} deep = {4, (uint8_t *)(uintptr_t)0x9000};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(gather(world, names[i], ADDRESS, &in), -EOPNOTSUPP);
	assert_int_equal(gather(world, "DEEP", ADDRESS, &deep), -EOPNOTSUPP);
	/* Behind the argument, but not what was copied. */
	deep.bytes = (uint8_t *)(uintptr_t)(ADDRESS + sizeof(deep) - 2);
	assert_int_equal(gather(world, "DEEP", ADDRESS, &deep), -EOPNOTSUPP);
	/* Within. */
	deep.bytes = (uint8_t *)(uintptr_t)ADDRESS;
	assert_int_equal(gather(world, "DEEP", ADDRESS, &deep), 0);
	deep.count = 0;
	deep.bytes = (uint8_t *)(uintptr_t)0x9000;
	assert_int_equal(gather(world, "DEEP", ADDRESS, &deep), 0);
	/* At the end of the address space. */
	assert_int_equal(gather(world, "TOO_SHORT", UINT64_MAX - 3, &in), -EFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_numbers_that_tell_the_truth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_more_than_needed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_numbers_that_lie, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("copied", tests, NULL, NULL);
}
