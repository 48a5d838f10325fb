/* SPDX-License-Identifier: MIT */
/* The 9P2000.L server: sessions, reads that are held, and clients that are wrong. */
#include "p9_server.h"
#include "transports/9p/layout.h"
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <ioferry/sys.h>
#include <ioferry/wire.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MESSAGE 40u

/* --- sessions -------------------------------------------------------------------------------------------------------
 */

static void count_message(void *context, const uint8_t *bytes, size_t length)
{
	(void)bytes;
	assert_int_equal(length, MESSAGE);
	(*(int *)context)++;
}

static void a_session_carries_messages(void **state)
{
	(void)state;
	const struct iof_request request = {.length = MESSAGE, .op = IOF_OP_IOCTL, .tag = 1};
	const struct iof_reply reply = {.length = IOF_REPLY_SIZE, .tag = 1, .seq = 1, .result = 7};
	struct server server = server_attached(SMALL);
	uint8_t bytes[MESSAGE] = {0}, answered[IOF_REPLY_SIZE];
	struct iovec part = {.iov_base = answered, .iov_len = sizeof answered};
	struct answer *answer;
	struct iof_link *link;
	int count = 0;

	client_open_session(server.client, 1, "call");
	link = server_accept_session(server.listener);
	assert_string_equal(link->ops->peer(link)->transport, "9p2000");
	assert_int_equal(link->ops->peer(link)->uid, geteuid());
	iof_request_encode(&request, bytes);
	p9_send_request(server.client, TWRITE, 5, "dqD", 1u, FOLDER_STRIDE, (size_t)MESSAGE, bytes);
	assert_int_equal(link->ops->receive(link, true, count_message, &count), 1);
	assert_int_equal(count, 1);
	iof_reply_encode(&reply, answered);
	assert_int_equal(link->ops->send(link, &part, 1), 0);
	answer = answer_wait(server.client);
	assert_int_equal(answer->tag, 5); /* EREMOTEIO in time, or EINPROGRESS */
	assert_int_equal(answer->type, RLERROR);
	free(answer);
	answer = p9_ask_for(server.client, TREAD, "dqd", 1u, FOLDER_REPLIES + FOLDER_STRIDE, 512u);
	assert_int_equal(answer_get(answer, 4), 512);
	assert_int_equal(answer_get(answer, 4), IOF_REPLY_SIZE);
	free(answer);
	link->ops->destroy(link);
	server_end(server);
}

static void reads_have_exactly_what_was_asked_for(void **state)
{
	(void)state;
	static const uint32_t counts[] = {1, 32, 4096, 8181, 8182, 1 << 20, UINT32_MAX};
	struct server server = server_attached(SMALL);

	client_open_session(server.client, 1, "ctl");
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		uint32_t given = counts[i] < SMALL - 11 ? counts[i] : SMALL - 11;
		struct answer *answer = p9_ask_for(server.client, TREAD, "dqd", 1u, UINT64_C(0), counts[i]);

		assert_int_equal(answer->type, TREAD + 1);
		assert_int_equal(answer_get(answer, 4), given);
		assert_int_equal(answer->length, 11 + given);
		if (given >= 8)
			assert_int_equal(answer_get(answer, 8), FOLDER_MAGIC);
		free(answer);
	}
	server_end(server);
}

static void a_blocked_read_delays_nothing_and_is_flushed_at_once(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	int64_t begun = iof_now_ms();
	struct answer *answer;

	client_open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	p9_send_request(server.client, TGETATTR, 8, "dq", 1u, UINT64_C(0x7ff));
	answer = answer_wait(server.client);
	assert_int_equal(answer->tag, 8);
	free(answer);
	p9_send_request(server.client, TFLUSH, 9, "w", 7);
	answer = answer_wait(server.client);
	assert_int_equal(answer->tag, 9);
	assert_int_equal(answer->type, TFLUSH + 1);
	free(answer);
	assert_in_range(iof_now_ms() - begun, 0, FOLDER_POLL_MS / 2);
	/* Nothing comes for the tag: not even when the read would have ended. */
	assert_int_equal(iof_poll(server.client, POLLIN, FOLDER_POLL_MS + 200), 0);
	p9_send_request(server.client, TFLUSH, 9, "w", 7);
	assert_int_equal(answer_error(answer_wait(server.client)), 0);
	server_end(server);
}

static void a_clunk_ends_a_blocked_read(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	struct answer *answer;

	client_open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	p9_send_request(server.client, TCLUNK, 8, "d", 1u);
	answer = answer_wait(server.client);
	assert_int_equal(answer->tag, 7);
	assert_int_equal(answer_error(answer), EBADF);
	assert_int_equal(answer_error(answer_wait(server.client)), 0);
	server_end(server);
}

static void sessions_end_with_the_connection(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	struct iof_link *link;
	int count = 0;

	client_open_session(server.client, 1, "events");
	link = server_accept_session(server.listener);
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	(void)shutdown(server.client, SHUT_RDWR);
	assert_int_equal(link->ops->receive(link, true, count_message, &count), -ENODEV);
	link->ops->destroy(link);
	server_end(server);
}

static void a_listener_that_goes_hangs_up(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	struct answer *answer;

	client_open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	server.listener->ops->destroy(server.listener);
	answer = answer_wait(server.client);
	assert_null(answer);
	(void)close(server.client);
}

/* --- clients that are wrong ------------------------------------------------------------------------------------------
 */

static void a_length_that_cannot_be_ends_the_connection(void **state)
{
	(void)state;
	static const uint32_t lengths[] = {0, 6, SMALL + 1, UINT32_MAX};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct server server = server_attached(SMALL);
		uint8_t header[7] = {0, 0, 0, 0, TCLUNK, 1, 0};

		iof_put_u32(header, lengths[i]);
		assert_int_equal(write(server.client, header, sizeof header), sizeof header);
		server_has_hung_up(server);
	}
}

static void fields_that_are_not_there_are_not_used(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	int fd = server.client;

	client_open_session(fd, 1, "ctl");
	assert_int_equal(p9_error_of(fd, TCLUNK, ""), EINVAL);
	assert_int_equal(p9_error_of(fd, TCLUNK, "db", 1u, 0), EINVAL);
	assert_int_equal(p9_error_of(fd, TREAD, "dq", 1u, UINT64_C(0)), EINVAL);
	assert_int_equal(p9_error_of(fd, TWALK, "ddww", 1u, 2u, 1, 5), EINVAL);
	assert_int_equal(p9_error_of(fd, TWALK, "ddws", 1u, 2u, 2, "x"), EINVAL);
	assert_int_equal(p9_error_of(fd, TWRITE, "dqdd", 1u, UINT64_C(0), 5u, 0u), EINVAL);
	assert_int_equal(p9_error_of(fd, TWRITE, "dqdd", 1u, UINT64_C(0), 3u, 0u), EINVAL);
	assert_int_equal(p9_error_of(fd, TWRITE, "dqdd", 1u, UINT64_C(0), UINT32_MAX, 0u), EINVAL);
	assert_int_equal(p9_error_of(fd, TGETATTR, "d", 1u), EINVAL);
	assert_int_equal(p9_error_of(fd, TFLUSH, "b", 1), EINVAL);
	assert_int_equal(p9_error_of(fd, TCLUNK, "d", 1u), 0); /* it is there still */
	server_end(server);
}

static void requests_arrive_in_pieces(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	uint8_t request[] = {11, 0, 0, 0, TCLUNK, 1, 0, 0, 0, 0, 0, 11, 0, 0, 0, TCLUNK, 2, 0, 0, 0, 0, 0};

	for (size_t i = 0; i < sizeof request; i++)
		assert_int_equal(write(server.client, request + i, 1), 1);
	assert_int_equal(answer_error(answer_wait(server.client)), 0);
	assert_int_equal(answer_error(answer_wait(server.client)), EBADF);
	server_end(server);
}

static void *serve(void *connection)
{
	p9_connection_serve(connection);
	return NULL;
}

static size_t bytes_kept(struct p9_connection *connection)
{
	size_t bytes;

	(void)pthread_mutex_lock(&connection->lock);
	bytes = connection->answer_bytes;
	(void)pthread_mutex_unlock(&connection->lock);
	return bytes;
}

static void who_does_not_read_waits_and_costs_no_more(void **state)
{
	(void)state;
	enum { READS = 24 };
	const struct iof_peer peer = {.transport = "9p2000", .cid = UINT32_MAX};
	struct p9_connection *connection;
	pthread_t thread;
	size_t kept, before;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(p9_connection_create(pair[0], &server_texts, &peer, &connection), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, connection), 0);
	assert_int_equal(p9_error_of(pair[1], TVERSION, "ds", 1u << 20, VERSION_L), 0);
	assert_int_equal(p9_error_of(pair[1], TATTACH, "ddssd", ROOT, NO_FID, "", "", 0u), 0);
	client_open_session(pair[1], 1, "ctl");
	for (int i = 0; i < READS; i++)
		p9_send_request(pair[1], TREAD, i, "dqd", 1u, UINT64_C(0), 1u << 20);
	for (kept = bytes_kept(connection), before = SIZE_MAX; kept != before || kept < P9_ANSWERS_MAX;) {
		(void)poll(NULL, 0, 50);
		before = kept;
		kept = bytes_kept(connection);
	}
	assert_in_range(kept, P9_ANSWERS_MAX, P9_ANSWERS_MAX + P9_MSIZE_MAX);
	for (int i = 0; i < READS; i++) {
		struct answer *answer = answer_wait(pair[1]);

		assert_int_equal(answer->tag, i);
		assert_int_equal(answer->length, 1 << 20);
		free(answer);
	}
	assert_int_equal(p9_error_of(pair[1], TCLUNK, "d", 1u), 0);
	p9_connection_stop(connection);
	assert_int_equal(pthread_join(thread, NULL), 0);
	p9_connection_destroy(connection);
	(void)close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_carries_messages),
		cmocka_unit_test(reads_have_exactly_what_was_asked_for),
		cmocka_unit_test(a_blocked_read_delays_nothing_and_is_flushed_at_once),
		cmocka_unit_test(a_clunk_ends_a_blocked_read),
		cmocka_unit_test(sessions_end_with_the_connection),
		cmocka_unit_test(a_listener_that_goes_hangs_up),
		cmocka_unit_test(a_length_that_cannot_be_ends_the_connection),
		cmocka_unit_test(fields_that_are_not_there_are_not_used),
		cmocka_unit_test(requests_arrive_in_pieces),
		cmocka_unit_test(who_does_not_read_waits_and_costs_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
