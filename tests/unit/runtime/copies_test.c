/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a flat call in the wire's own layout are copied caller -> message -> driver, and back, and nowhere else:
 * the caller's memory is read and written in place, and the linker sends memcpy() and memmove() through here.
 */
#include "world.h"
#include <ioferry/marshal.h>
#include <string.h>

#define ARG   UINT64_C(0x10000)
#define SIZE  1024u
#define LARGE 64u /* smaller ones are no copies of the argument */

static const struct iof_field flat_fields[] = {
	{"id", IOF_UINT, 1, ALL(4), ALL(0), ALL(4)},
	{"flags", IOF_UINT, 1, ALL(4), ALL(4), ALL(4)},
	{"data", IOF_BYTES, SIZE - 8, ALL(1), ALL(8), ALL(1)},
};
static const struct iof_type type_flat = {"flat", ALL(SIZE), 0xf, 0, N_FIELDS(flat_fields), .fields = flat_fields};

static void flat_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &type_flat, 1, IOF_INOUT, 0);
}

static const struct iof_command command_flat = {
	.name = "FLAT",
	.number = ALL(0x707),
	.mask = UINT32_MAX,
	.argument = IOF_ARG_POINTER,
	.shape = flat_shape,
};

static struct {
	unsigned count;
	const void *to, *from;
} copies;

void *__real_memcpy(void *to, const void *from, size_t size);
void *__real_memmove(void *to, const void *from, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__wrap_memmove(void *to, const void *from, size_t size);

static void note(const void *to, const void *from, size_t size)
{
	if (size < LARGE)
		return;
	copies.count++;
	copies.to = to;
	copies.from = from;
}

void *__wrap_memcpy(void *to, const void *from, size_t size)
{
	note(to, from, size);
	return __real_memcpy(to, from, size);
}

void *__wrap_memmove(void *to, const void *from, size_t size)
{
	note(to, from, size);
	return __real_memmove(to, from, size);
}

struct caller {
	uint8_t bytes[SIZE];
	unsigned reads, writes;
	const uint8_t *read_to, *written_from;
};

static int caller_read(void *context, uint64_t address, void *to, size_t length)
{
	struct caller *caller = context;

	assert_int_equal(address, ARG);
	assert_int_equal(length, SIZE);
	caller->reads++;
	caller->read_to = to;
	__real_memcpy(to, caller->bytes, length);
	return 0;
}

static int caller_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct caller *caller = context;

	assert_int_equal(n_spans, 1);
	assert_int_equal(spans[0].address, ARG);
	assert_int_equal(spans[0].length, SIZE);
	caller->writes++;
	caller->written_from = spans[0].data;
	__real_memcpy(caller->bytes, spans[0].data, SIZE);
	return 0;
}

static void one_copy_each_way(void **state)
{
	struct caller caller = {.reads = 0};
	struct iof_memory memory = {.read = caller_read, .write = caller_write, .context = &caller};
	struct iof_walk *guest = iof_walk_create(SIZE), *host = iof_walk_create(SIZE);
	const void *request, *reply;
	size_t request_size, reply_size;
	uint64_t argument;
	uint8_t *target;
	bool null;

	(void)state;
	/* Straight into the message. */
	assert_int_equal(iof_gather(guest, &command_flat, 0x707, IOF_ABI_CANONICAL, ARG, &memory, &request,
				    &request_size, &null),
			 0);
	assert_int_equal(request_size, SIZE);
	assert_int_equal(caller.reads, 1);
	assert_ptr_equal(caller.read_to, request);
	assert_int_equal(copies.count, 0);

	/* From the message to the driver. */
	assert_int_equal(iof_unpack(host, &command_flat, 0x707, request, request_size, null, &argument), 0);
	target = (uint8_t *)(uintptr_t)argument;
	assert_int_equal(copies.count, 1);
	assert_ptr_equal(copies.to, target);
	assert_ptr_equal(copies.from, request);

	/* From the driver to the message. */
	for (unsigned i = 0; i < SIZE; i++)
		target[i] = (uint8_t)(i | 1);
	assert_int_equal(iof_pack(host, 0, 0, &reply, &reply_size), 0);
	assert_int_equal(reply_size, SIZE);
	assert_int_equal(copies.count, 2);
	assert_ptr_equal(copies.from, target);
	assert_ptr_equal(copies.to, reply);

	/* Straight from the message. */
	assert_int_equal(iof_scatter(guest, reply, reply_size, 0, 0, &memory), 0);
	assert_int_equal(caller.writes, 1);
	assert_ptr_equal(caller.written_from, reply);
	assert_int_equal(copies.count, 2);
	assert_int_equal(caller.reads, 1);
	assert_memory_equal(caller.bytes, target, SIZE);
	iof_walk_destroy(guest);
	iof_walk_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(one_copy_each_way)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
