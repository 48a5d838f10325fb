/* SPDX-License-Identifier: MIT */
/* The framed link, over a socket pair whose other end is in the test's hands byte by byte. */
#include "transports/stream/stream.h"
#include <errno.h>
#include <ioferry/wire.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct pair {
	struct iof_link *link;
	int other;
};

struct inbox {
	unsigned n;
	uint32_t length[4096];
	uint8_t first[4096]; /* byte behind the length */
	bool wrong, unaligned;
};

static struct pair pair_create(void)
{
	struct iof_peer peer = {.transport = "test"};
	struct pair pair;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(iof_stream_link_create(fds[0], &peer, &pair.link), 0);
	pair.other = fds[1];
	return pair;
}

static void pair_destroy(struct pair *pair)
{
	pair->link->ops->destroy(pair->link);
	close(pair->other);
}

/* A message whose bytes behind the length all have one value. */
static uint8_t *message(uint32_t length, uint8_t value)
{
	uint8_t *bytes = malloc(length);

	assert_non_null(bytes);
	memset(bytes, value, length);
	iof_put_u32(bytes, length);
	return bytes;
}

static void put(int fd, const void *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t n = write(fd, (const uint8_t *)bytes + done, length - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
}

static void collect(void *context, const uint8_t *bytes, size_t length)
{
	struct inbox *inbox = context;

	inbox->unaligned |= ((uintptr_t)bytes & 7) != 0;
	inbox->wrong |= iof_get_u32(bytes) != length;
	for (size_t i = 5; i < length; i++)
		inbox->wrong |= bytes[i] != bytes[4];
	inbox->length[inbox->n] = (uint32_t)length;
	inbox->first[inbox->n++] = bytes[4];
}

static ssize_t receive(struct iof_link *link, bool wait, struct inbox *inbox)
{
	return link->ops->receive(link, wait, collect, inbox);
}

static void a_message_arrives_at_every_split(void **state)
{
	(void)state;
	uint8_t *bytes = message(100, 7);

	for (size_t split = 0; split <= 100; split++) {
		struct pair pair = pair_create();
		struct inbox inbox = {0};

		put(pair.other, bytes, split);
		assert_int_equal(receive(pair.link, false, &inbox), split == 100 ? 1 : -EAGAIN);
		put(pair.other, bytes + split, 100 - split);
		if (split < 100)
			assert_int_equal(receive(pair.link, true, &inbox), 1);
		assert_int_equal(inbox.n, 1);
		assert_int_equal(inbox.length[0], 100);
		assert_int_equal(inbox.first[0], 7);
		assert_false(inbox.wrong || inbox.unaligned);
		assert_int_equal(receive(pair.link, false, &inbox), -EAGAIN);
		pair_destroy(&pair);
	}
	free(bytes);
}

static void joined_messages_of_odd_lengths_are_delivered_aligned(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};

	for (uint32_t i = 0; i < 200; i++) {
		uint8_t *bytes = message(32 + i, (uint8_t)i);

		put(pair.other, bytes, 32 + i);
		free(bytes);
	}
	assert_int_equal(receive(pair.link, false, &inbox), 200);
	for (uint32_t i = 0; i < 200; i++) {
		assert_int_equal(inbox.length[i], 32 + i);
		assert_int_equal(inbox.first[i], i);
	}
	assert_false(inbox.wrong || inbox.unaligned);
	pair_destroy(&pair);
}

static void lengths_that_cannot_be_end_the_link(void **state)
{
	(void)state;
	static const uint32_t lengths[] = {0, 1, 31, IOF_MESSAGE_MAX + 1, 0x7fffffff, 0x80000000, 0xffffffff};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct pair pair = pair_create();
		struct inbox inbox = {0};
		uint8_t bytes[4], end;

		iof_put_u32(bytes, lengths[i]);
		put(pair.other, bytes, sizeof bytes);
		assert_int_equal(receive(pair.link, false, &inbox), -EPROTO);
		assert_int_equal(inbox.n, 0);
		assert_int_equal(read(pair.other, &end, 1), 0); /* the peer sees the end */
		pair_destroy(&pair);
	}
}

static void messages_before_a_bad_length_are_delivered(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};
	uint8_t *bytes = message(40, 1), zero[8] = {0};

	put(pair.other, bytes, 40);
	put(pair.other, zero, sizeof zero);
	assert_int_equal(receive(pair.link, false, &inbox), -EPROTO);
	assert_int_equal(inbox.n, 1);
	free(bytes);
	pair_destroy(&pair);
}

static void the_greatest_message_passes_and_the_next_greater_does_not(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};
	uint8_t *bytes = message(4097, 3);

	pair.link->ops->set_message_max(pair.link, 4096);
	iof_put_u32(bytes, 4096);
	put(pair.other, bytes, 4096);
	assert_int_equal(receive(pair.link, false, &inbox), 1);
	iof_put_u32(bytes, 4097);
	put(pair.other, bytes, 4);
	assert_int_equal(receive(pair.link, false, &inbox), -EPROTO);

	struct iovec part = {.iov_base = bytes, .iov_len = 4097};

	assert_int_equal(pair.link->ops->send(pair.link, &part, 1), -E2BIG);
	free(bytes);
	pair_destroy(&pair);
}

static void a_megabyte_in_small_pieces_arrives_whole(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};
	uint8_t *bytes = message(IOF_MESSAGE_MAX, 9);

	for (size_t done = 0; done < IOF_MESSAGE_MAX; done += 8192) {
		assert_int_equal(inbox.n, 0);
		put(pair.other, bytes + done, 8192);
		receive(pair.link, false, &inbox);
	}
	assert_int_equal(inbox.n, 1);
	assert_int_equal(inbox.length[0], IOF_MESSAGE_MAX);
	assert_false(inbox.wrong);
	/* and the buffer that shrank afterwards still works */
	iof_put_u32(bytes, 64);
	put(pair.other, bytes, 64);
	assert_int_equal(receive(pair.link, false, &inbox), 1);
	free(bytes);
	pair_destroy(&pair);
}

static void death_of_the_peer_at_any_byte_is_seen_once_and_for_all(void **state)
{
	(void)state;
	uint8_t *bytes = message(96, 5);

	/* Two messages: what is complete is delivered, the rest is not, then ENODEV for ever. */
	for (size_t length = 0; length <= 192; length++) {
		struct pair pair = pair_create();
		struct inbox inbox = {0};
		ssize_t r;

		put(pair.other, bytes, length < 96 ? length : 96);
		put(pair.other, bytes, length < 96 ? 0 : length - 96);
		close(pair.other);
		while ((r = receive(pair.link, true, &inbox)) > 0)
			;
		assert_int_equal(r, -ENODEV);
		assert_int_equal(inbox.n, length / 96);
		assert_int_equal(receive(pair.link, true, &inbox), -ENODEV);
		pair.link->ops->destroy(pair.link);
	}
	free(bytes);
}

static void check_reset(bool sleep_first)
{
	struct pair pair = pair_create();
	struct inbox inbox = {0};
	uint8_t *bytes = message(48, 2);
	struct iovec part = {.iov_base = bytes, .iov_len = 48};

	/* The peer answers and dies without reading what it was sent: the socket is reset. */
	assert_int_equal(pair.link->ops->send(pair.link, &part, 1), 0);
	put(pair.other, bytes, 48);
	close(pair.other);
	if (sleep_first)
		assert_int_equal(pair.link->ops->sleep(pair.link), 0);
	assert_int_equal(receive(pair.link, false, &inbox), 1);
	assert_int_equal(receive(pair.link, false, &inbox), -ENODEV);
	free(bytes);
	pair.link->ops->destroy(pair.link);
}

static void replies_ahead_of_a_reset_are_delivered(void **state)
{
	(void)state;
	check_reset(true);
	check_reset(false);
}

static size_t read_some(int fd, uint8_t *to, size_t size)
{
	ssize_t n = recv(fd, to, size, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void what_a_full_socket_does_not_take_is_kept_in_order(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	size_t sent = 0, got = 0, room = 4U << 20;
	uint8_t *received = malloc(room), *at;
	uint8_t value = 0;
	int r;

	/* Until the backlog refuses; odd lengths, in three parts. */
	for (;;) {
		uint32_t length = 30001 + value;
		uint8_t *bytes = message(length, value);
		struct iovec parts[3] = {{bytes, 10}, {bytes + 10, 20000}, {bytes + 20010, length - 20010}};

		r = pair.link->ops->send(pair.link, parts, 3);
		free(bytes);
		if (r == -ENOBUFS)
			break;
		assert_true(r == 0 || r == 1);
		assert_int_equal(pair.link->ops->wants_write(pair.link), r);
		sent += length;
		value++;
	}
	assert_true(sent > 2 * (size_t)IOF_MESSAGE_MAX && sent < room);

	/* What is sent later comes later. */
	uint8_t *ack = message(40, 0xaa);
	struct iovec part = {.iov_base = ack, .iov_len = 40};

	assert_int_equal(pair.link->ops->send(pair.link, &part, 1), 1);
	sent += 40;
	while (got < sent) {
		got += read_some(pair.other, received + got, 1 + (size_t)rand() % 50000);
		assert_true(pair.link->ops->flush(pair.link) >= 0);
	}
	assert_false(pair.link->ops->wants_write(pair.link));
	at = received;
	for (uint8_t i = 0; i < value; i++) {
		uint32_t length = iof_get_u32(at);

		assert_int_equal(length, 30001 + i);
		for (uint32_t k = 4; k < length; k++)
			assert_int_equal(at[k], i);
		at += length;
	}
	assert_memory_equal(at, ack, 40);
	free(ack);
	free(received);
	pair_destroy(&pair);
}

static void a_backlog_that_takes_nothing_more_takes_an_ack(void **state)
{
	(void)state;
	static const uint32_t lengths[] = {30000, 1000, 72};
	struct pair pair = pair_create();
	uint8_t *bytes = message(30000, 0);
	int r;

	for (unsigned i = 0; i < 3; i++) {
		struct iovec part = {.iov_base = bytes, .iov_len = lengths[i]};

		iof_put_u32(bytes, lengths[i]);
		do
			r = pair.link->ops->send(pair.link, &part, 1);
		while (r >= 0);
		assert_int_equal(r, -ENOBUFS);
	}
	struct iovec ack = {.iov_base = bytes, .iov_len = 40};

	assert_int_equal(pair.link->ops->send(pair.link, &ack, 1), 1);
	free(bytes);
	pair_destroy(&pair);
}

static void sending_to_a_dead_peer_is_ENODEV_and_no_signal(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	uint8_t *bytes = message(40, 0);
	struct iovec part = {.iov_base = bytes, .iov_len = 40};

	close(pair.other);
	assert_int_equal(pair.link->ops->send(pair.link, &part, 1), -ENODEV);
	assert_int_equal(pair.link->ops->send(pair.link, &part, 1), -ENODEV);
	assert_int_equal(pair.link->ops->flush(pair.link), -ENODEV);
	free(bytes);
	pair.link->ops->destroy(pair.link);
}

static void bytes_taken_by_an_abandoned_sleep_are_not_lost(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};
	uint8_t *bytes = message(40, 4);
	int left;

	put(pair.other, bytes, 40);
	/* As by a thread that is cancelled when its sleep ends: sleep() ran, nothing after it. */
	assert_int_equal(pair.link->ops->sleep(pair.link), 0);
	assert_int_equal(ioctl(pair.link->ops->descriptor(pair.link), FIONREAD, &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(pair.link->ops->sleep(pair.link), 0); /* does not sleep over them */
	assert_int_equal(receive(pair.link, false, &inbox), 1);
	assert_int_equal(inbox.first[0], 4);
	free(bytes);
	pair_destroy(&pair);
}

static void shutdown_ends_receive(void **state)
{
	(void)state;
	struct pair pair = pair_create();
	struct inbox inbox = {0};

	pair.link->ops->shutdown(pair.link);
	pair.link->ops->shutdown(pair.link);
	assert_int_equal(receive(pair.link, true, &inbox), -ENODEV);
	pair_destroy(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_arrives_at_every_split),
		cmocka_unit_test(joined_messages_of_odd_lengths_are_delivered_aligned),
		cmocka_unit_test(lengths_that_cannot_be_end_the_link),
		cmocka_unit_test(messages_before_a_bad_length_are_delivered),
		cmocka_unit_test(the_greatest_message_passes_and_the_next_greater_does_not),
		cmocka_unit_test(a_megabyte_in_small_pieces_arrives_whole),
		cmocka_unit_test(death_of_the_peer_at_any_byte_is_seen_once_and_for_all),
		cmocka_unit_test(replies_ahead_of_a_reset_are_delivered),
		cmocka_unit_test(what_a_full_socket_does_not_take_is_kept_in_order),
		cmocka_unit_test(a_backlog_that_takes_nothing_more_takes_an_ack),
		cmocka_unit_test(sending_to_a_dead_peer_is_ENODEV_and_no_signal),
		cmocka_unit_test(bytes_taken_by_an_abandoned_sleep_are_not_lost),
		cmocka_unit_test(shutdown_ends_receive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
