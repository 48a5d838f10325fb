/* SPDX-License-Identifier: MIT */
/**
 * @file account.h
 * What one guest uses of the daemon, over all its sessions. Caps of a session alone would be multiplied by a guest that
 * has many; a guest is known by what its link vouches for (peer_same()).
 *
 * An account lives as long as something is counted in it. Thread-safe.
 */
#ifndef IOFERRY_HOST_ACCOUNT_H
#define IOFERRY_HOST_ACCOUNT_H

#include <ioferry/log.h>
#include <ioferry/transport.h>
#include <pthread.h>

struct open_file;

enum account_use {
	ACCOUNT_SESSIONS,
	ACCOUNT_THREADS, /**< of its sessions, and those that close for it */
	ACCOUNT_OPENS,   /**< of the host */
	ACCOUNT_CLOSERS, /**< of its threads */
	ACCOUNT_USES
};

/** All accounts of the daemon. */
struct accounts {
	pthread_mutex_t lock;
	struct account *first;
};

struct account {
	struct accounts *accounts;
	struct account *next, **link; /* accounts->lock, and so is what follows */
	struct iof_peer peer;         /* constant; pid and port are those of its first session */
	unsigned uses[ACCOUNT_USES];
	struct open_file *closing, **closing_end; /* opens that wait for a closer, the oldest first */
	unsigned n_closing;
	struct iof_log_limit log_limit;
};

void accounts_create(struct accounts *accounts);
void accounts_destroy(struct accounts *accounts);

/** Counts a session of @p peer. 0; -EUSERS: there are @p most; -ENOMEM. */
int account_begin_session(struct accounts *accounts, const struct iof_peer *peer, unsigned most,
			  struct account **account);
/** Counts one more. False: there are @p most or more. */
bool account_take(struct account *account, enum account_use use, unsigned most);
/** One less; with the last of all uses the account is gone. */
void account_give(struct account *account, enum account_use use);

/**
 * Adds an open, whose last reference has gone, to those that wait for a closer; its ->next is the list's.
 * @param most threads of the guest, above which only the first closer is started; that others wait is logged
 * @return true: the caller must start a closer, which is counted.
 */
bool account_add_closing(struct account *account, struct open_file *open, unsigned most);
/** The oldest open that waits. NULL: none; then the calling closer is not counted any more, and must end. */
struct open_file *account_next_closing(struct account *account);
/** The calling closer could not be started. */
void account_lose_closer(struct account *account);
/** An account with opens that wait and without a closer; counts one, that the caller must start. NULL: none. */
struct account *accounts_find_stuck(struct accounts *accounts);

#endif
