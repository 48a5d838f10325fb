/* SPDX-License-Identifier: MIT */
/**
 * @file wire.h
 * The messages between guest and host. All integers are little-endian.
 *
 * Data plane: a fixed header and a canonical payload (marshal.h). Control plane (IOF_OP_CONTROL): the payload
 * is a protobuf message of runtime/proto/control.proto; rare, and it may evolve.
 */
#ifndef IOFERRY_WIRE_H
#define IOFERRY_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define IOF_PROTOCOL_VERSION 1u
#define IOF_MESSAGE_MAX      (1u << 20)  /**< default greatest message, header included, bytes */
#define IOF_MESSAGE_CEILING  (64u << 20) /**< greatest value that may be configured */

enum iof_op {
	IOF_OP_CONTROL = 1, /**< protobuf ControlRequest / ControlReply: hello, open, attach, share, status */
	IOF_OP_CLOSE,       /**< handle */
	IOF_OP_IOCTL,       /**< handle, command, canonical argument */
	IOF_OP_READ,        /**< handle; payload: u64 count */
	IOF_OP_WRITE,       /**< handle; payload: u64 count, records */
	/** handle; payload: u32 events, u32 arm. result: revents. Arm 1 and nothing ready: one event is pushed when any
	 *  is; arms of a handle add up until then. */
	IOF_OP_POLL,
	IOF_OP_CANCEL, /**< payload: u64 tag. Has no reply of its own: the cancelled call's reply is the answer */
	IOF_OP_ACK,    /**< nothing but the header's ack */
	IOF_OP_REAP,   /**< payload: u64 tag. The kept reply of that tag is sent again */
	IOF_OP_COUNT
};

enum iof_request_flags {
	IOF_REQUEST_NULL = 1,     /**< the ioctl's argument is NULL */
	IOF_REQUEST_NONBLOCK = 2, /**< O_NONBLOCK of the open file, as it is now */
};

/** Reply status: what became of the call. Completion beats cancel. */
enum iof_status {
	IOF_STATUS_COMPLETED,     /**< it ran; result and error are the driver's */
	IOF_STATUS_INTERRUPTED,   /**< a cancel made the driver return EINTR */
	IOF_STATUS_NEVER_STARTED, /**< its cancel had come before it was given to the driver; error is EINTR */
	IOF_STATUS_REFUSED,       /**< ioferry refused it: policy, undeclared, malformed, over a cap; error says why */
	IOF_STATUS_EVENT, /**< no reply: pushed readiness. tag = handle, result = revents; or IOF_EVENT_DEVICES */
	IOF_STATUS_LOST,  /**< never on the wire: the guest's engine ends calls with it when the link is gone */
};

#define IOF_REQUEST_SIZE 40u
#define IOF_REPLY_SIZE   32u

/** An open of the host: slot and generation, so that a stale handle never names a younger open. 0: none. */
typedef uint64_t iof_handle;

/** In the place of an event's handle: the host's devices have changed, and another hello tells how. May come before the
 *  answer to the first. */
#define IOF_EVENT_DEVICES UINT64_MAX

/** Offsets: length 0, op 4, flags 6, tag 8, ack 16, handle 24, command 32, reply_max 36; payload from 40. */
struct iof_request {
	uint32_t length; /**< of the whole message */
	uint16_t op;     /**< enum iof_op */
	uint16_t flags;  /**< enum iof_request_flags */
	uint64_t tag;    /**< never reused in a session; 0 is not a tag */
	uint64_t ack;    /**< highest seq such that it and all before it have arrived */
	iof_handle handle;
	uint32_t command;   /**< IOF_OP_IOCTL: the LP64 number */
	uint32_t reply_max; /**< greatest reply that the guest takes, header included; what is above the agreed message
			     *   counts as that. A call whose reply might be larger is refused (E2BIG) */
};

/** Offsets: length 0, status 4, reserved 6, tag 8, seq 16, result 24, error 28; payload from 32. */
struct iof_reply {
	uint32_t length;
	uint16_t status; /**< enum iof_status */
	uint16_t reserved;
	uint64_t tag;
	uint64_t seq;   /**< 1, 2, 3, ... in the order in which the session's replies were made; events: 0 */
	int32_t result; /**< of the call when error is 0 */
	uint32_t error; /**< errno as the driver gave it, 32 bits wide (esd returns 257); 0: none */
};

void iof_request_encode(const struct iof_request *request, uint8_t bytes[IOF_REQUEST_SIZE]);
void iof_reply_encode(const struct iof_reply *reply, uint8_t bytes[IOF_REPLY_SIZE]);

/**
 * Reads a header out of @p available bytes.
 * @return 0; -EAGAIN: header not complete yet; -EPROTO: length below the header's own or above @p message_max,
 *         unknown op or status, tag 0 where one is needed.
 */
int iof_request_decode(const uint8_t *bytes, size_t available, uint32_t message_max, struct iof_request *request);
int iof_reply_decode(const uint8_t *bytes, size_t available, uint32_t message_max, struct iof_reply *reply);

/** Little-endian scalars at any alignment. */
uint32_t iof_get_u32(const uint8_t *bytes);
uint64_t iof_get_u64(const uint8_t *bytes);
void iof_put_u32(uint8_t *bytes, uint32_t value);
void iof_put_u64(uint8_t *bytes, uint64_t value);

#endif
