/* SPDX-License-Identifier: MIT */
/* struct iof_file against a host that unpacks, runs and packs as the daemon does, with a driver of a few lines. */
#include "tests/unit/session/caller.h"
#include <fcntl.h>
#include <ioferry/file.h>
#include <ioferry/marshal.h>
#include <ioferry/sys.h>

/* A struct with a counted array behind a pointer, and records that are smaller where long is. */
struct sum {
	uint32_t count;
	uint32_t total;
	uint32_t *values;
};
struct record {
	uint32_t id;
	unsigned long stamp;
};

static const struct iof_field sum_fields[] = {
	{.name = "count", .kind = IOF_UINT, .count = 1, .size = {4, 4, 4, 4}, .stride = {4, 4, 4, 4}},
	{.name = "total",
	 .kind = IOF_UINT,
	 .count = 1,
	 .size = {4, 4, 4, 4},
	 .offset = {4, 4, 4, 4},
	 .stride = {4, 4, 4, 4}},
	{.name = "values",
	 .kind = IOF_POINTER,
	 .count = 1,
	 .size = {8, 4, 4, 4},
	 .offset = {8, 8, 8, 8},
	 .stride = {8, 4, 4, 4}},
};
static const struct iof_type type_sum = {
	.name = "sum", .size = {16, 12, 12, 12}, .same = 1, .n_pointers = 1, .n_fields = 3, .fields = sum_fields};
static const struct iof_field record_fields[] = {
	{.name = "id", .kind = IOF_UINT, .count = 1, .size = {4, 4, 4, 4}, .stride = {4, 4, 4, 4}},
	{.name = "stamp",
	 .kind = IOF_UINT,
	 .count = 1,
	 .size = {8, 4, 4, 4},
	 .offset = {8, 4, 4, 4},
	 .stride = {8, 4, 4, 4}},
};
static const struct iof_type type_record = {
	.name = "record", .size = {16, 8, 8, 8}, .same = 1, .n_fields = 2, .fields = record_fields};

static void sum_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_sum, 1, IOF_INOUT, 0);
	uint32_t count = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 8, EINVAL, "arg.count");

	iof_walk_pointer(walk, arg, 0, 8, &iof_type_u32, count, IOF_INOUT, 0);
}

#define SUM    0x7301u
#define VALUE  0x7302u
#define WAIT   0x7303u
#define SEALED 0x7304u

#define EVERYWHERE(n)                                                                                                  \
	{                                                                                                              \
		n, n, n, n                                                                                             \
	}
static const struct iof_command commands[] = {
	{.name = "SUM",
	 .number = EVERYWHERE(SUM),
	 .mask = ~0U,
	 .argument = IOF_ARG_POINTER,
	 .hash = 1,
	 .shape = sum_shape},
	{.name = "VALUE", .number = EVERYWHERE(VALUE), .mask = ~0U, .argument = IOF_ARG_VALUE, .hash = 2},
	{.name = "WAIT",
	 .number = EVERYWHERE(WAIT),
	 .mask = ~0U,
	 .argument = IOF_ARG_NONE,
	 .hash = 3,
	 .flags = IOF_CMD_BLOCKING},
	{.name = "SEALED",
	 .number = EVERYWHERE(SEALED),
	 .mask = ~0U,
	 .argument = IOF_ARG_UNSUPPORTED,
	 .hash = 4,
	 .why = "test"},
};
static struct iof_interface driver = {
	.name = "sums",
	.hash = 99,
	.commands = commands,
	.n_commands = 4,
	.read = {.record = &type_record, .direction = IOF_OUT, .max_count = 4},
	.write = {.record = &type_record, .count_records = true, .direction = IOF_INOUT, .max_count = 4},
};
const struct iof_interface *const iof_interfaces[] = {&driver, NULL};

enum { INTERRUPTED_AT = 1000, ASK_NONBLOCK = 4712 };

static int run_ioctl(uint32_t number, uint64_t argument)
{
	struct sum *sum = (struct sum *)(uintptr_t)argument;

	if (number == VALUE)
		return argument == 4711 ? 7 : -257; /* an errno that Linux does not have */
	sum->total = 0;
	for (uint32_t i = 0; i < sum->count; i++) {
		sum->total += sum->values[i];
		sum->values[i] *= 2;
	}
	return sum->total == INTERRUPTED_AT ? -EINTR : 0;
}

static int run_io(bool write, struct record *records, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (write && records[i].id != i + 1)
			return -EIO;
		records[i].stamp = 1000 + i;
		records[i].id = write ? records[i].id : 50 + i;
	}
	return (int)(write ? count : count * sizeof *records);
}

/* The daemon's part. */
static void serve(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	struct iof_walk *walk;
	bool write = request->op == IOF_OP_WRITE;
	const void *reply = NULL;
	uint64_t argument = 0;
	uint32_t count;
	void *buffer;
	int r;

	if (request->op == IOF_OP_CANCEL)
		fake_host_reply(host, iof_get_u64(payload), IOF_STATUS_INTERRUPTED, 0, EINTR, NULL, 0);
	if (request->op == IOF_OP_POLL)
		fake_host_reply(host, request->tag, IOF_STATUS_COMPLETED, (int)iof_get_u32(payload) & POLLIN, 0, NULL,
				0);
	if (request->op == IOF_OP_CANCEL || request->op == IOF_OP_POLL || request->command == WAIT)
		return;
	walk = iof_walk_create(65536);
	if (request->op == IOF_OP_IOCTL) {
		r = iof_unpack(walk, iof_interface_command(&driver, IOF_LAYOUT_LP64, request->command),
			       request->command, payload, length, request->flags & IOF_REQUEST_NULL, &argument);
		if (!r && request->command == VALUE && argument == ASK_NONBLOCK)
			r = request->flags & IOF_REQUEST_NONBLOCK ? 1 : 0;
		else
			r = r ? r : run_ioctl(request->command, argument);
	} else {
		r = iof_unpack_records(walk, write ? &driver.write : &driver.read, payload, length, &count, &buffer);
		r = r ? r : run_io(write, buffer, count);
	}
	if (request->command == VALUE &&
	    argument > INT32_MAX) { /* a wrong host, which calls a negative number a result */
		fake_host_reply(host, request->tag, IOF_STATUS_COMPLETED, (int32_t)argument, 0, NULL, 0);
		iof_walk_destroy(walk);
		return;
	}
	if (iof_pack(walk, r > 0 ? r : 0, r < 0 ? (uint32_t)-r : 0, &reply, &length) < 0)
		length = 0;
	if (IOF_REPLY_SIZE + length > request->reply_max)
		abort();
	fake_host_reply(host, request->tag, r == -EINTR ? IOF_STATUS_INTERRUPTED : IOF_STATUS_COMPLETED, r > 0 ? r : 0,
			r < 0 ? (uint32_t)-r : 0, reply, length);
	iof_walk_destroy(walk);
}

struct world {
	struct fake_host *host;
	struct iof_session *session;
	struct iof_file *file;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	world->host = fake_host_start(&(struct fake_options){.handle = serve});
	world->session = session_to(world->host, NULL);
	*state = world;
	return iof_file_open(world->session, "testdev0", O_RDWR, &world->file);
}

static int teardown(void **state)
{
	struct world *world = *state;

	iof_file_close(world->file);
	wait_for(fake_host_seen(world->host).closes == 1);
	iof_session_destroy(world->session);
	fake_host_stop(world->host);
	free(world);
	return 0;
}

static void an_ioctl_reads_and_writes_what_its_argument_reaches(void **state)
{
	struct world *world = *state;
	uint32_t values[] = {1, 2, 3};
	struct sum sum = {.count = 3, .values = values};

	for (uint32_t i = 1; i < 5; i++) {
		assert_int_equal(iof_file_ioctl(world->file, SUM, &sum), 0);
		assert_int_equal(sum.total, 6U << (i - 1));
		assert_ptr_equal(sum.values, values);
		assert_int_equal(values[2], 3U << i);
	}
	sum.count = 9;
	assert_int_equal(iof_file_ioctl(world->file, SUM, &sum), -EINVAL); /* before anything is sent */
	sum.count = 1;
	sum.values = NULL;
	assert_int_equal(iof_file_ioctl(world->file, SUM, &sum), -EFAULT);
	assert_int_equal(iof_file_ioctl(world->file, SUM, NULL), -EFAULT);
	assert_int_equal(fake_host_seen(world->host).requests, 2 + 4);
}

static void what_an_interrupted_driver_wrote_is_stored(void **state)
{
	struct world *world = *state;
	uint32_t values[] = {INTERRUPTED_AT};
	struct sum sum = {.count = 1, .values = values};

	assert_int_equal(iof_file_ioctl(world->file, SUM, &sum), -EINTR);
	assert_int_equal(sum.total, INTERRUPTED_AT);
	assert_int_equal(values[0], 2 * INTERRUPTED_AT);
}

static void values_results_and_odd_errnos_pass(void **state)
{
	struct world *world = *state;

	assert_int_equal(iof_file_ioctl(world->file, VALUE, (void *)4711), 7);
	assert_int_equal(iof_file_ioctl(world->file, VALUE, (void *)1), -257);
	assert_int_equal(iof_file_ioctl(world->file, VALUE, (void *)0xfffffff0), -EIO); /* -16 is no result */
}

static int asked(struct world *world)
{
	return iof_file_ioctl(world->file, VALUE, (void *)(uintptr_t)ASK_NONBLOCK);
}

static void o_nonblock_counts_as_it_is_now(void **state)
{
	struct world *world = *state;

	assert_int_equal(asked(world), 0);
	iof_file_set_nonblock(world->file, true);
	assert_int_equal(asked(world), 1);
}

static void o_nonblock_counts_as_it_was_at_open_where_drivers_look_then(void **state)
{
	struct world *world = *state;

	driver.nonblock_at_open = true;
	iof_file_set_nonblock(world->file, true);
	assert_int_equal(asked(world), 0);
	driver.nonblock_at_open = false;
}

static void what_is_not_carried_is_ENOTTY_and_not_sent(void **state)
{
	struct world *world = *state;

	assert_int_equal(iof_file_ioctl(world->file, 0x1234, NULL), -ENOTTY);
	assert_int_equal(iof_file_ioctl(world->file, SEALED, NULL), -ENOTTY);
	assert_int_equal(fake_host_seen(world->host).requests, 2);
}

static void read_counts_bytes_and_write_counts_records(void **state)
{
	struct world *world = *state;
	struct record records[6] = {0};

	assert_int_equal(iof_file_read(world->file, records, 2 * sizeof records[0] + 3), 2 * sizeof records[0]);
	assert_int_equal(records[1].id, 51);
	assert_int_equal(records[1].stamp, 1001);
	assert_int_equal(records[2].id, 0);
	assert_int_equal(iof_file_read(world->file, records, sizeof records), 4 * sizeof records[0]); /* at most 4 */
	assert_int_equal(iof_file_read(world->file, records, 1), -EINVAL);
	assert_int_equal(iof_file_read(world->file, records, 0), 0);

	for (uint32_t i = 0; i < 6; i++)
		records[i] = (struct record){.id = i + 1};
	assert_int_equal(iof_file_write(world->file, records, 3), 3);
	assert_int_equal(records[2].stamp, 1002);
	assert_int_equal(records[3].stamp, 0);
}

static void poll_tells_readiness(void **state)
{
	struct world *world = *state;

	assert_int_equal(iof_file_poll(world->file, POLLIN | POLLOUT, true), POLLIN);
	assert_int_equal(iof_file_poll(world->file, POLLOUT, false), 0);
	assert_int_equal(iof_file_handle(world->file), 100);
}

static void note_signal(int number)
{
	(void)number;
}

static void *signal_soon(void *context)
{
	struct world *world = context;

	while (fake_host_seen(world->host).requests < 3)
		usleep(1000);
	usleep(20000);
	kill(getpid(), SIGUSR1);
	return NULL;
}

static void a_handler_ends_a_blocking_ioctl_by_a_cancel(void **state)
{
	struct world *world = *state;
	struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
	sigset_t set, before;
	pthread_t thread;

	/* The driver returns EINTR, so SA_RESTART changes nothing. The handler is this thread's. */
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	pthread_create(&thread, NULL, signal_soon, world);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(iof_file_ioctl(world->file, WAIT, NULL), -EINTR);
	assert_int_equal(fake_host_seen(world->host).cancels, 1);
	pthread_join(thread, NULL);
}

static void devices_that_are_not_there_or_not_known_are_ENODEV(void **state)
{
	struct world *world = *state;
	struct iof_file *file;

	assert_int_equal(iof_file_open(world->session, "nothing", O_RDWR, &file), -ENODEV);
	assert_int_equal(iof_file_open(world->session, "other", O_RDWR, &file), -ENODEV);
}

static void a_lost_host_is_ENODEV(void **state)
{
	struct world *world = *state;
	struct record record;

	iof_file_close(world->file);
	wait_for(fake_host_seen(world->host).closes == 1);
	assert_int_equal(iof_file_open(world->session, "testdev0", O_RDWR, &world->file), 0);
	fake_host_hang_up(world->host);
	assert_int_equal(iof_file_read(world->file, &record, sizeof record), -ENODEV);
	assert_int_equal(iof_file_ioctl(world->file, VALUE, NULL), -ENODEV);
	assert_int_equal(iof_file_poll(world->file, POLLIN, false), -ENODEV);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ioctl_reads_and_writes_what_its_argument_reaches),
		TEST(what_an_interrupted_driver_wrote_is_stored),
		TEST(values_results_and_odd_errnos_pass),
		TEST(o_nonblock_counts_as_it_is_now),
		TEST(o_nonblock_counts_as_it_was_at_open_where_drivers_look_then),
		TEST(what_is_not_carried_is_ENOTTY_and_not_sent),
		TEST(read_counts_bytes_and_write_counts_records),
		TEST(poll_tells_readiness),
		TEST(a_handler_ends_a_blocking_ioctl_by_a_cancel),
		TEST(devices_that_are_not_there_or_not_known_are_ENODEV),
		TEST(a_lost_host_is_ENODEV),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
