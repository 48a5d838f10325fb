/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ioferry/wire.h>
#include <string.h>

static uint16_t get_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] + 0x100u * bytes[1]);
}

static void put_u16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value & 0xff);
	bytes[1] = (uint8_t)(value >> 8);
}

uint32_t iof_get_u32(const uint8_t *bytes)
{
	return bytes[0] + 0x100u * bytes[1] + 0x10000u * bytes[2] + 0x1000000u * bytes[3];
}

uint64_t iof_get_u64(const uint8_t *bytes)
{
	return iof_get_u32(bytes) + UINT64_C(0x100000000) * iof_get_u32(bytes + 4);
}

void iof_put_u32(uint8_t *bytes, uint32_t value)
{
	put_u16(bytes, (uint16_t)(value & 0xffff));
	put_u16(bytes + 2, (uint16_t)(value >> 16));
}

void iof_put_u64(uint8_t *bytes, uint64_t value)
{
	iof_put_u32(bytes, (uint32_t)(value & 0xffffffff));
	iof_put_u32(bytes + 4, (uint32_t)(value >> 32));
}

void iof_request_encode(const struct iof_request *request, uint8_t bytes[IOF_REQUEST_SIZE])
{
	iof_put_u32(bytes, request->length);
	put_u16(bytes + 4, request->op);
	put_u16(bytes + 6, request->flags);
	iof_put_u64(bytes + 8, request->tag);
	iof_put_u64(bytes + 16, request->ack);
	iof_put_u64(bytes + 24, request->handle);
	iof_put_u32(bytes + 32, request->command);
	iof_put_u32(bytes + 36, request->reply_max);
}

void iof_reply_encode(const struct iof_reply *reply, uint8_t bytes[IOF_REPLY_SIZE])
{
	iof_put_u32(bytes, reply->length);
	put_u16(bytes + 4, reply->status);
	put_u16(bytes + 6, reply->reserved);
	iof_put_u64(bytes + 8, reply->tag);
	iof_put_u64(bytes + 16, reply->seq);
	iof_put_u32(bytes + 24, (uint32_t)reply->result);
	iof_put_u32(bytes + 28, reply->error);
}

/* A cancel, an ack and a reap say in their payload what they mean; nobody answers the first two, and the
 * answer to a reap carries the tag it asks for. */
static int needs_tag(uint16_t op)
{
	return op != IOF_OP_CANCEL && op != IOF_OP_ACK && op != IOF_OP_REAP;
}

/* A length below the header's own or above the limit can be told before the rest of the header is there. */
static int check_length(const uint8_t *bytes, size_t available, uint32_t least, uint32_t most)
{
	uint32_t length;

	if (available < 4)
		return -EAGAIN;
	length = iof_get_u32(bytes);
	if (length < least || length > most)
		return -EPROTO;
	return available < least ? -EAGAIN : 0;
}

int iof_request_decode(const uint8_t *bytes, size_t available, uint32_t message_max, struct iof_request *request)
{
	int error = check_length(bytes, available, IOF_REQUEST_SIZE, message_max);

	if (error)
		return error;
	*request = (struct iof_request){
		.length = iof_get_u32(bytes),
		.op = get_u16(bytes + 4),
		.flags = get_u16(bytes + 6),
		.tag = iof_get_u64(bytes + 8),
		.ack = iof_get_u64(bytes + 16),
		.handle = iof_get_u64(bytes + 24),
		.command = iof_get_u32(bytes + 32),
		.reply_max = iof_get_u32(bytes + 36),
	};
	if (request->op == 0 || request->op >= IOF_OP_COUNT)
		return -EPROTO;
	if (request->flags & ~(IOF_REQUEST_NULL | IOF_REQUEST_NONBLOCK))
		return -EPROTO;
	if (!request->tag && needs_tag(request->op))
		return -EPROTO;
	return 0;
}

int iof_reply_decode(const uint8_t *bytes, size_t available, uint32_t message_max, struct iof_reply *reply)
{
	int error = check_length(bytes, available, IOF_REPLY_SIZE, message_max);

	if (error)
		return error;
	*reply = (struct iof_reply){
		.length = iof_get_u32(bytes),
		.status = get_u16(bytes + 4),
		.reserved = get_u16(bytes + 6),
		.tag = iof_get_u64(bytes + 8),
		.seq = iof_get_u64(bytes + 16),
		.result = (int32_t)iof_get_u32(bytes + 24),
		.error = iof_get_u32(bytes + 28),
	};
	if (reply->status > IOF_STATUS_EVENT || reply->reserved)
		return -EPROTO;
	return reply->tag ? 0 : -EPROTO;
}
