/* SPDX-License-Identifier: MIT */
/* The control plane's packing: caps of the arena, hostile bytes, open flags. */
#include "caller.h"
#include <fcntl.h>

static size_t packed_hello(uint8_t *bytes, size_t size)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__Hello hello = IOFERRY__HELLO__INIT;
	Ioferry__Interface interface, *list[] = {&interface};
	uint32_t numbers[3];
	uint64_t hashes[3];
	ssize_t length;

	iof_control_interface(iof_interfaces[0], &interface, numbers, hashes);
	hello.version_min = hello.version_max = 1;
	hello.client = (char[]){"a client"};
	hello.n_interfaces = 1;
	hello.interfaces = list;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_HELLO;
	request.hello = &hello;
	length = iof_control_pack_request(&request, bytes, size);
	assert_true(length > 0);
	assert_int_equal(iof_control_pack_request(&request, bytes, (size_t)length - 1), -E2BIG);
	return (size_t)length;
}

static void what_is_packed_comes_out(void **state)
{
	(void)state;
	uint8_t bytes[512];
	size_t length = packed_hello(bytes, sizeof bytes);
	struct iof_control_arena arena;
	const Ioferry__ControlRequest *request;
	const Ioferry__Interface *interface;

	assert_int_equal(iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS), 0);
	for (unsigned i = 0; i < 3; i++) { /* the arena is used again */
		assert_int_equal(iof_control_unpack_request(&arena, bytes, length, &request), 0);
		assert_string_equal(request->hello->client, "a client");
		interface = request->hello->interfaces[0];
		assert_string_equal(interface->name, "testdev");
		assert_true(iof_control_same_command(interface, &iof_interfaces[0]->commands[1]));
		assert_int_equal(interface->hashes[1], 0x22);
	}
	iof_control_arena_destroy(&arena);
}

static void every_truncation_and_every_flipped_bit_is_survived(void **state)
{
	(void)state;
	uint8_t bytes[512];
	size_t length = packed_hello(bytes, sizeof bytes);
	struct iof_control_arena arena;
	const Ioferry__ControlRequest *request;

	assert_int_equal(iof_control_arena_create(&arena, 65536, 1000), 0);
	for (size_t i = 0; i < length; i++) {
		uint8_t *exact = malloc(i ? i : 1); /* so that a sanitizer sees one byte too many */

		memcpy(exact, bytes, i);
		iof_control_unpack_request(&arena, exact, i, &request);
		free(exact);
	}
	for (size_t bit = 0; bit < 8 * length; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		iof_control_unpack_request(&arena, bytes, length, &request);
		iof_control_unpack_reply(&arena, bytes, length, &(const Ioferry__ControlReply *){NULL});
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	iof_control_arena_destroy(&arena);
}

/* Two bytes of wire make an empty Interface: the classic amplification. */
static void a_small_message_cannot_become_a_large_tree(void **state)
{
	(void)state;
	static const size_t N = 30000;
	uint8_t *bytes = malloc(5 + 2 * N);
	struct iof_control_arena arena;
	const Ioferry__ControlRequest *request;
	size_t inner = 2 * N;

	bytes[0] = 1 << 3 | 2; /* hello */
	bytes[1] = (uint8_t)(inner & 0x7f) | 0x80;
	bytes[2] = (uint8_t)(inner >> 7 & 0x7f) | 0x80;
	bytes[3] = (uint8_t)(inner >> 14);
	for (size_t i = 0; i < N; i++) {
		bytes[4 + 2 * i] = 6 << 3 | 2; /* interfaces */
		bytes[5 + 2 * i] = 0;
	}
	assert_int_equal(iof_control_arena_create(&arena, 64U << 20, IOF_CONTROL_ALLOCATIONS), 0);
	assert_int_equal(iof_control_unpack_request(&arena, bytes, 4 + inner, &request), -EPROTO);
	assert_true(arena.allocations <= IOF_CONTROL_ALLOCATIONS);
	iof_control_arena_destroy(&arena);
	assert_int_equal(iof_control_arena_create(&arena, 65536, 1000000), 0);
	assert_int_equal(iof_control_unpack_request(&arena, bytes, 4 + inner, &request), -EPROTO);
	assert_true(arena.used <= 65536);
	/* and it serves on */
	assert_int_equal(iof_control_unpack_request(&arena, bytes, 0, &request), 0);
	assert_int_equal(request->what_case, IOFERRY__CONTROL_REQUEST__WHAT__NOT_SET);
	iof_control_arena_destroy(&arena);
	free(bytes);
}

static void each_allocation_may_fail(void **state)
{
	(void)state;
	uint8_t bytes[512];
	size_t length = packed_hello(bytes, sizeof bytes);
	const Ioferry__ControlRequest *request;
	unsigned failed = 0;

	for (unsigned most = 0; most < 50; most++) {
		uint64_t memory[1024];
		struct iof_control_arena arena;

		iof_control_arena_use(&arena, memory, sizeof memory, most);
		if (iof_control_unpack_request(&arena, bytes, length, &request) == 0)
			break;
		failed++;
		assert_null(request);
	}
	assert_true(failed > 4 && failed < 50);
}

static void open_flags_travel_in_asm_generics_values(void **state)
{
	(void)state;
	assert_int_equal(iof_open_flags_encode(O_RDWR | O_NONBLOCK | O_CLOEXEC | O_CREAT), 04002);
	assert_int_equal(iof_open_flags_encode(O_SYNC), 04010000);
	assert_int_equal(iof_open_flags_encode(O_WRONLY | O_DSYNC | O_EXCL | O_APPEND), 012201);
	assert_int_equal(iof_open_flags_decode(04002), O_RDWR | O_NONBLOCK);
	assert_int_equal(iof_open_flags_decode(~0U), O_ACCMODE | O_EXCL | O_APPEND | O_NONBLOCK | O_SYNC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out),
		cmocka_unit_test(every_truncation_and_every_flipped_bit_is_survived),
		cmocka_unit_test(a_small_message_cannot_become_a_large_tree),
		cmocka_unit_test(each_allocation_may_fail),
		cmocka_unit_test(open_flags_travel_in_asm_generics_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
