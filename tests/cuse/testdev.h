/* SPDX-License-Identifier: MIT */
/**
 * @file testdev.h
 * A device made for the tests of ioferry-cuse and ioferry-fuse: one command for each thing that they can get wrong.
 * The application includes this as it would a driver's header; the host runs the commands; testdev.idl describes them.
 */
#ifndef TESTDEV_H
#define TESTDEV_H

#include <stdint.h>
#include <sys/ioctl.h>

struct td_flat {
	uint32_t a, b;
	uint8_t rest[56];
};

/* Another layout in each ABI. */
struct td_abi {
	uint32_t a;
	uint64_t b;
	long c;
};

struct td_deep {
	const void *in;
	void *out;
	uint32_t in_len, out_len;
};

struct td_item {
	uint32_t length, sum;
	void *data; /* changed in place */
};

struct td_items {
	uint32_t count, pad;
	struct td_item *items;
};

/* The device writes the first `count` of `capacity` values and nothing else. */
struct td_list {
	uint32_t capacity, count;
	uint32_t *values;
};

/* What testdev's read and write count in. */
struct td_message {
	uint32_t id;
	long stamp;
	uint8_t data[8];
};

#define TD_NOTHING     _IO('T', 0)                   /* 7 */
#define TD_FLAT        _IOWR('T', 1, struct td_flat) /* b = a + 1; 5 */
#define TD_ABI         _IO('T', 2)                   /* struct td_abi *: a + 1, b + 1, c - 1 */
#define TD_DEEP        _IO('T', 3)                   /* struct td_deep *: out = in ^ 0x55; in_len */
#define TD_ITEMS       _IO('T', 4)                   /* struct td_items *: sum of the bytes, each byte + 1 */
#define TD_LIST        _IO('T', 5)                   /* struct td_list * */
#define TD_ERRNO       _IO('T', 6)                   /* fails with the errno that the argument is */
#define TD_BUSY        _IOWR('T', 7, struct td_flat) /* b = a + 1, and fails with EBUSY */
#define TD_RESULT      _IO('T', 8)                   /* the argument */
#define TD_WAIT        _IO('T', 9)                   /* until TD_KICK; 9. A signal restarts it */
#define TD_WAIT_EINTR  _IO('T', 10)                  /* the same; a signal ends it */
#define TD_STUCK       _IO('T', 11)                  /* for so many ms, whatever comes; 11 */
#define TD_SLOW        _IO('T', 12)                  /* for so many ms, not declared blocking; 12 */
#define TD_KICK        _IO('T', 13)                  /* ends waits, makes the device readable if the argument is 1 */
#define TD_NONBLOCK    _IO('T', 14)                  /* whether the host sees O_NONBLOCK */
#define TD_COUNT       _IO('T', 15)                  /* calls of TD_WAIT and TD_WAIT_EINTR so far */
#define TD_UNSUPPORTED _IO('T', 16)
#define TD_UNDECLARED  _IO('T', 17)
#define TD_LIE         _IO('T', 18) /* struct td_list *: the host answers with nonsense */

#define TB_WAITS 'W' /* testbytes: a write that begins with it waits until a signal ends it */

#endif
