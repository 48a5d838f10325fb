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

struct codec {
	const char *name;
	/** @param n frames that each call will carry, at most FRAMES_MAX. NULL: no memory. */
	void *(*create)(const canmsg_t *frames, unsigned n);
	void (*destroy)(void *state);
	/** Encodes the frames that create() got. Size 0: failed. */
	struct wire (*encode)(void *state);
	/** NULL: failed. Borrowed until the next decode of the same state. */
	const canmsg_t *(*decode)(void *state, struct wire wire);
};

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
