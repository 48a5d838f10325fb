/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <ioferry/wire.h>
#include <string.h>

static const struct iof_request request = {
	.length = 0x102,
	.op = IOF_OP_IOCTL,
	.flags = IOF_REQUEST_NONBLOCK,
	.tag = UINT64_C(0x1122334455667788),
	.ack = 9,
	.handle = UINT64_C(0x0000000100000002),
	.command = 0xc0187638,
	.reply_max = 0x10020,
};
static const uint8_t request_bytes[IOF_REQUEST_SIZE] = {
	0x02, 0x01, 0, 0, 3, 0, 2, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 9,    0, 0, 0,
	0,    0,    0, 0, 2, 0, 0, 0, 1,    0,    0,    0,    0x38, 0x76, 0x18, 0xc0, 0x20, 0, 1, 0,
};
static const struct iof_reply reply = {
	.length = 33,
	.status = IOF_STATUS_INTERRUPTED,
	.tag = 7,
	.seq = 3,
	.result = -2,
	.error = 257,
};
static const uint8_t reply_bytes[IOF_REPLY_SIZE] = {
	33, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 1, 1, 0, 0,
};

static void headers_have_these_bytes(void **state)
{
	struct iof_request in;
	struct iof_reply back;
	uint8_t bytes[IOF_REQUEST_SIZE];

	(void)state;
	iof_request_encode(&request, bytes);
	assert_memory_equal(bytes, request_bytes, IOF_REQUEST_SIZE);
	assert_int_equal(iof_request_decode(bytes, sizeof bytes, 4096, &in), 0);
	assert_memory_equal(&in, &request, sizeof in);
	iof_reply_encode(&reply, bytes);
	assert_memory_equal(bytes, reply_bytes, IOF_REPLY_SIZE);
	assert_int_equal(iof_reply_decode(bytes, IOF_REPLY_SIZE, 4096, &back), 0);
	assert_memory_equal(&back, &reply, sizeof back);
}

static void part_of_a_header_asks_for_more(void **state)
{
	struct iof_request in;
	struct iof_reply back;

	(void)state;
	for (size_t n = 0; n < IOF_REQUEST_SIZE; n++)
		assert_int_equal(iof_request_decode(request_bytes, n, 4096, &in), -EAGAIN);
	for (size_t n = 0; n < IOF_REPLY_SIZE; n++)
		assert_int_equal(iof_reply_decode(reply_bytes, n, 4096, &back), -EAGAIN);
}

/* A stream that lies about a length cannot be read on; that must be known before any byte is awaited. */
static void lengths_are_checked_first(void **state)
{
	uint8_t bytes[IOF_REQUEST_SIZE];
	struct iof_request in;
	struct iof_reply back;

	(void)state;
	memcpy(bytes, request_bytes, sizeof bytes);
	iof_put_u32(bytes, IOF_REQUEST_SIZE - 1);
	assert_int_equal(iof_request_decode(bytes, 4, 4096, &in), -EPROTO);
	iof_put_u32(bytes, 4097);
	assert_int_equal(iof_request_decode(bytes, 4, 4096, &in), -EPROTO);
	iof_put_u32(bytes, UINT32_MAX);
	assert_int_equal(iof_request_decode(bytes, sizeof bytes, 4096, &in), -EPROTO);
	iof_put_u32(bytes, 4096);
	assert_int_equal(iof_request_decode(bytes, sizeof bytes, 4096, &in), 0);
	memcpy(bytes, reply_bytes, IOF_REPLY_SIZE);
	iof_put_u32(bytes, IOF_REPLY_SIZE - 1);
	assert_int_equal(iof_reply_decode(bytes, IOF_REPLY_SIZE, 4096, &back), -EPROTO);
}

static int decode_with(size_t offset, uint8_t value)
{
	uint8_t bytes[IOF_REQUEST_SIZE];
	struct iof_request in;

	memcpy(bytes, request_bytes, sizeof bytes);
	bytes[offset] = value;
	return iof_request_decode(bytes, sizeof bytes, 4096, &in);
}

static void unknown_values_are_refused(void **state)
{
	uint8_t bytes[IOF_REQUEST_SIZE];
	struct iof_request in;
	struct iof_reply back;

	(void)state;
	assert_int_equal(decode_with(4, 0), -EPROTO);
	assert_int_equal(decode_with(4, IOF_OP_COUNT), -EPROTO);
	assert_int_equal(decode_with(5, 1), -EPROTO);
	assert_int_equal(decode_with(6, 0x80), -EPROTO);
	memcpy(bytes, request_bytes, sizeof bytes);
	iof_put_u64(bytes + 8, 0);
	assert_int_equal(iof_request_decode(bytes, sizeof bytes, 4096, &in), -EPROTO);
	bytes[4] = IOF_OP_ACK; /* says nothing but its ack */
	assert_int_equal(iof_request_decode(bytes, sizeof bytes, 4096, &in), 0);

	memcpy(bytes, reply_bytes, IOF_REPLY_SIZE);
	bytes[4] = IOF_STATUS_LOST; /* never on the wire */
	assert_int_equal(iof_reply_decode(bytes, IOF_REPLY_SIZE, 4096, &back), -EPROTO);
	memcpy(bytes, reply_bytes, IOF_REPLY_SIZE);
	iof_put_u64(bytes + 8, 0);
	assert_int_equal(iof_reply_decode(bytes, IOF_REPLY_SIZE, 4096, &back), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_have_these_bytes),
		cmocka_unit_test(part_of_a_header_asks_for_more),
		cmocka_unit_test(lengths_are_checked_first),
		cmocka_unit_test(unknown_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
