/* SPDX-License-Identifier: MIT */
/*
 * A host for the tests of guest sessions: one thread on a Unix socket. It offers "testdev0" of the test's first
 * interface, answers hellos, opens and closes by itself and hands every other request to the test.
 */
#ifndef IOFERRY_TEST_FAKE_HOST_H
#define IOFERRY_TEST_FAKE_HOST_H

#include <ioferry/control.h>
#include <ioferry/session.h>
#include <ioferry/wire.h>

struct fake_host;

/** A request that is not answered yet. Runs in the host's thread. */
typedef void fake_handler(struct fake_host *host, const struct iof_request *request, const uint8_t *payload,
			  size_t length);

struct fake_options {
	fake_handler *handle; /* NULL: requests are echoed */
	void *context;
	uint32_t version, message_max, max_calls, keep_replies, keep_bytes; /* 0: something usual */
	const char *refuse_hello;                                           /* reason */
	bool silent;                                                        /* accepts and never answers */
	uint64_t interface_hash;                                            /* 0: the guest's */
	const Ioferry__Interface *interface;                                /* told where the hash differs */
};

/** What the host saw. Read with fake_host_seen(). */
struct fake_seen {
	uint64_t ack;
	unsigned requests, bare_acks, closes, cancels, opens, hellos;
	uint64_t last_closed, cancelled_tag;
	bool gone; /* the guest hung up */
};

struct fake_host *fake_host_start(const struct fake_options *options);
void fake_host_stop(struct fake_host *host);
const char *fake_host_address(const struct fake_host *host);
void *fake_host_context(struct fake_host *host);
struct fake_seen fake_host_seen(struct fake_host *host);

/* From any thread. */
void fake_host_reply(struct fake_host *host, uint64_t tag, enum iof_status status, int32_t result, uint32_t error,
		     const void *payload, size_t length);
void fake_host_event(struct fake_host *host, iof_handle handle, uint32_t revents);
void fake_host_raw(struct fake_host *host, const void *bytes, size_t length);
void fake_host_hang_up(struct fake_host *host);

/** Sleeps a millisecond at a time until @p condition, at most five seconds; then the test fails. */
#define wait_for(condition)                                                                                            \
	do {                                                                                                           \
		int tries_ = 5000;                                                                                     \
		bool true_ = (condition);                                                                              \
		while (!true_ && tries_-- > 0) {                                                                       \
			usleep(1000);                                                                                  \
			true_ = (condition);                                                                           \
		}                                                                                                      \
		assert_true(true_);                                                                                    \
	} while (0)

#endif
