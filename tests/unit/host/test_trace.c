/* SPDX-License-Identifier: MIT */
/* Who is shown which calls, and that nobody who is shown them holds up one. */
#include "guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 4096, STRANGER = 12345 };

struct lines {
	char text[TEXT];
	uint64_t lost;
};

static uint64_t ask_for(struct guest *guest, const char *device, const char *peer, const char *command)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__TraceQuery query = IOFERRY__TRACE_QUERY__INIT;

	query.devices = (char **)(uintptr_t)&device;
	query.n_devices = device != NULL;
	query.guests = (char **)(uintptr_t)&peer;
	query.n_guests = peer != NULL;
	query.commands = (char **)(uintptr_t)&command;
	query.n_commands = command != NULL;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_TRACE;
	request.trace = &query;
	return guest_send_control(guest, &request);
}

static uint64_t ask(struct guest *guest)
{
	return ask_for(guest, NULL, NULL, NULL);
}

static uint32_t read_answer(struct guest *guest, uint64_t tag, struct lines *lines)
{
	const Ioferry__ControlReply *reply;
	struct iof_control_arena arena;
	struct answer answer;

	guest_receive(guest, &answer);
	assert_int_equal(answer.reply.tag, tag);
	*lines = (struct lines){0};
	if (!answer.length)
		return answer.reply.error;
	assert_int_equal(iof_control_arena_create(&arena, IOF_CONTROL_BYTES, IOF_CONTROL_ALLOCATIONS), 0);
	assert_int_equal(iof_control_unpack_reply(&arena, answer.payload, answer.length, &reply), 0);
	if (reply->what_case == IOFERRY__CONTROL_REPLY__WHAT_TRACE) {
		assert_true(strlen(reply->trace->text) < TEXT);
		(void)snprintf(lines->text, TEXT, "%s", reply->trace->text);
		lines->lost = reply->trace->lost;
	}
	iof_control_arena_destroy(&arena);
	return answer.reply.error;
}

static void begin(struct guest *guest, const char *device, const char *peer, const char *command)
{
	struct lines lines;

	assert_int_equal(read_answer(guest, ask_for(guest, device, peer, command), &lines), 0);
	assert_string_equal(lines.text, "");
	assert_int_equal(lines.lost, 0);
}

/* Appends the next lines, without the times. */
static void read_lines(struct guest *guest, char *to)
{
	struct lines lines;

	assert_int_equal(read_answer(guest, ask(guest), &lines), 0);
	assert_int_equal(lines.lost, 0);
	to += strlen(to);
	for (const char *from = lines.text; *from;) {
		if (*from == ' ' && from[1] == '<')
			from = strchr(from, '>') + 1;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

/* A line is there soon after its call has been answered: not all that is expected may come at once. */
static void expect_lines(struct guest *guest, const char *expected)
{
	char text[2 * TEXT] = "";

	while (strlen(text) < strlen(expected))
		read_lines(guest, text);
	assert_string_equal(text, expected);
}

static void each_call_is_a_line(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest reader = guest_begin(engine, 0), guest = guest_begin(engine, STRANGER);
	struct iof_request io = {.op = IOF_OP_READ};
	uint8_t count[24] = {8};
	uint64_t token, tag;
	iof_handle handle;

	(void)state;
	begin(&reader, NULL, NULL, NULL);
	handle = guest_open(&guest, "fake0", &token, NULL);
	expect_lines(&reader, "unix:uid=12345 fake0 open(O_RDONLY) = 0\n");
	assert_int_equal(guest_fast(&guest, handle, 4), 5);
	expect_lines(&reader, "unix:uid=12345 fake0 FAKE_FAST(4) = 5\n");
	guest_expect(&guest, guest_ioctl(&guest, handle, FAKE_WORD, 41), IOF_STATUS_COMPLETED, 7, 0);
	expect_lines(&reader, "unix:uid=12345 fake0 FAKE_WORD({value=41 => 42}) = 7\n");
	guest_expect(&guest, guest_ioctl(&guest, handle, FAKE_FAILS, 0), IOF_STATUS_COMPLETED, -1, 257);
	expect_lines(&reader, "unix:uid=12345 fake0 FAKE_FAILS() = -1 errno 257\n");
	guest_expect(&guest, guest_ioctl(&guest, handle, 0xabc, 0), IOF_STATUS_REFUSED, -1, ENOTTY);
	expect_lines(&reader, "unix:uid=12345 fake0 ioctl_0x00000abc(...) = -1 ENOTTY (Inappropriate "
			      "ioctl for device) refused\n");
	tag = guest_ioctl(&guest, handle, FAKE_WAIT, 9);
	fake_wait_for(&fake->waiting, 1);
	guest_cancel(&guest, tag);
	guest_expect(&guest, tag, IOF_STATUS_INTERRUPTED, -1, EINTR);
	expect_lines(&reader, "unix:uid=12345 fake0 FAKE_WAIT(9) = -1 EINTR (Interrupted system call) interrupted\n");
	io.handle = handle;
	(void)guest_send(&guest, io, count, 8);
	guest_receive(&guest, &(struct answer){0});
	expect_lines(&reader, "unix:uid=12345 fake0 read([{value=100}, {value=101}, {value=102}], 8) = 3\n");
	io.op = IOF_OP_WRITE;
	count[0] = 4;
	guest_expect(&guest, guest_send(&guest, io, count, 24), IOF_STATUS_COMPLETED, 16, 0);
	expect_lines(&reader, "unix:uid=12345 fake0 write([{value=0}, {value=0}, {value=0}, {value=0}], 16) = 16\n");
	fake->ready = 1;
	assert_int_equal(guest_poll(&guest, handle, 5, false), 1);
	expect_lines(&reader, "unix:uid=12345 fake0 poll(POLLIN|POLLOUT) = POLLIN\n");
	assert_int_equal(guest_poll(&guest, handle, 4, true), 0);
	expect_lines(&reader, "unix:uid=12345 fake0 poll(POLLOUT, armed) = 0\n");
	guest_close(&guest, handle);
	expect_lines(&reader, "unix:uid=12345 fake0 close() = 0\n");
	guest_end(&guest);
	guest_end(&reader);
	test_engine_end(engine);
}

/* What does not reach the driver is not shown: it was not checked. */
static void what_is_refused_has_no_memory(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest reader = guest_begin(engine, 0), guest = guest_begin(engine, STRANGER);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);

	(void)state;
	guest_expect(&guest, guest_ioctl(&guest, handle, FAKE_WORD, 41), IOF_STATUS_COMPLETED, 7, 0);
	begin(&reader, NULL, NULL, NULL);
	/* The walk still holds the call before. */
	guest_expect(&guest, guest_ioctl(&guest, handle, FAKE_NEVER, 0), IOF_STATUS_REFUSED, -1, ENOTTY);
	expect_lines(&reader,
		     "unix:uid=12345 fake0 FAKE_NEVER(...) = -1 ENOTTY (Inappropriate ioctl for device) refused\n");
	(void)guest_send(&guest, (struct iof_request){.op = IOF_OP_IOCTL, .handle = handle, .command = FAKE_WORD},
			 "too many", 8);
	guest_receive(&guest, &(struct answer){0});
	expect_lines(&reader, "unix:uid=12345 fake0 FAKE_WORD(...) = -1 EPROTO (Protocol error) refused\n");
	guest_end(&guest);
	guest_end(&reader);
	test_engine_end(engine);
}

static void only_what_the_filter_lets_through(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest readers[4], guest = guest_begin(engine, STRANGER), other = guest_begin(engine, STRANGER + 1);
	iof_handle handle, others;

	(void)state;
	for (int i = 0; i < 4; i++)
		readers[i] = guest_begin(engine, 0);
	begin(&readers[0], "fake1", NULL, NULL);
	begin(&readers[1], "f?ke*", "unix:uid=12345", "FAKE_W*");
	begin(&readers[2], NULL, "*=12346", NULL);
	begin(&readers[3], NULL, NULL, "close");
	handle = guest_open(&guest, "fake0", NULL, NULL);
	others = guest_open(&other, "fake0", NULL, NULL);
	(void)guest_fast(&guest, handle, 1);
	guest_expect(&other, guest_ioctl(&other, others, FAKE_WORD, 1), IOF_STATUS_COMPLETED, 7, 0);
	guest_expect(&guest, guest_ioctl(&guest, handle, FAKE_WORD, 2), IOF_STATUS_COMPLETED, 7, 0);
	guest_close(&guest, handle);
	expect_lines(&readers[1], "unix:uid=12345 fake0 FAKE_WORD({value=2 => 3}) = 7\n");
	expect_lines(&readers[2], "unix:uid=12346 fake0 open(O_RDONLY) = 0\n"
				  "unix:uid=12346 fake0 FAKE_WORD({value=1 => 2}) = 7\n");
	expect_lines(&readers[3], "unix:uid=12345 fake0 close() = 0\n");
	(void)ask(&readers[0]);
	guest_expect_silence(&readers[0], 50);
	for (int i = 0; i < 4; i++)
		guest_end(&readers[i]);
	guest_end(&guest);
	guest_end(&other);
	test_engine_end(engine);
}

static unsigned lines_in(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

/* A reader that does not read: every call is answered, and what found no room is counted. */
static void a_slow_reader_loses_lines(void **state)
{
	struct engine_limits limits = ENGINE_LIMITS_DEFAULT;
	struct guest reader, guest;
	struct engine *engine;
	struct lines lines;
	struct fake *fake;
	iof_handle handle;
	uint64_t shown;

	(void)state;
	limits.message = 4096; /* and so are its lines */
	engine = test_engine(&limits, &fake);
	reader = guest_begin(engine, 0);
	guest = guest_begin(engine, STRANGER);
	handle = guest_open(&guest, "fake0", NULL, NULL);
	begin(&reader, NULL, NULL, NULL);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(guest_fast(&guest, handle, i), i + 1);
	assert_int_equal(read_answer(&reader, ask(&reader), &lines), 0);
	shown = lines_in(lines.text);
	assert_in_range(shown, 50, 100);
	/* The thread that answered the last call may not have come to its line yet. */
	assert_in_range(shown + lines.lost, 999, 1000);
	assert_non_null(strstr(lines.text, " FAKE_FAST(0) = 1 "));
	assert_int_equal(lines.text[strlen(lines.text) - 1], '\n');
	/* There is room again. */
	(void)guest_fast(&guest, handle, 77);
	do
		assert_int_equal(read_answer(&reader, ask(&reader), &lines), 0);
	while (!strstr(lines.text, " FAKE_FAST(77) = 78 "));
	guest_end(&guest);
	guest_end(&reader);
	test_engine_end(engine);
}

static void only_an_administrator_is_shown_calls(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, STRANGER);
	struct lines lines;

	(void)state;
	assert_int_equal(read_answer(&guest, ask(&guest), &lines), EPERM);
	assert_int_equal(read_answer(&guest, ask(&guest), &lines), EPERM);
	guest_end(&guest);
	test_engine_end(engine);
}

/* One that waits for lines holds up neither its own session nor the engine's end. */
static void waiting_readers_leave(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest leaves = guest_begin(engine, 0), stays = guest_begin(engine, 0);
	iof_handle handle;

	(void)state;
	begin(&leaves, NULL, NULL, NULL);
	begin(&stays, NULL, NULL, "nothing");
	(void)ask(&leaves);
	(void)ask(&stays);
	handle = guest_open(&stays, "fake0", NULL, NULL);
	assert_int_equal(guest_fast(&stays, handle, 3), 4);
	guest_end(&leaves);
	test_engine_end(engine);
	guest_end(&stays);
}

static void two_questions_at_once_share_the_lines(void **state)
{
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest reader = guest_begin(engine, 0), guest = guest_begin(engine, STRANGER);
	iof_handle handle = guest_open(&guest, "fake0", NULL, NULL);
	struct answer answers[2];
	uint64_t asked[2];

	(void)state;
	begin(&reader, NULL, NULL, NULL);
	asked[0] = ask(&reader);
	asked[1] = ask(&reader);
	for (int i = 0; i < 2; i++) {
		(void)guest_fast(&guest, handle, i);
		guest_receive(&reader, &answers[i]);
		assert_int_equal(answers[i].reply.error, 0);
	}
	assert_int_equal(answers[0].reply.tag + answers[1].reply.tag, asked[0] + asked[1]);
	guest_end(&guest);
	guest_end(&reader);
	test_engine_end(engine);
}

static void absurd_filters_are_refused(void **state)
{
	Ioferry__ControlRequest request = IOFERRY__CONTROL_REQUEST__INIT;
	Ioferry__TraceQuery query = IOFERRY__TRACE_QUERY__INIT;
	char *patterns[65];
	struct fake *fake;
	struct engine *engine = test_engine(NULL, &fake);
	struct guest guest = guest_begin(engine, 0);
	struct lines lines;

	(void)state;
	for (size_t i = 0; i < 65; i++)
		patterns[i] = (char *)(uintptr_t) "can*";
	query.devices = patterns;
	query.n_devices = 65;
	request.what_case = IOFERRY__CONTROL_REQUEST__WHAT_TRACE;
	request.trace = &query;
	assert_int_equal(read_answer(&guest, guest_send_control(&guest, &request), &lines), E2BIG);
	query.n_devices = 64;
	assert_int_equal(read_answer(&guest, guest_send_control(&guest, &request), &lines), 0);
	guest_end(&guest);
	test_engine_end(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_is_a_line),
		cmocka_unit_test(what_is_refused_has_no_memory),
		cmocka_unit_test(only_what_the_filter_lets_through),
		cmocka_unit_test(a_slow_reader_loses_lines),
		cmocka_unit_test(only_an_administrator_is_shown_calls),
		cmocka_unit_test(waiting_readers_leave),
		cmocka_unit_test(two_questions_at_once_share_the_lines),
		cmocka_unit_test(absurd_filters_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
