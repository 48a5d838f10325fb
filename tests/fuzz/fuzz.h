/* SPDX-License-Identifier: MIT */
/**
 * @file fuzz.h
 * What the fuzzers share. Each is one function of libFuzzer's, and is linked a second time with replay.c, which runs
 * inputs out of files with any compiler.
 *
 * An input about a command begins with a head of 7 bytes, little-endian: u16 fuzz_key() of the interface, u32 number of
 * the command (LP64) or FUZZ_READ or FUZZ_WRITE, u8 mode. A key or number that means nothing chooses something all the
 * same, and one that means something goes on meaning it when interfaces are added.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <ioferry/marshal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_PAYLOAD_MAX (1u << 16)
#define FUZZ_READ        0xffffff00u
#define FUZZ_WRITE       0xffffff01u

/** The fuzzer. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** How many inputs the decoder has taken: seeds must be among them. */
extern unsigned fuzz_accepted;

/** What is left of an input. Past its end there are zeros. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

uint8_t fuzz_u8(struct fuzz_input *input);
uint16_t fuzz_u16(struct fuzz_input *input);
uint32_t fuzz_u32(struct fuzz_input *input);
/** The next @p length bytes, or as many as there are, as an input of their own. */
struct fuzz_input fuzz_part(struct fuzz_input *input, size_t length);
/** A copy in memory of exactly its size, so that the sanitizer sees its end. free() it. */
uint8_t *fuzz_copy(const struct fuzz_input *input);
/** Fills @p size bytes with the input, again and again; with zeros where it is empty. */
void fuzz_fill(const struct fuzz_input *input, void *to, size_t size);

/** Reads every byte, for the sanitizer. */
void fuzz_look(const void *bytes, size_t size);

struct fuzz_subject {
	const struct iof_interface *interface;
	const struct iof_command *command; /**< NULL: read() or write() */
	const struct iof_io *io;
	uint32_t number;
	uint8_t mode;
};

uint16_t fuzz_key(const struct iof_interface *interface);
struct fuzz_subject fuzz_subject(struct fuzz_input *input);
/** iof_unpack() or iof_unpack_records() of @p payload, which is gone afterwards, as it is for a driver. */
int fuzz_unpack(struct iof_walk *walk, const struct fuzz_subject *subject, const struct fuzz_input *payload, bool null,
		uint64_t *argument);
/** Writes what a driver may write: everything that it was given but pointers. */
void fuzz_drive(const struct iof_walk *walk, const struct fuzz_input *bytes);
/** A walk; never NULL. */
struct iof_walk *fuzz_walk(void);

#endif
