/* SPDX-License-Identifier: MIT */
#include "host/session/account.h"

#include "host/session/opens.h"
#include "host/session/policy.h"

#include <errno.h>
#include <stdlib.h>

enum { LOG_BURST = 3, LOG_INTERVAL_MS = 10000 };

void accounts_create(struct accounts *accounts)
{
	accounts->first = NULL;
	(void)pthread_mutex_init(&accounts->lock, NULL);
}

void accounts_destroy(struct accounts *accounts)
{
	(void)pthread_mutex_destroy(&accounts->lock);
}

/* accounts->lock is held. */
static struct account *create(struct accounts *accounts, const struct iof_peer *peer)
{
	struct account *account = calloc(1, sizeof(*account));

	if (!account)
		return NULL;
	account->accounts = accounts;
	account->peer = *peer;
	account->closing_end = &account->closing;
	account->next = accounts->first;
	account->link = &accounts->first;
	if (account->next)
		account->next->link = &account->next;
	accounts->first = account;
	return account;
}

int account_begin_session(struct accounts *accounts, const struct iof_peer *peer, unsigned most,
			  struct account **account)
{
	struct account *found;
	int error = 0;

	(void)pthread_mutex_lock(&accounts->lock);
	for (found = accounts->first; found && !peer_same(&found->peer, peer); found = found->next)
		;
	if (!found)
		found = create(accounts, peer);
	if (!found)
		error = -ENOMEM;
	else if (found->uses[ACCOUNT_SESSIONS] >= most)
		error = -EUSERS;
	else
		found->uses[ACCOUNT_SESSIONS]++;
	(void)pthread_mutex_unlock(&accounts->lock);
	*account = found;
	return error;
}

bool account_take(struct account *account, enum account_use use, unsigned most)
{
	bool taken;

	(void)pthread_mutex_lock(&account->accounts->lock);
	taken = account->uses[use] < most;
	account->uses[use] += taken;
	(void)pthread_mutex_unlock(&account->accounts->lock);
	return taken;
}

/* accounts->lock is held. */
static void free_if_unused(struct account *account)
{
	for (int i = 0; i < ACCOUNT_USES; i++)
		if (account->uses[i])
			return;
	*account->link = account->next;
	if (account->next)
		account->next->link = account->link;
	free(account);
}

void account_give(struct account *account, enum account_use use)
{
	struct accounts *accounts = account->accounts;

	(void)pthread_mutex_lock(&accounts->lock);
	account->uses[use]--;
	free_if_unused(account);
	(void)pthread_mutex_unlock(&accounts->lock);
}

/* accounts->lock is held. */
static void count_closer(struct account *account, int by)
{
	account->uses[ACCOUNT_CLOSERS] += (unsigned)by;
	account->uses[ACCOUNT_THREADS] += (unsigned)by;
}

bool account_add_closing(struct account *account, struct open_file *open, unsigned most)
{
	struct account seen; /* an account may be gone when its lock is released */
	bool start, told;
	uint32_t dropped;

	open->next = NULL;
	(void)pthread_mutex_lock(&account->accounts->lock);
	*account->closing_end = open;
	account->closing_end = &open->next;
	account->n_closing++;
	start = !account->uses[ACCOUNT_CLOSERS] || account->uses[ACCOUNT_THREADS] < most;
	if (start)
		count_closer(account, 1);
	told = !start && iof_log_allowed(&account->log_limit, LOG_BURST, LOG_INTERVAL_MS, &dropped);
	seen = *account;
	(void)pthread_mutex_unlock(&seen.accounts->lock);
	if (told)
		iof_log(IOF_LOG_WARNING,
			"%s: %u closes wait until drivers have let go of others: the guest has its %u threads "
			"('threads_per_guest'), %u of them in closes",
			seen.peer.name, seen.n_closing, most, seen.uses[ACCOUNT_CLOSERS]);
	return start;
}

struct open_file *account_next_closing(struct account *account)
{
	struct accounts *accounts = account->accounts;
	struct open_file *open;

	(void)pthread_mutex_lock(&accounts->lock);
	open = account->closing;
	if (open) {
		account->closing = open->next;
		if (!open->next)
			account->closing_end = &account->closing;
		account->n_closing--;
	} else {
		count_closer(account, -1);
		free_if_unused(account);
	}
	(void)pthread_mutex_unlock(&accounts->lock);
	return open;
}

void account_lose_closer(struct account *account)
{
	(void)pthread_mutex_lock(&account->accounts->lock);
	count_closer(account, -1); /* the open that waits is still counted */
	(void)pthread_mutex_unlock(&account->accounts->lock);
}

struct account *accounts_find_stuck(struct accounts *accounts)
{
	struct account *account;

	(void)pthread_mutex_lock(&accounts->lock);
	for (account = accounts->first; account; account = account->next)
		if (account->closing && !account->uses[ACCOUNT_CLOSERS])
			break;
	if (account)
		count_closer(account, 1);
	(void)pthread_mutex_unlock(&accounts->lock);
	return account;
}
