/* SPDX-License-Identifier: MIT */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_alarm(int number)
{
	(void)number;
}

static void alarm_in(long ms, int flags)
{
	struct sigaction action;
	struct itimerval timer = {.it_value = {ms / 1000, ms % 1000 * 1000}};

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	action.sa_flags = flags;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void test_wait(struct app *app)
{
	int pid, before;

	alarm_in(200, 0);
	check_result(app, "a signal ends a wait", ioctl(app->fd, TD_WAIT, 0), -1, EINTR);
	before = ioctl(app->fd, TD_COUNT, 0);
	alarm_in(200, SA_RESTART);
	pid = later(600, TD_KICK, 0);
	check_result(app, "with SA_RESTART it is restarted", ioctl(app->fd, TD_WAIT, 0), 9, 0);
	check_result(app, "... the driver was called twice", ioctl(app->fd, TD_COUNT, 0) - before, 2, 0);
	waitpid(pid, NULL, 0);
	alarm_in(200, SA_RESTART);
	check_result(app, "a driver that gives EINTR is not restarted", ioctl(app->fd, TD_WAIT_EINTR, 0), -1, EINTR);
	alarm_in(200, 0);
	check_result(app, "a command that does not wait is not cut short", ioctl(app->fd, TD_SLOW, 600), 12, 0);
}

static void test_deaf_host(struct app *app)
{
	double start = now();

	alarm_in(200, SA_RESTART);
	check_result(app, "a host that does not answer a cancel: EINTR", ioctl(app->fd, TD_STUCK, 5000), -1, EINTR);
	check(app, now() - start > 1.5 && now() - start < 4.5, "... after the deadline");
	check_result(app, "... and the file still works", ioctl(app->fd, TD_NOTHING, 0), 7, 0);
}

static void test_io(struct app *app)
{
	struct td_message message;
	char byte;
	int fd = open(BYTES_NODE, O_RDWR);

	alarm_in(200, 0);
	check_result(app, "a signal ends a read of messages", read(app->fd, &message, 1), -1, EINTR);
	alarm_in(200, 0);
	check_result(app, "a signal ends a read of bytes", read(fd, &byte, 1), -1, EINTR);
	close(fd);
}

static void test_kill(struct app *app)
{
	int pid = fork(), status = 0;
	double start;

	if (pid == 0)
		_exit(ioctl(app->fd, TD_WAIT, 0) != 0);
	usleep(300000);
	start = now();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(app, WIFSIGNALED(status) && now() - start < 1.5, "SIGKILL of a caller is prompt");
	pid = fork();
	if (pid == 0)
		_exit(ioctl(app->fd, TD_STUCK, 6000) != 0);
	usleep(300000);
	start = now();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(app, WIFSIGNALED(status) && now() - start < 4.5, "... and bounded when the host does not answer");
	check_result(app, "... and the device still works", ioctl(app->fd, TD_NOTHING, 0), 7, 0);
}

void test_signals(struct app *app)
{
	test_wait(app);
	test_io(app);
	test_deaf_host(app);
	test_kill(app);
}

static void *wait_in_ioctl(void *context)
{
	struct app *app = context;

	return ioctl(app->fd, TD_WAIT, 0) == 9 ? app : NULL;
}

/* A second thread's calls go through while the first one waits; memory is that of the calling thread's process. */
void test_threads(struct app *app)
{
	struct td_flat flat = {.a = 1};
	pthread_t thread;
	void *ended = NULL;
	bool good = true;

	pthread_create(&thread, NULL, wait_in_ioctl, app);
	usleep(200000);
	for (int i = 0; i < 50; i++) {
		flat.a = (uint32_t)i;
		good &= ioctl(app->fd, TD_FLAT, &flat) == 5 && flat.b == (uint32_t)i + 1;
	}
	check(app, good, "a waiting thread does not stop another one's calls");
	ioctl(app->fd, TD_KICK, 0);
	pthread_join(thread, &ended);
	check(app, ended != NULL, "... and ends in its turn");
}
