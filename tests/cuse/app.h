/* SPDX-License-Identifier: MIT */
/* An application that uses testdev and says what it got: "ok NAME" or "not ok NAME # what". */
#ifndef APP_H
#define APP_H

#include "testdev.h"
#include <stdbool.h>

struct app {
	const char *suffix; /* of each check's name */
	int failed;
	int fd;     /* of /dev/td0 */
	bool files; /* regular ones in place of device nodes */
};

#define NODE       "/dev/td0"
#define BYTES_NODE "/dev/tests/tb0"

/** Reports a check. */
void check(struct app *app, bool good, const char *name);
/** Reports a check of a number and of errno (0: not looked at). */
void check_result(struct app *app, const char *name, long got, long wanted, int error);

double now(void);
/** Runs a command in a child after some ms, so that the caller can wait for what it does. Returns its pid. */
int later(int ms, unsigned long command, unsigned long argument);

void test_ioctls(struct app *app);
void test_bad_memory(struct app *app);
void test_large(struct app *app, bool direct);
void test_unreachable(struct app *app);
void test_nonblock(struct app *app);
void test_messages(struct app *app);
void test_bytes(struct app *app);
void test_poll(struct app *app);
void test_signals(struct app *app);
void test_threads(struct app *app);
void test_beside(struct app *app);
void test_copied(struct app *app);
void test_noise(struct app *app);

#endif
