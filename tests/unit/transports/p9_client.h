/* SPDX-License-Identifier: MIT */
/* A client of the 9P2000.L server, for its tests: builds requests and reads answers, and shares nothing with it. */
#ifndef IOFERRY_TESTS_P9_CLIENT_H
#define IOFERRY_TESTS_P9_CLIENT_H

#include <stddef.h>
#include <stdint.h>

enum {
	TVERSION = 100,
	TATTACH = 104,
	TFLUSH = 108,
	TWALK = 110,
	TREAD = 116,
	TWRITE = 118,
	TCLUNK = 120,
	TREMOVE = 122
};
enum {
	TSTATFS = 8,
	TLOPEN = 12,
	TLCREATE = 14,
	TGETATTR = 24,
	TSETATTR = 26,
	TXATTRWALK = 30,
	TREADDIR = 40,
	TFSYNC = 50
};
enum { TLOCK = 52, TMKDIR = 72, TUNLINKAT = 76, TAUTH = 102, RLERROR = 7 };

/**
 * Sends a request; @p format has a letter a field: b, w, d, q: an integer of 1, 2, 4, 8 bytes (int, int, uint32_t,
 * uint64_t); s: a string (const char *); n: the bytes of a string (size_t, const void *); D: data (size_t, const void
 * *).
 */
void p9_send_request(int fd, int type, int tag, const char *format, ...);

/* A message that arrived. Reading past its end fails the test. */
struct answer {
	uint8_t type;
	uint16_t tag;
	size_t length, at;
	uint8_t bytes[(1 << 20) + 64];
};

/** Waits for a message, for 5 s. NULL: the connection has ended. free() it. */
struct answer *answer_wait(int fd);
uint64_t answer_get(struct answer *answer, size_t size);

/** Sends a request with tag 1 and gives its answer. */
#define p9_ask_for(fd, type, ...)  (p9_send_request(fd, type, 1, __VA_ARGS__), answer_wait(fd))
/** The same; the errno of its answer, 0: none. */
#define p9_error_of(fd, type, ...) (p9_send_request(fd, type, 1, __VA_ARGS__), answer_error(answer_wait(fd)))
/** The errno that it says; frees it. */
int answer_error(struct answer *answer);

#endif
