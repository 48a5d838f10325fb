/* SPDX-License-Identifier: MIT */
#include "call.h"
#include "guest/common/outcome.h"
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

static int memory_read(void *context, uint64_t address, void *to, size_t length)
{
	(void)context;
	memcpy(to, (const void *)(uintptr_t)address, length);
	return 0;
}

static int memory_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	(void)context;
	for (size_t i = 0; i < n_spans; i++)
		memcpy((void *)(uintptr_t)spans[i].address, spans[i].data, spans[i].length);
	return 0;
}

const struct iof_memory stub_memory = {.read = memory_read, .write = memory_write};

struct stub_call *stub_call_get(struct stub_pool *pool)
{
	struct stub_call *call;

	iof_lock(&pool->lock);
	call = pool->free;
	if (call)
		pool->free = call->next;
	iof_unlock(&pool->lock);
	if (call)
		return call;

	call = calloc(1, sizeof *call);
	if (!call)
		return NULL;
	call->walk = iof_walk_create(pool->max_payload);
	if (call->walk)
		return call;
	free(call);
	return NULL;
}

void stub_call_put(struct stub_pool *pool, struct stub_call *call)
{
	iof_lock(&pool->lock);
	call->next = pool->free;
	pool->free = call;
	iof_unlock(&pool->lock);
}

void stub_pool_destroy(struct stub_pool *pool)
{
	while (pool->free) {
		struct stub_call *call = pool->free;

		pool->free = call->next;
		iof_walk_destroy(call->walk);
		free(call);
	}
}

/* Runs in whichever thread reads the link. The caller waits meanwhile, so its memory is there. */
static void call_done(struct iof_call *base, const struct iof_reply *reply, const uint8_t *payload, size_t length)
{
	struct stub_call *call = (struct stub_call *)base;
	int r = 0;

	call->error = outcome_error(reply);
	call->result = reply->result;
	/* Whatever the status: a driver may fill memory and then return EINTR. A call that did not run brings nothing.
	 */
	if (call->scatters)
		r = iof_scatter(call->walk, payload, length, reply->result, reply->error, &stub_memory);
	if (!call->error && r < 0)
		call->error = r;
}

int stub_call_run(struct stub_call *call, struct iof_session *session, const struct iof_request *request,
		  const void *payload, size_t length, unsigned flags)
{
	struct iovec part = {.iov_base = (void *)(uintptr_t)payload, .iov_len = length};
	bool blocking = flags & IOF_CMD_BLOCKING && !(request->flags & IOF_REQUEST_NONBLOCK);
	bool restartable = !blocking || flags & IOF_CMD_RESTART;
	int r;

	call->call = (struct iof_call){.done = call_done, .waited = true};
	r = iof_session_submit(session, &call->call, request, &part, length ? 1 : 0);
	if (r < 0)
		return r;
	while ((r = iof_session_wait(session, &call->call, restartable)) == -EINTR) {
		/* A driver that does not wait does not see signals. One that does is cancelled once; its answer
		 * decides. */
		if (blocking)
			iof_session_cancel(session, &call->call);
		blocking = false;
	}
	return r < 0 ? r : call->error;
}
