/* SPDX-License-Identifier: MIT */
/* A session's files, without a mount: what is written and read is what a guest would. */
#include "transports/9p/host/tree.h"
#include "transports/9p/layout.h"
#include <errno.h>
#include <fcntl.h>
#include <ioferry/wire.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_MS 30000
#define NAME    "0123456789abcdef0123456789abcdef"

/* A request that is waited for. */
struct asked {
	struct tree_request base;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done;
	int error;
	size_t total;
	uint8_t bytes[65536];
};

struct bench {
	struct tree *tree;
	struct tree_node *session;
	struct tree_open *call, *ctl, *events;
	struct iof_link *link;
	uint64_t frames;
};

static void on_done(struct tree_request *base, int error, const struct iovec *parts, int n_parts, size_t total)
{
	struct asked *asked = (struct asked *)base;
	uint8_t *at = asked->bytes;

	pthread_mutex_lock(&asked->lock);
	for (int i = 0; i < n_parts; at += parts[i++].iov_len)
		memcpy(at, parts[i].iov_base, parts[i].iov_len);
	asked->error = error;
	asked->total = total;
	asked->done = true;
	pthread_cond_signal(&asked->changed);
	pthread_mutex_unlock(&asked->lock);
}

static struct asked *asked_create(void)
{
	struct asked *asked = calloc(1, sizeof *asked);

	assert_non_null(asked);
	asked->base.done = on_done;
	pthread_mutex_init(&asked->lock, NULL);
	pthread_cond_init(&asked->changed, NULL);
	return asked;
}

static bool is_done(struct asked *asked)
{
	bool done;

	pthread_mutex_lock(&asked->lock);
	done = asked->done;
	pthread_mutex_unlock(&asked->lock);
	return done;
}

/* The errno of a request that is answered by now or soon. */
static int error_of(struct asked *asked)
{
	pthread_mutex_lock(&asked->lock);
	while (!asked->done)
		pthread_cond_wait(&asked->changed, &asked->lock);
	pthread_mutex_unlock(&asked->lock);
	return asked->error;
}

static void asked_free(struct asked *asked)
{
	pthread_mutex_destroy(&asked->lock);
	pthread_cond_destroy(&asked->changed);
	free(asked);
}

/* Gives up what may still be parked. */
static void asked_drop(struct asked *asked)
{
	if (!tree_cancel(&asked->base))
		(void)error_of(asked);
	asked_free(asked);
}

static struct asked *write_at(struct tree_open *open, uint64_t offset, const void *bytes, size_t size)
{
	struct asked *asked = asked_create();

	tree_write(open, offset, bytes, size, &asked->base);
	return asked;
}

static struct asked *read_at(struct tree_open *open, uint64_t offset, size_t size)
{
	struct asked *asked = asked_create();

	tree_read(open, offset, size, &asked->base);
	return asked;
}

static int error_and_free(struct asked *asked)
{
	int error = error_of(asked);

	asked_free(asked);
	return error;
}

static struct tree_open *open_file(struct tree_node *session, const char *name)
{
	struct tree_node *node;
	struct tree_open *open;

	assert_int_equal(tree_walk(session, name, &node), 0);
	assert_int_equal(tree_open(node, O_RDWR, &open), 0);
	tree_node_put(node, 1);
	return open;
}

static int setup(void **state)
{
	const struct iof_peer peer = {.transport = "9p", .name = "9p:/test"};
	struct bench *bench = calloc(1, sizeof *bench);
	struct tree_node *root;

	assert_non_null(bench);
	assert_int_equal(tree_create(NULL, &peer, &bench->tree), 0);
	tree_set_grace(bench->tree, LONG_MS); /* a busy machine shall not make a call late */
	root = tree_root(bench->tree);
	assert_int_equal(tree_walk(root, NAME, &bench->session), 0);
	tree_node_put(root, 1);
	bench->call = open_file(bench->session, "call");
	bench->ctl = open_file(bench->session, "ctl");
	bench->events = open_file(bench->session, "events");
	assert_int_equal(tree_accept(bench->tree, &bench->link), 0);
	*state = bench;
	return 0;
}

static void close_files(struct bench *bench)
{
	if (bench->call) {
		tree_close(bench->call);
		tree_close(bench->ctl);
		tree_close(bench->events);
	}
	bench->call = NULL;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	close_files(bench);
	tree_node_put(bench->session, 1);
	bench->link->ops->destroy(bench->link);
	tree_end(bench->tree);
	free(bench);
	return 0;
}

static void order(struct bench *bench, enum folder_order order, uint64_t value)
{
	uint8_t bytes[FOLDER_ORDER_SIZE];

	iof_put_u32(bytes, sizeof bytes);
	iof_put_u32(bytes + 4, order);
	iof_put_u64(bytes + 8, value);
	assert_int_equal(error_and_free(write_at(bench->ctl, bench->frames++ * FOLDER_PAGE, bytes, sizeof bytes)), 0);
}

static uint64_t place(uint64_t tag)
{
	return tag % FOLDER_SLOTS * FOLDER_STRIDE;
}

static size_t make_request(uint8_t *bytes, uint64_t tag, uint64_t ack, size_t payload)
{
	const struct iof_request request = {.length = (uint32_t)(IOF_REQUEST_SIZE + payload),
					    .op = IOF_OP_IOCTL,
					    .tag = tag,
					    .ack = ack,
					    .handle = 1};

	iof_request_encode(&request, bytes);
	for (size_t i = 0; i < payload; i++)
		bytes[IOF_REQUEST_SIZE + i] = (uint8_t)i;
	return request.length;
}

static struct asked *ask(struct bench *bench, uint64_t tag, uint64_t ack)
{
	uint8_t bytes[IOF_REQUEST_SIZE];

	return write_at(bench->call, place(tag), bytes, make_request(bytes, tag, ack, 0));
}

struct taken {
	unsigned n;
	size_t length;
	struct iof_request request;
	uint8_t last;
};

static void take(void *context, const uint8_t *bytes, size_t length)
{
	struct taken *taken = context;

	assert_int_equal(iof_request_decode(bytes, length, IOF_MESSAGE_MAX, &taken->request), 0);
	taken->n++;
	taken->length = length;
	taken->last = bytes[length - 1];
}

static struct taken receive(struct bench *bench)
{
	struct taken taken = {.n = 0};

	(void)bench->link->ops->receive(bench->link, false, take, &taken);
	return taken;
}

static void reply(struct bench *bench, uint64_t tag, uint64_t seq, int32_t result, size_t payload)
{
	const struct iof_reply header = {
		.length = (uint32_t)(IOF_REPLY_SIZE + payload), .tag = tag, .seq = seq, .result = result};
	uint8_t bytes[IOF_REPLY_SIZE];
	uint8_t *rest = calloc(1, payload + 1);
	struct iovec parts[2] = {{bytes, sizeof bytes}, {rest, payload}};

	assert_non_null(rest);
	memset(rest, 0x5a, payload);
	iof_reply_encode(&header, bytes);
	assert_int_equal(bench->link->ops->send(bench->link, parts, payload ? 2 : 1), 0);
	free(rest);
}

static void event(struct bench *bench, uint64_t handle)
{
	const struct iof_reply header = {
		.length = IOF_REPLY_SIZE, .status = IOF_STATUS_EVENT, .tag = handle, .result = 1};
	uint8_t bytes[IOF_REPLY_SIZE];
	struct iovec part = {bytes, sizeof bytes};

	iof_reply_encode(&header, bytes);
	assert_int_equal(bench->link->ops->send(bench->link, &part, 1), 0);
}

static struct asked *read_reply(struct bench *bench, uint64_t tag, size_t size)
{
	return read_at(bench->call, FOLDER_REPLIES + place(tag), size);
}

static struct asked *read_batch(struct bench *bench, uint64_t number)
{
	return read_at(bench->events, number % FOLDER_BATCHES * FOLDER_BATCH_STRIDE, FOLDER_BATCH_SIZE);
}

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void a_call_that_only_sends_costs_one_write(void **state)
{
	struct bench *bench = *state;
	struct asked *write = ask(bench, 1, 0);

	assert_int_equal(receive(bench).n, 1);
	reply(bench, 1, 1, 0, 0);
	assert_int_equal(error_of(write), 0);
	assert_int_equal(write->total, IOF_REQUEST_SIZE);
	asked_free(write);
}

static void a_reply_is_read_by_its_tag_padded_to_what_is_asked_for(void **state)
{
	struct bench *bench = *state;
	struct asked *write = ask(bench, 1, 0), *read;

	reply(bench, 1, 1, 7, 8);
	assert_int_equal(error_and_free(write), EREMOTEIO);
	for (int again = 0; again < 2; again++) {
		read = read_reply(bench, 1, 4096);
		assert_int_equal(error_of(read), 0);
		assert_int_equal(read->total, 4096);
		assert_int_equal(iof_get_u32(read->bytes), IOF_REPLY_SIZE + 8);
		assert_int_equal(read->bytes[IOF_REPLY_SIZE + 7], 0x5a);
		assert_int_equal(read->bytes[IOF_REPLY_SIZE + 8], 0);
		asked_free(read);
	}
}

static void a_call_that_takes_longer_is_answered_in_a_batch(void **state)
{
	struct bench *bench = *state;
	struct asked *write, *read;

	tree_set_grace(bench->tree, 1);
	write = ask(bench, 1, 0);
	assert_int_equal(error_and_free(write), EINPROGRESS);
	read = read_batch(bench, 1);
	assert_false(is_done(read));
	reply(bench, 1, 1, 7, 8);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(read->total, FOLDER_BATCH_SIZE);
	assert_int_equal(iof_get_u32(read->bytes), FOLDER_BATCH_HEAD + IOF_REPLY_SIZE + 8);
	assert_int_equal(iof_get_u64(read->bytes + 8), 1);
	assert_int_equal(iof_get_u64(read->bytes + FOLDER_BATCH_HEAD + 8), 1);
	asked_free(read);
	/* a kernel may ask again */
	read = read_batch(bench, 1);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), FOLDER_BATCH_HEAD + IOF_REPLY_SIZE + 8);
	asked_free(read);
}

static void a_reply_too_large_for_a_batch_is_announced(void **state)
{
	struct bench *bench = *state;
	struct asked *write, *read;

	tree_set_grace(bench->tree, 1);
	write = ask(bench, 5, 0);
	assert_int_equal(error_and_free(write), EINPROGRESS);
	reply(bench, 5, 1, 0, 20000);
	read = read_batch(bench, 1);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), FOLDER_BATCH_HEAD + FOLDER_ANNOUNCE_SIZE);
	assert_int_equal(iof_get_u32(read->bytes + FOLDER_BATCH_HEAD + 4), IOF_REPLY_SIZE + 20000);
	assert_int_equal(iof_get_u64(read->bytes + FOLDER_BATCH_HEAD + 8), 5);
	asked_free(read);
	read = read_reply(bench, 5, 32768);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), IOF_REPLY_SIZE + 20000);
	assert_int_equal(read->bytes[IOF_REPLY_SIZE + 19999], 0x5a);
	asked_free(read);
}

static void a_request_is_taken_once(void **state)
{
	struct bench *bench = *state;
	struct asked *write = ask(bench, 3, 0);

	assert_int_equal(receive(bench).n, 1);
	reply(bench, 3, 1, 0, 0);
	assert_int_equal(error_and_free(write), 0);
	assert_int_equal(error_and_free(ask(bench, 3, 0)), 0);
	assert_int_equal(receive(bench).n, 0);
	/* acknowledged, and still not forgotten */
	write = ask(bench, 4, 1);
	reply(bench, 4, 2, 0, 0);
	assert_int_equal(error_and_free(write), 0);
	assert_int_equal(receive(bench).n, 1);
	assert_int_equal(error_and_free(ask(bench, 3, 0)), 0);
	assert_int_equal(receive(bench).n, 0);
}

static void pieces_become_a_message(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[12000];
	size_t length = make_request(bytes, 9, 0, 11000);
	struct asked *write;
	struct taken taken;

	assert_int_equal(error_and_free(write_at(bench->call, place(9), bytes, 4096)), 0);
	assert_int_equal(error_and_free(write_at(bench->call, place(9) + 4096, bytes + 4096, 4096)), 0);
	assert_int_equal(receive(bench).n, 0);
	assert_int_equal(error_and_free(write_at(bench->call, place(9) + 9000, bytes + 9000, 100)), EINVAL);
	write = write_at(bench->call, place(9) + 8192, bytes + 8192, length - 8192);
	taken = receive(bench);
	assert_int_equal(taken.n, 1);
	assert_int_equal(taken.length, length);
	assert_int_equal(taken.last, (uint8_t)10999);
	reply(bench, 9, 1, 0, 4);
	assert_int_equal(error_and_free(write), EREMOTEIO);
	/* a kernel that got EREMOTEIO behind a first piece says "short", and the rest is written again */
	assert_int_equal(error_and_free(write_at(bench->call, place(9) + 8192, bytes + 8192, length - 8192)),
			 EREMOTEIO);
	assert_int_equal(receive(bench).n, 0);
}

static void acks_are_translated(void **state)
{
	struct bench *bench = *state;
	struct asked *write;

	for (uint64_t tag = 1; tag <= 3; tag++) { /* only the second one has a number for the guest */
		write = ask(bench, tag, 0);
		reply(bench, tag, tag, tag == 2 ? 1 : 0, 0);
		assert_int_equal(error_and_free(write), tag == 2 ? EREMOTEIO : 0);
	}
	assert_int_equal(receive(bench).request.ack, 1); /* that of the third: the first one was told */
	asked_drop(ask(bench, 4, 1));
	assert_int_equal(receive(bench).request.ack, 3);
}

static void what_is_no_request_is_refused(void **state)
{
	struct bench *bench = *state;
	uint8_t bytes[64] = {0};

	assert_int_equal(error_and_free(write_at(bench->call, place(1), bytes, sizeof bytes)), EPROTO);
	(void)make_request(bytes, 1, 0, 0);
	assert_int_equal(error_and_free(write_at(bench->call, place(2), bytes, IOF_REQUEST_SIZE)), EPROTO);
	assert_int_equal(error_and_free(write_at(bench->call, place(1), bytes, 20)), EPROTO);
	iof_put_u32(bytes, IOF_MESSAGE_MAX + 1);
	assert_int_equal(error_and_free(write_at(bench->call, place(1), bytes, sizeof bytes)), EPROTO);
	assert_int_equal(error_and_free(write_at(bench->call, FOLDER_REPLIES, bytes, sizeof bytes)), EINVAL);
	assert_int_equal(error_and_free(write_at(bench->ctl, 0, bytes, 8)), EPROTO);
	assert_int_equal(error_and_free(write_at(bench->events, 0, bytes, 8)), EINVAL);
	assert_int_equal(error_and_free(read_at(bench->events, 0, FOLDER_BATCH_SIZE)), 0); /* batch 0: empty */
	assert_int_equal(error_and_free(read_at(bench->events, 5 * FOLDER_BATCH_STRIDE, FOLDER_BATCH_SIZE)), EINVAL);
	assert_int_equal(receive(bench).n, 0);
}

/* --- kinds of mounts ---------------------------------------------------------------------------------------------- */

static void behind_a_page_cache_writes_tell_nothing(void **state)
{
	struct bench *bench = *state;
	struct asked *read;

	order(bench, FOLDER_ORDER_MODE, FOLDER_CACHED);
	assert_int_equal(error_and_free(ask(bench, 1, 0)), 0);
	read = read_reply(bench, 1, 4096);
	assert_false(is_done(read));
	reply(bench, 1, 1, 0, 0);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), IOF_REPLY_SIZE);
	asked_free(read);
	/* and what is not there in time is for a batch */
	tree_set_grace(bench->tree, 1);
	assert_int_equal(error_and_free(ask(bench, 2, 0)), 0);
	read = read_reply(bench, 2, 4096);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), 0);
	asked_free(read);
	reply(bench, 2, 2, 0, 0);
	read = read_batch(bench, 1);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u32(read->bytes), FOLDER_BATCH_HEAD + IOF_REPLY_SIZE);
	asked_free(read);
}

static void where_one_request_passes_none_is_held(void **state)
{
	struct bench *bench = *state;
	struct asked *read;

	order(bench, FOLDER_ORDER_MODE, FOLDER_SERIAL);
	for (uint64_t number = 1; number < 4; number++) {
		read = read_batch(bench, number);
		assert_true(is_done(read));
		assert_int_equal(iof_get_u32(read->bytes), FOLDER_BATCH_HEAD);
		asked_free(read);
	}
}

static void a_batch_is_held_for_a_second_at_most(void **state)
{
	struct bench *bench = *state;
	struct asked *read = read_batch(bench, 1), *next;

	assert_int_equal(error_and_free(read), 0); /* or this test does not end */
	read = read_batch(bench, 2);
	order(bench, FOLDER_ORDER_WAKE, 0);
	assert_int_equal(error_and_free(read), 0);
	/* one of a session at a time: another is answered, and told to take its time */
	read = read_batch(bench, 3);
	next = read_batch(bench, 3);
	assert_true(is_done(next));
	assert_int_equal(iof_get_u32(next->bytes + 4), FOLDER_BATCH_HASTY);
	asked_free(next);
	order(bench, FOLDER_ORDER_WAKE, 0);
	assert_int_equal(error_and_free(read), 0);
}

static void what_is_parked_can_be_cancelled(void **state)
{
	struct bench *bench = *state;
	struct asked *read = read_batch(bench, 1);

	assert_true(tree_cancel(&read->base));
	assert_false(is_done(read));
	event(bench, 77); /* not lost with the read */
	asked_free(read);
	read = read_batch(bench, 1);
	assert_int_equal(error_of(read), 0);
	assert_int_equal(iof_get_u64(read->bytes + FOLDER_BATCH_HEAD + 8), 77);
	assert_false(tree_cancel(&read->base));
	asked_free(read);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void a_session_outlives_closed_files_and_not_its_silence(void **state)
{
	struct bench *bench = *state;
	struct taken taken;
	struct tree_node *node;
	struct tree_open *open;

	close_files(bench);
	assert_int_equal(bench->link->ops->receive(bench->link, false, take, &taken), -EAGAIN);
	assert_int_equal(bench->link->ops->receive(bench->link, true, take, &taken), -ENODEV); /* or it does not end */
	assert_int_equal(tree_walk(bench->session, "call", &node), 0);
	assert_int_equal(tree_open(node, O_RDWR, &open), -ENODEV);
	tree_node_put(node, 1);
}

static void goodbye_ends_a_session_at_once(void **state)
{
	struct bench *bench = *state;
	struct taken taken;
	struct asked *read = read_batch(bench, 1);

	asked_drop(ask(bench, 1, 0));
	order(bench, FOLDER_ORDER_BYE, 0);
	assert_int_equal(error_and_free(read), 0);
	assert_int_equal(bench->link->ops->receive(bench->link, true, take, &taken), 1); /* what was sent, is taken */
	assert_int_equal(bench->link->ops->receive(bench->link, true, take, &taken), -ENODEV);
	assert_int_equal(error_and_free(ask(bench, 2, 0)), ENODEV);
}

static void a_host_that_ends_a_session_answers_what_is_parked(void **state)
{
	struct bench *bench = *state;
	struct asked *read = read_batch(bench, 1);

	bench->link->ops->shutdown(bench->link);
	assert_int_equal(error_and_free(read), ENODEV);
	assert_int_equal(error_and_free(read_reply(bench, 1, 64)), ENODEV);
}

static void names_are_those_of_sessions(void **state)
{
	struct bench *bench = *state;
	struct tree_node *root = tree_root(bench->tree), *node;
	char name[TREE_NAME_SIZE];
	struct stat attributes;

	assert_int_equal(tree_walk(root, "0123456789abcdef0123456789abcdeF", &node), -ENOENT);
	assert_int_equal(tree_walk(root, "0123456789abcdef0123456789abcde", &node), -ENOENT);
	assert_int_equal(tree_walk(bench->session, "other", &node), -ENOENT);
	assert_int_equal(tree_list(root, 0, name, &attributes), 0);
	assert_string_equal(name, "sessions");
	assert_int_equal(tree_list(root, 1, name, &attributes), -ENOENT);
	tree_node_put(root, 1);
}

static void sessions_are_bounded(void **state)
{
	struct bench *bench = *state;
	struct tree_node *root = tree_root(bench->tree), *nodes[1024];
	unsigned n = 0;
	char name[FOLDER_NAME_LENGTH + 1];

	for (int error = 0; !error && n < 1024; n++) {
		snprintf(name, sizeof name, "%032x", n);
		error = tree_walk(root, name, &nodes[n]);
		if (error)
			assert_int_equal(error, -ENFILE);
		if (error)
			break;
	}
	assert_int_equal(n, 1023); /* and that of the bench */
	while (n)
		tree_node_put(nodes[--n], 1);
	tree_node_put(root, 1);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_call_that_only_sends_costs_one_write),
		CASE(a_reply_is_read_by_its_tag_padded_to_what_is_asked_for),
		CASE(a_call_that_takes_longer_is_answered_in_a_batch),
		CASE(a_reply_too_large_for_a_batch_is_announced),
		CASE(a_request_is_taken_once),
		CASE(pieces_become_a_message),
		CASE(acks_are_translated),
		CASE(what_is_no_request_is_refused),
		CASE(behind_a_page_cache_writes_tell_nothing),
		CASE(where_one_request_passes_none_is_held),
		CASE(a_batch_is_held_for_a_second_at_most),
		CASE(what_is_parked_can_be_cancelled),
		CASE(a_session_outlives_closed_files_and_not_its_silence),
		CASE(goodbye_ends_a_session_at_once),
		CASE(a_host_that_ends_a_session_answers_what_is_parked),
		CASE(names_are_those_of_sessions),
		CASE(sessions_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
