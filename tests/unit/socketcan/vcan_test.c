/* SPDX-License-Identifier: MIT */
/**
 * @file vcan_test.c
 * The backend on a vcan of the kernel's, in a network namespace of its own; a plain raw socket is the other end.
 * Skips as a whole, with the reason, where the kernel has no CAN or lets nobody make interfaces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/backends/simcan/can4linux.h"
#include "host/backends/socketcan/netlink.h"
#include "host/backends/socketcan/socketcan.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct iof_interface interface = {.name = "can4linux"};
static const struct host_backend *const backend = &host_backend_socketcan;

struct world {
	struct host_device *device;
	struct host_file *file;
	struct host_call call; /* nonblocking */
	int other;             /* a raw socket on the same interface */
};

static int open_other(void)
{
	struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex("vcan0")};
	int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static struct host_file *open_node(struct host_device *device)
{
	struct host_call call = {0};
	struct host_file *file = NULL;

	assert_int_equal(backend->open(device, O_RDWR, &call, &file), 0);
	return file;
}

static int setup(void **state)
{
	static struct world world;

	memset(&world, 0, sizeof(world));
	world.call.nonblock = true;
	assert_int_equal(backend->device_create(test_settings("vcan0", false), &interface, &world.device), 0);
	world.file = open_node(world.device);
	world.other = open_other();
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	close(world->other);
	backend->close(world->file);
	backend->device_destroy(world->device);
	return 0;
}

static void other_sends(const struct world *world, canid_t id)
{
	struct can_frame frame = {.can_id = id, .len = 2, .data = {(uint8_t)id, 0x55}};

	assert_int_equal(send(world->other, &frame, sizeof(frame), 0), sizeof(frame));
}

static ssize_t read_some(struct world *world, struct host_file *file, c4l_message *messages, size_t count)
{
	return backend->read(file, messages, count, &world->call);
}

static ssize_t write_one(struct world *world, struct host_file *file, unsigned id)
{
	c4l_message message = {.id = id, .length = 2, .data = {(uint8_t)id, 0x55}, .cob = 99};
	ssize_t result = backend->write(file, &message, 1, &world->call);

	assert_true(result != 1 || message.cob != 99);
	return result;
}

static long command(struct world *world, struct host_file *file, int cmd)
{
	c4l_command par = {.cmd = cmd, .error = 99};

	assert_int_equal(
		backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_COMMAND, (uint64_t)(uintptr_t)&par, &world->call), 0);
	return (long)par.retval;
}

static long config(struct world *world, struct host_file *file, int target, unsigned long val1, unsigned long val2)
{
	c4l_command par = {.target = target, .val1 = val1, .val2 = val2};

	return backend->ioctl(file, NULL, CAN4LINUX_CAN_IOCTL_CONFIG, (uint64_t)(uintptr_t)&par, &world->call);
}

static void messages_cross(void **state)
{
	struct world *world = *state;
	struct can_frame frame;
	c4l_message got[4];

	assert_int_equal(read_some(world, world->file, got, 4), 0);
	assert_int_equal(write_one(world, world->file, 0x123), 1);
	assert_int_equal(read(world->other, &frame, sizeof(frame)), sizeof(frame));
	assert_int_equal(frame.can_id, 0x123);
	assert_int_equal(read_some(world, world->file, got, 4), 0); /* not its own */

	other_sends(world, 0x321);
	other_sends(world, 0x1234567 | CAN_EFF_FLAG | CAN_RTR_FLAG);
	assert_int_equal(read_some(world, world->file, got, 4), 2);
	assert_int_equal(got[0].id, 0x321);
	assert_int_equal(got[0].flags, 0);
	assert_true(got[0].timestamp.tv_sec > 1000000000);
	assert_int_equal(got[1].id, 0x1234567);
	assert_int_equal(got[1].flags, CAN4LINUX_MSG_EXT | CAN4LINUX_MSG_RTR);
}

static void self_reception(void **state)
{
	struct world *world = *state;
	struct host_file *second = open_node(world->device);
	c4l_message got;

	write_one(world, world->file, 1);
	assert_int_equal(read_some(world, second, &got, 1), 1); /* the node's other opens see it */
	assert_int_equal(read_some(world, world->file, &got, 1), 0);
	assert_int_equal(config(world, world->file, CAN4LINUX_CONF_SELF_RECEPTION, 1, 0), 0);
	write_one(world, world->file, 2);
	assert_int_equal(read_some(world, world->file, &got, 1), 1);
	assert_int_equal(got.flags, CAN4LINUX_MSG_SELF);
	backend->close(second);
}

static void acceptance(void **state)
{
	struct world *world = *state;
	c4l_message got[4];

	assert_int_equal(
		config(world, world->file, CAN4LINUX_CONF_ACC, ~(0x7fful << 21 | 0xff00ul), 0x100ul << 21 | 0x5500), 0);
	other_sends(world, 0x101);
	other_sends(world, 0x100); /* the right identifier, but its first byte is 0x00 */
	assert_int_equal(read_some(world, world->file, got, 4), 0);
	assert_int_equal(config(world, world->file, CAN4LINUX_CONF_ACCM, ~(0x7fful << 21), 0), 0);
	other_sends(world, 0x101);
	other_sends(world, 0x100);
	assert_int_equal(read_some(world, world->file, got, 4), 1);
	assert_int_equal(got[0].id, 0x100);
}

static void opens_and_rights(void **state)
{
	struct world *world = *state;
	struct host_file *more[3], *none;
	struct host_call call = {0};

	for (unsigned i = 0; i < 3; i++)
		more[i] = open_node(world->device);
	assert_int_equal(backend->open(world->device, O_RDWR, &call, &none), -ENXIO);
	assert_int_equal(command(world, more[0], CAN4LINUX_CMD_STOP), -EPERM);
	assert_int_equal(config(world, more[0], CAN4LINUX_CONF_TIMING, 500, 0), -EPERM);
	assert_int_equal(config(world, world->file, CAN4LINUX_CONF_TIMING, 500, 0), -EINVAL);
	for (unsigned i = 0; i < 3; i++)
		backend->close(more[i]);
	assert_int_equal(config(world, world->file, CAN4LINUX_CONF_TIMING, 500, 0), 0); /* a vcan has no bit rate */
}

/* A stopped node receives nothing and takes nothing; what came meanwhile does not come later. */
static void stopping(void **state)
{
	struct world *world = *state;
	c4l_message got;
	c4l_status status;

	assert_int_equal(command(world, world->file, CAN4LINUX_CMD_STOP), 0);
	other_sends(world, 1);
	assert_int_equal(write_one(world, world->file, 2), 0);
	assert_int_equal(backend->poll(world->file, POLLIN, NULL, NULL), 0);
	assert_int_equal(command(world, world->file, CAN4LINUX_CMD_START), 0);
	assert_int_equal(read_some(world, world->file, &got, 1), 0);
	other_sends(world, 3);
	assert_int_equal(backend->poll(world->file, POLLIN, NULL, NULL), POLLIN);
	assert_int_equal(backend->ioctl(world->file, NULL, CAN4LINUX_CAN_IOCTL_STATUS, (uint64_t)(uintptr_t)&status,
					&world->call),
			 0);
	assert_int_equal(status.retval, 0);
	assert_int_equal(status.baud, 125);
	assert_int_equal(status.status, 0x0c);
	assert_int_equal(status.rx_buffer_used, 1);
	assert_int_equal(command(world, world->file, CAN4LINUX_CMD_CLEARBUFFERS), 0);
	assert_int_equal(read_some(world, world->file, &got, 1), 0);
}

struct reader {
	struct host_file *file;
	struct host_call call;
	c4l_message message[2];
	ssize_t result;
};

static void *run_reader(void *argument)
{
	struct reader *reader = argument;

	reader->result = backend->read(reader->file, reader->message, 2, &reader->call);
	return NULL;
}

static void on_signal(int number)
{
	(void)number;
}

/* Ends with what it asked for; a cancel's signals end it with EINTR. */
static void blocking_read(void **state)
{
	struct world *world = *state;
	struct reader reader = {.file = world->file};
	struct sigaction action = {.sa_handler = on_signal};
	pthread_t thread;

	pthread_create(&thread, NULL, run_reader, &reader);
	other_sends(world, 1);
	other_sends(world, 2);
	pthread_join(thread, NULL);
	assert_int_equal(reader.result, 2);

	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&thread, NULL, run_reader, &reader);
	__atomic_store_n(&reader.call.cancelled, 1, __ATOMIC_RELEASE);
	while (pthread_tryjoin_np(thread, NULL)) {
		pthread_kill(thread, SIGUSR1);
		usleep(1000);
	}
	assert_int_equal(reader.result, -EINTR);
}

static void note_ready(void *context, uint32_t revents)
{
	__atomic_store_n((uint32_t *)context, revents, __ATOMIC_RELEASE);
}

static void poll_notifies(void **state)
{
	struct world *world = *state;
	uint32_t told = 0;
	c4l_message got;

	assert_int_equal(backend->poll(world->file, POLLOUT, NULL, NULL), POLLOUT);
	assert_int_equal(backend->poll(world->file, POLLIN, note_ready, &told), 0);
	assert_int_equal(backend->poll(world->file, POLLIN, note_ready, &told), 0);
	other_sends(world, 1);
	for (unsigned i = 0; i < 5000 && !__atomic_load_n(&told, __ATOMIC_ACQUIRE); i++)
		usleep(1000);
	assert_int_equal(told, POLLIN);
	assert_int_equal(read_some(world, world->file, &got, 1), 1);
	/* Asked for and not waited for. */
	assert_int_equal(backend->poll(world->file, POLLIN, note_ready, &told), 0);
}

/* Thousands without a reader: none lost, none out of order. */
static void many_frames(void **state)
{
	enum { MANY = 4000 };
	struct world *world = *state;

	for (unsigned i = 0; i < MANY; i++)
		other_sends(world, i | CAN_EFF_FLAG);
	for (unsigned i = 0; i < MANY; i++) {
		c4l_message got;

		assert_int_equal(read_some(world, world->file, &got, 1), 1);
		assert_int_equal(got.id, i);
		assert_int_equal(got.flags, CAN4LINUX_MSG_EXT);
	}
}

/* Down: writing says so, reading tells of a node that left the bus; up again: all goes on. */
static void interface_goes_down(void **state)
{
	struct world *world = *state;
	int index = (int)if_nametoindex("vcan0");
	c4l_message got;

	assert_int_equal(socketcan_link_set_up(index, false), 0);
	assert_int_equal(read_some(world, world->file, &got, 1), 1);
	assert_int_equal(got.id, C4L_ERROR_ID);
	assert_int_equal(got.flags, CAN4LINUX_MSG_BUSOFF);
	assert_int_equal(write_one(world, world->file, 1), -ENETDOWN);
	assert_int_equal(socketcan_link_set_up(index, true), 0);
	close(world->other);
	world->other = open_other();
	assert_int_equal(write_one(world, world->file, 1), 1);
	other_sends(world, 5);
	assert_int_equal(read_some(world, world->file, &got, 1), 1);
	assert_int_equal(got.id, 5);
}

static void no_interface(void **state)
{
	struct host_call call = {0};
	struct host_device *device;
	struct host_file *file;

	(void)state;
	assert_int_equal(backend->device_create(test_settings("nope0", false), &interface, &device), 0);
	assert_int_equal(backend->open(device, O_RDWR, &call, &file), -ENXIO);
	backend->device_destroy(device);
	assert_int_equal(backend->device_create(test_settings(NULL, false), &interface, &device), -EINVAL);
	assert_int_equal(test_settings_errors(), 1);
}

/* NULL, or why it cannot run. */
static const char *make_vcan(void)
{
	int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	if (fd < 0)
		return "the kernel has no PF_CAN (modprobe can-raw)";
	close(fd);
	if (unshare(CLONE_NEWNET))
		return "no permission to make a network namespace";
	/* NOLINTNEXTLINE(cert-env33-c): a test's own set-up */
	if (system("ip link add dev vcan0 type vcan 2>/dev/null && ip link set vcan0 up") != 0)
		return "the kernel makes no vcan (modprobe vcan)";
	return NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_cross),
		TEST(self_reception),
		TEST(acceptance),
		TEST(opens_and_rights),
		TEST(stopping),
		TEST(blocking_read),
		TEST(poll_notifies),
		TEST(many_frames),
		TEST(interface_goes_down),
		cmocka_unit_test(no_interface),
	};
	const char *obstacle = make_vcan();

	if (obstacle) {
		printf("skipped: %s\n", obstacle);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
