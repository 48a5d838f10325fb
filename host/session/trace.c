/* SPDX-License-Identifier: MIT */
/* Who gets the lines of the trace. */
#include "host/session/session.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum {
	TRACE_BYTES = 256 << 10, /* lines that wait for a reader */
	REPLY_ROOM = 64,         /* what a TraceReply has besides its text, at most */
	PATTERNS = 64,           /* of a filter: each is tried on each call */
};

enum { DEVICES, GUESTS, COMMANDS, SUBJECTS };

struct trace_filter {
	size_t n_patterns[SUBJECTS];
	char **patterns[SUBJECTS];
};

struct trace_reader {
	struct trace_reader *next, **link;
	struct trace_filter filter;
	pthread_cond_t changed;
	char *filling, *draining; /* draining: of the thread that answers, while it is taken */
	size_t size, used;
	uint64_t lost; /* lines behind those in filling */
	bool taken, ended;
};

void trace_create(struct trace *trace)
{
	(void)pthread_mutex_init(&trace->lock, NULL);
}

void trace_destroy(struct trace *trace)
{
	(void)pthread_mutex_destroy(&trace->lock);
}

/* --- filters ----------------------------------------------------------------------------------------------------- */

static void filter_clear(struct trace_filter *filter)
{
	for (int subject = 0; subject < SUBJECTS; subject++) {
		for (size_t i = 0; i < filter->n_patterns[subject]; i++)
			free(filter->patterns[subject][i]);
		free((void *)filter->patterns[subject]);
	}
}

static int filter_add(struct trace_filter *filter, int subject, char *const *patterns, size_t count)
{
	if (count > PATTERNS)
		return -E2BIG;
	filter->patterns[subject] = calloc(count + 1, sizeof(char *));
	if (!filter->patterns[subject])
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		filter->patterns[subject][i] = strdup(patterns[i]);
		if (!filter->patterns[subject][i])
			return -ENOMEM;
		filter->n_patterns[subject]++;
	}
	return 0;
}

static int filter_make(struct trace_filter *filter, const Ioferry__TraceQuery *query)
{
	int error = filter_add(filter, DEVICES, query->devices, query->n_devices);

	if (!error)
		error = filter_add(filter, GUESTS, query->guests, query->n_guests);
	if (!error)
		error = filter_add(filter, COMMANDS, query->commands, query->n_commands);
	return error;
}

static bool matches(const struct trace_filter *filter, int subject, const char *name)
{
	bool found = !filter->n_patterns[subject];

	for (size_t i = 0; i < filter->n_patterns[subject] && !found; i++)
		found = fnmatch(filter->patterns[subject][i], name, 0) == 0;
	return found;
}

static bool is_wanted(const struct trace_reader *reader, const struct worker *worker)
{
	const struct job *job = &worker->job;

	return matches(&reader->filter, DEVICES, job->device ? job->device->name : "-") &&
	       matches(&reader->filter, GUESTS, worker->session->peer.name) &&
	       matches(&reader->filter, COMMANDS, job_name(job));
}

/* --- lines ------------------------------------------------------------------------------------------------------- */

bool trace_wants(const struct worker *worker)
{
	struct trace *trace = &worker->session->engine->trace;
	bool wanted = atomic_load_explicit(&trace->logged, memory_order_relaxed);

	if (wanted || !atomic_load_explicit(&trace->n_readers, memory_order_relaxed))
		return wanted;
	(void)pthread_mutex_lock(&trace->lock);
	for (const struct trace_reader *reader = trace->readers; reader && !wanted; reader = reader->next)
		wanted = is_wanted(reader, worker);
	(void)pthread_mutex_unlock(&trace->lock);
	return wanted;
}

static void append(struct trace_reader *reader, const char *line, size_t length)
{
	/* Once one is lost, all are until the reader comes: what it counts is one gap. */
	if (reader->lost || reader->size - reader->used < length + 2) {
		reader->lost++;
		return;
	}
	memcpy(reader->filling + reader->used, line, length);
	reader->used += length;
	reader->filling[reader->used++] = '\n';
	reader->filling[reader->used] = '\0';
	(void)pthread_cond_broadcast(&reader->changed);
}

void trace_line(const struct worker *worker, const char *line)
{
	struct trace *trace = &worker->session->engine->trace;
	size_t length = strlen(line);

	if (!atomic_load_explicit(&trace->n_readers, memory_order_relaxed))
		return;
	(void)pthread_mutex_lock(&trace->lock);
	for (struct trace_reader *reader = trace->readers; reader; reader = reader->next)
		if (is_wanted(reader, worker))
			append(reader, line, length);
	(void)pthread_mutex_unlock(&trace->lock);
}

/* --- readers ----------------------------------------------------------------------------------------------------- */

static void reader_destroy(struct trace_reader *reader)
{
	filter_clear(&reader->filter);
	(void)pthread_cond_destroy(&reader->changed);
	free(reader->filling);
	free(reader->draining);
	free(reader);
}

static int reader_create(struct session *session, const Ioferry__TraceQuery *query, struct trace_reader **result)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));
	size_t most = session->message_max - IOF_REPLY_SIZE - REPLY_ROOM;
	int error;

	if (!reader)
		return -ENOMEM;
	(void)pthread_cond_init(&reader->changed, NULL);
	reader->size = most < TRACE_BYTES ? most : TRACE_BYTES;
	reader->filling = calloc(1, reader->size);
	reader->draining = calloc(1, reader->size);
	error = reader->filling && reader->draining ? filter_make(&reader->filter, query) : -ENOMEM;
	if (error) {
		reader_destroy(reader);
		return error;
	}
	*result = reader;
	return 0;
}

/* The first question of a session: from now on there are lines for it. */
static int reader_begin(struct session *session, const Ioferry__TraceQuery *query)
{
	struct trace *trace = &session->engine->trace;
	struct trace_reader *reader;
	int error = reader_create(session, query, &reader);

	if (error)
		return error;
	(void)pthread_mutex_lock(&trace->lock);
	/* Nobody would end it after trace_end(). */
	if (session->trace_reader || atomic_load(&session->ended)) {
		error = -EBUSY;
	} else {
		reader->next = trace->readers;
		reader->link = &trace->readers;
		if (reader->next)
			reader->next->link = &reader->next;
		trace->readers = reader;
		atomic_fetch_add(&trace->n_readers, 1);
		session->trace_reader = reader;
	}
	(void)pthread_mutex_unlock(&trace->lock);
	if (error)
		reader_destroy(reader);
	return error;
}

/* The session's reader; NULL: it has none yet. */
static struct trace_reader *reader_of(struct session *session)
{
	struct trace *trace = &session->engine->trace;
	struct trace_reader *reader;

	(void)pthread_mutex_lock(&trace->lock);
	reader = session->trace_reader;
	(void)pthread_mutex_unlock(&trace->lock);
	return reader;
}

/* Waits for lines, which are the caller's until reader_put(); @p lost: so many came behind them. NULL: no more come. */
static char *reader_take(struct trace *trace, struct trace_reader *reader, uint64_t *lost)
{
	char *full = NULL;

	(void)pthread_mutex_lock(&trace->lock);
	while (!reader->ended && (reader->taken || (!reader->used && !reader->lost)))
		(void)pthread_cond_wait(&reader->changed, &trace->lock);
	if (!reader->ended) {
		full = reader->filling;
		full[reader->used] = '\0';
		*lost = reader->lost;
		reader->filling = reader->draining;
		reader->draining = full;
		reader->used = 0;
		reader->lost = 0;
		reader->taken = true;
	}
	(void)pthread_mutex_unlock(&trace->lock);
	return full;
}

static void reader_put(struct trace *trace, struct trace_reader *reader)
{
	(void)pthread_mutex_lock(&trace->lock);
	reader->taken = false;
	(void)pthread_cond_broadcast(&reader->changed);
	(void)pthread_mutex_unlock(&trace->lock);
}

static void answer(struct worker *worker, char *text, uint64_t lost)
{
	Ioferry__ControlReply reply = IOFERRY__CONTROL_REPLY__INIT;
	Ioferry__TraceReply body = IOFERRY__TRACE_REPLY__INIT;

	body.text = text;
	body.lost = lost;
	reply.what_case = IOFERRY__CONTROL_REPLY__WHAT_TRACE;
	reply.trace = &body;
	control_reply(worker, &reply);
}

static void answer_begin(struct worker *worker)
{
	int error = reader_begin(worker->session, worker->job.control->trace);

	if (error)
		job_refuse(worker, -error);
	else
		answer(worker, (char *)(uintptr_t)protobuf_c_empty_string, 0);
}

void trace_execute(struct worker *worker)
{
	struct trace *trace = &worker->session->engine->trace;
	struct trace_reader *reader = reader_of(worker->session);
	uint64_t lost;
	char *text;

	if (!reader) {
		answer_begin(worker);
		return;
	}
	if (guard_enter(worker) < 0) {
		job_refuse(worker, EAGAIN);
		return;
	}
	text = reader_take(trace, reader, &lost);
	guard_leave(worker);
	if (!text) {
		job_refuse(worker, ENODEV);
		return;
	}
	answer(worker, text, lost);
	reader_put(trace, reader);
}

void trace_end(struct session *session)
{
	struct trace *trace = &session->engine->trace;
	struct trace_reader *reader;

	(void)pthread_mutex_lock(&trace->lock);
	reader = session->trace_reader;
	if (reader && !reader->ended) {
		*reader->link = reader->next;
		if (reader->next)
			reader->next->link = reader->link;
		atomic_fetch_sub(&trace->n_readers, 1);
		reader->ended = true;
		(void)pthread_cond_broadcast(&reader->changed);
	}
	(void)pthread_mutex_unlock(&trace->lock);
}

void trace_free(struct session *session)
{
	if (session->trace_reader)
		reader_destroy(session->trace_reader);
}
