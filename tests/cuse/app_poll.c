/* SPDX-License-Identifier: MIT */
#include "app.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_epoll(struct app *app, uint32_t mode, const char *name)
{
	struct epoll_event event = {.events = EPOLLIN | mode};
	int epoll = epoll_create1(0), pid;

	ioctl(app->fd, TD_KICK, 0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, app->fd, &event);
	check_result(app, "epoll_wait, not ready", epoll_wait(epoll, &event, 1, 50), 0, 0);
	pid = later(200, TD_KICK, 1);
	check_result(app, name, epoll_wait(epoll, &event, 1, 10000), 1, 0);
	waitpid(pid, NULL, 0);
	/* The reader may have been woken more than once; what is ready now must not be reported for ever. */
	if (mode & EPOLLET) {
		epoll_wait(epoll, &event, 1, 50);
		check_result(app, "... an edge is reported once", epoll_wait(epoll, &event, 1, 50), 0, 0);
	} else {
		check_result(app, "... a level for as long as it lasts", epoll_wait(epoll, &event, 1, 0), 1, 0);
		ioctl(app->fd, TD_KICK, 0);
		check_result(app, "... and no longer", epoll_wait(epoll, &event, 1, 50), 0, 0);
	}
	close(epoll);
}

static void test_select(struct app *app)
{
	struct timeval timeout = {10, 0};
	fd_set set;
	int pid;

	ioctl(app->fd, TD_KICK, 0);
	FD_ZERO(&set);
	FD_SET(app->fd, &set);
	pid = later(200, TD_KICK, 1);
	check_result(app, "select until readable", select(app->fd + 1, &set, NULL, NULL, &timeout), 1, 0);
	check(app, FD_ISSET(app->fd, &set), "... for this descriptor");
	waitpid(pid, NULL, 0);
}

static void *wait_readable(void *context)
{
	struct app *app = context;
	struct pollfd poll_fd = {.fd = app->fd, .events = POLLIN};

	return poll(&poll_fd, 1, 10000) == 1 ? app : NULL;
}

/* Two threads sleep on one file: both handles are given to the server, and both must wake. */
static void test_two_pollers(struct app *app)
{
	pthread_t threads[2];
	void *woken[2] = {NULL, NULL};

	ioctl(app->fd, TD_KICK, 0);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, wait_readable, app);
	usleep(200000);
	ioctl(app->fd, TD_KICK, 1);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], &woken[i]);
	check(app, woken[0] && woken[1], "two threads in poll on one descriptor both wake");
}

/* The host arms for a question none of whose events is ready, and a question takes the place of the one before. */
static void test_look_beside_a_poller(struct app *app)
{
	struct pollfd writable = {.fd = app->fd, .events = POLLOUT};
	double start = now();
	pthread_t thread;
	void *woken;

	ioctl(app->fd, TD_KICK, 0);
	pthread_create(&thread, NULL, wait_readable, app);
	usleep(200000);
	check_result(app, "poll for writing while another thread waits to read", poll(&writable, 1, 0), 1, 0);
	ioctl(app->fd, TD_KICK, 1);
	pthread_join(thread, &woken);
	check(app, woken && now() - start < 5, "... which wakes all the same");
}

static void test_edges_of_both_directions(struct app *app)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
	int epoll = epoll_create1(0), pid, rounds = 0;
	double start = now();

	ioctl(app->fd, TD_KICK, 0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, app->fd, &event);
	check_result(app, "epoll for edges of both directions", epoll_wait(epoll, &event, 1, 1000), 1, 0);
	pid = later(200, TD_KICK, 1);
	do /* an edge may be told more than once */
		epoll_wait(epoll, &event, 1, 3000);
	while (!(event.events & EPOLLIN) && ++rounds < 10 && now() - start < 8);
	check(app, event.events & EPOLLIN, "... the one that was not there at first is told");
	waitpid(pid, NULL, 0);
	close(epoll);
}

/* Who waits for edges looks again only when woken: nothing but its EAGAIN tells that readiness is over. */
static void test_edge_after_edge(struct app *app)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	int epoll = epoll_create1(0), pid;

	ioctl(app->fd, TD_KICK, 0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, app->fd, &event);
	for (int i = 0; i < 3; i++) {
		pid = later(200, TD_KICK, 1);
		check_result(app, "an edge, ...", epoll_wait(epoll, &event, 1, 5000), 1, 0);
		waitpid(pid, NULL, 0);
		ioctl(app->fd, TD_KICK, 0);
		check_result(app, "... drained until EAGAIN", ioctl(app->fd, TD_ERRNO, EAGAIN), -1, EAGAIN);
		while (epoll_wait(epoll, &event, 1, 50) > 0)
			;
	}
	close(epoll);
}

void test_poll(struct app *app)
{
	struct pollfd poll_fd = {.fd = app->fd, .events = POLLIN};
	double start;
	int pid, fd;

	ioctl(app->fd, TD_KICK, 0);
	check_result(app, "poll, not ready", poll(&poll_fd, 1, 0), 0, 0);
	poll_fd.events = POLLIN | POLLOUT;
	check_result(app, "poll for writing", poll(&poll_fd, 1, 0), 1, 0);
	check_result(app, "... its events", poll_fd.revents, POLLOUT, 0);
	poll_fd.events = POLLIN;
	start = now();
	pid = later(300, TD_KICK, 1);
	check_result(app, "poll until readable", poll(&poll_fd, 1, 10000), 1, 0);
	check(app, poll_fd.revents == POLLIN && now() - start > 0.2 && now() - start < 5,
	      "... woken by the host's event");
	waitpid(pid, NULL, 0);
	test_epoll(app, 0, "epoll until readable");
	test_epoll(app, EPOLLET, "epoll until an edge");
	test_select(app);
	test_two_pollers(app);
	test_look_beside_a_poller(app);
	test_edges_of_both_directions(app);
	test_edge_after_edge(app);
	ioctl(app->fd, TD_KICK, 0);
	fd = open(BYTES_NODE, O_RDWR);
	poll_fd = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT};
	check_result(app, "poll of a driver without poll", poll(&poll_fd, 1, 0), 1, 0);
	close(fd);
}
