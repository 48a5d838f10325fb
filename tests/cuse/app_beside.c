/* SPDX-License-Identifier: MIT */
/*
 * Callers that wait and callers that do not, on one device: the kernel serialises more on files than on device nodes.
 * Who waits here does so until it is killed, so a call that had to wait for it would never end.
 */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 50

/* A child that makes one call on an open of its own, and is killed in it. */
static int waiter(bool writes)
{
	int pid = fork();

	if (pid == 0) {
		char byte = TB_WAITS;
		int fd = open(BYTES_NODE, O_RDWR);

		_exit((writes ? write(fd, &byte, 1) : read(fd, &byte, 1)) < 0);
	}
	return pid;
}

static bool end(int pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

static bool bytes_go_through(void)
{
	int fd = open(BYTES_NODE, O_RDWR | O_NONBLOCK), other = dup(fd);
	char in[8] = "";
	bool good = write(fd, "abc", 3) == 3 && close(other) == 0 && read(fd, in, 8) == 3;

	close(fd);
	return good && memcmp(in, "abc", 3) == 0;
}

static void test_many(struct app *app)
{
	struct td_flat flat = {.a = 1};
	bool waited = true, ended = true;
	int pids[MANY];

	for (int i = 0; i < MANY; i++)
		pids[i] = waiter(false);
	usleep(1000000);
	for (int i = 0; i < MANY; i++)
		waited &= waitpid(pids[i], NULL, WNOHANG) == 0;
	check(app, waited, "fifty reads wait");
	check_result(app, "... an ioctl does not", ioctl(app->fd, TD_FLAT, &flat), 5, 0);
	check(app, bytes_go_through(), "... nor does a write, or another read");
	for (int i = 0; i < MANY; i++)
		ended &= end(pids[i]);
	check(app, ended, "SIGKILL ends them");
}

static void test_write(struct app *app)
{
	int pid = waiter(true), fd;

	usleep(300000);
	check(app, waitpid(pid, NULL, WNOHANG) == 0, "a write waits");
	fd = open(BYTES_NODE, O_RDWR);
	check(app, close(dup(fd)) == 0 && close(fd) == 0, "... open and close do not");
	check(app, bytes_go_through(), "... nor does another write");
	check(app, end(pid), "... SIGKILL ends it");
}

static void on_signal(int number)
{
	(void)number;
}

static void *read_one(void *context)
{
	static int interrupted = 1;
	const int *fd = context;
	char byte;

	return read(*fd, &byte, 1) == -1 && errno == EINTR ? &interrupted : NULL;
}

/* The kernel keeps a file's position for one call at a time, and a device has none. */
static void test_one_descriptor(struct app *app)
{
	struct sigaction action = {.sa_handler = on_signal};
	int fd = open(BYTES_NODE, O_RDWR);
	void *interrupted = NULL;
	pthread_t thread;
	char in[8] = "";

	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&thread, NULL, read_one, &fd);
	usleep(300000);
	check_result(app, "a write beside a read that waits, on one descriptor", write(fd, "abc", 3), 3, 0);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &interrupted);
	check(app, interrupted != NULL, "... and a signal ends the read");
	check_result(app, "... not the bytes", read(fd, in, 8), 3, 0);
	close(fd);
}

/* What is said of a file's length means nothing on a device. */
static void test_append(struct app *app)
{
	int fd = open(BYTES_NODE, O_RDWR | O_APPEND | O_TRUNC | O_CREAT, 0600);
	char in[8] = "";

	check_result(app, "a write with O_APPEND and O_TRUNC", write(fd, "abc", 3), 3, 0);
	check_result(app, "... and the next one", write(fd, "de", 2), 2, 0);
	check_result(app, "... the bytes", read(fd, in, 8), 5, 0);
	check(app, memcmp(in, "abcde", 5) == 0, "... in their order");
	close(fd);
}

void test_beside(struct app *app)
{
	test_many(app);
	test_write(app);
	test_one_descriptor(app);
	test_append(app);
}
