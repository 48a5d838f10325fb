/* SPDX-License-Identifier: MIT */
/**
 * @file layout.h
 * What guest and host agree on about the files of a session in a shared folder.
 *
 * A session is a folder whose name the guest makes up, 32 hexadecimal digits of 128 random bits: it exists for whoever
 * looks it up, begins with the first open of a file in it, and is listed nowhere. In it:
 *
 *     call    requests are written, replies are read, each at an offset that its tag gives
 *     ctl     requests that have no reply (cancel, ack), orders to the link itself, and a page that tells its state
 *     events  what came late, in numbered batches: readiness, replies to calls that were not done at once
 *
 * No offset is used twice within tens of thousands of calls, and everything begins at a page: then a guest's page cache
 * (virtiofs cache=auto, 9p cache=loose, vboxsf) has nothing old to give. Measured on Linux 6.1: 100 of 100 calls right
 * with fresh offsets, 0 to 1 of 100 without. Every read is answered with as many bytes as were asked for, padded with
 * zeros, the true length being in the first four: a short one costs v9fs, QEMU and virtiofsd another read each.
 *
 * All integers are little-endian.
 */
#ifndef IOFERRY_TRANSPORTS_9P_LAYOUT_H
#define IOFERRY_TRANSPORTS_9P_LAYOUT_H

#include <stdint.h>

#define FOLDER_NAME_LENGTH 32

/** st_size of the three files: netfs (Linux 6.8 and later) reads nothing at or behind it. */
#define FOLDER_FILE_SIZE (UINT64_C(1) << 46)

/**
 * call: the request with tag T is written at (T mod SLOTS) * STRIDE, in one piece or in ascending ones; its reply is
 * read from REPLIES + the same. All of it ends below 2^44, where the files of 32-bit kernels do.
 *
 * The write is answered when the call is, or after FOLDER_GRACE_MS: success means that it returned 0 and has no
 * output, EREMOTEIO that its reply can be read, EINPROGRESS that the reply will be in a batch. A guest with a page
 * cache sees none of these (FOLDER_CACHED): its writes succeed, and it reads the reply, which has length 0 if it will
 * be in a batch.
 */
#define FOLDER_SLOTS   UINT64_C(0x8000)
#define FOLDER_STRIDE  (UINT64_C(128) << 20)
#define FOLDER_REPLIES (FOLDER_SLOTS * FOLDER_STRIDE)

#define FOLDER_GRACE_MS 1

/** ctl: frames are written at multiples of this below STATES, states are read from multiples of it behind. */
#define FOLDER_PAGE   4096u
#define FOLDER_FRAMES UINT64_C(0x100000)
#define FOLDER_STATES (FOLDER_FRAMES * FOLDER_PAGE)

/** An order to the link: a frame of 16 bytes, u32 length, u32 order, u64 value. Longer frames are requests. */
#define FOLDER_ORDER_SIZE 16u
enum folder_order {
	FOLDER_ORDER_MODE = 1, /**< value: bits of enum folder_mode */
	FOLDER_ORDER_BYE,      /**< the guest ends the session */
	FOLDER_ORDER_PROBE,    /**< counted in the state, no more */
	FOLDER_ORDER_WAKE,     /**< ends reads that are held */
};
enum folder_mode {
	FOLDER_CACHED = 1, /**< a page cache is between: writes tell nothing */
	FOLDER_SERIAL = 2, /**< one request at a time passes: nothing may be parked */
};

/** The state: offsets in a page of ctl. A read from FOLDER_HELD_STATES is held for FOLDER_PROBE_MS first. */
#define FOLDER_STATE_MAGIC   0  /**< u64 */
#define FOLDER_STATE_READS   8  /**< u64: states read, this one included */
#define FOLDER_STATE_WRITES  16 /**< u64: orders and requests that arrived at ctl */
#define FOLDER_STATE_PARKED  24 /**< u32: reads of this session that are held now */
#define FOLDER_STATE_VERSION 28 /**< u32: FOLDER_VERSION */
#define FOLDER_STATE_SIZE    32
#define FOLDER_MAGIC         UINT64_C(0x7972726566396f69) /* "io9ferry" */
#define FOLDER_VERSION       1u
#define FOLDER_HELD_STATES   (2 * FOLDER_STATES)
#define FOLDER_PROBE_MS      30

/**
 * events: batch N is read from (N mod BATCHES) * BATCH_STRIDE, N from 1; asking for it says that N - 1 has arrived.
 * It is held for at most FOLDER_POLL_MS until there is something, unless the mode forbids it or the share has enough
 * that are held (FOLDER_BATCH_HASTY: the next one should not follow at once).
 *
 * A batch: u32 length of all, u32 flags, u64 N; then messages as they are, each at a multiple of 8. One that does not
 * fit is announced instead by FOLDER_ANNOUNCE_SIZE bytes, u32 that size, u32 the message's length, u64 tag: it can be
 * read from call.
 */
#define FOLDER_BATCHES       UINT64_C(0x100000)
#define FOLDER_BATCH_STRIDE  UINT64_C(65536)
#define FOLDER_BATCH_SIZE    16384u /**< that a guest asks for */
#define FOLDER_BATCH_HEAD    16u
#define FOLDER_BATCH_HASTY   1u
#define FOLDER_ANNOUNCE_SIZE 16u
#define FOLDER_POLL_MS       1000

#endif
