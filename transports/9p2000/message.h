/* SPDX-License-Identifier: MIT */
/**
 * @file message.h
 * Messages of 9P2000.L: u32 size of all, u8 type, u16 tag, then fields. Integers are little-endian; a string is u16
 * length and bytes, a qid u8 type, u32 version, u64 path.
 */
#ifndef IOFERRY_TRANSPORTS_9P2000_MESSAGE_H
#define IOFERRY_TRANSPORTS_9P2000_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define P9_HEADER      7u
#define P9_READ_HEADER 11u /* an answer to Tread or Treaddir, without the data */
#define P9_NO_FID      UINT32_MAX
#define P9_WALK_MAX    16u

/* Requests; the answer's type is one more. */
enum p9_type {
	P9_RLERROR = 7,
	P9_STATFS = 8,
	P9_LOPEN = 12,
	P9_LCREATE = 14,
	P9_SYMLINK = 16,
	P9_MKNOD = 18,
	P9_RENAME = 20,
	P9_READLINK = 22,
	P9_GETATTR = 24,
	P9_SETATTR = 26,
	P9_XATTRWALK = 30,
	P9_XATTRCREATE = 32,
	P9_READDIR = 40,
	P9_FSYNC = 50,
	P9_LOCK = 52,
	P9_GETLOCK = 54,
	P9_LINK = 70,
	P9_MKDIR = 72,
	P9_RENAMEAT = 74,
	P9_UNLINKAT = 76,
	P9_VERSION = 100,
	P9_AUTH = 102,
	P9_ATTACH = 104,
	P9_FLUSH = 108,
	P9_WALK = 110,
	P9_READ = 116,
	P9_WRITE = 118,
	P9_CLUNK = 120,
	P9_REMOVE = 122,
};

/* A request while it is read. Past its end everything is 0, and it is bad. */
struct p9_in {
	const uint8_t *at, *end;
	uint8_t type;
	uint16_t tag;
	bool bad;
};

struct p9_text {
	const uint8_t *bytes;
	uint16_t length;
};

/* @p bytes are one message of at least P9_HEADER bytes. */
struct p9_in p9_in(const uint8_t *bytes, size_t length);
uint8_t p9_get_u8(struct p9_in *in);
uint16_t p9_get_u16(struct p9_in *in);
uint32_t p9_get_u32(struct p9_in *in);
uint64_t p9_get_u64(struct p9_in *in);
struct p9_text p9_get_text(struct p9_in *in);
bool p9_text_is(struct p9_text text, const char *word);
/* The bytes of a Twrite, all that is left. */
const uint8_t *p9_get_data(struct p9_in *in, uint32_t *length);
/* Whether all fields were there, and nothing else: no field may be used before. */
bool p9_in_ends(const struct p9_in *in);

/* An answer while it is written. What does not fit is left out, and is for the writer to avoid. */
struct p9_out {
	uint8_t *bytes;
	size_t length, size;
};

struct p9_out p9_out(uint8_t *bytes, size_t size);
void p9_put_u8(struct p9_out *out, uint8_t value);
void p9_put_u16(struct p9_out *out, uint16_t value);
void p9_put_u32(struct p9_out *out, uint32_t value);
void p9_put_u64(struct p9_out *out, uint64_t value);
void p9_put_text(struct p9_out *out, const char *text);
void p9_put_qid(struct p9_out *out, bool is_folder, uint64_t path);
/* The header of a message, in its first P9_HEADER bytes. */
void p9_put_header(uint8_t *bytes, size_t length, uint8_t type, uint16_t tag);

#endif
