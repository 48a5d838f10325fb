/* SPDX-License-Identifier: MIT */
/* A session and calls of the tests. */
#ifndef IOFERRY_TEST_CALLER_H
#define IOFERRY_TEST_CALLER_H

#include "fake_host.h"
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#define ECHO 1u
#define HOLD 2u

struct test_call {
	struct iof_call call;
	int done; /* how often; atomic */
	struct iof_reply reply;
	uint8_t payload[64];
	size_t length;
};

static inline void test_call_done(struct iof_call *call, const struct iof_reply *reply, const uint8_t *payload,
				  size_t length)
{
	struct test_call *test = (struct test_call *)call;

	test->reply = *reply;
	test->length = length < sizeof test->payload ? length : sizeof test->payload;
	if (length)
		memcpy(test->payload, payload, test->length);
	__atomic_add_fetch(&test->done, 1, __ATOMIC_RELEASE);
}

static inline int times_done(const struct test_call *test)
{
	return __atomic_load_n(&test->done, __ATOMIC_ACQUIRE);
}

static inline int submit(struct iof_session *session, struct test_call *test, uint32_t command, uint64_t value,
			 bool waited)
{
	struct iof_request request = {.op = IOF_OP_IOCTL, .handle = 100, .command = command, .reply_max = 4096};
	struct iovec payload = {.iov_base = &value, .iov_len = sizeof value};

	*test = (struct test_call){.call = {.done = test_call_done, .waited = waited}};
	return iof_session_submit(session, &test->call, &request, &payload, 1);
}

static inline struct iof_session *session_to(struct fake_host *host, const struct iof_session_options *options)
{
	struct iof_session_options none = {.client = "test"};
	struct iof_session *session;
	char reason[256];
	int r = iof_session_create(fake_host_address(host), options ? options : &none, &session, reason, sizeof reason);

	if (r < 0)
		fail_msg("%s", reason);
	return session;
}

#endif
