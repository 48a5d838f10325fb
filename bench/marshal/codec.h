/* SPDX-License-Identifier: MIT */
/**
 * @file codec.h
 * One way to carry CAN frames from one program's memory to another's, as the benchmark times it.
 *
 * The frames are can4linux' canmsg_t, as its users hand them to write() and get them from read(). A codec's encode
 * turns such an array into bytes that could be sent, and its decode turns these into such an array at the other end.
 * Neither counts what sending costs. Where a codec has buffers, they are made once, and reused, as its authors
 * recommend.
 */
#ifndef BENCH_CODEC_H
#define BENCH_CODEC_H

#include <can4linux.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAMES_MAX = 16 };

/** Bytes that could be sent. Borrowed until the next encode of the same state. */
struct wire {
	const void *bytes;
	size_t size;
};

/** Whom the frames are of, at the end that encodes. */
struct source {
	const canmsg_t *frames;
	unsigned n; /**< at most FRAMES_MAX */
};

struct codec {
	const char *name;
	size_t size; /**< of the state, which begins as zeros */
	/** What is made once; NULL: nothing is. 0, or -1: no memory. */
	int (*begin)(void *state, const struct source *source);
	void (*end)(void *state); /**< NULL: nothing to do; else also after a begin() that failed */
	/** Size 0: failed. */
	struct wire (*encode)(void *state, const struct source *source);
	/** NULL: failed. Borrowed until the next decode of the same state. */
	const canmsg_t *(*decode)(void *state, struct wire wire);
};

/** Between a frame and a structure of a codec's own, whose members have these names. */
#define FRAME_TO(to, from)                                                                                             \
	do {                                                                                                           \
		(to)->flags = (from)->flags;                                                                           \
		(to)->cob = (from)->cob;                                                                               \
		(to)->id = (from)->id;                                                                                 \
		(to)->sec = (from)->timestamp.tv_sec;                                                                  \
		(to)->usec = (from)->timestamp.tv_usec;                                                                \
		(to)->length = (from)->length;                                                                         \
	} while (0)
#define FRAME_FROM(from, to)                                                                                           \
	do {                                                                                                           \
		(to)->flags = (from)->flags;                                                                           \
		(to)->cob = (from)->cob;                                                                               \
		(to)->id = (from)->id;                                                                                 \
		(to)->timestamp.tv_sec = (from)->sec;                                                                  \
		(to)->timestamp.tv_usec = (from)->usec;                                                                \
		(to)->length = (short)(from)->length;                                                                  \
	} while (0)

extern const struct codec codec_generated;    /* ioferry, write() */
extern const struct codec codec_generated_32; /* ... of a 32-bit application */
extern const struct codec codec_generated_in; /* ioferry, read(): all four passes */
extern const struct codec codec_hand;
extern const struct codec codec_hand_32;
extern const struct codec codec_memcpy;
extern const struct codec codec_protobuf_c;
extern const struct codec codec_rpcgen;
extern const struct codec codec_nanopb;
extern const struct codec codec_msgpack;

#endif
