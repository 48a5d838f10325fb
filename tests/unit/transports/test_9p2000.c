/* SPDX-License-Identifier: MIT */
/* The 9P2000.L server, asked by a client of the test's own. */
#include "p9_client.h"
#include "transports/9p/layout.h"
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/sys.h>
#include <ioferry/transport.h>
#include <ioferry/wire.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAME      "0123456789abcdef0123456789abcdef"
#define TEXT      "what there is to read"
#define BAD_TYPE  99
#define ROOT      0u
#define NO_FID    UINT32_MAX
#define SIZE      (UINT64_C(1) << 46)
#define MESSAGE   40u
#define SMALL     8192u
#define VERSION_L "9P2000.L"

/* --- a server with one device, and one client ----------------------------------------------------------------------
 */

struct server {
	struct iof_listener *listener;
	int client;
};

static int device(void *context, const struct iof_peer *peer, size_t index, char *name, size_t size)
{
	(void)context;
	(void)peer;
	if (index)
		return -ENOENT;
	(void)snprintf(name, size, "can0");
	return 0;
}

static const char *file(void *context, size_t index)
{
	static const char *const names[] = {"interface.idl", "status"};

	(void)context;
	return index < 2 ? names[index] : NULL;
}

static char *text(void *context, const struct iof_peer *peer, const char *of, const char *name, size_t *length)
{
	(void)context;
	(void)peer;
	(void)of;
	(void)name;
	*length = strlen(TEXT);
	return strdup(TEXT);
}

static const struct iof_texts texts = {.device = device, .file = file, .text = text};

extern const struct iof_host_transport iof_host_transport_9p2000;

static struct iof_listener *listen_at(const char *address)
{
	struct iof_listener *listener;
	char reason[256] = "";

	if (iof_host_transport_9p2000.listen(address, &texts, &listener, reason, sizeof reason) < 0)
		fail_msg("%s", reason);
	return listener;
}

/* A client that has said nothing yet. */
static struct server begin(void)
{
	struct server server;
	char address[32];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	(void)snprintf(address, sizeof address, "fd:%d", pair[0]);
	server.listener = listen_at(address);
	server.client = pair[1];
	return server;
}

static struct server attached(uint32_t msize)
{
	struct server server = begin();

	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", msize, VERSION_L), 0);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", ROOT, NO_FID, "root", "", 0u), 0);
	return server;
}

static void end(struct server server)
{
	(void)close(server.client);
	server.listener->ops->destroy(server.listener);
}

static void has_hung_up(struct server server)
{
	assert_null(answer_wait(server.client));
	end(server);
}

static int walk(int fd, uint32_t to, const char *folder, const char *name)
{
	if (!name)
		return p9_error_of(fd, TWALK, "ddws", ROOT, to, 1, folder);
	return p9_error_of(fd, TWALK, "ddwss", ROOT, to, 2, folder, name);
}

static int open_fid(int fd, uint32_t fid, uint32_t flags)
{
	return p9_error_of(fd, TLOPEN, "dd", fid, flags);
}

/* A file of the session NAME. */
static void open_session(int fd, uint32_t fid, const char *name)
{
	assert_int_equal(walk(fd, fid, NAME, name), 0);
	assert_int_equal(open_fid(fd, fid, O_RDWR), 0);
}

static struct iof_link *accept_session(struct iof_listener *listener)
{
	struct iof_link *link;

	assert_true(iof_poll(listener->ops->descriptor(listener), POLLIN, 1000) & POLLIN);
	assert_int_equal(listener->ops->accept(listener, &link), 0);
	return link;
}

/* --- version and attach --------------------------------------------------------------------------------------------
 */

static void both_agree_on_the_smaller_message(void **state)
{
	(void)state;
	static const struct {
		uint32_t asked, given;
	} cases[] = {{4096, 4096}, {65536, 65536}, {1 << 20, 1 << 20}, {4 << 20, 1 << 20}, {UINT32_MAX, 1 << 20}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct server server = begin();
		struct answer *answer = p9_ask_for(server.client, TVERSION, "ds", cases[i].asked, VERSION_L);

		assert_int_equal(answer->type, TVERSION + 1);
		assert_int_equal(answer_get(answer, 4), cases[i].given);
		assert_int_equal(answer_get(answer, 2), strlen(VERSION_L));
		assert_memory_equal(answer->bytes + answer->at, VERSION_L, strlen(VERSION_L));
		free(answer);
		end(server);
	}
}

static void another_version_is_unknown(void **state)
{
	(void)state;
	struct server server = begin();
	struct answer *answer = p9_ask_for(server.client, TVERSION, "ds", SMALL, "9P2000.u");

	(void)answer_get(answer, 4);
	assert_int_equal(answer_get(answer, 2), strlen("unknown"));
	assert_memory_equal(answer->bytes + answer->at, "unknown", strlen("unknown"));
	free(answer);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", 100u, VERSION_L), EINVAL);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", SMALL, VERSION_L), 0);
	end(server);
}

static void who_does_not_begin_with_the_version_is_no_client(void **state)
{
	(void)state;
	struct server server = begin();

	p9_send_request(server.client, TATTACH, 1, "ddssd", ROOT, NO_FID, "", "", 0u);
	has_hung_up(server);
}

static void nobody_authenticates(void **state)
{
	(void)state;
	struct server server = attached(SMALL);

	assert_int_equal(p9_error_of(server.client, TAUTH, "dssd", 5u, "root", "", 0u), ENOENT);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", 5u, 6u, "", "", 0u), EINVAL);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", ROOT, NO_FID, "", "", 0u), EINVAL);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", 5u, NO_FID, "", "any", 1000u), 0);
	end(server);
}

static void a_new_version_gives_all_fids_up(void **state)
{
	(void)state;
	struct server server = attached(SMALL);

	open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", SMALL, VERSION_L), 0);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", ROOT), EBADF);
	end(server);
}

/* --- walking -------------------------------------------------------------------------------------------------------
 */

static void a_walk_goes_as_far_as_it_can(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	struct answer *answer;

	answer = p9_ask_for(server.client, TWALK, "ddwss", ROOT, 1u, 2, "can0", "status");
	assert_int_equal(answer_get(answer, 2), 2);
	assert_int_equal(answer_get(answer, 1), 0x80);
	assert_int_equal(answer_get(answer, 4), 0);
	(void)answer_get(answer, 8);
	assert_int_equal(answer_get(answer, 1), 0);
	assert_int_equal(answer_get(answer, 4), 0);
	free(answer);
	answer = p9_ask_for(server.client, TWALK, "ddwss", ROOT, 2u, 2, "can0", "nothing");
	assert_int_equal(answer->type, TWALK + 1);
	assert_int_equal(answer_get(answer, 2), 1);
	assert_int_equal(answer->length, 9 + 13);
	free(answer);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", 2u), EBADF);
	assert_int_equal(walk(server.client, 2, "can1", NULL), ENOENT);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 2u, 1, "status"), ENOTDIR);
	end(server);
}

static void a_walk_of_no_names_copies(void **state)
{
	(void)state;
	struct server server = attached(SMALL);

	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, 1u, 0), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, 1u, 0), EINVAL); /* in use */
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", 9u, 2u, 0), EBADF);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 1u, 1, "can0"), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 2u, 1, "status"), 0);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", 1u), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", 2u, 1u, 0), 0);
	end(server);
}

static void names_lead_nowhere_else(void **state)
{
	(void)state;
	static char longest[70000];
	struct server server = attached(1 << 20);
	int fd = server.client;

	memset(longest, 'x', sizeof longest - 1);
	longest[65000] = '\0';
	assert_int_equal(walk(fd, 1, "can0/status", NULL), ENOENT);
	assert_int_equal(walk(fd, 1, "/", NULL), ENOENT);
	assert_int_equal(walk(fd, 1, "", NULL), ENOENT);
	assert_int_equal(walk(fd, 1, longest, NULL), ENAMETOOLONG);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwn", ROOT, 1u, 1, (size_t)5, "can0\0"), EINVAL);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwsss", ROOT, 1u, 3, "..", "..", "etc"), 0); /* partly */
	assert_int_equal(p9_error_of(fd, TCLUNK, "d", 1u), EBADF);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwssss", ROOT, 1u, 4, ".", "..", "can0", ".."), 0);
	assert_int_equal(p9_error_of(fd, TWALK, "ddws", 1u, 2u, 1, "can0"), 0);
	end(server);
}

static void a_walk_has_sixteen_names(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	uint8_t names[17 * 4];

	for (size_t i = 0; i < sizeof names; i += 4)
		memcpy(names + i, "\2\0..", 4);
	/* By hand: the format has no letter for as many. */
	for (int n = 16; n <= 17; n++) {
		uint8_t request[17 + sizeof names] = {0};
		size_t length = 17 + (size_t)n * 4;

		iof_put_u32(request, (uint32_t)length);
		request[4] = TWALK;
		iof_put_u32(request + 11, 3);
		request[15] = (uint8_t)n;
		memcpy(request + 17, names, (size_t)n * 4);
		assert_int_equal(write(server.client, request, length), (ssize_t)length);
		assert_int_equal(answer_error(answer_wait(server.client)), n == 16 ? 0 : EINVAL);
	}
	end(server);
}

static void a_client_has_so_many_fids(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	uint32_t n = 1;
	int error;

	while (!(error = p9_error_of(server.client, TWALK, "ddw", ROOT, n, 0)))
		n++;
	assert_int_equal(error, EMFILE);
	assert_int_equal(n, P9_FIDS_MAX);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", 1u), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, n, 0), 0);
	end(server);
}

/* --- what is there --------------------------------------------------------------------------------------------------
 */

static void read_text(int fd, uint64_t offset, uint32_t count, const char *expected)
{
	struct answer *answer = p9_ask_for(fd, TREAD, "dqd", 1u, offset, count);

	assert_int_equal(answer->type, TREAD + 1);
	assert_int_equal(answer_get(answer, 4), strlen(expected));
	assert_int_equal(answer->length, 11 + strlen(expected));
	assert_memory_equal(answer->bytes + 11, expected, strlen(expected));
	free(answer);
}

static void texts_are_read_and_not_written(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	int fd = server.client;

	assert_int_equal(walk(fd, 1, "can0", "status"), 0);
	assert_int_equal(p9_error_of(fd, TREAD, "dqd", 1u, UINT64_C(0), 10u), EBADF);
	assert_int_equal(open_fid(fd, 1, O_WRONLY), EACCES);
	assert_int_equal(open_fid(fd, 1, O_RDWR | O_TRUNC), EACCES);
	assert_int_equal(open_fid(fd, 1, 3), EINVAL);
	assert_int_equal(open_fid(fd, 1, O_RDONLY), 0);
	assert_int_equal(open_fid(fd, 1, O_RDONLY), EINVAL);
	read_text(fd, 0, 1 << 30, TEXT);
	read_text(fd, 5, 3, "the");
	read_text(fd, strlen(TEXT), 100, "");
	read_text(fd, UINT64_MAX, 100, "");
	assert_int_equal(p9_error_of(fd, TWRITE, "dqD", 1u, UINT64_C(0), (size_t)1, "x"), EBADF);
	end(server);
}

/* Names in the order in which they come, each with a comma; the offset behind the last. */
static uint64_t list(int fd, uint64_t offset, uint32_t count, char *names, size_t size)
{
	struct answer *answer = p9_ask_for(fd, TREADDIR, "dqd", 1u, offset, count);
	size_t length;

	assert_int_equal(answer->type, TREADDIR + 1);
	assert_in_range(answer_get(answer, 4), 0, count);
	while (answer->at < answer->length) {
		(void)answer_get(answer, 13 - 8);
		(void)answer_get(answer, 8);
		offset = answer_get(answer, 8);
		(void)answer_get(answer, 1);
		length = answer_get(answer, 2);
		(void)snprintf(names + strlen(names), size - strlen(names), "%.*s,", (int)length,
			       (const char *)answer->bytes + answer->at);
		answer->at += length;
	}
	free(answer);
	return offset;
}

static void folders_are_listed_in_pieces_of_any_size(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	char at_once[256] = "", one_by_one[256] = "";
	uint64_t offset = 0, before;
	int fd = server.client;

	assert_int_equal(walk(fd, 1, "can0", NULL), 0);
	assert_int_equal(p9_error_of(fd, TREADDIR, "dqd", 1u, UINT64_C(0), 100u), EBADF);
	assert_int_equal(open_fid(fd, 1, O_RDWR), EISDIR);
	assert_int_equal(open_fid(fd, 1, O_RDONLY), 0);
	(void)list(fd, 0, 1 << 20, at_once, sizeof at_once);
	assert_string_equal(at_once, ".,..,interface.idl,status,");
	do {
		before = offset;
		offset = list(fd, offset, 24 + 13, one_by_one, sizeof one_by_one);
	} while (offset != before);
	assert_string_equal(one_by_one, at_once);
	assert_int_equal(p9_error_of(fd, TREADDIR, "dqd", 1u, UINT64_C(2), 36u), EINVAL);
	assert_int_equal(p9_error_of(fd, TREADDIR, "dqd", 1u, UINT64_MAX, 360u), 0);
	assert_int_equal(p9_error_of(fd, TREAD, "dqd", 1u, UINT64_C(0), 10u), EISDIR);
	end(server);
}

static void files_of_sessions_are_huge(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	struct answer *answer;

	assert_int_equal(walk(server.client, 1, NAME, "call"), 0);
	answer = p9_ask_for(server.client, TGETATTR, "dq", 1u, UINT64_C(0x3fff));
	assert_int_equal(answer->length, 7 + 153);
	assert_int_equal(answer_get(answer, 8), 0x7ff);
	(void)answer_get(answer, 5);
	(void)answer_get(answer, 8);
	assert_int_equal(answer_get(answer, 4), S_IFREG | 0666);
	(void)answer_get(answer, 8);
	(void)answer_get(answer, 8);
	(void)answer_get(answer, 8);
	assert_int_equal(answer_get(answer, 8), SIZE);
	free(answer);
	answer = p9_ask_for(server.client, TSTATFS, "d", 1u);
	assert_int_equal(answer->length, 7 + 60);
	free(answer);
	end(server);
}

static void nothing_is_made_or_changed(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	int fd = server.client;

	assert_int_equal(walk(fd, 1, "can0", "status"), 0);
	assert_int_equal(p9_error_of(fd, TSETATTR, "ddddd", 1u, 8u, 0u, 0u, 0u), EINVAL);
	assert_int_equal(p9_error_of(fd, TSETATTR, "dddddqqqqq", 1u, 0x1f8u, 0u, 0u, 0u, UINT64_C(0), UINT64_C(0),
				     UINT64_C(0), UINT64_C(0), UINT64_C(0)),
			 0);
	assert_int_equal(p9_error_of(fd, TSETATTR, "dddddqqqqq", 1u, 1u, 0777u, 0u, 0u, UINT64_C(0), UINT64_C(0),
				     UINT64_C(0), UINT64_C(0), UINT64_C(0)),
			 EPERM);
	assert_int_equal(p9_error_of(fd, TLCREATE, "dsddd", ROOT, "new", 0u, 0u, 0u), EPERM);
	assert_int_equal(p9_error_of(fd, TMKDIR, "dsdd", ROOT, "new", 0u, 0u), EPERM);
	assert_int_equal(p9_error_of(fd, TUNLINKAT, "dsd", ROOT, "can0", 0u), EPERM);
	assert_int_equal(p9_error_of(fd, TXATTRWALK, "dds", 1u, 2u, ""), EOPNOTSUPP);
	assert_int_equal(p9_error_of(fd, TLOCK, "dbdqqds", 1u, 0, 0u, UINT64_C(0), UINT64_C(0), 1u, "me"), EOPNOTSUPP);
	assert_int_equal(p9_error_of(fd, TFSYNC, "dd", 1u, 0u), 0);
	assert_int_equal(p9_error_of(fd, BAD_TYPE, ""), EOPNOTSUPP);
	assert_int_equal(p9_error_of(fd, 255, "dd", 1u, 2u), EOPNOTSUPP);
	assert_int_equal(p9_error_of(fd, TREMOVE, "d", 1u), EPERM);
	assert_int_equal(p9_error_of(fd, TCLUNK, "d", 1u), EBADF);
	end(server);
}

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
	struct server server = attached(SMALL);
	uint8_t bytes[MESSAGE] = {0}, answered[IOF_REPLY_SIZE];
	struct iovec part = {.iov_base = answered, .iov_len = sizeof answered};
	struct answer *answer;
	struct iof_link *link;
	int count = 0;

	open_session(server.client, 1, "call");
	link = accept_session(server.listener);
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
	end(server);
}

static void reads_have_exactly_what_was_asked_for(void **state)
{
	(void)state;
	static const uint32_t counts[] = {1, 32, 4096, 8181, 8182, 1 << 20, UINT32_MAX};
	struct server server = attached(SMALL);

	open_session(server.client, 1, "ctl");
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
	end(server);
}

static void a_blocked_read_delays_nothing_and_is_flushed_at_once(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	int64_t begun = iof_now_ms();
	struct answer *answer;

	open_session(server.client, 1, "events");
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
	end(server);
}

static void a_clunk_ends_a_blocked_read(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	struct answer *answer;

	open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	p9_send_request(server.client, TCLUNK, 8, "d", 1u);
	answer = answer_wait(server.client);
	assert_int_equal(answer->tag, 7);
	assert_int_equal(answer_error(answer), EBADF);
	assert_int_equal(answer_error(answer_wait(server.client)), 0);
	end(server);
}

static void sessions_end_with_the_connection(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	struct iof_link *link;
	int count = 0;

	open_session(server.client, 1, "events");
	link = accept_session(server.listener);
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	(void)shutdown(server.client, SHUT_RDWR);
	assert_int_equal(link->ops->receive(link, true, count_message, &count), -ENODEV);
	link->ops->destroy(link);
	end(server);
}

static void a_listener_that_goes_hangs_up(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	struct answer *answer;

	open_session(server.client, 1, "events");
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
		struct server server = attached(SMALL);
		uint8_t header[7] = {0, 0, 0, 0, TCLUNK, 1, 0};

		iof_put_u32(header, lengths[i]);
		assert_int_equal(write(server.client, header, sizeof header), sizeof header);
		has_hung_up(server);
	}
}

static void fields_that_are_not_there_are_not_used(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	int fd = server.client;

	open_session(fd, 1, "ctl");
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
	end(server);
}

static void requests_arrive_in_pieces(void **state)
{
	(void)state;
	struct server server = attached(SMALL);
	uint8_t request[] = {11, 0, 0, 0, TCLUNK, 1, 0, 0, 0, 0, 0, 11, 0, 0, 0, TCLUNK, 2, 0, 0, 0, 0, 0};

	for (size_t i = 0; i < sizeof request; i++)
		assert_int_equal(write(server.client, request + i, 1), 1);
	assert_int_equal(answer_error(answer_wait(server.client)), 0);
	assert_int_equal(answer_error(answer_wait(server.client)), EBADF);
	end(server);
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
	assert_int_equal(p9_connection_create(pair[0], &texts, &peer, &connection), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, connection), 0);
	assert_int_equal(p9_error_of(pair[1], TVERSION, "ds", 1u << 20, VERSION_L), 0);
	assert_int_equal(p9_error_of(pair[1], TATTACH, "ddssd", ROOT, NO_FID, "", "", 0u), 0);
	open_session(pair[1], 1, "ctl");
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
		cmocka_unit_test(both_agree_on_the_smaller_message),
		cmocka_unit_test(another_version_is_unknown),
		cmocka_unit_test(who_does_not_begin_with_the_version_is_no_client),
		cmocka_unit_test(nobody_authenticates),
		cmocka_unit_test(a_new_version_gives_all_fids_up),
		cmocka_unit_test(a_walk_goes_as_far_as_it_can),
		cmocka_unit_test(a_walk_of_no_names_copies),
		cmocka_unit_test(names_lead_nowhere_else),
		cmocka_unit_test(a_walk_has_sixteen_names),
		cmocka_unit_test(a_client_has_so_many_fids),
		cmocka_unit_test(texts_are_read_and_not_written),
		cmocka_unit_test(folders_are_listed_in_pieces_of_any_size),
		cmocka_unit_test(files_of_sessions_are_huge),
		cmocka_unit_test(nothing_is_made_or_changed),
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
