/* SPDX-License-Identifier: MIT */
#include "host/backends/mirror/mirror.h"
#include "host/backends/mirror/channel.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENTERED_SECONDS = 20 };

struct mirror_dev {
	struct host_device host;
	struct mirror *mirror;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct plan_case made_of;
	struct plan_call *call; /* of the call in the driver */
	bool expected;
	struct mirror_answer answer;
	uint32_t revents;
	struct mirror_file *files;
};

struct mirror_file {
	struct host_file host;
	struct mirror_file *next;
	host_notify *notify;
	void *context;
	uint32_t events;
};

struct mirror {
	const struct plan_interface *plan;
	struct mirror_dev devices[MIRROR_DEVICES];
};

static struct mirror_dev *device_of(struct host_file *file)
{
	return (struct mirror_dev *)file->device;
}

/* Keeps the first complaint. */
static void complain(struct mirror_dev *device, const char *text)
{
	pthread_mutex_lock(&device->lock);
	if (!device->answer.wrong[0])
		(void)snprintf(device->answer.wrong, sizeof(device->answer.wrong), "%s", text);
	pthread_mutex_unlock(&device->lock);
}

/* A call has come. False: none was announced. */
static bool enter(struct mirror_dev *device)
{
	bool expected;

	pthread_mutex_lock(&device->lock);
	device->answer.calls++;
	expected = device->expected && device->answer.calls == 1;
	pthread_cond_broadcast(&device->changed);
	pthread_mutex_unlock(&device->lock);
	if (!expected)
		complain(device, "the driver got a call that was not sent");
	return expected;
}

static void wait_for_cancel(struct mirror_dev *device, const struct host_call *call)
{
	pthread_mutex_lock(&device->lock);
	while (!__atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE))
		pthread_cond_wait(&device->changed, &device->lock);
	pthread_mutex_unlock(&device->lock);
}

/* What is right about every call of a case. False: it is not to be answered. */
static bool is_sound(struct mirror_dev *device, const struct host_call *host)
{
	struct plan_call *call = device->call;

	plan_call_make(call, &device->made_of);
	if (host->nonblock != device->made_of.nonblock)
		complain(device, "the driver sees another O_NONBLOCK");
	if (!call->n_errors)
		return true;
	complain(device, "the driver got a call that must be refused");
	return false;
}

/* A message that was made wrong on purpose: the driver may see it, if what it is given is in order. */
static long look(struct mirror_dev *device, const struct plan_command *command, uint32_t number, uint64_t argument)
{
	char text[sizeof(device->answer.wrong)];

	plan_call_look(device->call, command, number, argument);
	if (device->call->n_errors) {
		(void)snprintf(text, sizeof(text), "the driver got an argument in which %.150s",
			       device->call->violated);
		complain(device, text);
	}
	return 0;
}

static const struct plan_command *find(const struct plan_interface *plan, uint32_t number)
{
	for (unsigned i = 0; i < plan->n_commands; i++)
		if (!((plan->commands[i].number[0] ^ number) & ~plan->commands[i].parameter))
			return &plan->commands[i];
	return NULL;
}

static long mirror_ioctl(struct host_file *file, const struct iof_command *declared, uint32_t number, uint64_t argument,
			 struct host_call *host)
{
	struct mirror_dev *device = device_of(file);
	struct plan_call *call = device->call;
	const struct plan_command *command = find(device->mirror->plan, number);
	char reason[256];

	if (!enter(device))
		return -EIO;
	if (!command || strcmp(command->name, declared->name) != 0) {
		complain(device, "the driver got another command");
		return -EIO;
	}
	if (device->made_of.hostile)
		return look(device, command, number, argument);
	if (!is_sound(device, host))
		return -EIO;
	if (command != call->command || (number & command->parameter) != (call->number & command->parameter)) {
		complain(device, "the driver got another number");
		return -EIO;
	}
	if (!plan_call_check(call, argument, reason, sizeof(reason))) {
		complain(device, reason);
		return -EIO;
	}
	if (device->made_of.hold)
		wait_for_cancel(device, host);
	plan_call_answer(call);
	plan_call_write(call, argument);
	return (long)call->result;
}

static ssize_t transfer(struct host_file *file, uint8_t operation, void *buffer, size_t count, struct host_call *host)
{
	struct mirror_dev *device = device_of(file);
	struct plan_call *call = device->call;
	char reason[256];

	if (!enter(device))
		return -EIO;
	if (device->made_of.hostile)
		return 0;
	if (!is_sound(device, host))
		return -EIO;
	if (device->made_of.operation != operation) {
		complain(device, "the driver got another operation");
		return -EIO;
	}
	if (!plan_call_check_records(call, buffer, count, reason, sizeof(reason))) {
		complain(device, reason);
		return -EIO;
	}
	if (device->made_of.hold)
		wait_for_cancel(device, host);
	plan_call_answer(call);
	plan_call_write_records(call, buffer);
	return (ssize_t)call->result;
}

static ssize_t mirror_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	return transfer(file, PLAN_READ_IO, buffer, count, call);
}

static ssize_t mirror_write(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	return transfer(file, PLAN_WRITE_IO, buffer, count, call);
}

static uint32_t mirror_poll(struct host_file *host, uint32_t events, host_notify *notify, void *context)
{
	struct mirror_file *file = (struct mirror_file *)host;
	struct mirror_dev *device = device_of(host);
	uint32_t revents;

	pthread_mutex_lock(&device->lock);
	revents = device->revents & events;
	if (!revents && notify) {
		file->notify = notify;
		file->context = context;
		file->events = events;
	}
	pthread_mutex_unlock(&device->lock);
	return revents;
}

static void mirror_cancel(struct host_file *file, struct host_call *call)
{
	struct mirror_dev *device = device_of(file);

	(void)call;
	pthread_mutex_lock(&device->lock);
	pthread_cond_broadcast(&device->changed);
	pthread_mutex_unlock(&device->lock);
}

static int mirror_open(struct host_device *host, int flags, struct host_call *call, struct host_file **file)
{
	struct mirror_dev *device = (struct mirror_dev *)host;
	struct mirror_file *made = calloc(1, sizeof(*made));

	(void)flags;
	(void)call;
	if (!made)
		return -ENOMEM;
	made->host.device = host;
	pthread_mutex_lock(&device->lock);
	made->next = device->files;
	device->files = made;
	pthread_mutex_unlock(&device->lock);
	*file = &made->host;
	return 0;
}

static void mirror_close(struct host_file *file)
{
	struct mirror_dev *device = device_of(file);

	pthread_mutex_lock(&device->lock);
	for (struct mirror_file **at = &device->files; *at; at = &(*at)->next) {
		if (&(*at)->host == file) {
			*at = (*at)->next;
			break;
		}
	}
	pthread_mutex_unlock(&device->lock);
	free(file);
}

/* Part of the mirror, which stays. */
static void device_destroy(struct host_device *device)
{
	(void)device;
}

static const struct host_backend backend = {
	.name = "mirror",
	.device_destroy = device_destroy,
	.open = mirror_open,
	.close = mirror_close,
	.ioctl = mirror_ioctl,
	.read = mirror_read,
	.write = mirror_write,
	.poll = mirror_poll,
	.cancel = mirror_cancel,
};

struct mirror *mirror_create(const struct plan_interface *plan, const struct iof_interface *interface)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));

	if (!mirror)
		return NULL;
	mirror->plan = plan;
	for (unsigned i = 0; i < MIRROR_DEVICES; i++) {
		struct mirror_dev *device = &mirror->devices[i];

		device->host = (struct host_device){&backend, interface};
		device->mirror = mirror;
		device->call = plan_call_create(plan);
		pthread_mutex_init(&device->lock, NULL);
		pthread_cond_init(&device->changed, NULL);
	}
	return mirror;
}

void mirror_destroy(struct mirror *mirror)
{
	for (unsigned i = 0; i < MIRROR_DEVICES; i++) {
		plan_call_destroy(mirror->devices[i].call);
		pthread_mutex_destroy(&mirror->devices[i].lock);
		pthread_cond_destroy(&mirror->devices[i].changed);
	}
	free(mirror);
}

struct host_device *mirror_device(struct mirror *mirror, unsigned index)
{
	return &mirror->devices[index].host;
}

/* Whoever waits is told without the lock: it may ask at once. */
static void become_ready(struct mirror_dev *device, uint32_t revents)
{
	for (;;) {
		host_notify *notify = NULL;
		uint32_t told = 0;
		void *context;

		pthread_mutex_lock(&device->lock);
		device->revents = revents;
		for (struct mirror_file *file = device->files; file && !notify; file = file->next) {
			told = file->events & revents;
			if (!file->notify || !told)
				continue;
			notify = file->notify;
			context = file->context;
			file->notify = NULL;
		}
		pthread_mutex_unlock(&device->lock);
		if (!notify)
			return;
		notify(context, told);
	}
}

/* The lock is held. A call that is refused never comes: the test then goes on and says so. */
static void wait_for_call(struct mirror_dev *device)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ENTERED_SECONDS;
	while (!device->answer.calls)
		if (pthread_cond_timedwait(&device->changed, &device->lock, &until))
			break;
}

static void answer(struct mirror_dev *device, const struct mirror_message *message, struct mirror_answer *to)
{
	pthread_mutex_lock(&device->lock);
	if (message->question == MIRROR_EXPECT) {
		device->made_of = message->made_of;
		device->answer = (struct mirror_answer){0};
		device->expected = true;
	}
	if (message->question == MIRROR_ENTERED)
		wait_for_call(device);
	*to = device->answer;
	pthread_mutex_unlock(&device->lock);
	if (message->question == MIRROR_READY)
		become_ready(device, message->revents);
}

void mirror_serve(struct mirror *mirror, int fd)
{
	struct mirror_message message;
	struct mirror_answer to;

	while (!mirror_receive(fd, &message)) {
		answer(&mirror->devices[message.device], &message, &to);
		if (mirror_reply(fd, &to))
			break;
	}
}
