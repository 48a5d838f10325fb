/* SPDX-License-Identifier: MIT */
#include "poll_world.h"

struct world world;
const struct iof_type world_record = {.name = "byte", .size = {1, 1, 1, 1}, .same = 0xf};

static const struct front_kind kind = {.node_size = sizeof(struct node), .call_size = sizeof(struct call)};
static const struct iof_interface interface = {.name = "test",
					       .read = {.record = &world_record, .max_count = 1 << 16},
					       .write = {.record = &world_record, .max_count = 1 << 16},
					       .poll = true};

int __wrap_fuse_reply_poll(fuse_req_t req, unsigned revents);
int __wrap_fuse_reply_poll(fuse_req_t req, unsigned revents)
{
	((struct poller *)req)->reply = revents;
	return 0;
}

int __wrap_fuse_lowlevel_notify_poll(struct fuse_pollhandle *handle);
int __wrap_fuse_lowlevel_notify_poll(struct fuse_pollhandle *handle)
{
	assert_non_null(handle);
	world.wakes++;
	return 0;
}

void __wrap_fuse_pollhandle_destroy(struct fuse_pollhandle *handle);
void __wrap_fuse_pollhandle_destroy(struct fuse_pollhandle *handle)
{
	assert_non_null(handle);
	world.handles--;
}

void __wrap_fuse_req_interrupt_func(fuse_req_t req, fuse_interrupt_func_t function, void *data);
void __wrap_fuse_req_interrupt_func(fuse_req_t req, fuse_interrupt_func_t function, void *data)
{
	(void)req, (void)function, (void)data;
}

int __wrap_iof_session_submit(struct iof_session *session, struct iof_call *call, const struct iof_request *request,
			      const struct iovec *payload, int n_parts);
int __wrap_iof_session_submit(struct iof_session *session, struct iof_call *call, const struct iof_request *request,
			      const struct iovec *payload, int n_parts)
{
	struct question *question = &world.questions[world.n_questions];

	(void)session;
	if (world.submit_error)
		return world.submit_error;
	assert_true(world.n_questions < QUEUE);
	*question = (struct question){.call = call, .op = request->op};
	if (request->op == IOF_OP_POLL) {
		assert_int_equal(n_parts, 1);
		question->events = iof_get_u32(payload->iov_base);
		question->arm = iof_get_u32((const uint8_t *)payload->iov_base + 4);
	}
	world.n_questions++;
	return 0;
}

int __wrap_iof_session_cancel(struct iof_session *session, struct iof_call *call);
int __wrap_iof_session_cancel(struct iof_session *session, struct iof_call *call)
{
	(void)session, (void)call;
	return 0;
}

void world_evaluate(struct question *question)
{
	uint32_t told = world.ready & (question->events | POLLERR | POLLHUP);

	question->evaluated = true;
	question->answer.status = IOF_STATUS_COMPLETED;
	if (question->op != IOF_OP_POLL)
		return;
	question->answer.result = (int32_t)told;
	if (question->arm)
		world.armed = told ? 0 : question->events;
}

void world_become_ready(uint32_t events)
{
	world.ready |= events;
	if (world.armed & events) {
		world.event |= events;
		world.armed = 0;
	}
}

void world_deliver(unsigned index)
{
	struct question question = world.questions[index];

	if (!question.evaluated)
		world_evaluate(&question);
	memmove(&world.questions[index], &world.questions[index + 1], (--world.n_questions - index) * sizeof(question));
	question.call->done(question.call, &question.answer, NULL, 0);
}

void world_deliver_event(void)
{
	assert_int_not_equal(world.event, 0);
	world.event = 0;
	poll_event(world.file);
}

int world_setup(void **state)
{
	(void)state;
	world = (struct world){.front = {.options = {.interrupt_deadline_ms = 0}}};
	assert_int_equal(loop_init(&world.front.loop), 0);
	world.front.kind = &kind;
	world.front.link.session = (struct iof_session *)(uintptr_t)8;
	world.front.link.epoch = 1;
	world.node.front = &world.front;
	world.file = calloc(1, sizeof(*world.file));
	world.file->node = &world.node;
	world.file->interface = &interface;
	world.file->handle = 1;
	world.file->epoch = 1;
	world.file->link = &world.front.files;
	world.front.files = world.file;
	return 0;
}

int world_teardown(void **state)
{
	(void)state;
	while (world.n_questions)
		world_deliver(0);
	poll_wake(world.file);
	assert_int_equal(world.handles, 0);
	assert_null(world.front.calls);
	calls_destroy(&world.front);
	loop_fini(&world.front.loop);
	free(world.file);
	return 0;
}

void world_look(struct poller *poller, uint32_t events)
{
	struct fuse_file_info info = {.fh = (uintptr_t)world.file, .poll_events = events};

	poller->reply = NO_REPLY;
	world.handles++;
	front_poll((fuse_req_t)poller, &info, (struct fuse_pollhandle *)(uintptr_t)16);
}

static void fail_nothing(struct call *call, int error)
{
	(void)call, (void)error;
}

struct call *world_transfer(fuse_req_t req, bool write, call_finish *finish)
{
	struct iof_request request = {.op = write ? IOF_OP_WRITE : IOF_OP_READ, .reply_max = IOF_REPLY_SIZE};
	struct call *call = call_begin(&world.node, world.file, req, finish, fail_nothing);

	assert_non_null(call);
	call->io = write ? &interface.write : &interface.read;
	call->abi = IOF_ABI_NATIVE;
	call->size = TRANSFER;
	call_submit(call, &request, NULL, 0);
	return call;
}

void world_interrupt(struct poller *poller)
{
	struct call *call = (struct call *)world.questions[world.n_questions - 1].call;

	assert_ptr_equal(call->req, poller);
	call->interrupted = true;
	world.front.interrupts++;
	calls_settle(&world.front);
	assert_int_equal(loop_turn(&world.front.loop), 0);
	assert_int_equal(poller->reply, 0);
}

void world_settle(void)
{
	while (world.n_questions || world.event) {
		if (world.n_questions)
			world_deliver(0);
		else
			world_deliver_event();
	}
}
