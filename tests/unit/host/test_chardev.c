/* SPDX-License-Identifier: MIT */
/* The real node, with nodes that every machine has: /dev/null, /dev/zero and pseudo-terminals. */
#include "fake.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ioferry/log.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct host_backend host_backend_chardev;
static const struct host_backend *const chardev = &host_backend_chardev;

/* A device of these settings; they live as long as *config. */
static struct host_device *make(const char *settings, struct config **config)
{
	struct host_device *device = NULL;

	*config = config_parse("t", settings, strlen(settings));
	assert_non_null(*config);
	assert_int_equal(chardev->device_create(config_root(*config), &fake_interface, &device), 0);
	device->backend = chardev;
	device->interface = &fake_interface;
	return device;
}

static void unmake(struct host_device *device, struct config *config)
{
	chardev->device_destroy(device);
	config_unref(config);
}

static int try_open(struct host_device *device, int flags, struct host_file **file)
{
	struct host_call call = {0};

	return chardev->open(device, flags, &call, file);
}

static long call_ioctl(struct host_file *file, uint32_t number, void *argument)
{
	struct iof_command command = {.name = "c", .number = {number, number, number, number}, .mask = ~0u};
	struct host_call call = {0};

	return chardev->ioctl(file, &command, number, (uintptr_t)argument, &call);
}

static void read_and_write(void **state)
{
	struct host_call call = {0};
	struct config *config;
	struct host_device *zero = make("{path: /dev/zero}", &config);
	struct host_file *file;
	char bytes[4] = "abc";

	(void)state;
	assert_int_equal(try_open(zero, O_RDWR, &file), 0);
	assert_int_equal(chardev->read(file, bytes, 4, &call), 4);
	assert_memory_equal(bytes, "\0\0\0", 4);
	assert_int_equal(chardev->write(file, bytes, 4, &call), 4);
	assert_int_equal(call_ioctl(file, 0x12345678, bytes), -ENOTTY);
	chardev->close(file);
	unmake(zero, config);
}

static void only_character_devices(void **state)
{
	char path[] = "/tmp/ioferry-test-XXXXXX", settings[128];
	struct host_device *device;
	struct host_file *file;
	struct config *config;

	(void)state;
	device = make("{path: /etc/passwd}", &config);
	assert_int_equal(try_open(device, O_RDONLY, &file), -ENODEV);
	unmake(device, config);
	device = make("{path: /dev/no-such-node}", &config);
	assert_int_equal(try_open(device, O_RDONLY, &file), -ENOENT);
	unmake(device, config);
	/* The open of a FIFO would wait for somebody who writes. */
	assert_non_null(mkdtemp(path));
	(void)snprintf(settings, sizeof(settings), "{path: %s/fifo}", path);
	device = make(settings, &config);
	(void)snprintf(settings, sizeof(settings), "%s/fifo", path);
	assert_int_equal(mkfifo(settings, 0600), 0);
	assert_int_equal(try_open(device, O_RDONLY, &file), -ENODEV);
	assert_int_equal(unlink(settings), 0);
	assert_int_equal(rmdir(path), 0);
	unmake(device, config);
}

static void flags_that_make_or_cut_files_are_masked(void **state)
{
	struct host_device *device;
	struct host_file *file;
	struct config *config;

	(void)state;
	device = make("{path: /dev/ioferry-never-made}", &config);
	assert_int_equal(try_open(device, O_RDWR | O_CREAT | O_TRUNC, &file), -ENOENT);
	assert_int_equal(access("/dev/ioferry-never-made", F_OK), -1);
	unmake(device, config);
}

/* A pseudo-terminal: the master by the backend, the slave by the test, raw. */
struct terminal {
	struct config *config;
	struct host_device *device;
	struct host_file *master;
	int slave;
};

static int make_terminal(void **state)
{
	static struct terminal terminal;
	unsigned number = 0;
	char path[64];
	int off = 0;

	terminal.device = make("{path: /dev/ptmx}", &terminal.config);
	if (try_open(terminal.device, O_RDWR, &terminal.master) < 0)
		return -1;
	if (call_ioctl(terminal.master, TIOCGPTN, &number) < 0 || call_ioctl(terminal.master, TIOCSPTLCK, &off) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/dev/pts/%u", number);
	terminal.slave = open(path, O_RDWR | O_NOCTTY);
	*state = &terminal;
	return terminal.slave < 0 ? -1 : 0;
}

static int end_terminal(void **state)
{
	struct terminal *terminal = *state;

	(void)close(terminal->slave);
	chardev->close(terminal->master);
	unmake(terminal->device, terminal->config);
	return 0;
}

static void numbers_of_the_vfs_are_never_issued(void **state)
{
	static const uint32_t numbers[] = {FIGETBSZ, FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC, FIFREEZE, FITHAW, FICLONE};
	struct terminal *terminal = *state;
	int value = 1;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(call_ioctl(terminal->master, numbers[i], &value), -ENOTTY);
	assert_int_equal(value, 1);
}

static void nonblock_follows_the_call(void **state)
{
	struct host_call nonblock = {.nonblock = true}, blocks = {0};
	struct terminal *terminal = *state;
	char byte;

	assert_int_equal(chardev->read(terminal->master, &byte, 1, &nonblock), -EAGAIN);
	assert_int_equal(write(terminal->slave, "x", 1), 1);
	assert_int_equal(chardev->read(terminal->master, &byte, 1, &blocks), 1);
	assert_int_equal(chardev->read(terminal->master, &byte, 1, &nonblock), -EAGAIN);
}

struct reader {
	struct host_file *file;
	struct host_call call;
	ssize_t result;
	atomic_int ended;
};

static void *read_one(void *context)
{
	struct reader *reader = context;
	char byte;

	reader->result = chardev->read(reader->file, &byte, 1, &reader->call);
	reader->ended = 1;
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

static void a_signal_ends_a_read(void **state)
{
	struct sigaction action = {.sa_handler = nothing};
	struct terminal *terminal = *state;
	struct reader reader = {.file = terminal->master};
	pthread_t thread;

	assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_one, &reader), 0);
	__atomic_store_n(&reader.call.cancelled, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 5000 && !reader.ended; i++) { /* the first may come before the system call */
		(void)pthread_kill(thread, SIGUSR2);
		(void)poll(NULL, 0, 2);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.result, -EINTR);
}

struct told {
	atomic_int times;
	uint32_t revents;
};

static void tell(void *context, uint32_t revents)
{
	struct told *told = context;

	told->revents = revents;
	atomic_fetch_add(&told->times, 1);
}

static void readiness(void **state)
{
	struct terminal *terminal = *state;
	struct told told = {0};
	struct host_file *file;
	struct host_call call = {0};
	char byte;

	assert_int_equal(chardev->poll(terminal->master, POLLIN, NULL, NULL), 0);
	assert_int_equal(chardev->poll(terminal->master, POLLOUT, NULL, NULL), POLLOUT);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(chardev->poll(terminal->master, POLLIN, tell, &told), 0);
		assert_int_equal(told.times, i - 1);
		assert_int_equal(write(terminal->slave, "x", 1), 1);
		fake_wait_for(&told.times, i);
		assert_int_equal(told.revents & POLLIN, POLLIN);
		assert_int_equal(chardev->poll(terminal->master, POLLIN, tell, &told), POLLIN);
		assert_int_equal(chardev->read(terminal->master, &byte, 1, &call), 1);
	}
	/* Armed when it is closed: nobody is told any more, though the other end is written to and closed. */
	assert_int_equal(chardev->poll(terminal->master, POLLIN, tell, &told), 0);
	chardev->close(terminal->master);
	(void)write(terminal->slave, "x", 1);
	assert_int_equal(try_open(terminal->device, O_RDWR, &file), 0);
	terminal->master = file;
	(void)poll(NULL, 0, 20);
	assert_int_equal(told.times, 3);
}

static void another_user(void **state)
{
	char directory[] = "/tmp/ioferry-test-XXXXXX", path[64], settings[128];
	struct host_device *device;
	struct host_file *file;
	struct config *config;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can become another user\n");
		skip();
	}
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/null", directory);
	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) < 0) {
		(void)rmdir(directory);
		print_message("skipped: cannot make a device node here\n");
		skip();
	}
	(void)snprintf(settings, sizeof(settings), "{path: %s}", path);
	device = make(settings, &config);
	if (try_open(device, O_RDWR, &file) < 0) {
		print_message("skipped: device nodes do not work in %s\n", directory);
		unmake(device, config);
		(void)unlink(path);
		(void)rmdir(directory);
		skip();
	}
	chardev->close(file);
	unmake(device, config);

	(void)snprintf(settings, sizeof(settings), "{path: %s, user: 65534}", path);
	device = make(settings, &config);
	assert_int_equal(try_open(device, O_RDWR, &file), -EACCES);
	assert_int_equal(geteuid(), 0);
	unmake(device, config);

	/* With the capability that ignores the mode it goes. */
	(void)snprintf(settings, sizeof(settings), "{path: %s, user: 65534, capabilities: [cap_dac_override]}", path);
	device = make(settings, &config);
	assert_int_equal(try_open(device, O_RDWR, &file), 0);
	chardev->close(file);
	unmake(device, config);

	/* And with the group. */
	assert_int_equal(chown(path, 0, 4242), 0);
	assert_int_equal(chmod(path, 0660), 0);
	(void)snprintf(settings, sizeof(settings), "{path: %s, user: 65534, groups: [5, 4242]}", path);
	device = make(settings, &config);
	assert_int_equal(try_open(device, O_RDWR, &file), 0);
	assert_int_equal(call_ioctl(file, 0x12345678, NULL), -ENOTTY);
	chardev->close(file);
	unmake(device, config);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(open(path, O_RDWR | O_CLOEXEC) >= 0, 1); /* this thread is root again */
	(void)unlink(path);
	(void)rmdir(directory);
}

/* Who the calling thread was in its last call of the driver. */
static struct {
	uid_t uid;
	gid_t gid, groups[2];
	int n_groups;
	uint32_t capabilities;
} seen;

static uint32_t capabilities(const struct __user_cap_data_struct *set)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	if (set)
		assert_int_equal(syscall(SYS_capset, &header, set), 0);
	return data[0].effective;
}

static void look(void)
{
	seen.uid = geteuid();
	seen.gid = getegid();
	seen.n_groups = getgroups(2, seen.groups);
	seen.capabilities = capabilities(NULL);
}

int __real_ioctl(int fd, unsigned long number, void *argument);
int __wrap_ioctl(int fd, unsigned long number, void *argument);
ssize_t __real_read(int fd, void *buffer, size_t count);
ssize_t __wrap_read(int fd, void *buffer, size_t count);
ssize_t __real_write(int fd, const void *buffer, size_t count);
ssize_t __wrap_write(int fd, const void *buffer, size_t count);

int __wrap_ioctl(int fd, unsigned long number, void *argument)
{
	look();
	return __real_ioctl(fd, number, argument);
}

ssize_t __wrap_read(int fd, void *buffer, size_t count)
{
	look();
	return __real_read(fd, buffer, count);
}

ssize_t __wrap_write(int fd, const void *buffer, size_t count)
{
	look();
	return __real_write(fd, buffer, count);
}

static void expect_seen(uint32_t wanted)
{
	assert_int_equal(seen.uid, 65534);
	assert_int_equal(seen.gid, 5);
	assert_int_equal(seen.n_groups, 2);
	assert_int_equal(seen.groups[1], 4242);
	assert_int_equal(seen.capabilities, wanted);
	assert_int_equal(geteuid(), 0);
	memset(&seen, 0xff, sizeof(seen));
}

static void calls_run_as_the_configured_user(void **state)
{
	struct host_call call = {0};
	struct host_device *device;
	struct host_file *file;
	struct config *config;
	uint32_t before = capabilities(NULL);
	char bytes[4];

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: only root can become another user\n");
		skip();
	}
	device = make("{path: /dev/zero, user: 65534, groups: [5, 4242], capabilities: [cap_kill]}", &config);
	assert_int_equal(try_open(device, O_RDWR, &file), 0);
	assert_int_equal(call_ioctl(file, 0x12345678, NULL), -ENOTTY);
	expect_seen(1u << CAP_KILL);
	assert_int_equal(chardev->read(file, bytes, 4, &call), 4);
	expect_seen(1u << CAP_KILL);
	assert_int_equal(chardev->write(file, bytes, 4, &call), 4);
	expect_seen(1u << CAP_KILL);
	assert_int_equal(capabilities(NULL), before);
	chardev->close(file);
	unmake(device, config);
}

static unsigned lines;

static void count_line(void *context, enum iof_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
	lines++;
}

/* A guest that opens again and again does not fill the log. */
static void what_is_wrong_with_a_device_is_not_told_each_time(void **state)
{
	struct __user_cap_data_struct less[_LINUX_CAPABILITY_U32S_3] = {{0}};
	struct host_device *device;
	struct host_file *file;
	struct config *config;

	(void)state;
	iof_log_setup(count_line, NULL, IOF_LOG_NOTICE);
	device = make("{path: /etc/passwd}", &config);
	for (int i = 0; i < 100; i++)
		assert_int_equal(try_open(device, O_RDONLY, &file), -ENODEV);
	assert_int_equal(lines, 3);
	unmake(device, config);
	/* A capability that the daemon does not have; last, for this test has none from here on. */
	(void)capabilities(less);
	lines = 0;
	device = make("{path: /dev/zero, capabilities: [cap_kill]}", &config);
	for (int i = 0; i < 100; i++)
		assert_int_equal(try_open(device, O_RDONLY, &file), -EPERM);
	assert_int_equal(lines, 3);
	unmake(device, config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_and_write),
		cmocka_unit_test(only_character_devices),
		cmocka_unit_test(flags_that_make_or_cut_files_are_masked),
		cmocka_unit_test_setup_teardown(numbers_of_the_vfs_are_never_issued, make_terminal, end_terminal),
		cmocka_unit_test_setup_teardown(nonblock_follows_the_call, make_terminal, end_terminal),
		cmocka_unit_test_setup_teardown(a_signal_ends_a_read, make_terminal, end_terminal),
		cmocka_unit_test_setup_teardown(readiness, make_terminal, end_terminal),
		cmocka_unit_test(another_user),
		cmocka_unit_test(calls_run_as_the_configured_user),
		cmocka_unit_test(what_is_wrong_with_a_device_is_not_told_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
