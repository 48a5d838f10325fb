/* SPDX-License-Identifier: MIT */
/* What one call costs in system calls: one send, one receive, nothing else. */
#include "caller.h"
#include <ioferry/sys.h>

static __thread struct {
	bool on;
	unsigned sends, receives, futexes, others;
} counted;

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __real_syscall(long number, ...);

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (counted.on) {
		if (number == SYS_sendmsg)
			counted.sends++;
		else if (number == SYS_recvmmsg)
			counted.receives++;
		else if (number == IOF_SYS_FUTEX)
			counted.futexes++;
		else
			counted.others++;
	}
	return __real_syscall(number, a, b, c, d, e, f);
}

static void start_counting(void)
{
	memset(&counted, 0, sizeof counted);
	counted.on = true;
}

static void one_call_costs_one_send_and_one_receive(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);

	for (unsigned i = 0; i < 100; i++) {
		struct test_call call;

		start_counting();
		assert_int_equal(submit(session, &call, ECHO, i, true), 0);
		assert_int_equal(iof_session_wait(session, &call.call, true), 0);
		counted.on = false;
		assert_int_equal(counted.sends, 1);
		assert_int_equal(counted.receives, 1);
		assert_int_equal(counted.futexes, 0);
		assert_int_equal(counted.others, 0);
	}
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void a_wait_that_does_not_restart_costs_one_poll_more(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	struct test_call call;

	start_counting();
	assert_int_equal(submit(session, &call, ECHO, 1, true), 0);
	assert_int_equal(iof_session_wait(session, &call.call, false), 0);
	counted.on = false;
	assert_int_equal(counted.sends, 1);
	assert_int_equal(counted.receives, 1);
	assert_int_equal(counted.futexes, 0);
	assert_int_equal(counted.others, 1);
	iof_session_destroy(session);
	fake_host_stop(host);
}

static void an_event_loop_reads_several_replies_at_once(void **state)
{
	(void)state;
	struct fake_host *host = fake_host_start(&(struct fake_options){0});
	struct iof_session *session = session_to(host, NULL);
	struct test_call calls[8];

	start_counting();
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(submit(session, &calls[i], ECHO, i, false), 0);
	counted.on = false;
	assert_int_equal(counted.sends, 8);
	wait_for(fake_host_seen(host).requests == 9);
	usleep(20000); /* the last replies are on their way */
	start_counting();
	assert_int_equal(iof_session_process(session), 0);
	counted.on = false;
	assert_int_equal(counted.receives, 1);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(times_done(&calls[i]), 1);
	iof_session_destroy(session);
	fake_host_stop(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_call_costs_one_send_and_one_receive),
		cmocka_unit_test(a_wait_that_does_not_restart_costs_one_poll_more),
		cmocka_unit_test(an_event_loop_reads_several_replies_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
