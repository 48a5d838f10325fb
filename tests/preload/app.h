/* SPDX-License-Identifier: MIT */
/* What the parts of the test application share. Nothing here knows of the shim. */
#ifndef APP_H
#define APP_H

#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODE  "/dev/probe0"
#define OTHER "/dev/probe1"

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: %s (errno %d, %s)\n", __FILE__, __LINE__, #condition, errno,           \
				strerror(errno));                                                                      \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)
#define FAILS(call, error) CHECK((errno = 0, (call) == -1) && errno == (error))

/** The call before must not have returned. */
#define NOT_REACHED() CHECK(false)

int open_node(const char *path, int flags);
/* Waits (at most 5 s) until ioctl(fd, command) is @value. */
void await(int fd, unsigned long command, int value);
/* Whether the device soon has so many opens: the sessions of what has ended go, but a share would last longer. */
bool has_opens(int fd, int wanted);
/* Waits for a child of which it must be exit status 0. */
void reap(pid_t child);
/* Kicks the device of @fd once @waiting calls wait there. */
pthread_t kick_when(int fd, int waiting);
/* Pushes a record into the device of @fd after so many ms. */
pthread_t push_after(int fd, int ms);
/* Sends SIGUSR1 to the calling thread once a call waits at the device of @fd. */
pthread_t signal_when_waiting(int fd);
void on_signal(int flags, void (*handler)(int));

void test_beside(void);
void test_calls(void);
void test_names(void);
void test_numbers(void);
void test_dup(void);
void test_hidden(void);
void test_fork(void);
void test_exec(void);
void test_spawn(void);
void test_pass(void);
void test_threads(void);
void test_poll(void);
void test_select(void);
void test_epoll(void);
void test_signals(void);
void test_cancel(void);
void test_handler(void);
void test_longjmp(void);
void test_streams(void);
void test_gone(void);
void test_many(void);
void test_shares(void);
void test_unwatch(void);
void test_variants(void);
void test_images(void);
int exec_child(int argc, char **argv);

#endif
