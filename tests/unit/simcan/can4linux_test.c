/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_test.c
 * The can4linux driver's results, waits and oddities over simulated controllers.
 */
#include "host/backends/simcan/can4linux.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

static const struct iof_interface interface = {.name = "can4linux"};
static const struct host_backend *const backend = &host_backend_simcan;

/* Two nodes on one bus, one open each. */
struct pair {
	uint64_t now;
	struct simcan_clock clock;
	struct simcan_bus *bus;
	struct host_device *device[2];
	struct host_file *file[2];
	struct host_call call; /* nonblocking */
};

static struct host_file *open_node(struct host_device *device)
{
	struct host_call call = {0};
	struct host_file *file = NULL;

	assert_int_equal(backend->open(device, O_RDWR, &call, &file), 0);
	return file;
}

static int setup(void **state)
{
	static struct pair pair;
	const struct test_setting settings[] = {{.key = "bus", .text = "pair"}, {.key = NULL}};

	memset(&pair, 0, sizeof(pair));
	pair.now = 1000000000;
	pair.clock = test_clock(&pair.now);
	pair.call.nonblock = true;
	pair.bus = simcan_bus_get("pair", &pair.clock);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
			simcan_device_create_on(test_settings(settings), &interface, &pair.clock, &pair.device[i]), 0);
		pair.file[i] = open_node(pair.device[i]);
	}
	*state = &pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	for (unsigned i = 0; i < 2; i++) {
		if (pair->file[i])
			backend->close(pair->file[i]);
		backend->device_destroy(pair->device[i]);
	}
	simcan_bus_put(pair->bus);
	return 0;
}

/* Lets bus time pass, from event to event. */
static void pass(struct pair *pair, uint64_t ns)
{
	uint64_t until = pair->now + ns;

	for (;;) {
		uint64_t next = simcan_bus_next(pair->bus);

		if (next > until)
			break;
		if (next > pair->now)
			__atomic_store_n(&pair->now, next, __ATOMIC_RELEASE);
		simcan_bus_run(pair->bus);
	}
	__atomic_store_n(&pair->now, until, __ATOMIC_RELEASE);
	simcan_bus_run(pair->bus);
}

static c4l_message message(unsigned id)
{
	return (c4l_message){.id = id, .length = 2, .data = {(uint8_t)id, 0x55}};
}

static ssize_t write_one(struct pair *pair, struct host_file *file, unsigned id)
{
	c4l_message one = message(id);

	return backend->write(file, &one, 1, &pair->call);
}

static ssize_t read_some(struct pair *pair, struct host_file *file, c4l_message *messages, size_t count)
{
	return backend->read(file, messages, count, &pair->call);
}

static long command(struct pair *pair, struct host_file *file, int cmd)
{
	c4l_command par = {.cmd = cmd, .error = 99, .retval = 99};

	assert_int_equal(
		backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_COMMAND, (uint64_t)(uintptr_t)&par, &pair->call), 0);
	assert_int_equal(par.error, 0);
	return (long)par.retval;
}

static long config(struct pair *pair, struct host_file *file, int target, unsigned long val1, unsigned long val2)
{
	c4l_command par = {.target = target, .val1 = val1, .val2 = val2, .error = 99, .retval = 99};
	long result = backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_CONFIG, (uint64_t)(uintptr_t)&par, &pair->call);

	assert_int_equal((long)par.retval, result); /* told twice */
	return result;
}

static c4l_status status(struct pair *pair, struct host_file *file)
{
	c4l_status got;

	memset(&got, 0xff, sizeof(got));
	assert_int_equal(backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_STATUS, (uint64_t)(uintptr_t)&got, &pair->call),
			 0);
	return got;
}

static uint32_t ready(struct host_file *file)
{
	return backend->poll(file, POLLIN | POLLOUT, NULL, NULL);
}

/* read() and write() count messages; a nonblocking read of nothing is 0, not EAGAIN. */
static void messages_cross(void **state)
{
	struct pair *pair = *state;
	c4l_message sent[3] = {message(1), message(2), message(3)}, got[8];

	sent[1].flags = CAN4LINUX_MSG_EXT;
	sent[1].id = 0x12345678;
	sent[2].flags = CAN4LINUX_MSG_RTR;
	sent[0].cob = sent[1].cob = 77;
	assert_int_equal(read_some(pair, pair->file[1], got, 8), 0);
	assert_int_equal(backend->write(pair->file[0], sent, 3, &pair->call), 3);
	assert_int_equal(sent[0].cob, 0); /* written back: the sender's index */
	assert_int_equal(sent[1].cob, 0);
	pass(pair, 10000000);
	assert_int_equal(read_some(pair, pair->file[1], got, 2), 2);
	assert_int_equal(read_some(pair, pair->file[1], got + 2, 6), 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(got[i].id, sent[i].id);
		assert_int_equal(got[i].flags, sent[i].flags);
		assert_int_equal(got[i].length, 2);
	}
	assert_memory_equal(got[0].data, sent[0].data, 2);
	assert_int_equal(got[2].data[0], 0); /* a remote frame carries none */
}

/* 125 kbit/s at first; the time stamp is the time of day at the end of the frame. */
static void time_stamps(void **state)
{
	struct pair *pair = *state;
	uint64_t ns, end;
	c4l_message got;

	pass(pair, 1000000);
	end = pair->now + 50 * UINT64_C(8000);
	assert_int_equal(backend->write(pair->file[0], &(c4l_message){.id = 0}, 1, &pair->call), 1);
	pass(pair, 1000000);
	assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	ns = (uint64_t)got.timestamp.tv_sec * 1000000000u + (uint64_t)got.timestamp.tv_usec * 1000;
	assert_int_equal(ns, 1000000000000000000u + end);

	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_NONE, 0), 0);
	write_one(pair, pair->file[0], 1);
	pass(pair, 1000000);
	read_some(pair, pair->file[1], &got, 1);
	assert_int_equal(got.timestamp.tv_sec, 0);

	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_DIFFERENCE, 0), 0);
	write_one(pair, pair->file[0], 2);
	pass(pair, 1000000);
	write_one(pair, pair->file[0], 2);
	pass(pair, 1000000);
	read_some(pair, pair->file[1], &got, 1);
	read_some(pair, pair->file[1], &got, 1);
	assert_int_equal(got.timestamp.tv_sec, 0);
	assert_int_equal(got.timestamp.tv_usec, 1000);
}

/* The first opener is su; four opens at most; the next first one is su again. */
static void opens(void **state)
{
	struct pair *pair = *state;
	struct host_file *more[3], *none = NULL;
	struct host_call call = {0};

	for (unsigned i = 0; i < 3; i++)
		more[i] = open_node(pair->device[0]);
	assert_int_equal(backend->open(pair->device[0], O_RDWR, &call, &none), -ENXIO);
	assert_int_equal(command(pair, more[0], CAN4LINUX_CMD_STOP), -EPERM);
	assert_int_equal(command(pair, more[0], CAN4LINUX_CMD_START), -EPERM);
	assert_int_equal(command(pair, more[0], CAN4LINUX_CMD_RESET), -EPERM);
	assert_int_equal(command(pair, more[0], CAN4LINUX_CMD_CLEARBUFFERS), 0);
	assert_int_equal(config(pair, more[0], CAN4LINUX_CONF_TIMING, 500, 0), -EPERM);
	assert_int_equal(config(pair, more[0], CAN4LINUX_CONF_TIMING, 125, 0), 0);             /* what it is already */
	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_TIMING, 500, 0), -EINVAL); /* others have it open */
	assert_int_equal(command(pair, pair->file[0], CAN4LINUX_CMD_STOP), 0);
	assert_int_equal(command(pair, pair->file[0], 77), -EINVAL);
	for (unsigned i = 0; i < 3; i++)
		backend->close(more[i]);
	backend->close(pair->file[0]);
	pair->file[0] = open_node(pair->device[0]);
	assert_int_equal(command(pair, pair->file[0], CAN4LINUX_CMD_STOP), 0);
}

/* What one open sends, the node's others receive as MSG_SELF; the sender only if it asked for it. */
static void self_reception(void **state)
{
	struct pair *pair = *state;
	struct host_file *second = open_node(pair->device[0]);
	c4l_message got;

	write_one(pair, pair->file[0], 5);
	pass(pair, 10000000);
	assert_int_equal(read_some(pair, pair->file[0], &got, 1), 0);
	assert_int_equal(read_some(pair, second, &got, 1), 1);
	assert_int_equal(got.flags, CAN4LINUX_MSG_SELF);
	assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal(got.flags, 0);

	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_SELF_RECEPTION, 1, 0), 0);
	write_one(pair, pair->file[0], 6);
	pass(pair, 10000000);
	assert_int_equal(read_some(pair, pair->file[0], &got, 1), 1);
	assert_int_equal(got.id, 6);
	assert_int_equal(got.flags, CAN4LINUX_MSG_SELF);
	backend->close(second);
}

/* Nobody reads: message 256 makes head meet tail, so the fifo counts as empty, and the next message says so. */
static void receive_overrun(void **state)
{
	struct pair *pair = *state;
	c4l_message got[C4L_FIFO];

	for (unsigned i = 0; i < C4L_FIFO - 1; i++) {
		assert_int_equal(write_one(pair, pair->file[0], i), 1);
		pass(pair, 2000000);
	}
	assert_int_equal(status(pair, pair->file[1]).rx_buffer_used, 255);
	assert_true(ready(pair->file[1]) & POLLIN);
	write_one(pair, pair->file[0], 255);
	pass(pair, 2000000);
	assert_int_equal(status(pair, pair->file[1]).rx_buffer_used, 0);
	assert_false(ready(pair->file[1]) & POLLIN);
	write_one(pair, pair->file[0], 256);
	pass(pair, 2000000);
	assert_int_equal(read_some(pair, pair->file[1], got, C4L_FIFO), 1);
	assert_int_equal(got[0].id, 256);
	assert_int_equal(got[0].flags, CAN4LINUX_MSG_BOVR);
}

/* 256 messages and the one in the controller; then a nonblocking write takes none. POLLOUT means: fifo empty (or full).
 */
static void transmit_fifo(void **state)
{
	struct pair *pair = *state;
	c4l_message messages[300];

	for (unsigned i = 0; i < 300; i++)
		messages[i] = message(i);
	assert_true(ready(pair->file[0]) & POLLOUT);
	assert_int_equal(backend->write(pair->file[0], messages, 2, &pair->call), 2);
	assert_false(ready(pair->file[0]) & POLLOUT);
	assert_int_equal(status(pair, pair->file[0]).tx_buffer_used, 1);
	assert_int_equal(backend->write(pair->file[0], messages + 2, 298, &pair->call), 255);
	assert_int_equal(backend->write(pair->file[0], messages, 1, &pair->call), 0);
	assert_true(ready(pair->file[0]) & POLLOUT);
	pass(pair, 2000000);
	assert_false(ready(pair->file[0]) & POLLOUT);
	assert_int_equal(command(pair, pair->file[0], CAN4LINUX_CMD_CLEARBUFFERS), 0);
	assert_int_equal(status(pair, pair->file[0]).tx_buffer_used, 0);
	assert_true(ready(pair->file[0]) & POLLOUT);
}

/* STOP, CONF_TIMING, START on both; in running mode the chip does not take the registers. */
static void bit_rate(void **state)
{
	struct pair *pair = *state;
	uint64_t start;
	c4l_message got;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(command(pair, pair->file[i], CAN4LINUX_CMD_STOP), 0);
		assert_int_equal(config(pair, pair->file[i], CAN4LINUX_CONF_TIMING, 500, 0), 0);
		assert_int_equal(command(pair, pair->file[i], CAN4LINUX_CMD_START), 0);
		assert_int_equal(status(pair, pair->file[i]).baud, 500);
	}
	pass(pair, 11 * UINT64_C(2000));
	start = pair->now;
	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_MONOTONIC, 0), 0);
	backend->write(pair->file[0], &(c4l_message){.id = 0}, 1, &pair->call);
	pass(pair, 1000000);
	assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal((uint64_t)got.timestamp.tv_usec, (start + 50 * UINT64_C(2000)) / 1000 % 1000000);

	/* Told so, but not so: the reset applies it. */
	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_TIMING, 250, 0), 0);
	assert_int_equal(status(pair, pair->file[0]).baud, 250);
	write_one(pair, pair->file[0], 9);
	pass(pair, 1000000);
	assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	command(pair, pair->file[0], CAN4LINUX_CMD_RESET);
	command(pair, pair->file[0], CAN4LINUX_CMD_START);
	write_one(pair, pair->file[0], 10);
	pass(pair, 10000000);
	read_some(pair, pair->file[1], &got, 1);
	assert_int_not_equal(got.id, 10);
	/* By the registers: the same rate again. */
	command(pair, pair->file[0], CAN4LINUX_CMD_STOP);
	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_BTR, 0x00, 0x1c), 0);
	command(pair, pair->file[0], CAN4LINUX_CMD_START);
	write_one(pair, pair->file[0], 11);
	pass(pair, 10000000);
	do {
		assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	} while (got.id == C4L_ERROR_ID);
	assert_int_equal(got.id, 11);
}

static void configuration_targets(void **state)
{
	static const int unknown[] = {5, 6, 7, 14, 100, 107, -1}; /* message filters, FlexCAN's further masks */
	struct pair *pair = *state;

	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(config(pair, pair->file[0], unknown[i], 1, 1), -EINVAL);
	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_OMODE, 0xda, 0), 0);
	assert_int_equal(config(pair, pair->file[0], CAN4LINUX_CONF_WAKEUP, 1, 0), 0);
	assert_int_equal(backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_CONFIGURERTR,
					(uint64_t)(uintptr_t) & (c4l_command){0}, &pair->call),
			 -EINVAL);
}

/* Acceptance in single filter mode: code and mask together and one by one. */
static void acceptance(void **state)
{
	struct pair *pair = *state;
	c4l_message got[4];

	command(pair, pair->file[1], CAN4LINUX_CMD_STOP);
	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_ACC, ~(0x7fful << 21), 0x100ul << 21), 0);
	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_ACCC, 0x101ul << 21, 0), 0);
	assert_int_equal(config(pair, pair->file[1], CAN4LINUX_CONF_ACCM, ~(0x7feul << 21), 0), 0);
	command(pair, pair->file[1], CAN4LINUX_CMD_START);
	pass(pair, 1000000);
	for (unsigned id = 0xff; id < 0x103; id++)
		assert_int_equal(write_one(pair, pair->file[0], id), 1);
	pass(pair, 10000000);
	assert_int_equal(read_some(pair, pair->file[1], got, 4), 2);
	assert_int_equal(got[0].id, 0x100);
	assert_int_equal(got[1].id, 0x101);
}

/* Nobody listens: one message at the warning level, none for error passive, STATUS tells the rest. */
static void errors_are_reported(void **state)
{
	struct pair *pair = *state;
	c4l_message got[4];
	c4l_status now;

	command(pair, pair->file[1], CAN4LINUX_CMD_STOP);
	write_one(pair, pair->file[0], 1);
	pass(pair, 100000000);
	assert_int_equal(read_some(pair, pair->file[0], got, 4), 1);
	assert_int_equal(got[0].id, C4L_ERROR_ID);
	assert_int_equal(got[0].flags, CAN4LINUX_MSG_PASSIVE);
	assert_int_equal(got[0].length, 2);
	assert_int_equal(got[0].data[0], 0xd9); /* "other" error of the sender in the ACK slot */
	assert_int_equal(got[0].data[1], 0x19);
	now = status(pair, pair->file[0]);
	assert_int_equal(now.tx_errors, 128);
	assert_int_equal(now.rx_errors, 0);
	assert_int_equal(now.error_warning_limit, 96);
	assert_int_equal(now.status & 0xc0, 0x40);
	assert_int_equal(now.error_code, 0xd9);
	assert_int_equal(now.type, CAN4LINUX_CAN_TYPE_SJA1000);
	assert_int_equal(now.rx_buffer_size, 256);
}

/* Bus-off stops the node until CMD_START; the frames that waited go out after recovery. */
static void bus_off_and_back(void **state)
{
	struct pair *pair = *state;
	c4l_message got[8];
	ssize_t n;

	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(simcan_bus_inject(pair->bus, &(struct simcan_fault){.frame = i, .bit = 25}), 0);
	write_one(pair, pair->file[0], 1);
	write_one(pair, pair->file[0], 2);
	pass(pair, 100000000);
	n = read_some(pair, pair->file[0], got, 8);
	assert_int_equal(n, 2);
	assert_int_equal(got[1].flags, CAN4LINUX_MSG_PASSIVE | CAN4LINUX_MSG_BUSOFF);
	assert_int_equal(status(pair, pair->file[0]).status & 0xc0, 0xc0);
	assert_int_equal(command(pair, pair->file[0], CAN4LINUX_CMD_START), 0);
	pass(pair, UINT64_C(128) * 11 * UINT64_C(8000) - 1);
	assert_int_equal(read_some(pair, pair->file[0], got, 8), 0);
	pass(pair, 10000000);
	n = read_some(pair, pair->file[0], got, 8);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].id, C4L_ERROR_ID);
	assert_int_equal(got[0].flags, 0); /* all well again */
	n = read_some(pair, pair->file[1], got, 8);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].id, 2); /* the first one was in the controller, and lost */
}

static void send_command(void **state)
{
	struct pair *pair = *state;
	c4l_message tx = message(0x77), got;
	c4l_send par = {.Tx = &tx, .error = 99, .retval = 99};

	assert_int_equal(
		backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_SEND, (uint64_t)(uintptr_t)&par, &pair->call),
		0);
	assert_int_equal(par.retval, 2); /* data bytes */
	assert_int_equal(par.error, 0);
	pass(pair, 10000000);
	assert_int_equal(read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal(got.id, 0x77);
	par.Tx = NULL;
	backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_SEND, (uint64_t)(uintptr_t)&par, &pair->call);
	assert_int_equal((long)par.retval, -EINVAL);
}

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
		blocked->result = backend->write(blocked->file, blocked->message, blocked->count, &blocked->call);
	else
		blocked->result = backend->read(blocked->file, blocked->message, blocked->count, &blocked->call);
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
	backend->cancel(blocked->file, &blocked->call);
	pthread_join(blocked->thread, NULL);
}

/* A blocking read waits for all it asked for, and a cancelled one ends with EINTR whatever it had. */
static void blocking_read(void **state)
{
	struct pair *pair = *state;
	static struct blocked reader;

	reader = (struct blocked){.pair = pair, .file = pair->file[1], .count = 2};
	block(&reader);
	write_one(pair, pair->file[0], 1);
	pass(pair, 10000000);
	assert_false(__atomic_load_n(&reader.done, __ATOMIC_ACQUIRE));
	write_one(pair, pair->file[0], 2);
	pass(pair, 10000000);
	pthread_join(reader.thread, NULL);
	assert_int_equal(reader.result, 2);
	assert_int_equal(reader.message[1].id, 2);

	reader = (struct blocked){.pair = pair, .file = pair->file[1], .count = 2};
	block(&reader);
	write_one(pair, pair->file[0], 3);
	pass(pair, 10000000);
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
		writer.message[i] = message(i);
	block(&writer);
	while (status(pair, pair->file[0]).status & 0x04) /* until the first is in the controller */
		sched_yield();
	for (unsigned received = 0; received < 258;) {
		pass(pair, 1000000);
		if (read_some(pair, pair->file[1], &got, 1) == 1)
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

	assert_int_equal(backend->poll(pair->file[1], POLLIN, note_ready, &told), 0);
	assert_int_equal(backend->poll(pair->file[1], POLLIN, note_ready, &told), 0);
	pass(pair, 1000000);
	assert_int_equal(told, 0);
	write_one(pair, pair->file[0], 1);
	pass(pair, 10000000);
	assert_int_equal(told, POLLIN);
	told = 0;
	write_one(pair, pair->file[0], 2);
	pass(pair, 10000000);
	assert_int_equal(told, 0);

	backend->close(pair->file[1]);
	pair->file[1] = open_node(pair->device[1]);
	backend->poll(pair->file[1], POLLIN, note_ready, &told);
	backend->close(pair->file[1]);
	pair->file[1] = NULL;
	write_one(pair, pair->file[0], 3);
	pass(pair, 10000000);
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
		assert_int_equal(backend->device_create(test_settings(settings), &interface, &device[i]), 0);
		file[i] = open_node(device[i]);
	}
	reader = (struct blocked){.file = file[1], .count = 100};
	block(&reader);
	for (unsigned i = 0; i < 100; i++) {
		c4l_message one = message(i);
		struct host_call call = {0};

		assert_int_equal(backend->write(file[0], &one, 1, &call), 1);
	}
	pthread_join(reader.thread, NULL);
	assert_int_equal(reader.result, 100);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(reader.message[i].id, i);
	for (unsigned i = 0; i < 2; i++) {
		backend->close(file[i]);
		backend->device_destroy(device[i]);
	}
}

static void settings_are_checked(void **state)
{
	const struct test_setting wrong[] = {{.key = "bitrate", .number = 33}, {.key = NULL}};
	const struct test_setting out_of_range[] = {{.key = "bitrate", .number = 0}, {.key = NULL}};
	static const struct iof_interface other = {.name = "kvaser"};
	struct host_device *device = NULL;

	(void)state;
	assert_int_equal(backend->device_create(test_settings(wrong), &interface, &device), -EINVAL);
	assert_int_equal(test_settings_errors(), 1);
	assert_int_equal(backend->device_create(test_settings(out_of_range), &interface, &device), -EINVAL);
	assert_int_equal(backend->device_create(test_settings(wrong + 1), &other, &device), -EINVAL);
	assert_int_equal(test_settings_errors(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_cross),
		TEST(time_stamps),
		TEST(opens),
		TEST(self_reception),
		TEST(receive_overrun),
		TEST(transmit_fifo),
		TEST(bit_rate),
		TEST(configuration_targets),
		TEST(acceptance),
		TEST(errors_are_reported),
		TEST(bus_off_and_back),
		TEST(send_command),
		TEST(blocking_read),
		TEST(blocking_write),
		TEST(poll_notifies),
		cmocka_unit_test(real_time),
		cmocka_unit_test(settings_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
