/* SPDX-License-Identifier: MIT */
/* Devices that are passed over a socket, and what keeps them open meanwhile. */
#include "app.h"
#include <sys/socket.h>

static ssize_t try_send_fd(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	return sendmsg(socket, &message, MSG_NOSIGNAL);
}

static void send_fd(int socket, int fd)
{
	CHECK(try_send_fd(socket, fd) == 1);
}

static int receive_fd(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	int fd;

	CHECK(recvmsg(socket, &message, 0) == 1);
	memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
	return fd;
}

void test_pass(void)
{
	int sockets[2], fd, back, closes;
	struct probe_pair pair = {.a = 3};
	pid_t child;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork(); /* before the device is open */
	if (!child) {
		fd = receive_fd(sockets[1]);
		usleep(100000); /* the sender has closed its own */
		CHECK(ioctl(fd, PROBE_ADD, &pair) == 5 && pair.b == 4);
		CHECK(ioctl(fd, PROBE_OPENS) == 1);
		send_fd(sockets[1], fd);
		usleep(100000);
		_exit(0);
	}
	fd = open_node(NODE, O_RDWR);
	closes = ioctl(fd, PROBE_CLOSES);
	send_fd(sockets[0], fd);
	CHECK(close(fd) == 0);
	back = receive_fd(sockets[0]);
	reap(child);
	CHECK(ioctl(back, PROBE_OPENS) == 1 && ioctl(back, PROBE_CLOSES) == closes);
	/* To oneself it is one more number. */
	send_fd(sockets[0], back);
	fd = receive_fd(sockets[1]);
	CHECK(fd != back && close(back) == 0 && ioctl(fd, PROBE_OPENS) == 1);
}

/* A process that waits to be told before it takes the descriptor that was sent, and uses it. */
struct receiver {
	int sockets[2], go[2];
	pid_t process;
};

static void receiver_start(struct receiver *receiver, int closes)
{
	char byte;
	int fd;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, receiver->sockets) == 0 && pipe(receiver->go) == 0);
	receiver->process = fork();
	if (receiver->process)
		return;
	CHECK(read(receiver->go[0], &byte, 1) == 1);
	fd = receive_fd(receiver->sockets[1]);
	CHECK(ioctl(fd, PROBE_CLOSES) == closes);
	_exit(0);
}

static void receiver_end(struct receiver *receiver)
{
	CHECK(write(receiver->go[1], "", 1) == 1);
	reap(receiver->process);
	for (int i = 0; i < 2; i++)
		CHECK(close(receiver->sockets[i]) == 0 && close(receiver->go[i]) == 0);
}

static void fork_child(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	reap(child);
}

static void run_shell(void)
{
	CHECK(system(":") == 0);
}

static void run_pipe(void)
{
	FILE *stream = popen(":", "r");

	CHECK(stream && pclose(stream) == 0);
}

/* What is kept for the receiver is not used up by another process that comes by the device meanwhile. */
static void share_beside(void (*other)(void))
{
	int watch = open_node(OTHER, O_RDWR), closes = ioctl(watch, PROBE_CLOSES), fd;
	struct receiver receiver;

	receiver_start(&receiver, closes);
	fd = open_node(OTHER, O_RDWR);
	send_fd(receiver.sockets[0], fd);
	other();
	CHECK(close(fd) == 0);
	usleep(100000); /* if the host closes, it has by now */
	receiver_end(&receiver);
	CHECK(has_opens(watch, 1) && ioctl(watch, PROBE_CLOSES) == closes + 1);
	CHECK(close(watch) == 0);
}

/* What nobody has taken, or the sender itself, keeps nothing open. */
static void share_for_nobody(void)
{
	int watch = open_node(OTHER, O_RDWR), fd = open_node(OTHER, O_RDWR), back, sockets[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	send_fd(sockets[0], fd);
	back = receive_fd(sockets[1]);
	CHECK(back != fd && close(fd) == 0 && ioctl(back, PROBE_OPENS) == 2);
	CHECK(close(back) == 0 && has_opens(watch, 1));
	fd = open_node(OTHER, O_RDWR);
	CHECK(close(sockets[1]) == 0);
	FAILS(try_send_fd(sockets[0], fd), EPIPE);
	CHECK(close(fd) == 0 && has_opens(watch, 1));
	CHECK(close(sockets[0]) == 0 && close(watch) == 0);
}

void test_shares(void)
{
	share_beside(fork_child);
	share_beside(run_shell);
	share_beside(run_pipe);
	share_for_nobody();
}
