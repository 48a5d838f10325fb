/* SPDX-License-Identifier: MIT */
/**
 * @file pcan_test.c
 * PEAK's classic ioctl API over simulated controllers.
 */
#include "host/backends/simcan/pcan.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

static const struct iof_interface interface = {.name = "pcan"};
static const struct host_backend *const backend = &host_backend_simcan;

struct pair {
	uint64_t now;
	struct simcan_clock clock;
	struct simcan_bus *bus;
	struct host_device *device[2];
	struct host_file *file[2]; /* opened with O_NONBLOCK */
	struct host_call call;
};

static struct host_file *open_node(struct host_device *device, int flags)
{
	struct host_call call = {0};
	struct host_file *file = NULL;

	assert_int_equal(backend->open(device, O_RDWR | flags, &call, &file), 0);
	return file;
}

static void pass(struct pair *pair, uint64_t ns)
{
	uint64_t until = pair->now + ns, next;

	while ((next = simcan_bus_next(pair->bus)) <= until) {
		if (next > pair->now)
			__atomic_store_n(&pair->now, next, __ATOMIC_RELEASE);
		simcan_bus_run(pair->bus);
	}
	__atomic_store_n(&pair->now, until, __ATOMIC_RELEASE);
	simcan_bus_run(pair->bus);
}

static int setup(void **state)
{
	static struct pair pair;
	const struct test_setting settings[] = {
		{.key = "bus", .text = "pcan"}, {.key = "serial", .number = 0x1234}, {.key = NULL}};

	memset(&pair, 0, sizeof(pair));
	pair.now = 1000000000;
	pair.clock = test_clock(&pair.now);
	pair.bus = simcan_bus_get("pcan", &pair.clock);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
			simcan_device_create_on(test_settings(settings), &interface, &pair.clock, &pair.device[i]), 0);
		pair.file[i] = open_node(pair.device[i], O_NONBLOCK);
	}
	pass(&pair, 1000000);
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

static long call(struct pair *pair, struct host_file *file, uint32_t number, void *argument)
{
	return backend->ioctl(file, NULL, number, (uint64_t)(uintptr_t)argument, &pair->call);
}

static long write_one(struct pair *pair, unsigned node, uint32_t id, uint8_t type)
{
	struct pcan_TPCANMsg message = {.ID = id, .MSGTYPE = type, .LEN = 2, .DATA = {0x11, 0x22}};

	return call(pair, pair->file[node], PCAN_PCAN_WRITE_MSG, &message);
}

static long read_one(struct pair *pair, unsigned node, struct pcan_TPCANRdMsg *message)
{
	memset(message, 0xff, sizeof(*message));
	return call(pair, pair->file[node], PCAN_PCAN_READ_MSG, message);
}

static uint16_t get_flags(struct pair *pair, unsigned node)
{
	struct pcan_TPSTATUS status;

	memset(&status, 0xff, sizeof(status));
	assert_int_equal(call(pair, pair->file[node], PCAN_PCAN_GET_STATUS, &status), 0);
	assert_int_equal(status.nLastError, 0);
	return status.wErrorFlag;
}

/* After open, and after each PCAN_INIT, the first thing to read is that the bus is active. */
static void expect_active(struct pair *pair, unsigned node)
{
	struct pcan_TPCANRdMsg got;

	assert_int_equal(read_one(pair, node, &got), 0);
	assert_int_equal(got.Msg.ID, PCAN_STATE_ACTIVE);
	assert_int_equal(got.Msg.MSGTYPE, PCAN_MSGTYPE_STATUS);
	assert_int_equal(got.Msg.LEN, 4);
	assert_memory_equal(got.Msg.DATA, "\0\0\0\0", 4);
}

static void messages_cross(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANRdMsg got;
	uint64_t end;

	expect_active(pair, 1);
	assert_int_equal(read_one(pair, 1, &got), -EAGAIN);
	assert_int_equal(got.Msg.ID, 0xffffffff); /* untouched */
	assert_int_equal(write_one(pair, 0, 0x12345, PCAN_MSGTYPE_EXTENDED), 0);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 0x12345);
	assert_int_equal(got.Msg.MSGTYPE, PCAN_MSGTYPE_EXTENDED);
	assert_int_equal(got.Msg.LEN, 2);
	assert_memory_equal(got.Msg.DATA, "\x11\x22\xff", 3); /* no further than the length */

	end = pair->now + 50 * UINT64_C(2000);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_WRITE_MSG, &(struct pcan_TPCANMsg){.ID = 0}), 0);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.dwTime, (uint32_t)((1000000000000000000u + end) / 1000000));
	assert_int_equal(got.wUsec, end / 1000 % 1000);
}

static void wrong_messages(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANMsg longer = {.LEN = 9};
	struct pcan_TPCANInit init = {.wBTR0BTR1 = 0x001c, .ucCANMsgType = 0};

	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_WRITE_MSG, &longer), -EINVAL);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_INIT, &init), 0); /* base frames only */
	assert_int_equal(write_one(pair, 0, 0x800, 0), -EINVAL);
	assert_int_equal(write_one(pair, 0, 1, PCAN_MSGTYPE_EXTENDED), -EINVAL);
	assert_int_equal(write_one(pair, 0, 0x7ff, 0), 0);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_WRITE_MSG, NULL), -EFAULT);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCANFD_GET_STATE, &longer), -ENOTTY);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCANFD_GET_FILTERS, NULL), -ENOTTY);
}

/* 125 kbit/s in registers: both fifos are emptied, the frame takes 50 times 8 us. */
static void init_sets_the_rate(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANInit init = {.wBTR0BTR1 = 0x031c, .ucCANMsgType = PCAN_MSGTYPE_EXTENDED};
	struct pcan_TPCANRdMsg got;

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(call(pair, pair->file[i], PCAN_PCAN_INIT, &init), 0);
		expect_active(pair, i);
		assert_int_equal(read_one(pair, i, &got), -EAGAIN);
	}
	pass(pair, 1000000);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_WRITE_MSG, &(struct pcan_TPCANMsg){.ID = 0}), 0);
	pass(pair, 50 * UINT64_C(8000) - 1);
	assert_int_equal(read_one(pair, 1, &got), -EAGAIN);
	pass(pair, 1);
	assert_int_equal(read_one(pair, 1, &got), 0);
}

/* All opens of a device share its fifos; O_NONBLOCK counts as it was at open. */
static void one_fifo_per_device(void **state)
{
	struct pair *pair = *state;
	struct host_file *second = open_node(pair->device[1], 0);
	struct pcan_TPCANRdMsg got;
	struct host_call nonblocking = {.nonblock = true};

	expect_active(pair, 1);
	write_one(pair, 0, 1, 0);
	write_one(pair, 0, 2, 0);
	pass(pair, 1000000);
	assert_int_equal(backend->ioctl(second, NULL, PCAN_PCAN_READ_MSG, (uint64_t)(uintptr_t)&got, &nonblocking), 0);
	assert_int_equal(got.Msg.ID, 1);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 2);
	nonblocking.cancelled = 1; /* a blocking open waits even now, and is told to stop */
	assert_int_equal(backend->ioctl(second, NULL, PCAN_PCAN_READ_MSG, (uint64_t)(uintptr_t)&got, &nonblocking),
			 -EINTR);
	backend->close(second);
}

/* 500 in the fifo and one in the controller; then EAGAIN, a flag and one status message; room clears them. */
static void transmit_full(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANRdMsg got;
	struct pcan_TPEXTENDEDSTATUS status;

	expect_active(pair, 0);
	for (unsigned i = 0; i < PCAN_FIFO + 1; i++)
		assert_int_equal(write_one(pair, 0, i, 0), 0);
	assert_int_equal(backend->poll(pair->file[0], POLLOUT, NULL, NULL), 0);
	assert_int_equal(write_one(pair, 0, 0, 0), -EAGAIN);
	assert_int_equal(write_one(pair, 0, 0, 0), -EAGAIN);
	assert_int_equal(read_one(pair, 0, &got), 0);
	assert_int_equal(got.Msg.ID, PCAN_TX_OVERFLOW);
	assert_int_equal(got.Msg.DATA[3], PCAN_CAN_ERR_QXMTFULL);
	assert_int_equal(read_one(pair, 0, &got), -EAGAIN);
	pass(pair, 500000);
	assert_int_equal(write_one(pair, 0, 0, 0), 0);
	expect_active(pair, 0); /* that the queue is no longer full */
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_GET_EXT_STATUS, &status), 0);
	assert_int_equal(status.wErrorFlag, PCAN_CAN_ERR_QRCVEMPTY);
	assert_int_equal(status.nPendingReads, 0);
	assert_true(status.nPendingWrites > 450);
	pass(pair, 1000000000);
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_GET_EXT_STATUS, &status), 0);
	assert_int_equal(status.nPendingWrites, 0);
}

/* The receive fifo is full: its last message turns into the news, and nothing more is taken until one is read. */
static void receive_overrun(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANRdMsg got;

	expect_active(pair, 1);
	for (unsigned i = 0; i < PCAN_FIFO + 3; i++) {
		write_one(pair, 0, i, 0);
		pass(pair, 1000000);
	}
	assert_int_equal(get_flags(pair, 1), PCAN_CAN_ERR_OVERRUN);
	for (unsigned i = 0; i < PCAN_FIFO - 1; i++) {
		assert_int_equal(read_one(pair, 1, &got), 0);
		assert_int_equal(got.Msg.ID, i);
	}
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, PCAN_RX_OVERFLOW);
	assert_int_equal(got.Msg.MSGTYPE, PCAN_MSGTYPE_STATUS);
	assert_int_equal(got.Msg.DATA[3], PCAN_CAN_ERR_OVERRUN);
}

/* Warning, passive: status messages and flags; reading the status clears the flags. */
static void bus_states(void **state)
{
	static const unsigned expected[] = {PCAN_STATE_ACTIVE, PCAN_STATE_WARNING, PCAN_STATE_PASSIVE};
	struct pair *pair = *state;
	struct pcan_TPCANRdMsg got;
	struct pcan_TPDIAG diagnosis;

	backend->close(pair->file[1]);
	pair->file[1] = NULL;
	write_one(pair, 0, 1, 0);
	pass(pair, 10000000);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(read_one(pair, 0, &got), 0);
		assert_int_equal(got.Msg.ID, expected[i]);
	}
	assert_int_equal(read_one(pair, 0, &got), -EAGAIN);
	memset(&diagnosis, 0xff, sizeof(diagnosis));
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_DIAG, &diagnosis), 0);
	assert_int_equal(diagnosis.wErrorFlag, PCAN_CAN_ERR_BUSLIGHT | PCAN_CAN_ERR_BUSHEAVY);
	assert_int_equal(diagnosis.wType, PCAN_HW_USB);
	assert_int_equal(diagnosis.dwBase, 0x1234);
	assert_int_equal(diagnosis.dwErrorCounter, 2);
	assert_int_equal(diagnosis.dwWriteCounter, 1);
	assert_int_equal(diagnosis.dwReadCounter, 3);
	assert_int_equal(diagnosis.nOpenPaths, 1);
	assert_int_equal(get_flags(pair, 0), PCAN_CAN_ERR_BUSLIGHT | PCAN_CAN_ERR_BUSHEAVY | PCAN_CAN_ERR_QRCVEMPTY);
	assert_int_equal(get_flags(pair, 0), PCAN_CAN_ERR_QRCVEMPTY);
}

/* Bus-off: ENETDOWN until PCAN_INIT, and frames after 128 idle sequences. */
static void bus_off(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANInit init = {.wBTR0BTR1 = 0x001c, .ucCANMsgType = PCAN_MSGTYPE_EXTENDED};
	struct pcan_TPCANRdMsg got;

	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(simcan_bus_inject(pair->bus, &(struct simcan_fault){.frame = i, .bit = 25}), 0);
	write_one(pair, 0, 1, 0);
	pass(pair, 10000000);
	assert_int_equal(write_one(pair, 0, 2, 0), -ENETDOWN);
	assert_int_equal(get_flags(pair, 0), PCAN_CAN_ERR_BUSLIGHT | PCAN_CAN_ERR_BUSHEAVY | PCAN_CAN_ERR_BUSOFF);
	while (read_one(pair, 0, &got) == 0 && got.Msg.ID != PCAN_STATE_BUSOFF)
		;
	assert_int_equal(got.Msg.DATA[3], PCAN_CAN_ERR_BUSOFF);

	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_INIT, &init), 0);
	expect_active(pair, 0);
	assert_int_equal(read_one(pair, 0, &got), -EAGAIN);
	while (read_one(pair, 1, &got) == 0)
		;
	assert_int_equal(write_one(pair, 0, 3, 0), 0);
	pass(pair, UINT64_C(128) * 11 * UINT64_C(2000) - 1);
	assert_int_equal(read_one(pair, 1, &got), -EAGAIN);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 3);
}

static void filters(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPMSGFILTER filter = {.FromID = 0x100, .ToID = 0x1ff, .MSGTYPE = 0};
	struct pcan_TPCANRdMsg got;

	expect_active(pair, 1);
	assert_int_equal(call(pair, pair->file[1], PCAN_PCAN_MSG_FILTER, &filter), 0);
	assert_int_equal(call(pair, pair->file[1], PCAN_PCAN_MSG_FILTER, &filter), 0); /* the same one */
	write_one(pair, 0, 0x0ff, 0);
	write_one(pair, 0, 0x1ff, 0);
	write_one(pair, 0, 0x1fe, PCAN_MSGTYPE_EXTENDED); /* needs a filter for extended frames */
	write_one(pair, 0, 0x1fd, PCAN_MSGTYPE_RTR);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 0x1ff);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 0x1fd);
	assert_int_equal(read_one(pair, 1, &got), -EAGAIN);
	for (filter.FromID = 1; filter.FromID < 8; filter.FromID++)
		assert_int_equal(call(pair, pair->file[1], PCAN_PCAN_MSG_FILTER, &filter), 0);
	assert_int_equal(call(pair, pair->file[1], PCAN_PCAN_MSG_FILTER, &filter), -ENOMEM); /* eight at most */
	assert_int_equal(call(pair, pair->file[1], PCAN_PCAN_MSG_FILTER, NULL), 0);
	write_one(pair, 0, 0x0ff, 0);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 1, &got), 0);
}

static void conversions(void **state)
{
	static const struct {
		uint32_t rate;
		uint16_t registers;
	} known[] = {
		{1000000, 0x0014}, {500000, 0x001c}, {250000, 0x011c}, {125000, 0x031c}, {10000, 0x311c},
	};
	struct pair *pair = *state;
	struct pcan_TPBTR0BTR1 conversion = {0};
	struct pcan_TPEXTRAPARAMS parameters = {.nSubFunction = PCAN_SF_GET_SERIALNUMBER};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		conversion.dwBitRate = known[i].rate;
		assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_BTR0BTR1, &conversion), 0);
		assert_int_equal(conversion.wBTR0BTR1, known[i].registers);
	}
	conversion.dwBitRate = 200000; /* not in the table: searched */
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_BTR0BTR1, &conversion), 0);
	assert_int_equal(simcan_bit_ns((uint8_t)(conversion.wBTR0BTR1 >> 8), (uint8_t)conversion.wBTR0BTR1), 5000);
	for (unsigned i = 0; i < 2; i++) {
		conversion.dwBitRate = i ? 0 : 123457;
		assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_BTR0BTR1, &conversion), -EINVAL);
	}

	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_EXTRA_PARAMS, &parameters), 0);
	assert_int_equal(parameters.func.dwSerialNumber, 0x1234);
	parameters = (struct pcan_TPEXTRAPARAMS){.nSubFunction = PCAN_SF_SET_HCDEVICENO, .func.dwSerialNumber = 7};
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_EXTRA_PARAMS, &parameters), 0);
	parameters = (struct pcan_TPEXTRAPARAMS){.nSubFunction = PCAN_SF_GET_HCDEVICENO};
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_EXTRA_PARAMS, &parameters), 0);
	assert_int_equal(parameters.func.dwSerialNumber, 7);
	parameters.nSubFunction = 2;
	assert_int_equal(call(pair, pair->file[0], PCAN_PCAN_EXTRA_PARAMS, &parameters), -EINVAL);
}

static void own_and_single_shot(void **state)
{
	struct pair *pair = *state;
	struct pcan_TPCANRdMsg got;

	expect_active(pair, 0);
	assert_int_equal(write_one(pair, 0, 1, PCAN_MSGTYPE_SELFRECEIVE), 0);
	pass(pair, 1000000);
	assert_int_equal(read_one(pair, 0, &got), 0);
	assert_int_equal(got.Msg.MSGTYPE, PCAN_MSGTYPE_SELFRECEIVE);

	simcan_bus_inject(pair->bus, &(struct simcan_fault){.bit = 25});
	assert_int_equal(write_one(pair, 0, 2, PCAN_SINGLE_SHOT), 0);
	assert_int_equal(write_one(pair, 0, 3, 0), 0);
	pass(pair, 1000000);
	expect_active(pair, 1);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 1);
	assert_int_equal(read_one(pair, 1, &got), 0);
	assert_int_equal(got.Msg.ID, 3); /* 2 was tried once */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_cross), TEST(wrong_messages),  TEST(init_sets_the_rate),  TEST(one_fifo_per_device),
		TEST(transmit_full),  TEST(receive_overrun), TEST(bus_states),          TEST(bus_off),
		TEST(filters),        TEST(conversions),     TEST(own_and_single_shot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
