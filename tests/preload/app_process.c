/* SPDX-License-Identifier: MIT */
/* Several processes: fork, exec, spawn, and a host that goes away. */
#include "app.h"
#include <poll.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* daemon() forks inside of the C library and ends the parent at once: the child is the only one that has the device. */
static void fork_daemon(void)
{
	int ends[2], fd, closes;
	char byte;

	CHECK(pipe(ends) == 0);
	if (!fork()) {
		fd = open_node(OTHER, O_RDWR);
		closes = ioctl(fd, PROBE_CLOSES);
		CHECK(daemon(0, 1) == 0);
		usleep(100000);
		CHECK(ioctl(fd, PROBE_CLOSES) == closes && write(ends[1], "", 1) == 1);
		_exit(0);
	}
	CHECK(close(ends[1]) == 0 && read(ends[0], &byte, 1) == 1);
	CHECK(wait(NULL) > 0 && close(ends[0]) == 0);
}

void test_fork(void)
{
	int watch = open_node(NODE, O_RDWR), fd = open_node(OTHER, O_RDWR), copy, closes, status;
	struct probe_pair pair = {.a = 7};
	pid_t child, other;

	closes = ioctl(fd, PROBE_CLOSES);
	child = fork();
	if (!child) {
		/* The parent closes its own meanwhile. */
		usleep(150000);
		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == 8);
		CHECK(ioctl(fd, PROBE_OPENS) == 1);
		CHECK(ioctl(watch, PROBE_OPENS) == 1);
		other = fork(); /* and once more */
		if (!other) {
			CHECK(ioctl(fd, PROBE_OPENS) == 1 && ioctl(fd, PROBE_CLOSES) == closes);
			_exit(0);
		}
		reap(other);
		CHECK(ioctl(fd, PROBE_CLOSES) == closes);
		_exit(0);
	}
	CHECK(close(fd) == 0);
	reap(child);
	fd = open_node(OTHER, O_RDWR);
	/* At once: a driver that can be opened once would have refused a lingering open's successor. */
	usleep(100000);
	CHECK(ioctl(fd, PROBE_CLOSES) == closes + 1);
	CHECK(ioctl(fd, PROBE_OPENS) == 1 && ioctl(watch, PROBE_OPENS) == 1);

	/* The open file is one: its flags too. The child leaves before it has used the device. */
	copy = dup(fd);
	child = fork();
	if (!child)
		_exit(fcntl(copy, F_SETFL, O_NONBLOCK) != 0);
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(ioctl(fd, PROBE_NONBLOCK) == 1 && ioctl(copy, PROBE_CLOSES) == closes + 1);
	/* A child that never calls leaves the parent's session alone. */
	child = fork();
	if (!child)
		_exit(0);
	reap(child);
	CHECK(ioctl(watch, PROBE_OPENS) == 1);
	fork_daemon();
	/* Forked by a system call that nobody can see. */
	child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!child) {
		CHECK(ioctl(watch, PROBE_ADD, &pair) == 5 && ioctl(watch, PROBE_OPENS) == 1);
		syscall(SYS_exit_group, 0);
	}
	reap(child);
	CHECK(ioctl(watch, PROBE_ADD, &pair) == 5 && ioctl(watch, PROBE_OPENS) == 1);
}

/* The new image: child FD CLOSES [SHUT_FD]. */
int exec_child(int argc, char **argv)
{
	struct probe_pair pair = {.a = 20};
	struct probe_record record = {4, 0};
	int fd = atoi(argv[2]);

	if (argc > 4)
		FAILS(ioctl(atoi(argv[4]), PROBE_OPENS), EBADF);
	CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == 21);
	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	CHECK(ioctl(fd, PROBE_CLOSES) == atoi(argv[3]));
	CHECK((fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDWR | O_NONBLOCK));
	CHECK(write(fd, &record, 1) == 1 && read(fd, &record, 1) == 1 && record.value == 4);
	FAILS(read(fd, &record, 1), EAGAIN);
	return 0;
}

/* This program, or its build of the other width. */
static const char *image(void)
{
	const char *other = getenv("TEST_IMAGE");

	return other ? other : "/proc/self/exe";
}

/* An exec that fails, and one that does not inherit the device, leave nothing open. */
static void exec_for_nobody(int others)
{
	int shut = open_node(OTHER, O_RDWR | O_CLOEXEC), kept;
	pid_t child = fork();

	if (!child) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	reap(child);
	CHECK(!close(shut));
	kept = open_node(OTHER, O_RDWR);
	CHECK(has_opens(kept, others + 1));
	FAILS(execl("/nowhere/true", "true", (char *)NULL), ENOENT);
	CHECK(!close(kept));
	shut = open_node(OTHER, O_RDWR);
	CHECK(has_opens(shut, others + 1));
	CHECK(!close(shut));
}

void test_exec(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK), shut = open_node(OTHER, O_RDWR | O_CLOEXEC), copy = dup(fd);
	char number[16], copied[16], closes[16], shut_number[16];
	pid_t child;

	snprintf(number, sizeof number, "%d", fd);
	snprintf(copied, sizeof copied, "%d", copy);
	snprintf(shut_number, sizeof shut_number, "%d", shut);
	snprintf(closes, sizeof closes, "%d", ioctl(fd, PROBE_CLOSES));
	child = fork();
	if (!child) {
		execl(image(), "app", "child", copied, closes, shut_number, (char *)NULL);
		_exit(1);
	}
	reap(child);
	CHECK(ioctl(fd, PROBE_CLOSES) == atoi(closes));
	exec_for_nobody(1);
	/* And of this process itself, which then is the only one that has it open. */
	execl(image(), "app", "child", number, closes, shut_number, (char *)NULL);
	NOT_REACHED();
}

void test_spawn(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK);
	char number[16], closes[16], line[256], *self = realpath(image(), NULL);
	char name[] = "app", child_name[] = "child";
	char *arguments[] = {name, child_name, number, closes, NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;
	FILE *pipe_stream;

	CHECK(self);
	snprintf(number, sizeof number, "%d", fd);
	snprintf(closes, sizeof closes, "%d", ioctl(fd, PROBE_CLOSES));
	CHECK(!posix_spawn(&child, self, NULL, NULL, arguments, environ));
	reap(child);
	/* Under another number. */
	CHECK(!posix_spawn_file_actions_init(&actions) && !posix_spawn_file_actions_adddup2(&actions, fd, 77));
	CHECK(!posix_spawn_file_actions_addclose(&actions, fd));
	strcpy(number, "77");
	CHECK(!posix_spawnp(&child, self, &actions, NULL, arguments, environ));
	reap(child);
	snprintf(number, sizeof number, "%d", fd);
	/* vfork: the child changes its own descriptors, not the parent's. */
	child = vfork();
	if (!child) {
		dup2(fd, 78);
		close(fd);
		execl(self, "app", "child", "78", closes, (char *)NULL);
		_exit(1);
	}
	reap(child);
	CHECK(ioctl(fd, PROBE_OPENS) == 1);
	snprintf(line, sizeof line, "%s child %d %s", self, fd, closes);
	CHECK(system(line) == 0);
	snprintf(line, sizeof line, "%s child %d %s && echo fine", self, fd, closes);
	pipe_stream = popen(line, "r");
	CHECK(pipe_stream && fgets(line, sizeof line, pipe_stream) && !strcmp(line, "fine\n"));
	CHECK(pclose(pipe_stream) == 0);
	/* A program without the shim gets a socket, and does not disturb. */
	snprintf(line, sizeof line, "LD_PRELOAD= %s child %d %s 2>/dev/null", self, fd, closes);
	CHECK(system(line) != 0);
	CHECK(ioctl(fd, PROBE_OPENS) == 1 && ioctl(fd, PROBE_CLOSES) == atoi(closes));
	free(self);
}

static pid_t host_start(void)
{
	const char *program = getenv("TEST_HOST"), *address = getenv("IOFERRY_ADDRESS");
	int ready[2], input[2];
	char byte;
	pid_t host;

	CHECK(program && address && pipe(ready) == 0 && pipe(input) == 0);
	host = fork();
	if (!host) {
		dup2(input[0], 0);
		dup2(ready[1], 1);
		closefrom(3);
		unsetenv("LD_PRELOAD");
		execl(program, program, address, (char *)NULL);
		_exit(1);
	}
	close(ready[1]);
	close(input[0]); /* input[1] stays: the host ends with this process */
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return host;
}

static void host_kill(pid_t host)
{
	CHECK(kill(host, SIGKILL) == 0 && waitpid(host, NULL, 0) == host);
}

static void *wait_for_end(void *context)
{
	FAILS(ioctl(*(int *)context, PROBE_WAIT), ENODEV);
	return NULL;
}

struct waiting {
	int set;
	uint32_t events; /* that must be there */
};

static void *wait_in_epoll(void *context)
{
	struct waiting *waiting = context;
	struct epoll_event event;
	int count;

	/* The killed host's SIGCHLD, which nobody handles, may come while the other thread blocks signals. */
	do {
		count = epoll_wait(waiting->set, &event, 1, 5000);
	} while (count < 0 && errno == EINTR);
	CHECK(count == 1);
	CHECK((event.events & waiting->events) == waiting->events);
	return NULL;
}

/* A process that kills the host when it is told to. It has no device of ours. */
static pid_t killer_start(pid_t host, int *tell)
{
	int ends[2];
	char byte;
	pid_t killer;

	CHECK(pipe(ends) == 0);
	killer = fork();
	if (!killer) {
		CHECK(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		CHECK(read(ends[0], &byte, 1) == 1);
		usleep(100000);
		kill(host, SIGKILL);
		_exit(0);
	}
	CHECK(close(ends[0]) == 0);
	*tell = ends[1];
	return killer;
}

/*
 * It goes while this process sleeps in poll(), and another thread in epoll_wait(); @beside: and a child that does
 * nothing has the device open, too.
 */
static void gone_while_asleep(bool beside)
{
	struct waiting waiting = {epoll_create1(0), beside ? EPOLLHUP : EPOLLERR | EPOLLHUP};
	pid_t host = host_start(), child = 0, killer;
	struct pollfd entry = {.events = POLLIN};
	pthread_t thread;
	int tell;

	killer = killer_start(host, &tell);
	entry.fd = open_node(NODE, O_RDWR);
	CHECK(epoll_ctl(waiting.set, EPOLL_CTL_ADD, entry.fd, &(struct epoll_event){.events = EPOLLIN}) == 0);
	if (beside) {
		child = fork();
		if (!child) {
			CHECK(!prctl(PR_SET_PDEATHSIG, SIGKILL));
			for (;;)
				pause();
		}
	}
	CHECK(!pthread_create(&thread, NULL, wait_in_epoll, &waiting));
	CHECK(poll(&entry, 1, 0) == 0);
	CHECK(write(tell, "", 1) == 1);
	CHECK(poll(&entry, 1, 5000) == 1 && entry.revents == (POLLERR | POLLHUP));
	CHECK(!pthread_join(thread, NULL));
	if (child)
		CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
	reap(killer);
	CHECK(waitpid(host, NULL, 0) == host);
	CHECK(close(entry.fd) == 0 && close(waiting.set) == 0 && close(tell) == 0);
}

/* Runs without a host of the driver's. */
void test_gone(void)
{
	struct probe_record record;
	struct pollfd entry = {0};
	pthread_t thread;
	pid_t host;
	int fd, fresh;

	FAILS(open(NODE, O_RDWR), ENODEV);
	host = host_start();
	fd = open_node(NODE, O_RDWR);
	entry = (struct pollfd){fd, POLLIN, 0};
	CHECK(poll(&entry, 1, 10) == 0);
	CHECK(!pthread_create(&thread, NULL, wait_for_end, &fd));
	await(fd, PROBE_WAITING, 1);
	host_kill(host);
	CHECK(!pthread_join(thread, NULL));
	FAILS(ioctl(fd, PROBE_OPENS), ENODEV);
	FAILS(read(fd, &record, 1), ENODEV);
	CHECK(poll(&entry, 1, -1) == 1 && entry.revents == (POLLERR | POLLHUP));
	FAILS(open(NODE, O_RDWR), ENODEV);
	FAILS(open(OTHER, O_RDWR), ENODEV);

	host = host_start();
	FAILS(ioctl(fd, PROBE_OPENS), ENODEV); /* nothing is revived */
	fresh = open_node(NODE, O_RDWR);
	CHECK(ioctl(fresh, PROBE_OPENS) == 1);
	FAILS(ioctl(fd, PROBE_OPENS), ENODEV);
	CHECK(close(fd) == 0);
	host_kill(host);
	CHECK(close(fresh) == 0);
	gone_while_asleep(false);
	gone_while_asleep(true);
}
