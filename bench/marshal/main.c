/* SPDX-License-Identifier: MIT */
/*
 * bench-marshal [TURNS]: what encoding and decoding CAN frames costs, for each codec. In a turn each codec has its
 * batch, so that what slows the machine down slows down all of them. Prints a line a batch, tab-separated:
 * codec, frames, "encode" or "decode", bytes of the message, nanoseconds of one call.
 */
#include "codec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 512, WARM_UP = 4, TURNS = 400 };

static const struct codec *const codecs[] = {
	&codec_memcpy,       &codec_hand,       &codec_generated, &codec_hand_32, &codec_generated_32,
	&codec_generated_in, &codec_protobuf_c, &codec_rpcgen,    &codec_nanopb,  &codec_msgpack,
};

enum { CODECS = sizeof(codecs) / sizeof(codecs[0]) };

static const unsigned sizes[] = {1, FRAMES_MAX};

/* What a program sends: standard and extended identifiers, 0 to 8 bytes, a time. */
static void make_frames(canmsg_t *frames)
{
	memset(frames, 0, FRAMES_MAX * sizeof(*frames));
	for (unsigned i = 0; i < FRAMES_MAX; i++) {
		frames[i].flags = i % 2 ? MSG_EXT : 0;
		frames[i].id = i % 2 ? 0x12345670 + i : 0x120 + i;
		frames[i].timestamp.tv_sec = 1700000000;
		frames[i].timestamp.tv_usec = 1000L * i;
		frames[i].length = (short)(i % 9);
		for (unsigned j = 0; j < i % 9; j++)
			frames[i].data[j] = (unsigned char)(16 * i + j);
	}
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void print(const struct codec *codec, unsigned n, const char *what, size_t size, double time)
{
	printf("%s\t%u\t%s\t%zu\t%.2f\n", codec->name, n, what, size, time / BATCH);
}

static int batch(const struct codec *codec, void *state, const struct source *source, bool shown)
{
	struct wire wire = {0};
	const canmsg_t *frames = NULL;
	double begin = now(), middle, end;

	for (int i = 0; i < BATCH; i++)
		wire = codec->encode(state, source);
	middle = now();
	for (int i = 0; i < BATCH && wire.size; i++)
		frames = codec->decode(state, wire);
	end = now();
	if (!frames) {
		fprintf(stderr, "%s fails with %u frames\n", codec->name, source->n);
		return -1;
	}
	if (shown) {
		print(codec, source->n, "encode", wire.size, middle - begin);
		print(codec, source->n, "decode", wire.size, end - middle);
	}
	return 0;
}

/* A codec that loses something would be fast. */
static int check(const struct codec *codec, void *state, const struct source *source)
{
	const canmsg_t *decoded = codec->decode(state, codec->encode(state, source)), *frames = source->frames;

	for (unsigned i = 0; i < source->n; i++) {
		if (!decoded || decoded[i].flags != frames[i].flags || decoded[i].cob != frames[i].cob ||
		    decoded[i].id != frames[i].id || decoded[i].timestamp.tv_sec != frames[i].timestamp.tv_sec ||
		    decoded[i].timestamp.tv_usec != frames[i].timestamp.tv_usec ||
		    decoded[i].length != frames[i].length ||
		    memcmp(decoded[i].data, frames[i].data, CAN_MSG_LENGTH) != 0) {
			fprintf(stderr, "%s: frame %u of %u is not what was sent\n", codec->name, i, source->n);
			return -1;
		}
	}
	return 0;
}

static int run(const struct source *source, int turns)
{
	void *state[CODECS] = {0};
	int ret = 0;

	for (size_t i = 0; i < CODECS && !ret; i++) {
		state[i] = calloc(1, codecs[i]->size);
		ret = !state[i] || (codecs[i]->begin && codecs[i]->begin(state[i], source)) ? -1 : 0;
		if (!ret)
			ret = check(codecs[i], state[i], source);
	}
	for (int turn = -WARM_UP; turn < turns && !ret; turn++) {
		for (size_t i = 0; i < CODECS && !ret; i++)
			ret = batch(codecs[i], state[i], source, turn >= 0);
	}
	for (size_t i = 0; i < CODECS; i++) {
		if (state[i] && codecs[i]->end)
			codecs[i]->end(state[i]);
		free(state[i]);
	}
	return ret;
}

int main(int argc, char **argv)
{
	canmsg_t frames[FRAMES_MAX];
	int turns = argc > 1 ? atoi(argv[1]) : TURNS, ret = 0;

	if (turns < 1 || argc > 2) {
		fprintf(stderr, "usage: bench-marshal [TURNS]\n");
		return 2;
	}
	make_frames(frames);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && !ret; i++)
		ret = run(&(struct source){frames, sizes[i]}, turns);
	return ret ? 1 : 0;
}
