/* SPDX-License-Identifier: MIT */
/**
 * @file trace.h
 * Calls as lines, for the log and for `ioferry trace`.
 *
 * Readers of the trace ask again and again, and each question is answered when there are lines. What comes in
 * between is kept, up to a bound; lines that find no room are counted. So a reader that does not read holds up no
 * call: a call copies its line under a lock that is never held while anybody waits or sends.
 */
#ifndef IOFERRY_HOST_TRACE_H
#define IOFERRY_HOST_TRACE_H

#include <ioferry/describe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker;
struct session;
struct trace_reader;

/* Of an engine. */
struct trace {
	_Atomic bool logged;
	_Atomic unsigned n_readers;
	pthread_mutex_t lock; /* readers, and what is in them; innermost */
	struct trace_reader *readers;
};

void trace_create(struct trace *trace);
void trace_destroy(struct trace *trace);

/* Whether the worker's call, of which device and name are known, is wanted by anybody. */
bool trace_wants(const struct worker *worker);
/* Gives a line to those who want the call. */
void trace_line(const struct worker *worker, const char *line);

/* Answers a TraceQuery: waits until there are lines or the session ends. */
void trace_execute(struct worker *worker);
/* The session ends: it gets no more lines, and nobody waits for them. */
void trace_end(struct session *session);
/* No thread of the session is left. */
void trace_free(struct session *session);

/* call_text.c: "unix:uid=1000 can0 CAN_IOCTL_COMMAND({cmd=START, ...}) = 0 <5 us>" */
void call_text(struct iof_text *text, const struct worker *worker, unsigned status, int64_t result, uint32_t error);

#endif
