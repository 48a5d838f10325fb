/* SPDX-License-Identifier: MIT */
/* A guest that speaks the wire by hand, so that it can also speak it wrongly. */
#ifndef IOFERRY_TEST_GUEST_H
#define IOFERRY_TEST_GUEST_H

#include "fake.h"
#include "host/session/engine.h"
#include <ioferry/control.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct guest {
	uint64_t tag, arrived;
	int fd;
	bool acknowledges;
	uint32_t message_max; /* of the hello; 0: IOF_MESSAGE_MAX */
};

struct answer {
	struct iof_reply reply;
	uint8_t payload[4096];
	size_t length;
};

/** An engine with the device "fake0". */
struct engine *test_engine(const struct engine_limits *limits, struct fake **fake);
void test_engine_end(struct engine *engine);

/** A session of a Unix peer with this uid; no hello yet. */
struct guest guest_connect(struct engine *engine, uid_t uid);
/** As guest_connect(), where the engine may refuse; its errno, and why. */
int guest_try(struct engine *engine, uid_t uid, struct guest *guest, char *reason, size_t size);
/** With hello. */
struct guest guest_begin(struct engine *engine, uid_t uid);
void guest_end(struct guest *guest);

/** Sends a request; its tag. */
uint64_t guest_send(struct guest *guest, struct iof_request request, const void *payload, size_t length);
/** As it is. */
void guest_send_bytes(struct guest *guest, const void *bytes, size_t length);
/** Next message, within 20 s; fails the test if there is none. */
void guest_receive(struct guest *guest, struct answer *answer);
/** As guest_receive(), of a reply of any length, whose payload is dropped. */
void guest_receive_long(struct guest *guest, struct iof_reply *reply);
/** The other side has closed. */
void guest_expect_end(struct guest *guest);
/** Nothing has come, and nothing comes for @p ms. */
void guest_expect_silence(struct guest *guest, int ms);

uint64_t guest_ioctl(struct guest *guest, iof_handle handle, uint32_t command, uint64_t argument);
void guest_cancel(struct guest *guest, uint64_t tag);
void guest_close(struct guest *guest, iof_handle handle);
uint64_t guest_send_poll(struct guest *guest, iof_handle handle, uint32_t events, bool arm);
/** Waits. revents. */
uint32_t guest_poll(struct guest *guest, iof_handle handle, uint32_t events, bool arm);
/** Receives and checks. */
void guest_expect(struct guest *guest, uint64_t tag, enum iof_status status, int32_t result, uint32_t error);
/** ioctl and answer at once. */
int32_t guest_fast(struct guest *guest, iof_handle handle, int32_t value);

uint64_t guest_send_control(struct guest *guest, const Ioferry__ControlRequest *request);
/** The hello's errno; @p hash of the interface and of FAKE_WORD. */
uint32_t guest_hello(struct guest *guest, uint64_t interface_hash, uint64_t word_hash, unsigned *devices);
/** 0 with an errno in @p error. */
iof_handle guest_open(struct guest *guest, const char *device, uint64_t *token, uint32_t *error);
iof_handle guest_attach(struct guest *guest, uint64_t token, uint32_t *error);
/** Takes no share. */
iof_handle guest_attach_beside(struct guest *guest, uint64_t token, uint32_t *error);
uint32_t guest_share(struct guest *guest, uint64_t token);

#endif
