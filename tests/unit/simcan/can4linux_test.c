/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_test.c
 * The can4linux driver's results and oddities over simulated controllers.
 */
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>

/* read() and write() count messages; a nonblocking read of nothing is 0, not EAGAIN. */
static void messages_cross(void **state)
{
	struct pair *pair = *state;
	c4l_message sent[3] = {pair_message(1), pair_message(2), pair_message(3)}, got[8];

	sent[1].flags = CAN4LINUX_MSG_EXT;
	sent[1].id = 0x12345678;
	sent[2].flags = CAN4LINUX_MSG_RTR;
	sent[0].cob = sent[1].cob = 77;
	assert_int_equal(pair_read_some(pair, pair->file[1], got, 8), 0);
	assert_int_equal(pair_backend->write(pair->file[0], sent, 3, &pair->call), 3);
	assert_int_equal(sent[0].cob, 0); /* written back: the sender's index */
	assert_int_equal(sent[1].cob, 0);
	pair_pass(pair, 10000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], got, 2), 2);
	assert_int_equal(pair_read_some(pair, pair->file[1], got + 2, 6), 1);
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

	pair_pass(pair, 1000000);
	end = pair->now + 50 * UINT64_C(8000);
	assert_int_equal(pair_backend->write(pair->file[0], &(c4l_message){.id = 0}, 1, &pair->call), 1);
	pair_pass(pair, 1000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	ns = (uint64_t)got.timestamp.tv_sec * 1000000000u + (uint64_t)got.timestamp.tv_usec * 1000;
	assert_int_equal(ns, 1000000000000000000u + end);

	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_NONE, 0), 0);
	pair_write_one(pair, pair->file[0], 1);
	pair_pass(pair, 1000000);
	pair_read_some(pair, pair->file[1], &got, 1);
	assert_int_equal(got.timestamp.tv_sec, 0);

	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_DIFFERENCE, 0), 0);
	pair_write_one(pair, pair->file[0], 2);
	pair_pass(pair, 1000000);
	pair_write_one(pair, pair->file[0], 2);
	pair_pass(pair, 1000000);
	pair_read_some(pair, pair->file[1], &got, 1);
	pair_read_some(pair, pair->file[1], &got, 1);
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
		more[i] = pair_open_node(pair->device[0]);
	assert_int_equal(pair_backend->open(pair->device[0], O_RDWR, &call, &none), -ENXIO);
	assert_int_equal(pair_command(pair, more[0], CAN4LINUX_CMD_STOP), -EPERM);
	assert_int_equal(pair_command(pair, more[0], CAN4LINUX_CMD_START), -EPERM);
	assert_int_equal(pair_command(pair, more[0], CAN4LINUX_CMD_RESET), -EPERM);
	assert_int_equal(pair_command(pair, more[0], CAN4LINUX_CMD_CLEARBUFFERS), 0);
	assert_int_equal(pair_config(pair, more[0], CAN4LINUX_CONF_TIMING, 500, 0), -EPERM);
	assert_int_equal(pair_config(pair, more[0], CAN4LINUX_CONF_TIMING, 125, 0), 0); /* what it is already */
	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_TIMING, 500, 0),
			 -EINVAL); /* others have it open */
	assert_int_equal(pair_command(pair, pair->file[0], CAN4LINUX_CMD_STOP), 0);
	assert_int_equal(pair_command(pair, pair->file[0], 77), -EINVAL);
	for (unsigned i = 0; i < 3; i++)
		pair_backend->close(more[i]);
	pair_backend->close(pair->file[0]);
	pair->file[0] = pair_open_node(pair->device[0]);
	assert_int_equal(pair_command(pair, pair->file[0], CAN4LINUX_CMD_STOP), 0);
}

/* What one open sends, the node's others receive as MSG_SELF; the sender only if it asked for it. */
static void self_reception(void **state)
{
	struct pair *pair = *state;
	struct host_file *second = pair_open_node(pair->device[0]);
	c4l_message got;

	pair_write_one(pair, pair->file[0], 5);
	pair_pass(pair, 10000000);
	assert_int_equal(pair_read_some(pair, pair->file[0], &got, 1), 0);
	assert_int_equal(pair_read_some(pair, second, &got, 1), 1);
	assert_int_equal(got.flags, CAN4LINUX_MSG_SELF);
	assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal(got.flags, 0);

	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_SELF_RECEPTION, 1, 0), 0);
	pair_write_one(pair, pair->file[0], 6);
	pair_pass(pair, 10000000);
	assert_int_equal(pair_read_some(pair, pair->file[0], &got, 1), 1);
	assert_int_equal(got.id, 6);
	assert_int_equal(got.flags, CAN4LINUX_MSG_SELF);
	pair_backend->close(second);
}

/* Nobody reads: message 256 makes head meet tail, so the fifo counts as empty, and the next message says so. */
static void receive_overrun(void **state)
{
	struct pair *pair = *state;
	c4l_message got[C4L_FIFO];

	for (unsigned i = 0; i < C4L_FIFO - 1; i++) {
		assert_int_equal(pair_write_one(pair, pair->file[0], i), 1);
		pair_pass(pair, 2000000);
	}
	assert_int_equal(pair_status(pair, pair->file[1]).rx_buffer_used, 255);
	assert_true(pair_ready(pair->file[1]) & POLLIN);
	pair_write_one(pair, pair->file[0], 255);
	pair_pass(pair, 2000000);
	assert_int_equal(pair_status(pair, pair->file[1]).rx_buffer_used, 0);
	assert_false(pair_ready(pair->file[1]) & POLLIN);
	pair_write_one(pair, pair->file[0], 256);
	pair_pass(pair, 2000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], got, C4L_FIFO), 1);
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
		messages[i] = pair_message(i);
	assert_true(pair_ready(pair->file[0]) & POLLOUT);
	assert_int_equal(pair_backend->write(pair->file[0], messages, 2, &pair->call), 2);
	assert_false(pair_ready(pair->file[0]) & POLLOUT);
	assert_int_equal(pair_status(pair, pair->file[0]).tx_buffer_used, 1);
	assert_int_equal(pair_backend->write(pair->file[0], messages + 2, 298, &pair->call), 255);
	assert_int_equal(pair_backend->write(pair->file[0], messages, 1, &pair->call), 0);
	assert_true(pair_ready(pair->file[0]) & POLLOUT);
	pair_pass(pair, 2000000);
	assert_false(pair_ready(pair->file[0]) & POLLOUT);
	assert_int_equal(pair_command(pair, pair->file[0], CAN4LINUX_CMD_CLEARBUFFERS), 0);
	assert_int_equal(pair_status(pair, pair->file[0]).tx_buffer_used, 0);
	assert_true(pair_ready(pair->file[0]) & POLLOUT);
}

/* STOP, CONF_TIMING, START on both; in running mode the chip does not take the registers. */
static void bit_rate(void **state)
{
	struct pair *pair = *state;
	uint64_t start;
	c4l_message got;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pair_command(pair, pair->file[i], CAN4LINUX_CMD_STOP), 0);
		assert_int_equal(pair_config(pair, pair->file[i], CAN4LINUX_CONF_TIMING, 500, 0), 0);
		assert_int_equal(pair_command(pair, pair->file[i], CAN4LINUX_CMD_START), 0);
		assert_int_equal(pair_status(pair, pair->file[i]).baud, 500);
	}
	pair_pass(pair, 11 * UINT64_C(2000));
	start = pair->now;
	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_TIMESTAMP, C4L_TIME_MONOTONIC, 0), 0);
	pair_backend->write(pair->file[0], &(c4l_message){.id = 0}, 1, &pair->call);
	pair_pass(pair, 1000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal((uint64_t)got.timestamp.tv_usec, (start + 50 * UINT64_C(2000)) / 1000 % 1000000);

	/* Told so, but not so: the reset applies it. */
	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_TIMING, 250, 0), 0);
	assert_int_equal(pair_status(pair, pair->file[0]).baud, 250);
	pair_write_one(pair, pair->file[0], 9);
	pair_pass(pair, 1000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	pair_command(pair, pair->file[0], CAN4LINUX_CMD_RESET);
	pair_command(pair, pair->file[0], CAN4LINUX_CMD_START);
	pair_write_one(pair, pair->file[0], 10);
	pair_pass(pair, 10000000);
	pair_read_some(pair, pair->file[1], &got, 1);
	assert_int_not_equal(got.id, 10);
	/* By the registers: the same rate again. */
	pair_command(pair, pair->file[0], CAN4LINUX_CMD_STOP);
	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_BTR, 0x00, 0x1c), 0);
	pair_command(pair, pair->file[0], CAN4LINUX_CMD_START);
	pair_write_one(pair, pair->file[0], 11);
	pair_pass(pair, 10000000);
	do {
		assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	} while (got.id == C4L_ERROR_ID);
	assert_int_equal(got.id, 11);
}

static void configuration_targets(void **state)
{
	static const int unknown[] = {5, 6, 7, 14, 100, 107, -1}; /* message filters, FlexCAN's further masks */
	struct pair *pair = *state;

	for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(pair_config(pair, pair->file[0], unknown[i], 1, 1), -EINVAL);
	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_OMODE, 0xda, 0), 0);
	assert_int_equal(pair_config(pair, pair->file[0], CAN4LINUX_CONF_WAKEUP, 1, 0), 0);
	assert_int_equal(pair_backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_CONFIGURERTR,
					     (uint64_t)(uintptr_t) & (c4l_command){0}, &pair->call),
			 -EINVAL);
}

/* Acceptance in single filter mode: code and mask together and one by one. */
static void acceptance(void **state)
{
	struct pair *pair = *state;
	c4l_message got[4];

	pair_command(pair, pair->file[1], CAN4LINUX_CMD_STOP);
	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_ACC, ~(0x7fful << 21), 0x100ul << 21), 0);
	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_ACCC, 0x101ul << 21, 0), 0);
	assert_int_equal(pair_config(pair, pair->file[1], CAN4LINUX_CONF_ACCM, ~(0x7feul << 21), 0), 0);
	pair_command(pair, pair->file[1], CAN4LINUX_CMD_START);
	pair_pass(pair, 1000000);
	for (unsigned id = 0xff; id < 0x103; id++)
		assert_int_equal(pair_write_one(pair, pair->file[0], id), 1);
	pair_pass(pair, 10000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], got, 4), 2);
	assert_int_equal(got[0].id, 0x100);
	assert_int_equal(got[1].id, 0x101);
}

/* Nobody listens: one message at the warning level, none for error passive, STATUS tells the rest. */
static void errors_are_reported(void **state)
{
	struct pair *pair = *state;
	c4l_message got[4];
	c4l_status now;

	pair_command(pair, pair->file[1], CAN4LINUX_CMD_STOP);
	pair_write_one(pair, pair->file[0], 1);
	pair_pass(pair, 100000000);
	assert_int_equal(pair_read_some(pair, pair->file[0], got, 4), 1);
	assert_int_equal(got[0].id, C4L_ERROR_ID);
	assert_int_equal(got[0].flags, CAN4LINUX_MSG_PASSIVE);
	assert_int_equal(got[0].length, 2);
	assert_int_equal(got[0].data[0], 0xd9); /* "other" error of the sender in the ACK slot */
	assert_int_equal(got[0].data[1], 0x19);
	now = pair_status(pair, pair->file[0]);
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
	pair_write_one(pair, pair->file[0], 1);
	pair_write_one(pair, pair->file[0], 2);
	pair_pass(pair, 100000000);
	n = pair_read_some(pair, pair->file[0], got, 8);
	assert_int_equal(n, 2);
	assert_int_equal(got[1].flags, CAN4LINUX_MSG_PASSIVE | CAN4LINUX_MSG_BUSOFF);
	assert_int_equal(pair_status(pair, pair->file[0]).status & 0xc0, 0xc0);
	assert_int_equal(pair_command(pair, pair->file[0], CAN4LINUX_CMD_START), 0);
	pair_pass(pair, UINT64_C(128) * 11 * UINT64_C(8000) - 1);
	assert_int_equal(pair_read_some(pair, pair->file[0], got, 8), 0);
	pair_pass(pair, 10000000);
	n = pair_read_some(pair, pair->file[0], got, 8);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].id, C4L_ERROR_ID);
	assert_int_equal(got[0].flags, 0); /* all well again */
	n = pair_read_some(pair, pair->file[1], got, 8);
	assert_int_equal(n, 1);
	assert_int_equal(got[0].id, 2); /* the first one was in the controller, and lost */
}

static void send_command(void **state)
{
	struct pair *pair = *state;
	c4l_message tx = pair_message(0x77), got;
	c4l_send par = {.Tx = &tx, .error = 99, .retval = 99};

	assert_int_equal(pair_backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_SEND, (uint64_t)(uintptr_t)&par,
					     &pair->call),
			 0);
	assert_int_equal(par.retval, 2); /* data bytes */
	assert_int_equal(par.error, 0);
	pair_pass(pair, 10000000);
	assert_int_equal(pair_read_some(pair, pair->file[1], &got, 1), 1);
	assert_int_equal(got.id, 0x77);
	par.Tx = NULL;
	pair_backend->ioctl(pair->file[0], NULL, CAN4LINUX_CAN_IOCTL_SEND, (uint64_t)(uintptr_t)&par, &pair->call);
	assert_int_equal((long)par.retval, -EINVAL);
}

static void settings_are_checked(void **state)
{
	const struct test_setting wrong[] = {{.key = "bitrate", .number = 33}, {.key = NULL}};
	const struct test_setting out_of_range[] = {{.key = "bitrate", .number = 0}, {.key = NULL}};
	static const struct iof_interface other = {.name = "kvaser"};
	struct host_device *device = NULL;

	(void)state;
	assert_int_equal(pair_backend->device_create(test_settings(wrong), &pair_interface, &device), -EINVAL);
	assert_int_equal(test_settings_errors(), 1);
	assert_int_equal(pair_backend->device_create(test_settings(out_of_range), &pair_interface, &device), -EINVAL);
	assert_int_equal(pair_backend->device_create(test_settings(wrong + 1), &other, &device), -EINVAL);
	assert_int_equal(test_settings_errors(), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)

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
		cmocka_unit_test(settings_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
