/* SPDX-License-Identifier: MIT */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

void check(struct app *app, bool good, const char *name)
{
	printf("%s %s%s\n", good ? "ok" : "not ok", name, app->suffix);
	fflush(stdout);
	app->failed += !good;
}

void check_result(struct app *app, const char *name, long got, long wanted, int error)
{
	bool good = got == wanted && (!error || errno == error);

	if (!good)
		printf("# %s: returned %ld, errno %d (%s); wanted %ld, errno %d\n", name, got, errno, strerror(errno),
		       wanted, error);
	check(app, good, name);
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int later(int ms, unsigned long command, unsigned long argument)
{
	int pid = fork();

	if (pid == 0) {
		int fd = open(NODE, O_RDWR);

		usleep((unsigned)ms * 1000);
		_exit(fd < 0 || ioctl(fd, command, argument) < 0);
	}
	return pid;
}

/* Opens, says READY, and waits until the host is gone: then what an old handle must do, and a new open. */
static void test_host_gone(struct app *app)
{
	struct pollfd poll_fd = {.fd = app->fd, .events = POLLIN};
	struct td_flat flat = {.a = 1};
	char byte;
	int fd = -1, old = app->fd;

	ioctl(old, TD_KICK, 0);
	puts("READY");
	fflush(stdout);
	check_result(app, "poll ends with POLLERR|POLLHUP when the host goes", poll(&poll_fd, 1, 20000), 1, 0);
	check_result(app, "... these are its events", poll_fd.revents, POLLERR | POLLHUP, 0);
	check_result(app, "ioctl on an old handle", ioctl(old, TD_FLAT, &flat), -1, ENODEV);
	check_result(app, "read on an old handle", read(old, &byte, 1), -1, ENODEV);
	check_result(app, "write on an old handle", write(old, &byte, 1), -1, ENODEV);
	check_result(app, "open while the host is away", open(NODE, O_RDWR), -1, ENODEV);
	puts("BACK?");
	fflush(stdout);
	for (double end = now() + 10; fd < 0 && now() < end; usleep(20000))
		fd = open(NODE, O_RDWR);
	check(app, fd >= 0, "a new open works when the host is back");
	check_result(app, "... and an ioctl on it", ioctl(fd, TD_FLAT, &flat), 5, 0);
	check_result(app, "the old handle stays dead", ioctl(old, TD_FLAT, &flat), -1, ENODEV);
	close(old);
	close(fd);
}

static void test_waiting_call(struct app *app)
{
	puts("READY");
	fflush(stdout);
	check_result(app, "a call in flight ends with ENODEV", ioctl(app->fd, TD_WAIT, 0), -1, ENODEV);
}

/* Someone writes to the node's abort file while a call waits. */
static void test_aborted(struct app *app)
{
	puts("READY");
	fflush(stdout);
	check_result(app, "a call on an aborted node", ioctl(app->fd, TD_WAIT, 0), -1, ECONNABORTED);
	check_result(app, "... and one after it", ioctl(app->fd, TD_NOTHING, 0), -1, ENOTCONN);
}

/* The host takes the device away that is open here. Its open goes on, as of a driver whose device is unplugged. */
static void test_withdrawn(struct app *app)
{
	int fd = open(BYTES_NODE, O_RDWR);
	struct stat stat_buffer;
	char in[8] = "";

	puts("READY");
	fflush(stdout);
	for (double end = now() + 20; stat("/dev/td1", &stat_buffer) != 0 && now() < end; usleep(20000))
		;
	check_result(app, "write to a device that the host has no more", write(fd, "abc", 3), 3, 0);
	check(app, read(fd, in, 8) == 3 && memcmp(in, "abc", 3) == 0, "... and read");
	if (!app->files)
		check(app, stat(BYTES_NODE, &stat_buffer) == 0, "its node is there as long as it is open");
	check_result(app, "... but cannot be opened", open(BYTES_NODE, O_RDWR), -1, app->files ? ENOENT : ENODEV);
	close(fd);
}

static void test_node(struct app *app)
{
	struct stat stat_buffer;

	check(app, stat(NODE, &stat_buffer) == 0, "the node is there");
	check_result(app, "as a file or a device", (long)stat_buffer.st_mode & S_IFMT, app->files ? S_IFREG : S_IFCHR,
		     0);
	check_result(app, "with the host's mode", (long)stat_buffer.st_mode & 0777, 0666, 0);
	if (!app->files)
		check_result(app, "with the host's number", (long)stat_buffer.st_rdev, (long)makedev(120, 3), 0);
	check(app, stat(BYTES_NODE, &stat_buffer) == 0, "a node in a folder");
	check_result(app, "with its own mode", (long)stat_buffer.st_mode & 0777, 0660, 0);
}

static void reopen(struct app *app, int times)
{
	bool good = true;

	for (int i = 0; i < times; i++) {
		int fd = open(BYTES_NODE, O_RDWR);

		good &= fd >= 0 && close(fd) == 0;
	}
	check(app, good, "a device is opened and closed again and again");
}

static void count_flat(struct app *app, int times)
{
	struct td_flat flat = {0};

	for (int i = 0; i < times; i++) {
		flat.a += 7;
		if (ioctl(app->fd, TD_FLAT, &flat) != 5)
			app->failed++;
	}
}

static void run(struct app *app, const char *what, int times)
{
	bool all = strcmp(what, "all") == 0;

	if (strcmp(what, "gone") == 0)
		test_host_gone(app);
	if (strcmp(what, "waiting") == 0)
		test_waiting_call(app);
	if (strcmp(what, "aborted") == 0)
		test_aborted(app);
	if (strcmp(what, "withdrawn") == 0)
		test_withdrawn(app);
	if (strcmp(what, "noise") == 0)
		test_noise(app);
	if (strcmp(what, "flat") == 0)
		count_flat(app, times);
	if (strcmp(what, "reopen") == 0)
		reopen(app, times);
	if (strcmp(what, "copied") == 0)
		test_copied(app);
	if (all)
		test_node(app);
	if (strcmp(what, "unreachable") == 0)
		test_unreachable(app);
	if (all || strcmp(what, "direct") == 0 || strcmp(what, "retry") == 0) {
		test_ioctls(app);
		test_bad_memory(app);
		test_large(app, strcmp(what, "retry") != 0);
	}
	if (all || strcmp(what, "direct") == 0 || strcmp(what, "looked") == 0) {
		test_nonblock(app);
		test_messages(app);
	}
	if (!all)
		return;
	test_bytes(app);
	test_poll(app);
	test_signals(app);
	test_threads(app);
	test_beside(app);
}

int main(int argc, char **argv)
{
	struct app app = {.suffix = argc > 2 ? argv[2] : "", .files = getenv("TD_FILES") != NULL};
	const char *what = argc > 1 ? argv[1] : "all", *node = getenv("TD_NODE");

	for (int turn = 0; turn < 50 && (turn == 0 || (app.fd < 0 && strcmp(what, "noise") == 0)); turn++)
		app.fd = open(node ? node : NODE, O_RDWR);
	if (app.fd < 0) {
		perror(node ? node : NODE);
		return 1;
	}
	run(&app, what, argc > 3 ? atoi(argv[3]) : 1);
	return app.failed != 0;
}
