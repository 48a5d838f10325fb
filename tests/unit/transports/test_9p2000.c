/* SPDX-License-Identifier: MIT */
/* The 9P2000.L server: versions, names, and what there is to see. */
#include "p9_server.h"
#include "transports/9p/layout.h"
#include "transports/9p2000/connection.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/wire.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BAD_TYPE 99

/* --- version and attach --------------------------------------------------------------------------------------------
 */

static void both_agree_on_the_smaller_message(void **state)
{
	(void)state;
	static const struct {
		uint32_t asked, given;
	} cases[] = {{4096, 4096}, {65536, 65536}, {1 << 20, 1 << 20}, {4 << 20, 1 << 20}, {UINT32_MAX, 1 << 20}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct server server = server_begin();
		struct answer *answer = p9_ask_for(server.client, TVERSION, "ds", cases[i].asked, VERSION_L);

		assert_int_equal(answer->type, TVERSION + 1);
		assert_int_equal(answer_get(answer, 4), cases[i].given);
		assert_int_equal(answer_get(answer, 2), strlen(VERSION_L));
		assert_memory_equal(answer->bytes + answer->at, VERSION_L, strlen(VERSION_L));
		free(answer);
		server_end(server);
	}
}

static void another_version_is_unknown(void **state)
{
	(void)state;
	struct server server = server_begin();
	struct answer *answer = p9_ask_for(server.client, TVERSION, "ds", SMALL, "9P2000.u");

	(void)answer_get(answer, 4);
	assert_int_equal(answer_get(answer, 2), strlen("unknown"));
	assert_memory_equal(answer->bytes + answer->at, "unknown", strlen("unknown"));
	free(answer);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", 100u, VERSION_L), EINVAL);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", SMALL, VERSION_L), 0);
	server_end(server);
}

static void who_does_not_begin_with_the_version_is_no_client(void **state)
{
	(void)state;
	struct server server = server_begin();

	p9_send_request(server.client, TATTACH, 1, "ddssd", ROOT, NO_FID, "", "", 0u);
	server_has_hung_up(server);
}

static void nobody_authenticates(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);

	assert_int_equal(p9_error_of(server.client, TAUTH, "dssd", 5u, "root", "", 0u), ENOENT);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", 5u, 6u, "", "", 0u), EINVAL);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", ROOT, NO_FID, "", "", 0u), EINVAL);
	assert_int_equal(p9_error_of(server.client, TATTACH, "ddssd", 5u, NO_FID, "", "any", 1000u), 0);
	server_end(server);
}

static void a_new_version_gives_all_fids_up(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);

	client_open_session(server.client, 1, "events");
	p9_send_request(server.client, TREAD, 7, "dqd", 1u, FOLDER_BATCH_STRIDE, 4096u);
	assert_int_equal(p9_error_of(server.client, TVERSION, "ds", SMALL, VERSION_L), 0);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", ROOT), EBADF);
	server_end(server);
}

/* --- walking -------------------------------------------------------------------------------------------------------
 */

static void a_walk_goes_as_far_as_it_can(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
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
	assert_int_equal(client_walk(server.client, 2, "can1", NULL), ENOENT);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 2u, 1, "status"), ENOTDIR);
	server_end(server);
}

static void a_walk_of_no_names_copies(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);

	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, 1u, 0), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, 1u, 0), EINVAL); /* in use */
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", 9u, 2u, 0), EBADF);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 1u, 1, "can0"), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddws", 1u, 2u, 1, "status"), 0);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", 1u), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", 2u, 1u, 0), 0);
	server_end(server);
}

static void names_lead_nowhere_else(void **state)
{
	(void)state;
	static char longest[70000];
	struct server server = server_attached(1 << 20);
	int fd = server.client;

	memset(longest, 'x', sizeof longest - 1);
	longest[65000] = '\0';
	assert_int_equal(client_walk(fd, 1, "can0/status", NULL), ENOENT);
	assert_int_equal(client_walk(fd, 1, "/", NULL), ENOENT);
	assert_int_equal(client_walk(fd, 1, "", NULL), ENOENT);
	assert_int_equal(client_walk(fd, 1, longest, NULL), ENAMETOOLONG);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwn", ROOT, 1u, 1, (size_t)5, "can0\0"), EINVAL);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwsss", ROOT, 1u, 3, "..", "..", "etc"), 0); /* partly */
	assert_int_equal(p9_error_of(fd, TCLUNK, "d", 1u), EBADF);
	assert_int_equal(p9_error_of(fd, TWALK, "ddwssss", ROOT, 1u, 4, ".", "..", "can0", ".."), 0);
	assert_int_equal(p9_error_of(fd, TWALK, "ddws", 1u, 2u, 1, "can0"), 0);
	server_end(server);
}

static void a_walk_has_sixteen_names(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	uint8_t names[17 * 4];

	for (size_t i = 0; i < sizeof names; i += 4)
		iof_put_u32(names + i, 2 | (uint32_t)'.' << 16 | (uint32_t)'.' << 24);
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
	server_end(server);
}

static void a_client_has_so_many_fids(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	uint32_t n = 1;
	int error;

	while (!(error = p9_error_of(server.client, TWALK, "ddw", ROOT, n, 0)))
		n++;
	assert_int_equal(error, EMFILE);
	assert_int_equal(n, P9_FIDS_MAX);
	assert_int_equal(p9_error_of(server.client, TCLUNK, "d", 1u), 0);
	assert_int_equal(p9_error_of(server.client, TWALK, "ddw", ROOT, n, 0), 0);
	server_end(server);
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
	struct server server = server_attached(SMALL);
	int fd = server.client;

	assert_int_equal(client_walk(fd, 1, "can0", "status"), 0);
	assert_int_equal(p9_error_of(fd, TREAD, "dqd", 1u, UINT64_C(0), 10u), EBADF);
	assert_int_equal(client_open_fid(fd, 1, O_WRONLY), EACCES);
	assert_int_equal(client_open_fid(fd, 1, O_RDWR | O_TRUNC), EACCES);
	assert_int_equal(client_open_fid(fd, 1, 3), EINVAL);
	assert_int_equal(client_open_fid(fd, 1, O_RDONLY), 0);
	assert_int_equal(client_open_fid(fd, 1, O_RDONLY), EINVAL);
	read_text(fd, 0, 1 << 30, TEXT);
	read_text(fd, 5, 3, "the");
	read_text(fd, strlen(TEXT), 100, "");
	read_text(fd, UINT64_MAX, 100, "");
	assert_int_equal(p9_error_of(fd, TWRITE, "dqD", 1u, UINT64_C(0), (size_t)1, "x"), EBADF);
	server_end(server);
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
	struct server server = server_attached(SMALL);
	char at_once[256] = "", one_by_one[256] = "";
	uint64_t offset = 0, before;
	int fd = server.client;

	assert_int_equal(client_walk(fd, 1, "can0", NULL), 0);
	assert_int_equal(p9_error_of(fd, TREADDIR, "dqd", 1u, UINT64_C(0), 100u), EBADF);
	assert_int_equal(client_open_fid(fd, 1, O_RDWR), EISDIR);
	assert_int_equal(client_open_fid(fd, 1, O_RDONLY), 0);
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
	server_end(server);
}

static void files_of_sessions_are_huge(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	struct answer *answer;

	assert_int_equal(client_walk(server.client, 1, NAME, "call"), 0);
	answer = p9_ask_for(server.client, TGETATTR, "dq", 1u, UINT64_C(0x3fff));
	assert_int_equal(answer->length, 7 + 153);
	assert_int_equal(answer_get(answer, 8), 0x7ff);
	(void)answer_get(answer, 5);
	(void)answer_get(answer, 8);
	assert_int_equal(answer_get(answer, 4), S_IFREG | 0666);
	(void)answer_get(answer, 8);
	(void)answer_get(answer, 8);
	(void)answer_get(answer, 8);
	assert_int_equal(answer_get(answer, 8), FOLDER_FILE_SIZE);
	free(answer);
	answer = p9_ask_for(server.client, TSTATFS, "d", 1u);
	assert_int_equal(answer->length, 7 + 60);
	free(answer);
	server_end(server);
}

static void nothing_is_made_or_changed(void **state)
{
	(void)state;
	struct server server = server_attached(SMALL);
	int fd = server.client;

	assert_int_equal(client_walk(fd, 1, "can0", "status"), 0);
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
	server_end(server);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
