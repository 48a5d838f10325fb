/* SPDX-License-Identifier: MIT */
/* Requests of a hostile guest, replies of a wrong host: cut at every length, every bit flipped. */
#include "world.h"
#include <stdlib.h>
#include <string.h>

#define ARG  (WORLD_BASE + 0x100)
#define MSGS (WORLD_BASE + 0x200)
#define BUF0 (WORLD_BASE + 0x300)

static struct world world;

static void put_rdwr(void)
{
	world_poke(&world, &type_rdwr, ARG, "msgs", MSGS);
	world_poke(&world, &type_rdwr, ARG, "nmsgs", 3);
	for (unsigned i = 0; i < 3; i++) {
		uint64_t at = MSGS + i * iof_type_size(&type_message, world.abi);

		world_poke(&world, &type_message, at, "addr", 0x50);
		world_poke(&world, &type_message, at, "flags", i & 1);
		world_poke(&world, &type_message, at, "len", 3 + i);
		world_poke(&world, &type_message, at, "buf", BUF0 + (size_t)16 * i);
	}
}

static void put_list(void)
{
	world_poke(&world, &type_list, ARG, "count", 3);
}

static void put_option(void)
{
	world_poke(&world, &type_option, ARG, "size", 12);
	world_poke(&world, &type_option, ARG, "value", BUF0);
	world_poke(&world, &type_option, ARG, "nothing", MSGS);
}

static void put_choice(void)
{
	world_poke(&world, &type_choice, ARG, "select", 3);
	world_poke(&world, &type_choice_p, ARG + type_choice.fields[1].offset[IOF_ABI_LAYOUT(world.abi)], "p", BUF0);
}

static const struct {
	const struct iof_command *command;
	void (*put)(void);
} cases[] = {
	{&command_rdwr, put_rdwr},
	{&command_list, put_list},
	{&command_option, put_option},
	{&command_choice, put_choice},
};
#define N_CASES (sizeof cases / sizeof cases[0])

static void start(struct call *call, size_t i, iof_abi abi)
{
	world_init(&world, abi);
	cases[i].put();
	call_init(call, &world, cases[i].command, ARG);
	assert_int_equal(call_gather(call), 0);
}

/* A copy that the sanitizer watches at both ends. */
static uint8_t *exact_copy(const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	return copy;
}

static int unpack(struct call *call, const void *bytes, size_t size)
{
	call->request = bytes;
	call->request_size = size;
	return call_unpack(call);
}

static void requests_of_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct call call;
		size_t whole;
		uint8_t *good;

		start(&call, i, IOF_ABI_CANONICAL);
		whole = call.request_size;
		good = exact_copy(call.request, whole);
		for (size_t n = 0; n < whole; n++) {
			uint8_t *cut = exact_copy(good, n);

			assert_int_equal(unpack(&call, cut, n), -EPROTO);
			assert_true(strlen(iof_walk_reason(call.host)) > 0);
			free(cut);
		}
		for (size_t more = 1; more < 20; more++) {
			uint8_t *longer = calloc(1, whole + more);

			memcpy(longer, good, whole);
			assert_int_equal(unpack(&call, longer, whole + more), -EPROTO);
			free(longer);
		}
		assert_int_equal(unpack(&call, good, whole), 0);
		free(good);
		call_end(&call);
	}
}

/* Whatever unpack lets through must be safe for a driver that writes all it was given. */
static void use_as_a_driver(struct call *call)
{
	for (unsigned i = 0; i < iof_walk_segments(call->host); i++) {
		const struct iof_segment *segment = iof_walk_segment(call->host, i);
		size_t size = segment->count * iof_type_size(segment->type, IOF_ABI_CANONICAL);

		if (segment->present && segment->type->n_pointers == 0 && segment->type->n_fields == 1)
			memset((void *)(uintptr_t)segment->canonical, 0x5a, size);
	}
	call_pack(call, 0);
}

static void requests_with_a_flipped_bit(void **state)
{
	unsigned accepted = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct call call;
		size_t whole;
		uint8_t *bytes;

		start(&call, i, IOF_ABI_CANONICAL);
		whole = call.request_size;
		bytes = exact_copy(call.request, whole);
		for (size_t bit = 0; bit < whole * 8; bit++) {
			int error;

			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			error = unpack(&call, bytes, whole);
			assert_true(error == 0 || error == -EPROTO || error == -EINVAL || error == -EFAULT ||
				    error == -E2BIG);
			if (error)
				refused++;
			else
				accepted++;
			if (!error)
				use_as_a_driver(&call);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		free(bytes);
		call_end(&call);
	}
	assert_true(accepted > 100);
	assert_true(refused > 100);
}

/* A pointer is 0 or 1; an address of the guest's choice must not reach the driver. */
static void addresses_from_the_wire_are_refused(void **state)
{
	struct call call;
	uint8_t *bytes;

	(void)state;
	start(&call, 2, IOF_ABI_CANONICAL);
	bytes = exact_copy(call.request, call.request_size);
	bytes[8] = 2;
	assert_int_equal(unpack(&call, bytes, call.request_size), -EPROTO);
	assert_string_equal(iof_walk_reason(call.host), "pointer value is neither 0 nor 1");
	bytes[8] = 0;
	assert_int_equal(unpack(&call, bytes, call.request_size), -EFAULT);
	free(bytes);
	call_end(&call);
}

static void null_flag_needs_an_empty_payload(void **state)
{
	struct call call;

	(void)state;
	start(&call, 1, IOF_ABI_CANONICAL);
	call.null_argument = true;
	assert_int_equal(call_unpack(&call), -EPROTO);
	call.request_size = 0;
	assert_int_equal(call_unpack(&call), -EFAULT);
	call_end(&call);
}

static int scatter_bytes(struct call *call, const uint8_t *bytes, size_t size)
{
	uint8_t *copy = exact_copy(bytes, size);
	int error;

	call->reply = copy;
	call->reply_size = size;
	error = call_scatter(call, 0);
	free(copy);
	return error;
}

static void replies_of_every_length(void **state)
{
	static const iof_abi abis[] = {IOF_LAYOUT_LP64, IOF_LAYOUT_I386, IOF_LAYOUT_EABI32 | IOF_BIG_ENDIAN};

	(void)state;
	for (size_t i = 0; i < N_CASES * 3; i++) {
		struct call call;
		uint8_t *good, *longer;
		size_t whole;

		start(&call, i / 3, abis[i % 3]);
		assert_int_equal(call_unpack(&call), 0);
		assert_int_equal(call_pack(&call, 0), 0);
		whole = call.reply_size;
		good = exact_copy(call.reply, whole);
		longer = calloc(1, whole + 8);
		memcpy(longer, good, whole);
		for (size_t n = 0; n < whole; n++)
			assert_int_equal(scatter_bytes(&call, good, n), -EPROTO);
		assert_int_equal(scatter_bytes(&call, longer, whole + 1), -EPROTO);
		assert_int_equal(scatter_bytes(&call, longer, whole + 8), -EPROTO);
		assert_int_equal(world.writes, 0);
		assert_int_equal(scatter_bytes(&call, good, whole), 0);
		free(good);
		free(longer);
		call_end(&call);
	}
}

/* A wrong reply may store wrong values, but only where the reply may store at all. */
static void replies_with_a_flipped_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		static struct world before;
		struct call call;
		uint8_t *bytes;
		size_t whole;

		start(&call, i, IOF_ABI_CANONICAL);
		assert_int_equal(call_unpack(&call), 0);
		assert_int_equal(call_pack(&call, 0), 0);
		whole = call.reply_size;
		bytes = exact_copy(call.reply, whole);
		before = world;
		for (size_t bit = 0; bit < whole * 8; bit++) {
			int error;

			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			error = scatter_bytes(&call, bytes, whole);
			assert_true(error == 0 || error == -EPROTO);
			if (error)
				assert_memory_equal(world.bytes, before.bytes, sizeof before.bytes);
			if (cases[i].command == &command_option) {
				assert_int_equal(world_peek(&world, &type_option, ARG, "value"), BUF0);
				assert_int_equal(world_peek(&world, &type_option, ARG, "nothing"), MSGS);
			}
			memcpy(world.bytes, before.bytes, sizeof before.bytes);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		free(bytes);
		call_end(&call);
	}
}

static void a_host_that_counts_too_far(void **state)
{
	struct call call;
	uint8_t *bytes;

	(void)state;
	start(&call, 1, IOF_ABI_CANONICAL);
	assert_int_equal(call_unpack(&call), 0);
	assert_int_equal(call_pack(&call, 0), 0);
	bytes = exact_copy(call.reply, call.reply_size);
	bytes[0] = 4;
	assert_int_equal(scatter_bytes(&call, bytes, call.reply_size), -EPROTO);
	assert_string_equal(iof_walk_reason(call.guest), "mixed: 4 returned into room for 3");
	bytes[3] = 0xff;
	assert_int_equal(scatter_bytes(&call, bytes, call.reply_size), -EPROTO);
	assert_int_equal(world.writes, 0);
	free(bytes);
	call_end(&call);
}

static void a_host_that_refuses_stores_nothing(void **state)
{
	struct call call;

	(void)state;
	start(&call, 1, IOF_ABI_CANONICAL);
	call.reply = "";
	call.reply_size = 0;
	assert_int_equal(call_scatter(&call, -EPERM), 0);
	assert_int_equal(call_scatter(&call, 0), -EPROTO);
	assert_int_equal(world.writes, 0);
	call_end(&call);
}

static void passes_out_of_order(void **state)
{
	struct call call;

	(void)state;
	start(&call, 1, IOF_ABI_CANONICAL);
	assert_int_equal(call_pack(&call, 0), -EINVAL);
	assert_int_equal(unpack(&call, "", 0), -EPROTO);
	assert_int_equal(call_pack(&call, 0), -EINVAL);
	world_poke(&world, &type_list, ARG, "count", 3);
	call.argument = 0;
	assert_int_equal(call_gather(&call), -EFAULT);
	assert_int_equal(call_scatter(&call, 0), -EINVAL);
	call_end(&call);
}

/* No guest sees another's bytes. */
static void arenas_are_clear_between_calls(void **state)
{
	static const uint8_t zeros[12];
	struct call call;
	uint8_t *value;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		start(&call, 2, IOF_ABI_CANONICAL);
		for (unsigned j = 0; j < 2; j++) {
			assert_int_equal(call_unpack(&call), 0);
			memcpy(&value, (const uint8_t *)(uintptr_t)call.driver_argument + 8, 8);
			assert_memory_equal(value, zeros, sizeof zeros);
			memset(value, 0xee, sizeof zeros);
		}
		call_end(&call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_of_every_length),
		cmocka_unit_test(requests_with_a_flipped_bit),
		cmocka_unit_test(addresses_from_the_wire_are_refused),
		cmocka_unit_test(null_flag_needs_an_empty_payload),
		cmocka_unit_test(replies_of_every_length),
		cmocka_unit_test(replies_with_a_flipped_bit),
		cmocka_unit_test(a_host_that_counts_too_far),
		cmocka_unit_test(a_host_that_refuses_stores_nothing),
		cmocka_unit_test(passes_out_of_order),
		cmocka_unit_test(arenas_are_clear_between_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
