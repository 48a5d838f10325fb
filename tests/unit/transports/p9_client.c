/* SPDX-License-Identifier: MIT */
#include "p9_client.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static size_t put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
	return size;
}

static size_t put_bytes(uint8_t *at, const void *bytes, size_t length, size_t prefix)
{
	put(at, length, prefix);
	memcpy(at + prefix, bytes, length);
	return prefix + length;
}

static void send_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);

		assert_true(n > 0);
		bytes += n;
		length -= (size_t)n;
	}
}

void p9_send_request(int fd, int type, int tag, const char *format, ...)
{
	uint8_t *bytes = malloc((1 << 20) + 64);
	size_t at = 7, length;
	va_list arguments;
	const char *text;

	assert_non_null(bytes);
	va_start(arguments, format);
	for (; *format; format++) {
		switch (*format) {
		case 'b': at += put(bytes + at, (uint64_t)va_arg(arguments, int), 1); break;
		case 'w': at += put(bytes + at, (uint64_t)va_arg(arguments, int), 2); break;
		case 'd': at += put(bytes + at, va_arg(arguments, uint32_t), 4); break;
		case 'q': at += put(bytes + at, va_arg(arguments, uint64_t), 8); break;
		case 's':
			text = va_arg(arguments, const char *);
			at += put_bytes(bytes + at, text, strlen(text), 2);
			break;
		default:
			length = va_arg(arguments, size_t);
			at += put_bytes(bytes + at, va_arg(arguments, const void *), length, *format == 'n' ? 2 : 4);
			break;
		}
	}
	va_end(arguments);
	put(bytes, at, 4);
	put(bytes + 4, (uint64_t)type, 1);
	put(bytes + 5, (uint64_t)tag, 2);
	send_all(fd, bytes, at);
	free(bytes);
}

static int receive_all(int fd, uint8_t *bytes, size_t length)
{
	while (length) {
		struct pollfd watched = {.fd = fd, .events = POLLIN};
		ssize_t n;

		assert_int_equal(poll(&watched, 1, 5000), 1);
		n = read(fd, bytes, length);
		if (n <= 0)
			return -1;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

struct answer *answer_wait(int fd)
{
	struct answer *answer = calloc(1, sizeof *answer);

	assert_non_null(answer);
	if (receive_all(fd, answer->bytes, 7) < 0) {
		free(answer);
		return NULL;
	}
	answer->length = 4;
	answer->length = (size_t)answer_get(answer, 4);
	assert_in_range(answer->length, 7, sizeof answer->bytes);
	assert_int_equal(receive_all(fd, answer->bytes + 7, answer->length - 7), 0);
	answer->type = (uint8_t)answer_get(answer, 1);
	answer->tag = (uint16_t)answer_get(answer, 2);
	return answer;
}

uint64_t answer_get(struct answer *answer, size_t size)
{
	uint64_t value = 0;

	assert_in_range(answer->at + size, 0, answer->length);
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)answer->bytes[answer->at + i] << 8 * i;
	answer->at += size;
	return value;
}

int answer_error(struct answer *answer)
{
	int error;

	assert_non_null(answer);
	error = answer->type == RLERROR ? (int)answer_get(answer, 4) : 0;
	free(answer);
	return error;
}
