/* SPDX-License-Identifier: MIT */
/* Readiness: poll, select, epoll. */
#include "app.h"
#include <dirent.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

static short poll_once(int fd, short events, int timeout)
{
	struct pollfd entry = {fd, events, 0};
	int n = poll(&entry, 1, timeout);

	CHECK(n == (entry.revents != 0));
	return entry.revents;
}

static void drain(int fd)
{
	struct probe_record records[64];

	while (read(fd, records, 64) > 0)
		;
	CHECK(errno == EAGAIN);
}

static atomic_uint wanted;

static void *push_on_demand(void *context)
{
	int fd = *(int *)context;

	for (unsigned served = 0; served < 2000;) {
		if (wanted == served)
			continue;
		CHECK(ioctl(fd, PROBE_PUSH, 1) == 0);
		served++;
	}
	return NULL;
}

/* Readiness that comes at the very moment it is asked for: the host's event and its answer cross. */
static void crossing(int fd)
{
	struct probe_record record;
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, push_on_demand, &fd));
	for (int i = 0; i < 2000; i++) {
		wanted++;
		CHECK(poll_once(fd, POLLIN, 5000) == POLLIN);
		CHECK(read(fd, &record, 1) == 1);
	}
	CHECK(!pthread_join(thread, NULL));
}

void test_poll(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK), other = open_node(OTHER, O_RDWR), pipes[2];
	struct probe_record record = {1, 0};
	struct timespec brief = {0, 20000000};
	struct pollfd set[4];
	pthread_t thread;

	CHECK(pipe(pipes) == 0);
	CHECK(poll_once(fd, POLLIN, 0) == 0 && poll_once(fd, POLLOUT, 0) == POLLOUT);
	CHECK(poll_once(fd, POLLIN | POLLOUT, -1) == POLLOUT);
	CHECK(poll_once(fd, POLLIN, 20) == 0);
	CHECK(write(fd, &record, 1) == 1 && poll_once(fd, POLLIN, -1) == POLLIN);
	CHECK(poll_once(fd, POLLIN | POLLOUT, 0) == (POLLIN | POLLOUT));
	drain(fd);
	CHECK(poll_once(fd, POLLIN, 0) == 0);

	/* Sleeps, and is woken by the host; again after the wake-up. */
	for (int i = 0; i < 3; i++) {
		thread = push_after(other, 30); /* the other device: no wake-up */
		CHECK(poll_once(fd, POLLIN, 60) == 0);
		CHECK(!pthread_join(thread, NULL));
		thread = push_after(fd, 30);
		CHECK(poll_once(fd, POLLIN, -1) == POLLIN);
		CHECK(!pthread_join(thread, NULL));
		drain(fd);
	}
	CHECK(ioctl(fd, PROBE_FULL, 1) == 0 && poll_once(fd, POLLOUT, 20) == 0);
	FAILS(write(fd, &record, 1), EAGAIN);
	CHECK(ioctl(fd, PROBE_FULL, 0) == 0 && poll_once(fd, POLLOUT, -1) == POLLOUT);

	crossing(fd);

	/* Among other descriptors, in either place, negative numbers and closed ones included. */
	set[0] = (struct pollfd){pipes[0], POLLIN, 0};
	set[1] = (struct pollfd){-1, POLLIN, 0};
	set[2] = (struct pollfd){fd, POLLIN, 0};
	set[3] = (struct pollfd){999, POLLIN, 0};
	CHECK(poll(set, 3, 10) == 0);
	CHECK(write(pipes[1], "x", 1) == 1 && poll(set, 3, -1) == 1 && set[0].revents == POLLIN && !set[2].revents);
	CHECK(write(fd, &record, 1) == 1 && poll(set, 3, -1) == 2 && set[2].revents == POLLIN);
	CHECK(poll(set, 4, -1) == 3 && set[3].revents == POLLNVAL);
	drain(fd);
	CHECK(read(pipes[0], &record, 1) == 1);
	CHECK(ppoll(set, 3, &brief, NULL) == 0);
	thread = push_after(fd, 20);
	CHECK(ppoll(set, 3, NULL, NULL) == 1 && set[2].revents == POLLIN);
	CHECK(!pthread_join(thread, NULL));
}

void test_select(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK), pipes[2];
	struct timeval timeout = {0, 20000}, long_time = {5, 0};
	struct timespec no_time = {0, 0};
	struct probe_record record = {1, 0};
	fd_set in, out;
	pthread_t thread;

	CHECK(pipe(pipes) == 0);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, &in);
	FD_SET(pipes[0], &in);
	CHECK(select(pipes[0] + 1, &in, NULL, NULL, &timeout) == 0);
	CHECK(!FD_ISSET(fd, &in) && timeout.tv_sec == 0 && timeout.tv_usec == 0);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	CHECK(select(fd + 1, &in, &out, NULL, NULL) == 1 && FD_ISSET(fd, &out) && !FD_ISSET(fd, &in));
	FD_SET(fd, &in);
	FD_SET(pipes[0], &in);
	thread = push_after(fd, 20);
	CHECK(select(pipes[0] + 1, &in, NULL, NULL, &long_time) == 1 && FD_ISSET(fd, &in));
	CHECK(long_time.tv_sec == 4 && !FD_ISSET(pipes[0], &in));
	CHECK(!pthread_join(thread, NULL));
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	CHECK(pselect(fd + 1, &in, &out, NULL, &no_time, NULL) == 2);
	CHECK(read(fd, &record, 1) == 1);
	close(pipes[0]);
	FD_SET(pipes[0], &in);
	FAILS(select(pipes[0] + 1, &in, NULL, NULL, NULL), EBADF);
}

static int epoll_once(int set, uint32_t *events, int timeout)
{
	struct epoll_event event;
	int n = epoll_wait(set, &event, 1, timeout);

	CHECK(n >= 0);
	*events = n ? event.events : 0;
	return n;
}

static void watch(int set, int operation, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	CHECK(epoll_ctl(set, operation, fd, &event) == 0);
}

static void level_triggered(int set, int fd)
{
	struct probe_record record = {1, 0};
	uint32_t events;
	pthread_t thread;

	watch(set, EPOLL_CTL_ADD, fd, EPOLLIN);
	CHECK(epoll_once(set, &events, 0) == 0 && epoll_once(set, &events, 20) == 0);
	for (int i = 0; i < 3; i++) {
		thread = push_after(fd, 30);
		CHECK(epoll_once(set, &events, -1) == 1 && events == EPOLLIN);
		CHECK(!pthread_join(thread, NULL));
		/* Still true until it is taken, and no longer then. */
		CHECK(epoll_once(set, &events, 0) == 1 && epoll_once(set, &events, 0) == 1);
		CHECK(read(fd, &record, 1) == 1);
		CHECK(epoll_once(set, &events, 0) == 0);
	}
	watch(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
	CHECK(epoll_once(set, &events, -1) == 1 && events == EPOLLOUT);
	CHECK(ioctl(fd, PROBE_FULL, 1) == 0);
	CHECK(epoll_once(set, &events, 10) == 0);
	CHECK(ioctl(fd, PROBE_FULL, 0) == 0);
	CHECK(epoll_once(set, &events, -1) == 1 && events == EPOLLOUT);
	thread = push_after(fd, 0);
	CHECK(!pthread_join(thread, NULL));
	CHECK(epoll_once(set, &events, -1) == 1 && events == (EPOLLIN | EPOLLOUT));
	drain(fd);
}

static void crossing_epoll(int set, int fd)
{
	struct probe_record record;
	uint32_t events;
	pthread_t thread;

	wanted = 0;
	watch(set, EPOLL_CTL_MOD, fd, EPOLLIN);
	CHECK(!pthread_create(&thread, NULL, push_on_demand, &fd));
	for (int i = 0; i < 2000; i++) {
		wanted++;
		CHECK(epoll_once(set, &events, 5000) == 1 && events == EPOLLIN);
		CHECK(read(fd, &record, 1) == 1);
	}
	CHECK(!pthread_join(thread, NULL));
}

static void edge_triggered(int set, int fd)
{
	uint32_t events;

	watch(set, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET);
	CHECK(epoll_once(set, &events, 0) == 0);
	for (int i = 0; i < 3; i++) {
		pthread_t thread = push_after(fd, 20);

		CHECK(epoll_once(set, &events, -1) == 1 && events == EPOLLIN);
		CHECK(!pthread_join(thread, NULL));
		CHECK(epoll_once(set, &events, 20) == 0); /* told once */
		drain(fd);
		CHECK(epoll_once(set, &events, 0) == 0);
	}
}

static void *wait_in_epoll(void *context)
{
	uint32_t events;

	CHECK(epoll_once(*(int *)context, &events, 5000) == 1 && events == EPOLLIN);
	return NULL;
}

void test_epoll(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK), other = open_node(OTHER, O_RDWR | O_NONBLOCK);
	int set = epoll_create1(0), second = epoll_create1(0);
	uint32_t events;
	pthread_t waiter, pusher;

	CHECK(set >= 0 && second >= 0);
	level_triggered(set, fd);
	edge_triggered(set, fd);
	crossing_epoll(set, fd);
	watch(set, EPOLL_CTL_DEL, fd, 0);
	pusher = push_after(fd, 0);
	CHECK(!pthread_join(pusher, NULL));
	CHECK(epoll_once(set, &events, 10) == 0);

	/* A thread that was waiting before the device came into the set. */
	CHECK(!pthread_create(&waiter, NULL, wait_in_epoll, &second));
	usleep(50000);
	watch(second, EPOLL_CTL_ADD, other, EPOLLIN);
	pusher = push_after(other, 20);
	CHECK(!pthread_join(waiter, NULL) && !pthread_join(pusher, NULL));
	/* What is closed is in no set. */
	close(other);
	CHECK(epoll_once(second, &events, 10) == 0);
}

static unsigned threads(void)
{
	DIR *directory = opendir("/proc/self/task");
	unsigned n = 0;

	CHECK(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	return n - 2; /* . and .. */
}

/* Whether a look at @set asks the host about the device, which is always writable: nothing that was told is trusted. */
static bool is_watched(int fd, int set)
{
	int polls = ioctl(fd, PROBE_POLLS);
	struct epoll_event event;

	CHECK(epoll_wait(set, &event, 1, 0) >= 0);
	return ioctl(fd, PROBE_POLLS) != polls;
}

/* Out of the last set, a device costs nothing any more: neither questions nor a thread. */
void test_unwatch(void)
{
	int fd = open_node(NODE, O_RDWR | O_NONBLOCK), set = epoll_create1(0), second = epoll_create1(0), copy;
	struct epoll_event event = {.events = EPOLLOUT};
	pthread_t pusher;
	uint32_t events;

	CHECK(threads() == 1);
	watch(set, EPOLL_CTL_ADD, fd, EPOLLOUT);
	CHECK(threads() == 2 && is_watched(fd, set));
	FAILS(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), EEXIST);
	CHECK(is_watched(fd, set));
	watch(set, EPOLL_CTL_DEL, fd, 0);
	CHECK(!is_watched(fd, set));
	for (int i = 0; threads() > 1 && i < 2500; i++) {
		CHECK(ioctl(fd, PROBE_OPENS) == 1); /* it ends with something that arrives */
		usleep(1000);
	}
	CHECK(threads() == 1);
	FAILS(epoll_ctl(set, EPOLL_CTL_MOD, fd, &event), ENOENT);
	FAILS(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL), ENOENT);
	FAILS(epoll_ctl(set, EPOLL_CTL_ADD, fd, NULL), EFAULT);
	CHECK(!is_watched(fd, set));

	/* Once more, in two sets, one of which goes. */
	watch(set, EPOLL_CTL_ADD, fd, EPOLLOUT);
	watch(second, EPOLL_CTL_ADD, fd, EPOLLOUT);
	CHECK(close(set) == 0 && is_watched(fd, second));
	watch(second, EPOLL_CTL_MOD, fd, EPOLLIN);
	pusher = push_after(fd, 20);
	CHECK(epoll_once(second, &events, 5000) == 1 && events == EPOLLIN && !pthread_join(pusher, NULL));
	drain(fd);
	watch(second, EPOLL_CTL_MOD, fd, EPOLLOUT);
	set = epoll_create1(0);
	watch(set, EPOLL_CTL_ADD, fd, EPOLLOUT);
	watch(set, EPOLL_CTL_DEL, fd, 0);
	CHECK(is_watched(fd, second) && close(second) == 0 && !is_watched(fd, set));

	/* A set under two numbers. */
	watch(set, EPOLL_CTL_ADD, fd, EPOLLOUT);
	copy = dup(set);
	CHECK(close(set) == 0 && is_watched(fd, copy));
	watch(copy, EPOLL_CTL_DEL, fd, 0);
	CHECK(!is_watched(fd, copy));
}
