/* SPDX-License-Identifier: MIT */
/* The same ioctl through each kind of memory; FUSE's retry is played by a small kernel. */
#include "guest/cuse/memory_retry.h"
#include "tests/cuse/testdev.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define AREA    (1u << 20)
#define ROUNDS  20
#define PAYLOAD (1u << 20)

/* What a round told the kernel to fetch, and what it has fetched. */
struct kernel {
	struct memory_retry retry;
	struct iovec in[RETRY_IOVS];
	size_t n_in, in_size, out_size;
	uint8_t *bytes; /* exactly as large as what was fetched, so that a sanitizer sees a step beyond */
	unsigned rounds;
	void (*meanwhile)(struct kernel *kernel); /* what the caller's other threads do between rounds */
	void *victim;
	const uint8_t *area; /* all memory there is */
};

struct world {
	struct iof_walk *walk, *other;
	struct kernel kernel;
	uint8_t *output;
	uint8_t *area; /* below 4 GiB: addresses fit both widths */
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->walk = iof_walk_create(PAYLOAD);
	world->other = iof_walk_create(PAYLOAD);
	world->output = malloc(MEMORY_BYTES);
	world->area = mmap((void *)0x20000000, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	world->kernel.area = world->area;
	*state = world;
	return !world->walk || !world->other || !world->output || (uintptr_t)world->area >> 32;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	iof_walk_destroy(world->walk);
	iof_walk_destroy(world->other);
	munmap(world->area, AREA);
	free(world->kernel.bytes);
	free(world->output);
	free(world);
	return 0;
}

static struct memory_ioctl ioctl_of(struct iof_walk *walk, enum iof_layout layout, unsigned long number,
				    const void *arg)
{
	const struct iof_command *command =
		iof_interface_command(iof_interface_find("testdev"), layout, (uint32_t)number);

	assert_non_null(command);
	return (struct memory_ioctl){
		.walk = walk,
		.command = command,
		.abi = (iof_abi)layout | IOF_NATIVE_ORDER,
		.number = (uint32_t)number,
		.argument = (uint64_t)(uintptr_t)arg,
	};
}

/* fuse_do_ioctl(): fetches what the server asked for, front to back. 0 or -EFAULT. */
static int fetch(struct kernel *kernel)
{
	size_t at = 0;

	kernel->n_in = memory_retry_iovecs(&kernel->retry.in, kernel->in);
	kernel->in_size = kernel->retry.in.total;
	kernel->out_size = kernel->retry.out.total;
	assert_true(kernel->retry.in.count + kernel->retry.out.count <= RETRY_IOVS);
	assert_true(kernel->in_size <= MEMORY_BYTES && kernel->out_size <= MEMORY_BYTES);
	free(kernel->bytes);
	kernel->bytes = malloc(kernel->in_size ? kernel->in_size : 1);
	for (size_t i = 0; i < kernel->n_in; i++) {
		const uint8_t *from = kernel->in[i].iov_base;

		if (from < kernel->area || from + kernel->in[i].iov_len > kernel->area + AREA)
			return -EFAULT;
		memcpy(kernel->bytes + at, from, kernel->in[i].iov_len);
		at += kernel->in[i].iov_len;
	}
	return 0;
}

static int retry(struct kernel *kernel, struct memory_ioctl *ioctl)
{
	int ret = -EAGAIN;

	kernel->in_size = kernel->out_size = 0;
	for (kernel->rounds = 0; ret == -EAGAIN && kernel->rounds < ROUNDS; kernel->rounds++) {
		ret = memory_retry_gather(&kernel->retry, ioctl, kernel->bytes, kernel->in_size, kernel->out_size);
		if (ret != -EAGAIN)
			continue;
		if (kernel->meanwhile)
			kernel->meanwhile(kernel);
		if (fetch(kernel))
			return -EFAULT;
	}
	return ret;
}

static int direct(struct memory_ioctl *ioctl, struct memory_process_vm *vm)
{
	memory_process_vm_init(vm, getpid());
	return memory_gather(ioctl, &vm->memory);
}

/* Both ways make the same message, in so many rounds; each round after the first asks one level deeper. */
static void assert_same(struct world *world, enum iof_layout layout, unsigned long number, const void *arg,
			unsigned rounds)
{
	struct memory_ioctl one = ioctl_of(world->walk, layout, number, arg);
	struct memory_ioctl two = ioctl_of(world->other, layout, number, arg);
	struct memory_process_vm vm;

	assert_int_equal(direct(&one, &vm), 0);
	assert_int_equal(retry(&world->kernel, &two), 0);
	assert_int_equal(one.length, two.length);
	assert_memory_equal(one.payload, two.payload, one.length);
	assert_int_equal(world->kernel.rounds, rounds);
}

static struct td_items *make_items(struct world *world, uint32_t count)
{
	struct td_items *arg = (struct td_items *)world->area;
	struct td_item *items = (struct td_item *)(world->area + 64);

	*arg = (struct td_items){count, 0, items};
	for (uint32_t i = 0; i < count; i++) {
		items[i] = (struct td_item){5, i, world->area + 65536 + 8ul * i};
		memset(items[i].data, (int)i, 5);
	}
	return arg;
}

static void test_rounds(void **state)
{
	struct world *world = *state;
	struct td_flat *flat = (struct td_flat *)world->area;
	struct td_deep *deep = (struct td_deep *)world->area;

	memset(world->area, 0x5a, 4096);
	assert_same(world, IOF_LAYOUT_LP64, TD_NOTHING, NULL, 1);
	assert_same(world, IOF_LAYOUT_LP64, TD_FLAT, flat, 2);
	*deep = (struct td_deep){world->area + 100, world->area + 300, 100, 50};
	assert_same(world, IOF_LAYOUT_LP64, TD_DEEP, deep, 3);
	assert_same(world, IOF_LAYOUT_LP64, TD_ITEMS, make_items(world, 20), 4);
}

/* The layouts of an i386 caller: sizes and places of pointers differ, what is asked for and sent must too. */
static void test_narrow_layout(void **state)
{
	struct world *world = *state;
	uint32_t *deep = (uint32_t *)world->area, base = (uint32_t)(uintptr_t)world->area;

	memset(world->area, 0x77, 4096);
	deep[0] = base + 100;
	deep[1] = base + 300;
	deep[2] = 100;
	deep[3] = 50;
	assert_same(world, IOF_LAYOUT_I386, TD_DEEP, deep, 3);
	assert_int_equal(world->kernel.retry.in.piece[0].length, 16);
	assert_same(world, IOF_LAYOUT_I386, TD_ABI, world->area, 2);
	assert_int_equal(world->kernel.in_size, 16);
	assert_same(world, IOF_LAYOUT_EABI32, TD_ABI, world->area, 2);
	assert_int_equal(world->kernel.in_size, 24);
}

/* Of a list of ten values, memory that is out exact, five come back: the other five must be the caller's. */
static void test_outputs(void **state)
{
	struct world *world = *state;
	struct td_list *list = (struct td_list *)world->area;
	uint32_t *values = (uint32_t *)(world->area + 256), changed[2] = {10, 5};
	struct memory_ioctl ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_LIST, list);
	struct memory_retry *round = &world->kernel.retry;
	const struct retry_piece *piece;
	struct iof_span span = {(uint64_t)(uintptr_t)(list), changed, 8};

	memset(values, 0xab, 40);
	*list = (struct td_list){10, 77, values};
	assert_int_equal(retry(&world->kernel, &ioctl), 0);
	assert_int_equal(round->out.count, 2);
	assert_int_equal(round->out.total, 16 + 40);
	assert_int_equal(memory_retry_outputs(round, world->output), 0);
	assert_memory_equal(world->output, list, 16);
	assert_memory_equal(world->output + 16, values, 40);
	assert_int_equal(round->memory.write(round->memory.context, &span, 1), 0);
	piece = &round->out.piece[0];
	assert_memory_equal(world->output + piece->offset, changed, 8);
	assert_memory_equal(world->output + 16, values, 40);
	span.address = (uint64_t)(uintptr_t)(values + 8);
	span.length = 12; /* one value beyond the list */
	assert_int_equal(round->memory.write(round->memory.context, &span, 1), -EFAULT);
}

static void test_limits(void **state)
{
	struct world *world = *state;
	struct td_deep *deep = (struct td_deep *)world->area;
	struct memory_ioctl ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_ITEMS, make_items(world, 126));

	assert_int_equal(retry(&world->kernel, &ioctl), 0); /* 2 + 126 pieces in, 127 out */
	ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_ITEMS, make_items(world, 127));
	assert_int_equal(retry(&world->kernel, &ioctl), -E2BIG);
	assert_int_equal(world->kernel.retry.error, -E2BIG);
	*deep = (struct td_deep){world->area + 4096, world->area, MEMORY_BYTES - sizeof(*deep), 0};
	ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_DEEP, deep);
	assert_int_equal(retry(&world->kernel, &ioctl), 0);
	deep->in_len++;
	assert_int_equal(retry(&world->kernel, &ioctl), -E2BIG);
}

static void test_errors(void **state)
{
	struct world *world = *state;
	struct td_deep *deep = (struct td_deep *)world->area;
	struct memory_ioctl ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_DEEP, deep);
	struct memory_process_vm vm;

	*deep = (struct td_deep){NULL, NULL, 8, 8};
	assert_int_equal(retry(&world->kernel, &ioctl), -EFAULT);
	assert_int_equal(world->kernel.retry.error, 0);
	*deep = (struct td_deep){deep, deep, 8, 400001};
	assert_int_equal(retry(&world->kernel, &ioctl), -EINVAL);
	/* Unreadable memory is the kernel's to find out by retry; directly, it is EFAULT. */
	*deep = (struct td_deep){(void *)16, deep, 8, 8};
	assert_int_equal(direct(&ioctl, &vm), -EFAULT);
	assert_int_equal(vm.error, -EFAULT);
	memory_process_vm_init(&vm, 0);
	assert_int_equal(memory_gather(&ioctl, &vm.memory), -EFAULT);
	assert_int_equal(vm.error, -ESRCH);
}

/* Another thread of the caller makes the list longer after each look at its length, then stops. */
static void grow(struct kernel *kernel)
{
	struct td_items *arg = kernel->victim;

	if (arg->count < 12)
		arg->count++;
}

static void test_changing_memory(void **state)
{
	struct world *world = *state;
	struct td_items *arg = make_items(world, 20);
	struct memory_ioctl ioctl = ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_ITEMS, arg);

	arg->count = 6;
	world->kernel.victim = arg;
	world->kernel.meanwhile = grow;
	assert_int_equal(retry(&world->kernel, &ioctl), 0);
	assert_true(world->kernel.rounds > 4); /* else nothing had to be asked for anew */
	assert_int_equal(iof_walk_segments(world->walk), 2 + arg->count);
}

/* Anything at all may stand there at each look: no byte outside of what was fetched is read (sanitizers), and no
 * more is asked for than FUSE moves (fetch()). */
static void scribble(struct kernel *kernel)
{
	struct td_items *arg = kernel->victim;
	struct td_item *items = (struct td_item *)((uint8_t *)arg + 64);
	uint32_t which = (uint32_t)random() % 20;

	if (random() % 2)
		arg->count = (uint32_t)random() % 24;
	items[which].length = (uint32_t)random() % 300;
	items[which].data = random() % 4 ? (uint8_t *)arg + 65536 + random() % 4096 : NULL;
}

static void test_hostile_memory(void **state)
{
	struct world *world = *state;
	unsigned ended[2] = {0, 0};

	srandom(1);
	for (unsigned i = 0; i < 2000; i++) {
		struct memory_ioctl ioctl =
			ioctl_of(world->walk, IOF_LAYOUT_LP64, TD_ITEMS, make_items(world, (uint32_t)random() % 24));

		world->kernel.victim = world->area;
		world->kernel.meanwhile = random() % 8 ? scribble : NULL;
		ended[retry(&world->kernel, &ioctl) == 0]++;
	}
	assert_true(ended[0] > 0 && ended[1] > 0);
}

static void test_buffer(void **state)
{
	uint8_t bytes[16], to[16] = {0};
	struct memory_buffer buffer;
	struct iof_span span = {MEMORY_BUFFER_BASE + 14, "ab", 2};

	(void)state;
	memset(bytes, 7, sizeof(bytes));
	memory_buffer_init(&buffer, bytes, sizeof(bytes));
	assert_int_equal(buffer.memory.read(&buffer, MEMORY_BUFFER_BASE, to, 16), 0);
	assert_memory_equal(to, bytes, 16);
	assert_int_equal(buffer.memory.read(&buffer, MEMORY_BUFFER_BASE + 1, to, 16), -EFAULT);
	assert_int_equal(buffer.memory.read(&buffer, MEMORY_BUFFER_BASE - 1, to, 1), -EFAULT);
	assert_int_equal(buffer.memory.read(&buffer, UINT64_MAX, to, 2), -EFAULT);
	assert_int_equal(buffer.memory.write(&buffer, &span, 1), 0);
	assert_memory_equal(bytes + 14, "ab", 2);
	span.length = 3;
	assert_int_equal(buffer.memory.write(&buffer, &span, 1), -EFAULT);
}

/* More spans than one system call takes, and one that cannot be written. */
static void test_process_vm_write(void **state)
{
	struct world *world = *state;
	struct memory_process_vm vm;
	struct iof_span spans[200];
	uint8_t values[200];

	memset(world->area, 0, 4096);
	for (unsigned i = 0; i < 200; i++) {
		values[i] = (uint8_t)(i + 1);
		spans[i] = (struct iof_span){(uint64_t)(uintptr_t)world->area + UINT64_C(3) * i, &values[i], 1};
	}
	memory_process_vm_init(&vm, getpid());
	assert_int_equal(vm.memory.write(&vm, spans, 200), 0);
	for (unsigned i = 0; i < 200; i++)
		assert_true(world->area[(size_t)3 * i] == i + 1 && world->area[(size_t)3 * i + 1] == 0);
	spans[150].address = 16;
	assert_int_equal(vm.memory.write(&vm, spans, 200), -EFAULT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_narrow_layout, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_outputs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changing_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_memory, set_up, tear_down),
		cmocka_unit_test(test_buffer),
		cmocka_unit_test_setup_teardown(test_process_vm_write, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
