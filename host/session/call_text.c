/* SPDX-License-Identifier: MIT */
/* A call that has been answered as one line. */
#include "host/session/session.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>

enum { ARGUMENTS = 760 /* a log line has 1023 characters, and the end of the call is to be on it */ };

#define NAME(value)                                                                                                    \
	{                                                                                                              \
		(value), #value                                                                                        \
	}
#define FLAGS(table)                                                                                                   \
	{                                                                                                              \
		.form = IOF_FORM_FLAGS, .n_names = sizeof(table) / sizeof((table)[0]), .names = (table)                \
	}

static const struct iof_name poll_names[] = {NAME(POLLIN),     NAME(POLLPRI),    NAME(POLLOUT),    NAME(POLLERR),
					     NAME(POLLHUP),    NAME(POLLNVAL),   NAME(POLLRDNORM), NAME(POLLRDBAND),
					     NAME(POLLWRNORM), NAME(POLLWRBAND), NAME(POLLMSG),    NAME(POLLRDHUP)};
static const struct iof_show poll_events = FLAGS(poll_names);

static const struct iof_name open_names[] = {NAME(O_SYNC), NAME(O_DSYNC), NAME(O_NONBLOCK), NAME(O_APPEND),
					     NAME(O_EXCL)};
static const struct iof_show open_flags = FLAGS(open_names);

static void say_poll_events(struct iof_text *text, uint64_t events)
{
	iof_describe_integer(text, &poll_events, events, 4, false);
}

static void say_open_flags(struct iof_text *text, int flags)
{
	static const char *const modes[] = {[O_RDONLY] = "O_RDONLY", [O_WRONLY] = "O_WRONLY", [O_RDWR] = "O_RDWR"};
	int mode = flags & O_ACCMODE;

	iof_text_add(text, "%s", mode <= O_RDWR ? modes[mode] : "O_ACCMODE");
	flags &= ~O_ACCMODE;
	if (!flags)
		return;
	iof_text_add(text, "|");
	iof_describe_integer(text, &open_flags, (uint64_t)flags, 4, false);
}

/* A peer may be named after a path. */
static void say_word(struct iof_text *text, const char *word)
{
	for (; *word; word++)
		iof_text_add(text, "%c", *word > ' ' && *word < 127 ? *word : '?');
}

/* How read() and write() count. */
static size_t count_of(const struct job *job)
{
	const struct iof_interface *interface = job->device->interface;
	const struct iof_io *io = job->request.op == IOF_OP_READ ? &interface->read : &interface->write;

	return io->count_records ? job->records : job->records * iof_type_size(io->record, IOF_ABI_NATIVE);
}

static void say_memory(struct iof_text *text, const struct worker *worker, uint32_t error)
{
	char room[ARGUMENTS];
	struct iof_text memory = iof_text_make(room, sizeof(room));

	iof_describe_walk(&memory, worker->walk, error);
	iof_text_add(text, "%s", room);
}

static void say_arguments(struct iof_text *text, const struct worker *worker, uint32_t error)
{
	const struct job *job = &worker->job;
	bool records = job->request.op == IOF_OP_READ || job->request.op == IOF_OP_WRITE;

	switch (job->request.op) {
	case IOF_OP_CONTROL:
		if (job->control->what_case == IOFERRY__CONTROL_REQUEST__WHAT_OPEN)
			say_open_flags(text, iof_open_flags_decode(job->control->open->flags));
		return;
	case IOF_OP_POLL:
		say_poll_events(text, job->events);
		iof_text_add(text, job->arm ? ", armed" : "");
		return;
	case IOF_OP_CLOSE: return;
	default: break;
	}
	/* One that was refused before its memory was built has none to show. */
	if (!job->traced)
		iof_text_add(text, "...");
	else if (records || job->command->argument == IOF_ARG_POINTER)
		say_memory(text, worker, error);
	else if (job->command->argument == IOF_ARG_VALUE)
		iof_describe_value(text, job->command, job->argument);
	if (job->traced && job->device && records)
		iof_text_add(text, ", %zu", count_of(job));
}

static void say_name(struct iof_text *text, const struct job *job)
{
	if (job->request.op == IOF_OP_IOCTL && !job->command)
		iof_text_add(text, "ioctl_0x%08" PRIx32, job->request.command);
	else if (job->control && job->control->what_case == IOFERRY__CONTROL_REQUEST__WHAT_ATTACH)
		iof_text_add(text, "attach");
	else
		iof_text_add(text, "%s", job_name(job));
}

void call_text(struct iof_text *text, const struct worker *worker, unsigned status, int64_t result, uint32_t error)
{
	const struct job *job = &worker->job;
	uint64_t took = job->began_us ? clock_us() - job->began_us : 0;

	say_word(text, worker->session->peer.name);
	iof_text_add(text, " %s ", job->device ? job->device->name : "-");
	say_name(text, job);
	iof_text_add(text, "(");
	say_arguments(text, worker, error);
	iof_text_add(text, ") = ");
	if (job->request.op == IOF_OP_POLL && !error)
		say_poll_events(text, (uint64_t)result);
	else
		iof_describe_result(text, result, error);
	if (status == IOF_STATUS_INTERRUPTED)
		iof_text_add(text, " interrupted");
	else if (status == IOF_STATUS_NEVER_STARTED)
		iof_text_add(text, " never started");
	else if (status == IOF_STATUS_REFUSED)
		iof_text_add(text, " refused");
	if (job->began_us)
		iof_text_add(text, " <%" PRIu64 " us>", took);
}
