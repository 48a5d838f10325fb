/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_wait_test.c
 * What waits in the can4linux driver over simulated controllers: blocking calls, cancel, poll, the bus's own thread.
 */
#include "pair.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>

/* A thread in a blocking call. */
struct blocked {
	struct pair *pair;
	struct host_file *file;
	struct host_call call;
	c4l_message message[300];
	size_t count;
	bool writes;
	ssize_t result;
	pthread_t thread;
	int done;
};

static void *run_blocked(void *argument)
{
	struct blocked *blocked = argument;

	if (blocked->writes)
		blocked->result = pair_backend->write(blocked->file, blocked->message, blocked->count, &blocked->call);
	else
		blocked->result = pair_backend->read(blocked->file, blocked->message, blocked->count, &blocked->call);
	__atomic_store_n(&blocked->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void block(struct blocked *blocked)
{
	assert_int_equal(pthread_create(&blocked->thread, NULL, run_blocked, blocked), 0);
}

static void cancel(struct blocked *blocked)
{
	__atomic_store_n(&blocked->call.cancelled, 1, __ATOMIC_RELEASE);
	pair_backend->cancel(blocked->file, &blocked->call);
	pthread_join(blocked->thread, NULL);
}

/* A blocking read waits for all it asked for, and a cancelled one ends with EINTR whatever it had. */
static void blocking_read(void **state)
{
	struct pair *pair = *state;
	static struct blocked reader;

	reader = (struct blocked){.pair = pair, .file = pair->file[1], .count = 2};
	block(&reader);
	pair_write_one(pair, pair->file[0], 1);
	pair_pass(pair, 10000000);
	assert_false(__atomic_load_n(&reader.done, __ATOMIC_ACQUIRE));
	pair_write_one(pair, pair->file[0], 2);
	pair_pass(pair, 10000000);
	pthread_join(reader.thread, NULL);
	assert_int_equal(reader.result, 2);
	assert_int_equal(reader.message[1].id, 2);

	reader = (struct blocked){.pair = pair, .file = pair->file[1], .count = 2};
	block(&reader);
	pair_write_one(pair, pair->file[0], 3);
	pair_pass(pair, 10000000);
	cancel(&reader);
	assert_int_equal(reader.result, -EINTR);
}

/* A blocked writer goes on when the fifo has run empty. */
static void blocking_write(void **state)
{
	struct pair *pair = *state;
	static struct blocked writer;
	c4l_message got;

	writer = (struct blocked){.pair = pair, .file = pair->file[0], .count = 258, .writes = true};
	for (unsigned i = 0; i < 258; i++)
		writer.message[i] = pair_message(i);
	block(&writer);
	while (pair_status(pair, pair->file[0]).status & 0x04) /* until the first is in the controller */
		sched_yield();
	for (unsigned received = 0; received < 258;) {
		pair_pass(pair, 1000000);
		if (pair_read_some(pair, pair->file[1], &got, 1) == 1)
			assert_int_equal(got.id, received++);
		sched_yield();
	}
	pthread_join(writer.thread, NULL);
	assert_int_equal(writer.result, 258);
}

static void note_ready(void *context, uint32_t revents)
{
	*(uint32_t *)context = revents;
}

/* A notification comes once, when something of what was asked for is ready; none comes after close. */
static void poll_notifies(void **state)
{
	struct pair *pair = *state;
	uint32_t told = 0;

	assert_int_equal(pair_backend->poll(pair->file[1], POLLIN, note_ready, &told), 0);
	assert_int_equal(pair_backend->poll(pair->file[1], POLLIN, note_ready, &told), 0);
	pair_pass(pair, 1000000);
	assert_int_equal(told, 0);
	pair_write_one(pair, pair->file[0], 1);
	pair_pass(pair, 10000000);
	assert_int_equal(told, POLLIN);
	told = 0;
	pair_write_one(pair, pair->file[0], 2);
	pair_pass(pair, 10000000);
	assert_int_equal(told, 0);

	pair_backend->close(pair->file[1]);
	pair->file[1] = pair_open_node(pair->device[1]);
	pair_backend->poll(pair->file[1], POLLIN, note_ready, &told);
	pair_backend->close(pair->file[1]);
	pair->file[1] = NULL;
	pair_write_one(pair, pair->file[0], 3);
	pair_pass(pair, 10000000);
	assert_int_equal(told, 0);
}

/* The same with the machine's clock and the bus's own thread: a hundred frames, all there, in order. */
static void real_time(void **state)
{
	const struct test_setting settings[] = {
		{.key = "bus", .text = "real"}, {.key = "bitrate", .number = 1000}, {.key = NULL}};
	struct host_device *device[2];
	struct host_file *file[2];
	static struct blocked reader;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pair_backend->device_create(test_settings(settings), &pair_interface, &device[i]), 0);
		file[i] = pair_open_node(device[i]);
	}
	reader = (struct blocked){.file = file[1], .count = 100};
	block(&reader);
	for (unsigned i = 0; i < 100; i++) {
		c4l_message one = pair_message(i);
		struct host_call call = {0};

		assert_int_equal(pair_backend->write(file[0], &one, 1, &call), 1);
	}
	pthread_join(reader.thread, NULL);
	assert_int_equal(reader.result, 100);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(reader.message[i].id, i);
	for (unsigned i = 0; i < 2; i++) {
		pair_backend->close(file[i]);
		pair_backend->device_destroy(device[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(blocking_read),
		TEST(blocking_write),
		TEST(poll_notifies),
		cmocka_unit_test(real_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
