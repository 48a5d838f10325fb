/* SPDX-License-Identifier: MIT */
/*
 * Threads that release opens for those who must not wait: the ticker, and threads that their session counts on. They
 * are counted among the guest's, so that one whose drivers take long to release gets no more of them than it may have;
 * what is more waits in its account. One closer a guest always gets.
 */
#include "host/session/session.h"

#include <stdlib.h>

struct closer {
	struct engine *engine;
	struct account *account;
};

static void *closer_main(void *context)
{
	struct closer closer = *(struct closer *)context;
	struct engine *engine = closer.engine;
	struct open_file *open;

	free(context);
	while ((open = account_next_closing(closer.account))) {
		open_destroy(open);
		(void)pthread_mutex_lock(&engine->lock);
		engine->n_closing--;
		(void)pthread_mutex_unlock(&engine->lock);
	}
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers--;
	(void)pthread_cond_broadcast(&engine->changed);
	(void)pthread_mutex_unlock(&engine->lock);
	return NULL;
}

/* Starts a closer that is counted already. */
static bool start_closer(struct engine *engine, struct account *account)
{
	struct closer *closer = malloc(sizeof(*closer));
	pthread_attr_t attributes;
	pthread_t thread;
	bool started = false;

	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers++;
	(void)pthread_mutex_unlock(&engine->lock);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (closer) {
		*closer = (struct closer){.engine = engine, .account = account};
		started = !pthread_create(&thread, &attributes, closer_main, closer);
	}
	(void)pthread_attr_destroy(&attributes);
	if (started)
		return true;
	free(closer);
	account_lose_closer(account);
	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closers--;
	(void)pthread_mutex_unlock(&engine->lock);
	return false;
}

void engine_close_elsewhere(struct engine *engine, struct open_file *open)
{
	struct account *account = open->account;
	unsigned most;

	(void)pthread_mutex_lock(&engine->lock);
	engine->n_closing++;
	most = engine->limits.threads_per_guest;
	(void)pthread_mutex_unlock(&engine->lock);
	if (account_add_closing(account, open, most) && !start_closer(engine, account))
		engine_wake_ticker(engine); /* which tries again */
}

bool engine_retry_closers(struct engine *engine)
{
	struct account *account;

	while ((account = accounts_find_stuck(&engine->accounts)))
		if (!start_closer(engine, account))
			return false;
	return true;
}
