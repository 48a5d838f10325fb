/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct fake_file {
	struct host_file base;
	struct fake_file *next;
	host_notify *notify;
	void *context;
	uint32_t events;
};

static const struct iof_type type_word = {
	.name = "word",
	.size = {4, 4, 4, 4},
	.same = 15,
	.n_fields = 1,
	.fields =
		&(const struct iof_field){
			.name = "value", .kind = IOF_UINT, .count = 1, .size = {4, 4, 4, 4}, .stride = {4, 4, 4, 4}},
};

static void word_shape(struct iof_walk *walk)
{
	(void)iof_walk_arg(walk, &type_word, 1, IOF_INOUT, 0);
}

static void list_shape(struct iof_walk *walk)
{
	const struct iof_segment *arg = iof_walk_arg(walk, &type_word, 1, IOF_INOUT, 0);
	uint32_t count = (uint32_t)iof_walk_bound(walk, iof_segment_uint(arg, 0, 0, 4), 0, 4, EINVAL, "arg.count");
	const struct iof_segment *list = iof_walk_flexible(walk, arg, &type_word, count, IOF_INOUT);

	iof_walk_returned(walk, list, arg, 0, 0, 4, false);
}

#define NUMBER(n)                                                                                                      \
	{                                                                                                              \
		n, n, n, n                                                                                             \
	}
#define COMMAND(n) .name = #n, .number = NUMBER(n), .mask = ~0u, .hash = 0x1000 + (n)

static const struct iof_command commands[] = {
	{COMMAND(FAKE_FAST), .argument = IOF_ARG_VALUE, .flags = IOF_CMD_INLINE},
	{COMMAND(FAKE_WORD), .argument = IOF_ARG_POINTER, .shape = word_shape},
	{COMMAND(FAKE_WAIT), .argument = IOF_ARG_VALUE, .flags = IOF_CMD_BLOCKING},
	{COMMAND(FAKE_STUBBORN), .argument = IOF_ARG_VALUE, .flags = IOF_CMD_BLOCKING},
	{COMMAND(FAKE_COND), .argument = IOF_ARG_VALUE, .flags = IOF_CMD_BLOCKING},
	{COMMAND(FAKE_NONBLOCK), .argument = IOF_ARG_NONE},
	{COMMAND(FAKE_FAILS), .argument = IOF_ARG_NONE},
	{COMMAND(FAKE_DENIED), .argument = IOF_ARG_NONE},
	{COMMAND(FAKE_NEVER), .argument = IOF_ARG_UNSUPPORTED, .why = "it is a test"},
	{COMMAND(FAKE_LIST), .argument = IOF_ARG_POINTER, .shape = list_shape},
};

const struct iof_interface fake_interface = {
	.name = "fake",
	.driver = "none",
	.node = "fake%u",
	.hash = 0xfa4e,
	.commands = commands,
	.n_commands = sizeof(commands) / sizeof(commands[0]),
	.read = {.record = &type_word, .count_records = true, .direction = IOF_OUT_EXACT, .max_count = 100000},
	.write = {.record = &type_word, .direction = IOF_IN, .max_count = 200000},
	.poll = true,
};

static const struct iof_interface other_interface = {.name = "two_words", .node = "two%u"};

const struct iof_interface *const iof_interfaces[] = {&fake_interface, &other_interface, NULL};

static struct fake *fake_of(struct host_file *file)
{
	return (struct fake *)file->device;
}

static int wait_byte(struct fake *fake)
{
	ssize_t count;
	char byte;

	atomic_fetch_add(&fake->waiting, 1);
	count = read(fake->pipe[0], &byte, 1);
	atomic_fetch_sub(&fake->waiting, 1);
	return count == 1 ? 0 : -EINTR;
}

static long wait_cond(struct fake *fake, struct host_call *call)
{
	(void)pthread_mutex_lock(&fake->lock);
	atomic_fetch_add(&fake->waiting, 1);
	while (!__atomic_load_n(&call->cancelled, __ATOMIC_SEQ_CST))
		(void)pthread_cond_wait(&fake->changed, &fake->lock);
	atomic_fetch_sub(&fake->waiting, 1);
	(void)pthread_mutex_unlock(&fake->lock);
	return -EINTR;
}

static int fake_open(struct host_device *device, int flags, struct host_call *call, struct host_file **file)
{
	struct fake *fake = (struct fake *)device;
	struct fake_file *made;

	(void)flags;
	(void)call;
	if (fake->open_waits && wait_byte(fake) < 0)
		return -EINTR;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->base.device = device;
	(void)pthread_mutex_lock(&fake->lock);
	made->next = fake->files;
	fake->files = made;
	(void)pthread_mutex_unlock(&fake->lock);
	atomic_fetch_add(&fake->open_files, 1);
	atomic_fetch_add(&fake->opens, 1);
	*file = &made->base;
	return 0;
}

static void fake_close(struct host_file *file)
{
	struct fake *fake = fake_of(file);

	while (fake->close_waits && wait_byte(fake) < 0)
		;
	(void)pthread_mutex_lock(&fake->lock);
	for (struct fake_file **link = &fake->files; *link; link = &(*link)->next) {
		if (&(*link)->base == file) {
			*link = (*link)->next;
			break;
		}
	}
	(void)pthread_mutex_unlock(&fake->lock);
	free(file);
	atomic_fetch_add(&fake->closes, 1);
	atomic_fetch_sub(&fake->open_files, 1);
}

static long fake_ioctl(struct host_file *file, const struct iof_command *command, uint32_t number, uint64_t argument,
		       struct host_call *call)
{
	struct fake *fake = fake_of(file);
	int error = 0;

	(void)command;
	switch (number) {
	case FAKE_FAST: return (long)argument + 1;
	case FAKE_WORD: ++*(uint32_t *)(uintptr_t)argument; return 7;
	case FAKE_WAIT: error = wait_byte(fake); return error ? error : (long)argument;
	case FAKE_STUBBORN:
		while (wait_byte(fake) < 0)
			;
		return (long)argument;
	case FAKE_COND: return wait_cond(fake, call);
	case FAKE_NONBLOCK: return call->nonblock;
	case FAKE_FAILS: return -257;
	case FAKE_LIST: *(uint32_t *)(uintptr_t)argument = 9; return 0;
	default: return -ENOTTY;
	}
}

/* Three words; to one who asks for many, as many. */
static ssize_t fake_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	size_t there = count > 16 ? count : 3;
	uint32_t *words = buffer;
	size_t i;

	(void)call;
	atomic_fetch_add(&fake_of(file)->reads, 1);
	while (fake_of(file)->read_waits && wait_byte(fake_of(file)) < 0)
		;
	for (i = 0; i < count && i < there; i++)
		words[i] = (uint32_t)(i + 100);
	return (ssize_t)i;
}

/* Gives what it got: bytes. */
static ssize_t fake_write(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	(void)file;
	(void)buffer;
	(void)call;
	return (ssize_t)count;
}

static void *become_ready(void *context)
{
	struct fake *fake = context;

	fake_set_ready(fake, fake->soon);
	return NULL;
}

static uint32_t fake_poll(struct host_file *base, uint32_t events, host_notify *notify, void *context)
{
	struct fake_file *file = (struct fake_file *)base;
	struct fake *fake = fake_of(base);
	uint32_t ready;

	if (atomic_exchange(&fake->poll_waits, 0))
		(void)wait_byte(fake);
	(void)pthread_mutex_lock(&fake->lock);
	ready = fake->ready & events;
	if (!ready && notify) {
		file->notify = notify;
		file->context = context;
		file->events = events;
	}
	(void)pthread_mutex_unlock(&fake->lock);
	if (!ready && fake->soon) {
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, become_ready, fake), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	return ready;
}

static void fake_cancel(struct host_file *file, struct host_call *call)
{
	struct fake *fake = fake_of(file);

	(void)call;
	atomic_fetch_add(&fake->cancels, 1);
	(void)pthread_mutex_lock(&fake->lock);
	(void)pthread_cond_broadcast(&fake->changed);
	(void)pthread_mutex_unlock(&fake->lock);
}

static void fake_device_destroy(struct host_device *device)
{
	struct fake *fake = (struct fake *)device;

	(void)close(fake->pipe[0]);
	(void)close(fake->pipe[1]);
	(void)pthread_mutex_destroy(&fake->lock);
	(void)pthread_cond_destroy(&fake->changed);
	free(fake);
}

const struct host_backend fake_backend = {
	.name = "fake",
	.help = "none",
	.device_destroy = fake_device_destroy,
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.read = fake_read,
	.write = fake_write,
	.poll = fake_poll,
	.cancel = fake_cancel,
};

struct device *fake_device(const char *name, struct fake **result)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct device *device;

	assert_non_null(fake);
	assert_int_equal(pipe(fake->pipe), 0);
	(void)pthread_mutex_init(&fake->lock, NULL);
	(void)pthread_cond_init(&fake->changed, NULL);
	fake->base = (struct host_device){.backend = &fake_backend, .interface = &fake_interface};
	device = device_create(name, &fake->base);
	assert_non_null(device);
	*result = fake;
	return device;
}

void fake_release(struct fake *fake, int count)
{
	while (count-- > 0)
		assert_int_equal(write(fake->pipe[1], "x", 1), 1);
}

void fake_wait_for(atomic_int *value, int wanted)
{
	struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < 20000 && *value != wanted; i++)
		(void)nanosleep(&pause, NULL);
	assert_int_equal(*value, wanted);
}

void fake_set_ready(struct fake *fake, unsigned events)
{
	(void)pthread_mutex_lock(&fake->lock);
	fake->ready = events;
	for (struct fake_file *file = fake->files; file; file = file->next) {
		host_notify *notify = file->notify;

		if (!notify || !(file->events & events))
			continue;
		file->notify = NULL;
		notify(file->context, file->events & events);
	}
	(void)pthread_mutex_unlock(&fake->lock);
}
