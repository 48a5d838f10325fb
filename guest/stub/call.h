/* SPDX-License-Identifier: MIT */
/* One call of a file: what is needed from its request to its reply, kept from call to call. */
#ifndef IOFERRY_GUEST_STUB_CALL_H
#define IOFERRY_GUEST_STUB_CALL_H

#include <ioferry/file.h>
#include <ioferry/marshal.h>
#include <ioferry/sys.h>

struct stub_call {
	struct iof_call call;
	struct iof_walk *walk;
	struct stub_call *next; /* in the pool */
	bool scatters;          /* the reply's payload goes to the caller's memory */
	int error;              /* negative errno, or 0 and the driver's result */
	int32_t result;
};

/* Calls that are not in use. Grows to as many as were ever in flight at once. */
struct stub_pool {
	struct iof_lock lock;
	struct stub_call *free;
	size_t max_payload;
};

/* NULL: no memory. */
struct stub_call *stub_call_get(struct stub_pool *pool);
void stub_call_put(struct stub_pool *pool, struct stub_call *call);
void stub_pool_destroy(struct stub_pool *pool);

/* Sends and waits. call->error, or one of its own. @flags are those of enum iof_command_flags that say how to wait. */
int stub_call_run(struct stub_call *call, struct iof_session *session, const struct iof_request *request,
		  const void *payload, size_t length, unsigned flags);

/* This process's memory, as a C function uses what it is given. */
extern const struct iof_memory stub_memory;

#endif
