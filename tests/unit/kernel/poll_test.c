/* SPDX-License-Identifier: MIT */
/* Readiness: orders of looks, answers, events and signals in which something was once lost. */
#include "poll_world.h"

static void finish_nothing(struct call *call, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	(void)call, (void)reply, (void)payload, (void)length;
}

static void fail_nothing(struct call *call, int error)
{
	(void)call, (void)error;
}

/* A read() or write() whose answer has come: so many, or an errno. */
static void transfer(bool write, int result)
{
	static struct poller caller;
	struct question *question = &world.questions[world.n_questions];

	(void)world_transfer((fuse_req_t)&caller, write, finish_nothing);
	world_evaluate(question);
	question->answer.result = result < 0 ? -1 : result;
	question->answer.error = result < 0 ? (uint32_t)-result : 0;
	world_deliver(world.n_questions - 1);
}

static void a_sleeper_is_woken_by_the_event(void **state)
{
	struct poller poller;

	(void)state;
	world_look(&poller, IN);
	world_settle();
	assert_int_equal(poller.reply, 0);
	world_become_ready(IN);
	world_deliver_event();
	assert_int_equal(world.wakes, 1);
	world_look(&poller, IN);
	world_settle();
	assert_int_equal(poller.reply, IN);
	assert_int_equal(world.wakes, 1);
}

/* The reader of an edge looks at readiness only when woken: what has come after its EAGAIN must wake it. */
static void an_edge_after_EAGAIN(void **state)
{
	struct poller poller;

	(void)state;
	world_become_ready(IN);
	world_look(&poller, IN);
	world_settle();
	world.ready = 0;
	transfer(false, -EAGAIN);
	world_settle();
	assert_int_equal(world.armed, IN);
	transfer(false, -EAGAIN); /* once is enough */
	assert_int_equal(world.n_questions, 0);
	world_become_ready(IN);
	world_settle();
	assert_int_equal(world.wakes, 1);
}

static void data_that_came_right_after_EAGAIN(void **state)
{
	struct poller poller;

	(void)state;
	world_become_ready(IN);
	world_look(&poller, IN);
	world_settle();
	transfer(false, -EAGAIN);
	world_settle(); /* ready, when the host is asked */
	assert_int_equal(world.wakes, 1);
}

/* A short count ends a reader's turn, too. */
static void an_edge_after_a_short_count(void **state)
{
	struct poller poller;

	(void)state;
	world_become_ready(IN | OUT);
	world_look(&poller, IN | OUT);
	world_settle();
	transfer(false, 10);
	assert_int_equal(world.n_questions, 0);
	world.ready = 0;
	transfer(false, 3);
	world_settle();
	assert_int_equal(world.armed, IN);
	transfer(true, 3);
	world_settle();
	assert_int_equal(world.armed, IN | OUT);
	world_become_ready(OUT);
	world_settle();
	assert_int_equal(world.wakes, 1);
}

/* Two threads look at once. The second question that arms, for less, must not undo the first, in whichever order. */
static void looks_that_cross(void **state)
{
	struct poller first, second;

	(void)state;
	world_become_ready(OUT);
	world_look(&first, IN | OUT);
	world_evaluate(&world.questions[0]); /* writable */
	world.ready = 0;
	world_look(&second, IN | OUT);
	world_evaluate(&world.questions[1]); /* no more */
	world_deliver(0);
	world_settle();
	assert_int_equal(second.reply, 0);
	world_become_ready(OUT);
	world_settle();
	assert_int_equal(world.wakes, 1);
}

static void answers_that_cross(void **state)
{
	struct poller first, second;

	(void)state;
	world_look(&first, IN);
	world_look(&second, OUT);
	world_evaluate(&world.questions[1]);
	world_evaluate(&world.questions[0]); /* another thread of the host's was slow */
	world_deliver(1);
	world_settle();
	world_become_ready(OUT);
	world_settle();
	assert_int_equal(world.wakes, 1);
	world_look(&second, OUT);
	world_settle();
	assert_int_equal(second.reply, OUT);
}

/* It became ready between the two looks: who was told that it is not must hear of it. */
static void readiness_between_looks_that_cross(void **state)
{
	struct poller first, second;

	(void)state;
	world_look(&first, IN);
	world_look(&second, IN);
	world_evaluate(&world.questions[1]);
	world_become_ready(IN);
	world_settle();
	assert_int_equal(first.reply, IN);
	assert_int_equal(second.reply, 0);
	assert_true(world.wakes > 0);
}

/* A signal called the poller away, and the answer came later: it was ready, so that no event will follow. */
static void the_answer_to_one_who_was_called_away(void **state)
{
	struct poller poller;

	(void)state;
	world_look(&poller, IN);
	world_interrupt(&poller);
	world_become_ready(IN);
	world_settle();
	assert_int_equal(world.wakes, 1);
}

static void the_promise_to_one_who_was_called_away(void **state)
{
	struct poller poller;

	(void)state;
	world_look(&poller, IN);
	world_interrupt(&poller);
	world_settle();
	assert_int_equal(world.wakes, 0);
	world_become_ready(IN);
	world_settle();
	assert_int_equal(world.wakes, 1);
}

/* An event ends the host's promise, also where nobody has to be woken for it: who came after it and could not ask... */
static void an_event_that_finds_nobody(void **state)
{
	struct poller poller;

	(void)state;
	world_look(&poller, IN);
	world_evaluate(&world.questions[0]);
	poll_event(world.file); /* of an earlier arming: the sleeper will look again */
	world_deliver(0);
	world_become_ready(IN);
	world_deliver_event();
	assert_int_equal(world.file->promised, 0);
	world.wakes = 0;
	world.submit_error = -EAGAIN; /* too many calls: the caller shall see for itself */
	world_look(&poller, IN);
	assert_true(poller.reply & POLLIN);
	world.submit_error = 0;
	world.ready = 0;
	transfer(false, -EAGAIN);
	/* ... is woken or promised something now. */
	if (world.wakes)
		world_look(&poller, IN);
	world_settle();
	assert_int_equal(world.armed, IN);
}

/* Who was woken will ask himself. */
static void nothing_is_asked_for_those_who_were_woken(void **state)
{
	struct poller poller;

	(void)state;
	world_become_ready(OUT);
	world_look(&poller, IN | OUT);
	world_evaluate(&world.questions[0]);
	poll_event(world.file);
	world_deliver(0);
	assert_int_equal(world.n_questions, 0);
}

static void send_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &world_record, 1, IOF_IN, 0);
}

static void receive_shape(struct iof_walk *walk)
{
	iof_walk_arg(walk, &world_record, 1, IOF_OUT, 0);
}

/* An ioctl that the host has answered with EAGAIN. */
static void ioctl_EAGAIN(const struct iof_command *command)
{
	struct iof_request request = {.op = IOF_OP_IOCTL, .reply_max = IOF_REPLY_SIZE};
	static struct poller caller;
	struct call *call = call_begin(&world.node, world.file, (fuse_req_t)&caller, finish_nothing, fail_nothing);
	struct memory_ioctl ioctl = {.walk = call->walk, .command = command, .abi = IOF_ABI_NATIVE};
	struct memory_buffer buffer;
	uint8_t byte = 0;

	memory_buffer_init(&buffer, &byte, 1);
	ioctl.argument = buffer.base;
	assert_int_equal(memory_gather(&ioctl, &buffer.memory), 0);
	call->command = command;
	call_submit(call, &request, NULL, 0);
	world_evaluate(&world.questions[0]);
	world.questions[0].answer.error = EAGAIN;
	world_deliver(0);
}

/* Some drivers send and receive by ioctl. */
static void an_edge_after_EAGAIN_of_an_ioctl(void **state)
{
	static const struct iof_command send = {.name = "SEND", .argument = IOF_ARG_POINTER, .shape = send_shape};
	static const struct iof_command receive = {
		.name = "RECEIVE", .argument = IOF_ARG_POINTER, .shape = receive_shape};
	struct poller poller;

	(void)state;
	world_become_ready(IN | OUT);
	world_look(&poller, IN | OUT);
	world_settle();
	world.ready = 0;
	ioctl_EAGAIN(&send);
	world_settle();
	assert_int_equal(world.armed, OUT);
	ioctl_EAGAIN(&receive);
	world_settle();
	assert_int_equal(world.armed, IN | OUT);
}

/* An error is told whatever was asked for. */
static void an_error_while_the_other_direction_is_asked_for(void **state)
{
	struct poller poller;

	(void)state;
	world_become_ready(OUT);
	world_look(&poller, IN | OUT);
	world_deliver(0);
	assert_int_equal(poller.reply, OUT);
	world.ready |= POLLERR;
	world_settle();
	assert_int_equal(world.wakes, 1);
	world_look(&poller, IN | OUT);
	world_settle();
	assert_int_equal(poller.reply, OUT | POLLERR);
	assert_int_equal(world.wakes, 1); /* a state that stays is told once */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sleeper_is_woken_by_the_event),
		TEST(an_edge_after_EAGAIN),
		TEST(data_that_came_right_after_EAGAIN),
		TEST(an_edge_after_a_short_count),
		TEST(looks_that_cross),
		TEST(answers_that_cross),
		TEST(readiness_between_looks_that_cross),
		TEST(the_answer_to_one_who_was_called_away),
		TEST(the_promise_to_one_who_was_called_away),
		TEST(an_event_that_finds_nobody),
		TEST(nothing_is_asked_for_those_who_were_woken),
		TEST(an_edge_after_EAGAIN_of_an_ioctl),
		TEST(an_error_while_the_other_direction_is_asked_for),
	};

	iof_log_setup(NULL, NULL, IOF_LOG_ERR); /* callers that a signal calls away are warned about */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
