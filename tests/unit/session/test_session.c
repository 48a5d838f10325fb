/* SPDX-License-Identifier: MIT */
/* One thread: hello, opens, calls, acks, loss. */
#include "caller.h"
#include <fcntl.h>
#include <ioferry/sys.h>

static void hello_brings_devices_and_limits(void **state)
{
	(void)state;
	struct fake_options options = {.message_max = 8192};
	struct fake_host *host = fake_host_start(&options);
	struct iof_session *session = session_to(host, NULL);
	const struct iof_device *devices;

	assert_int_equal(iof_session_devices(session, &devices), 2); /* and not ../../etc/passwd */
	assert_string_equal(devices[0].name, "testdev0");
	assert_ptr_equal(devices[0].interface, iof_interfaces[0]);
	assert_int_equal(devices[0].mode, 0660);
	assert_int_equal(devices[0].major, 240);
	assert_null(devices[1].interface);
	assert_string_equal(devices[1].interface_name, "unheard-of");
	assert_int_equal(iof_session_message_max(session), 8192);
	for (unsigned i = 0; i < 3; i++)
		assert_true(iof_session_carries(session, &devices[0], &iof_interfaces[0]->commands[i]));
	assert_true(iof_session_carries_read(session, &devices[0]));
	assert_false(iof_session_carries_write(session, &devices[1]));
	iof_session_destroy(session);
	wait_for(fake_host_seen(host).gone);
	fake_host_stop(host);
}

static void commands_that_differ_are_not_carried(void **state)
{
	(void)state;
	uint32_t numbers[] = {1, 2, 9};
	uint64_t hashes[] = {0x11, 0xbad, 0x99};
	Ioferry__Interface interface = IOFERRY__INTERFACE__INIT;
	struct fake_options options = {.interface_hash = 0x123, .interface = &interface};
	const struct iof_interface *ours = iof_interfaces[0];
	const struct iof_device *devices;

	interface.name = (char[]){"testdev"};
	interface.hash = 0x123;
	interface.numbers = numbers;
	interface.n_numbers = 3;
	interface.hashes = hashes;
	interface.n_hashes = 3;
	interface.read_hash = iof_io_hash(&ours->read);
	interface.write_hash = 5;

	struct fake_host *host = fake_host_start(&options);
	struct iof_session *session = session_to(host, NULL);

	iof_session_devices(session, &devices);
	assert_true(iof_session_carries(session, &devices[0], &ours->commands[0]));
	assert_false(iof_session_carries(session, &devices[0], &ours->commands[1])); /* another hash */
	assert_false(iof_session_carries(session, &devices[0], &ours->commands[2])); /* unknown there */
	assert_true(iof_session_carries_read(session, &devices[0]));
	assert_false(iof_session_carries_write(session, &devices[0]));
	iof_session_destroy(session);
	fake_host_stop(host);
}

static int failing_create(const char *address, char *reason, size_t reason_size)
{
	struct iof_session_options options = {.client = "test", .connect_timeout_ms = 100};
	struct iof_session *session;

	reason[0] = '\0';
	return iof_session_create(address, &options, &session, reason, reason_size);
}

static int failing_hello(const struct fake_options *options, char *reason, size_t reason_size)
{
	struct fake_host *host = fake_host_start(options);
	int r = failing_create(fake_host_address(host), reason, reason_size);

	fake_host_stop(host);
	return r;
}

static void failures_to_create_are_told_in_words(void **state)
{
	(void)state;
	struct fake_options refuses = {.refuse_hello = "uid 1000 may open nothing"}, other = {.version = 7},
			    silent = {.silent = true}, tiny = {.message_max = 100};
	char reason[256];

	assert_int_equal(failing_create("carrier-pigeon:x", reason, sizeof reason), -EINVAL);
	assert_non_null(strstr(reason, "unix:"));
	assert_int_equal(failing_create("unix:/nonexistent/socket", reason, sizeof reason), -ENODEV);
	assert_non_null(strstr(reason, "No such file"));
	assert_int_equal(failing_hello(&refuses, reason, sizeof reason), -EPERM);
	assert_non_null(strstr(reason, "uid 1000"));
	assert_int_equal(failing_hello(&other, reason, sizeof reason), -EPROTONOSUPPORT);
	assert_non_null(strstr(reason, "version 7"));
	assert_int_equal(failing_hello(&silent, reason, sizeof reason), -ENODEV);
	assert_non_null(strstr(reason, "timed out"));
	assert_int_equal(failing_hello(&tiny, reason, sizeof reason), -EPROTO);
}

static void opens_attach_share_and_close(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	uint64_t token, handle;

	assert_int_equal(iof_session_open(session, "testdev0", 2, &handle, &token), 0);
	assert_int_equal(handle, 100);
	assert_int_equal(token, 0x70000064);
	assert_int_equal(iof_session_open(session, "testdev9", 2, &handle, &token), -ENODEV);
	assert_int_equal(iof_session_attach(session, 0x1234567890, true, &handle), 0);
	assert_int_equal(handle, 0x1234567890);
	assert_int_equal(iof_session_share(session, 1), 0);
	assert_int_equal(iof_session_share(session, 2), -ESTALE);
	iof_session_close(session, handle);
	wait_for(fake_host_seen(host).closes == 1);
	assert_int_equal(fake_host_seen(host).last_closed, 0x1234567890);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void refresh_brings_new_devices_and_keeps_the_old(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	const struct iof_device *before, *after;

	iof_session_devices(session, &before);
	assert_int_equal(iof_session_refresh(session), 0);
	assert_int_equal(iof_session_devices(session, &after), 2);
	assert_int_equal(before[0].minor, 1);
	assert_int_equal(after[0].minor, 2);
	assert_string_equal(before[0].name, "testdev0");
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_call_brings_its_reply(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	struct test_call call;
	uint64_t value = 0x0123456789abcdef;

	assert_int_equal(submit(session, &call, ECHO, value, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0);
	assert_int_equal(times_done(&call), 1);
	assert_int_equal(call.reply.status, IOF_STATUS_COMPLETED);
	assert_int_equal(call.reply.result, 8);
	assert_memory_equal(call.payload, &value, 8);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0); /* again: it is over */

	assert_int_equal(submit(session, &call, ECHO, value, false), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), -EINVAL);
	while (!times_done(&call))
		iof_session_process(session);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void too_large_a_request_is_E2BIG_and_not_sent(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.message_max = 4096});
	struct iof_session *session = session_to(host, NULL);
	struct test_call call = {.call = {.done = test_call_done, .waited = true}};
	struct iof_request request = {.op = IOF_OP_IOCTL, .command = ECHO};
	uint8_t bytes[4096] = {0};
	struct iovec payload = {.iov_base = bytes, .iov_len = 4096 - IOF_REQUEST_SIZE + 1};

	assert_int_equal(iof_session_submit(session, &call.call, &request, &payload, 1), -E2BIG);
	payload.iov_len = SIZE_MAX - 10;
	assert_int_equal(iof_session_submit(session, &call.call, &request, &payload, 1), -E2BIG);
	payload.iov_len = 4096 - IOF_REQUEST_SIZE;
	assert_int_equal(iof_session_submit(session, &call.call, &request, &payload, 1), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0);
	assert_int_equal(call.reply.result, 4096 - IOF_REQUEST_SIZE);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void swallow(struct fake_host *host, const struct iof_request *request, const uint8_t *payload, size_t length)
{
	(void)host, (void)request, (void)payload, (void)length;
}

static void calls_above_the_hosts_limit_are_EAGAIN(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.max_calls = 5, .handle = swallow});
	struct iof_session *session = session_to(host, NULL);
	struct test_call calls[6];

	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(submit(session, &calls[i], HOLD, 0, false), 0);
	assert_int_equal(submit(session, &calls[5], HOLD, 0, false), -EAGAIN);
	fake_host_reply(host, calls[3].call.tag, IOF_STATUS_COMPLETED, 0, 0, NULL, 0);
	while (!times_done(&calls[3]))
		iof_session_process(session);
	assert_int_equal(submit(session, &calls[5], HOLD, 0, false), 0);
	iof_session_destroy(session);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(times_done(&calls[i]), 1);
		assert_int_equal(calls[i].reply.status, i == 3 ? IOF_STATUS_COMPLETED : IOF_STATUS_LOST);
	}
	fake_host_stop(host);
}

static void acks_ride_and_go_alone_only_when_due(void **state)
{
	(void)state;
	/* The hello's reply is the first. */
	struct fake_host *host =
		fake_host_start(&(struct fake_options){.keep_replies = 8, .max_calls = 32, .handle = swallow});
	struct iof_session *session = session_to(host, NULL);
	struct test_call calls[12];

	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(submit(session, &calls[i], HOLD, 0, false), 0);
	wait_for(fake_host_seen(host).requests == 13);
	assert_int_equal(fake_host_seen(host).ack, 1);
	for (unsigned i = 0; i < 12; i++) {
		fake_host_reply(host, calls[i].call.tag, IOF_STATUS_COMPLETED, 0, 0, NULL, 0);
		while (!times_done(&calls[i]))
			iof_session_process(session);
	}
	/* 12 replies, a half of 8 may stay unacknowledged: acks after the 5th and the 10th. */
	wait_for(fake_host_seen(host).bare_acks == 2);
	assert_int_equal(fake_host_seen(host).ack, 11);
	assert_int_equal(submit(session, &calls[0], HOLD, 0, false), 0);
	wait_for(fake_host_seen(host).ack == 13);
	assert_int_equal(fake_host_seen(host).bare_acks, 2);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void raw_reply(struct fake_host *host, uint64_t tag, uint64_t seq)
{
	struct iof_reply reply = {.length = IOF_REPLY_SIZE, .tag = tag, .seq = seq};
	uint8_t bytes[IOF_REPLY_SIZE];

	iof_reply_encode(&reply, bytes);
	fake_host_raw(host, bytes, sizeof bytes);
}

static void an_ack_never_covers_what_has_not_arrived(void **state)
{
	(void)state;
	static const uint64_t seqs[] = {4, 3, 5, 2}; /* the hello's reply was 1 */
	static const uint64_t acks[] = {1, 1, 1, 5};
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
	struct iof_session *session = session_to(host, NULL);
	struct test_call calls[4];

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(submit(session, &calls[i], HOLD, 0, false), 0);
	for (unsigned i = 0; i < 4; i++) {
		raw_reply(host, calls[i].call.tag, seqs[i]);
		while (!times_done(&calls[i]))
			iof_session_process(session);
		iof_session_cancel(session, &calls[3].call); /* carries an ack and has no reply */
		wait_for(fake_host_seen(host).cancels == i + 1);
		assert_int_equal(fake_host_seen(host).ack, acks[i]);
	}
	iof_session_destroy(session);
	fake_host_stop(host);
}

struct told {
	unsigned events, lost, changes, refreshes;
	int error;
	iof_handle handle;
	uint32_t revents;
	const struct test_call *calls;
	int done_before_lost;
};

static void note_event(void *context, iof_handle handle, uint32_t revents)
{
	struct told *told = context;

	told->events++;
	told->handle = handle;
	told->revents = revents;
}

static void note_lost(void *context)
{
	struct told *told = context;

	told->lost++;
	for (unsigned i = 0; told->calls && i < 4; i++)
		told->done_before_lost += times_done(&told->calls[i]);
}

static void events_are_delivered(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct told told = {0};
	struct iof_session_options options = {.event = note_event, .context = &told};
	struct iof_session *session = session_to(host, &options);

	fake_host_event(host, 77, POLLIN | POLLHUP);
	wait_for((iof_session_process(session), told.events == 1));
	assert_int_equal(told.handle, 77);
	assert_int_equal(told.revents, POLLIN | POLLHUP);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void note_change(void *context)
{
	((struct told *)context)->changes++;
}

static void note_refresh(void *context, int error)
{
	struct told *told = context;

	told->refreshes++;
	told->error = error;
}

static void a_change_of_devices_is_told_and_asked_for(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct told told = {0};
	struct iof_session_options options = {.event = note_event, .changed = note_change, .context = &told};
	struct iof_session *session = session_to(host, &options);
	const struct iof_device *devices;

	fake_host_event(host, IOF_EVENT_DEVICES, 0);
	wait_for((iof_session_process(session), told.changes == 1));
	assert_int_equal(told.events, 0);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(iof_session_refresh_begin(session, note_refresh, &told), 0);
		wait_for((iof_session_process(session), told.refreshes == i));
		assert_int_equal(told.error, 0);
		assert_int_equal(iof_session_devices(session, &devices), 2);
		assert_int_equal(devices[0].minor, 1 + i);
		if (i != 1)
			iof_session_forget_devices(session);
	}
	assert_string_equal(devices[0].name, "testdev0");
	/* The host goes meanwhile. */
	assert_int_equal(iof_session_refresh_begin(session, note_refresh, &told), 0);
	fake_host_hang_up(host);
	wait_for((iof_session_process(session), iof_session_is_lost(session) && told.refreshes == 4));
	if (told.error)
		assert_int_equal(told.error, -ENODEV);
	assert_int_equal(iof_session_refresh_begin(session, note_refresh, &told), -ENODEV);
	assert_int_equal(told.refreshes, 4);
	iof_session_destroy(session);
	fake_host_stop(host);
}

struct reentry {
	struct iof_session *session;
	int result;
};

/* Overwrites the frames of functions that have returned. */
static __attribute__((noinline)) void use_stack(void)
{
	volatile uint8_t bytes[16384];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = 0x55;
}

static void open_inside(void *context, iof_handle handle, uint32_t revents)
{
	struct reentry *reentry = context;
	iof_handle made;

	(void)handle;
	(void)revents;
	reentry->result = iof_session_open(reentry->session, "testdev0", O_RDWR, &made, NULL);
	use_stack();
}

static void a_wait_inside_the_reader_fails_and_leaves_nothing(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct reentry reentry = {0};
	struct iof_session_options options = {.event = open_inside, .context = &reentry};
	struct iof_session *session = session_to(host, &options);
	struct test_call call;

	reentry.session = session;
	fake_host_event(host, 77, POLLIN);
	wait_for((iof_session_process(session), reentry.result));
	assert_int_equal(reentry.result, -EDEADLK);
	/* The answer to that open finds nobody. */
	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void loss_of_the_link_ends_each_call_once(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
	struct test_call calls[5];
	struct told told = {.calls = calls};
	struct iof_session_options options = {.lost = note_lost, .context = &told};
	struct iof_session *session = session_to(host, &options);
	uint64_t handle;

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(submit(session, &calls[i], HOLD, 0, i == 0), 0);
	assert_false(iof_session_is_lost(session));
	fake_host_hang_up(host);
	assert_int_equal(iof_session_wait(session, &calls[0].call, true), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(times_done(&calls[i]), 1);
		assert_int_equal(calls[i].reply.status, IOF_STATUS_LOST);
		assert_int_equal(iof_reply_error(&calls[i].reply), -ENODEV);
	}
	assert_int_equal(told.lost, 1);
	assert_int_equal(told.done_before_lost, 4);
	assert_true(iof_session_is_lost(session));
	assert_int_equal(iof_session_process(session), -ENODEV);
	assert_int_equal(submit(session, &calls[4], ECHO, 0, true), -ENODEV);
	assert_int_equal(iof_session_open(session, "testdev0", 0, &handle, NULL), -ENODEV);
	assert_int_equal(iof_session_refresh(session), -ENODEV);
	iof_session_close(session, 5);
	iof_session_destroy(session);
	assert_int_equal(told.lost, 1);
	fake_host_stop(host);
}

static void nonsense_from_the_host_ends_the_session(void **state)
{
	(void)state;
	struct nonsense {
		struct iof_reply reply;
	} cases[] = {
		{{.length = 32, .status = IOF_STATUS_LOST, .tag = 2}},
		{{.length = 32, .status = 99, .tag = 2}},
		{{.length = 32, .tag = 0}},
		{{.length = 31, .tag = 2}},
		{{.length = 0x7fffffff, .tag = 2}},
		{{.length = 32, .tag = 2, .seq = 1000000}},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fake_host *host = fake_host_start(&(struct fake_options){.handle = swallow});
		struct iof_session *session = session_to(host, NULL);
		uint8_t bytes[IOF_REPLY_SIZE];
		struct test_call call;

		assert_int_equal(submit(session, &call, HOLD, 0, true), 0);
		iof_reply_encode(&cases[i].reply, bytes);
		fake_host_raw(host, bytes, sizeof bytes);
		assert_int_equal(iof_session_wait(session, &call.call, true), 0);
		assert_int_equal(call.reply.status, IOF_STATUS_LOST);
		wait_for(fake_host_seen(host).gone);
		iof_session_destroy(session);
		fake_host_stop(host);
	}
}

static void replies_for_nobody_are_dropped(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	struct test_call call;

	fake_host_reply(host, 0xdeadbeef, IOF_STATUS_COMPLETED, 0, 0, "abc", 3);
	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0);
	assert_int_equal(call.reply.status, IOF_STATUS_COMPLETED);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_forked_childs_forget_leaves_the_link_alone(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	struct test_call call;

	/* What the child's forget() does to the socket: close a second descriptor of it. */
	int copy = dup(iof_session_descriptor(session));

	close(copy);
	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, true), 0);
	iof_session_forget(session);
	wait_for(fake_host_seen(host).gone);
	fake_host_stop(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_brings_devices_and_limits),
		cmocka_unit_test(commands_that_differ_are_not_carried),
		cmocka_unit_test(failures_to_create_are_told_in_words),
		cmocka_unit_test(opens_attach_share_and_close),
		cmocka_unit_test(refresh_brings_new_devices_and_keeps_the_old),
		cmocka_unit_test(a_call_brings_its_reply),
		cmocka_unit_test(too_large_a_request_is_E2BIG_and_not_sent),
		cmocka_unit_test(calls_above_the_hosts_limit_are_EAGAIN),
		cmocka_unit_test(acks_ride_and_go_alone_only_when_due),
		cmocka_unit_test(an_ack_never_covers_what_has_not_arrived),
		cmocka_unit_test(events_are_delivered),
		cmocka_unit_test(a_change_of_devices_is_told_and_asked_for),
		cmocka_unit_test(a_wait_inside_the_reader_fails_and_leaves_nothing),
		cmocka_unit_test(loss_of_the_link_ends_each_call_once),
		cmocka_unit_test(nonsense_from_the_host_ends_the_session),
		cmocka_unit_test(replies_for_nobody_are_dropped),
		cmocka_unit_test(a_forked_childs_forget_leaves_the_link_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
