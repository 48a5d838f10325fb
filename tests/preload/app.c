/* SPDX-License-Identifier: MIT */
/*
 * An application of the device in probe.h, as it would be written for a node of the kernel.
 *
 *     preload-test-app TEST
 */
#include "app.h"
#include <sys/wait.h>
#include <time.h>

int open_node(const char *path, int flags)
{
	int fd = open(path, flags);

	CHECK(fd >= 0);
	return fd;
}

void await(int fd, unsigned long command, int value)
{
	int now = -1;

	for (int i = 0; i < 2500; i++) {
		now = ioctl(fd, command);
		if (now == value)
			return;
		usleep(2000);
	}
	fprintf(stderr, "ioctl %#lx is %d, not %d\n", command, now, value);
	_exit(1);
}

bool has_opens(int fd, int wanted)
{
	int opens = ioctl(fd, PROBE_OPENS);

	for (int i = 0; i < 200 && opens > wanted; i++) {
		usleep(10000);
		opens = ioctl(fd, PROBE_OPENS);
	}
	return opens == wanted;
}

void reap(pid_t child)
{
	int status;

	CHECK(child > 0);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

struct later {
	int fd, number;
	pthread_t thread;
};

static pthread_t start(void *(*run)(void *), int fd, int number)
{
	struct later *later = malloc(sizeof *later);
	pthread_t thread;

	CHECK(later);
	*later = (struct later){fd, number, pthread_self()};
	CHECK(!pthread_create(&thread, NULL, run, later));
	return thread;
}

static void *kick(void *context)
{
	struct later *later = context;

	await(later->fd, PROBE_WAITING, later->number);
	CHECK(ioctl(later->fd, PROBE_KICK) == later->number);
	free(later);
	return NULL;
}

pthread_t kick_when(int fd, int waiting)
{
	return start(kick, fd, waiting);
}

static void *push(void *context)
{
	struct later *later = context;

	usleep((useconds_t)later->number * 1000);
	CHECK(ioctl(later->fd, PROBE_PUSH, 77) == 0);
	free(later);
	return NULL;
}

pthread_t push_after(int fd, int ms)
{
	return start(push, fd, ms);
}

static void *signal_thread(void *context)
{
	struct later *later = context;

	await(later->fd, PROBE_WAITING, 1);
	CHECK(!pthread_kill(later->thread, SIGUSR1));
	free(later);
	return NULL;
}

pthread_t signal_when_waiting(int fd)
{
	return start(signal_thread, fd, 0);
}

void on_signal(int flags, void (*handler)(int))
{
	struct sigaction action = {.sa_flags = flags};

	action.sa_handler = handler;
	CHECK(!sigaction(SIGUSR1, &action, NULL));
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{"calls", test_calls},     {"names", test_names},     {"numbers", test_numbers}, {"dup", test_dup},
	{"hidden", test_hidden},   {"fork", test_fork},       {"exec", test_exec},       {"spawn", test_spawn},
	{"pass", test_pass},       {"threads", test_threads}, {"poll", test_poll},       {"select", test_select},
	{"epoll", test_epoll},     {"signals", test_signals}, {"cancel", test_cancel},   {"handler", test_handler},
	{"longjmp", test_longjmp}, {"streams", test_streams}, {"gone", test_gone},       {"many", test_many},
	{"beside", test_beside},   {"shares", test_shares},   {"unwatch", test_unwatch}, {"variants", test_variants},
	{"images", test_images},
};

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "child"))
		return exec_child(argc, argv);
	for (size_t i = 0; argc == 2 && i < sizeof tests / sizeof *tests; i++) {
		if (!strcmp(tests[i].name, argv[1])) {
			tests[i].run();
			return 0;
		}
	}
	fprintf(stderr, "usage: preload-test-app TEST\n");
	return 2;
}
