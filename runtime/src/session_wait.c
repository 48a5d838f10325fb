/* SPDX-License-Identifier: MIT */
/*
 * Leader and followers. The reader's role is one thread's at a time: a thread that waits for a call takes it if it is
 * free, reads until its own reply has come, and hands it to a follower. Followers sleep on their calls' futex
 * words.
 *
 * Where a thread sleeps (between let_in(true) and let_in(false)) no lock is held and nothing is half done: a signal
 * handler may run there and make calls of its own, and the thread may be cancelled. So one thread may have several
 * calls, of which only the youngest can wake up: the role goes to the youngest follower, and whoever comes to wait
 * takes it from a promoted thread that is not awake yet.
 *
 * What remains: while the reader's thread is inside a long handler, replies to other threads wait.
 */
#include "session_impl.h"
#include <stddef.h>

/* Its address names the thread. Not dynamic TLS: the first access to that may allocate, in a signal handler. */
static __thread char self __attribute__((tls_model("initial-exec")));

enum role { ROLE_NONE, ROLE_READER, ROLE_NESTED, ROLE_FOLLOWER, ROLE_DEADLOCK };

static enum call_state state_of(const struct iof_call *call)
{
	return (enum call_state)__atomic_load_n(&call->state, __ATOMIC_ACQUIRE);
}

static void set_state(struct iof_call *call, enum call_state state)
{
	__atomic_store_n(&call->state, state, __ATOMIC_RELAXED);
}

/* done() ends without the lock, so it may just have ended: then there is nothing to await. */
static void mark_awaited(struct iof_call *call)
{
	uint32_t finishing = CALL_FINISHING;

	__atomic_compare_exchange_n(&call->state, &finishing, CALL_AWAITED, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static void let_in(struct iof_session *session, bool in)
{
	if (session->options.asleep)
		session->options.asleep(session->options.context, in);
}

static void follow_locked(struct iof_session *session, struct iof_call *call)
{
	set_state(call, CALL_SLEEPING);
	call->queue_next = session->followers;
	call->queue_link = &session->followers;
	if (call->queue_next)
		call->queue_next->queue_link = &call->queue_next;
	session->followers = call;
}

static bool is_interrupted(struct iof_session *session, bool restartable)
{
	return session->options.interrupted && session->options.interrupted(session->options.context, restartable);
}

/* Whether the role can be had. A promoted thread that is not awake yet may be inside a handler for long. */
static bool role_is_free(const struct iof_session *session)
{
	return !session->reading || session->promoted;
}

static void take_role_locked(struct iof_session *session, struct iof_call *call)
{
	if (session->promoted && session->promoted != call)
		follow_locked(session, session->promoted);
	session->promoted = NULL;
	session->reading = true;
	session->reader = &self;
	session->reader_call = call;
	session->asleep = false;
}

/* Takes the role for a thread that waits for no call. */
bool session_take_role(struct iof_session *session)
{
	bool taken;

	iof_lock(&session->lock);
	taken = role_is_free(session);
	if (taken)
		take_role_locked(session, NULL);
	iof_unlock(&session->lock);
	return taken;
}

void session_release_role(struct iof_session *session)
{
	const uint32_t *wake = NULL;
	struct iof_call *next;

	iof_lock(&session->lock);
	next = session->followers;
	session->reader = NULL;
	session->reader_call = NULL;
	session->promoted = next;
	session->reading = next != NULL;
	session->asleep = false;
	if (next) {
		session_unfollow(next);
		set_state(next, CALL_PROMOTED);
		wake = &next->state;
	} else if (session->idle_wanted) {
		session->idle_wanted = false;
		__atomic_add_fetch(&session->idle, 1, __ATOMIC_RELEASE);
		wake = &session->idle;
	}
	iof_unlock(&session->lock);
	if (wake)
		iof_futex_wake(wake, next ? 1 : INT32_MAX);
}

/* Reads what is there; the role is the caller's. 0 or -ENODEV, everybody having been told. */
int session_read(struct iof_session *session)
{
	ssize_t n = session->link->ops->receive(session->link, false, session_deliver, session);

	if (session->garbage || (n < 0 && n != -EAGAIN && n != -EINTR)) {
		session_lose(session);
		return -ENODEV;
	}
	if (n > 0)
		session_ack_if_due(session);
	return 0;
}

/* Sleeps until the link has something, and writes what it wants to write. 0 or -EINTR. */
static int sleep_on_link(struct iof_session *session, bool restartable)
{
	const struct iof_link_ops *ops = session->link->ops;
	bool writes = ops->wants_write(session->link);
	int r;

	session->asleep = true;
	let_in(session, true);
	if (is_interrupted(session, restartable))
		r = -EINTR;
	else if (restartable && !writes)
		r = ops->sleep(session->link);
	else
		r = iof_poll(ops->descriptor(session->link), writes ? POLLIN | POLLOUT : POLLIN, -1);
	let_in(session, false);
	session->asleep = false;
	if (writes)
		ops->flush(session->link);
	return r < 0 ? -EINTR : 0;
}

static int read_until_done(struct iof_session *session, const struct iof_call *call, bool restartable)
{
	while (state_of(call) != CALL_DONE) {
		int r = sleep_on_link(session, restartable);

		if (r < 0)
			return r;
		session_read(session); /* a lost link ends this call too */
	}
	return 0;
}

static int read_as_leader(struct iof_session *session, const struct iof_call *call, bool restartable)
{
	int r = read_until_done(session, call, restartable);

	session_release_role(session);
	return r;
}

/*
 * A signal handler waits, and it runs in the thread that sleeps as the reader. It reads in that thread's place. If it
 * reads that thread's reply, the kernel still restarts the interrupted sleep, so something must arrive to end it: the
 * answer to a request that means nothing.
 */
static int read_nested(struct iof_session *session, struct iof_call *call, bool restartable)
{
	struct iof_call *outer = session->reader_call;
	int r;

	session->reader_call = call;
	r = read_until_done(session, call, restartable);
	session->reader_call = outer;
	session->asleep = true;
	if (outer && state_of(outer) == CALL_DONE)
		iof_session_close(session, 0);
	return r;
}

static enum role choose_role(struct iof_session *session, struct iof_call *call)
{
	enum role role = ROLE_NONE;

	iof_lock(&session->lock);
	if (state_of(call) >= CALL_FINISHING) {
		mark_awaited(call);
	} else if (role_is_free(session)) {
		take_role_locked(session, call);
		role = ROLE_READER;
	} else if (session->reader == &self) {
		role = session->asleep ? ROLE_NESTED : ROLE_DEADLOCK;
	} else {
		follow_locked(session, call);
		role = ROLE_FOLLOWER;
	}
	iof_unlock(&session->lock);
	return role;
}

/* Sleeps until the call is over or its thread becomes the reader; helps to write its request meanwhile. */
static int follow(struct iof_session *session, struct iof_call *call, bool restartable)
{
	const struct iof_link_ops *ops = session->link->ops;
	bool writes = ops->wants_write(session->link), promoted;
	int r;

	let_in(session, true);
	if (is_interrupted(session, restartable))
		r = -EINTR;
	else if (writes)
		r = iof_poll(ops->descriptor(session->link), POLLOUT, -1);
	else
		r = iof_futex_wait(&call->state, CALL_SLEEPING, restartable);
	let_in(session, false);
	if (writes)
		ops->flush(session->link);

	iof_lock(&session->lock);
	promoted = state_of(call) == CALL_PROMOTED;
	if (state_of(call) == CALL_SLEEPING)
		session_unfollow(call);
	if (promoted)
		take_role_locked(session, call);
	if (promoted || state_of(call) == CALL_SLEEPING)
		set_state(call, CALL_PENDING);
	iof_unlock(&session->lock);

	if (r == -EINTR) {
		if (promoted)
			session_release_role(session);
		return r;
	}
	return promoted ? read_as_leader(session, call, restartable) : 0;
}

static void await_done(const struct iof_call *call)
{
	while (state_of(call) == CALL_AWAITED)
		iof_futex_wait(&call->state, CALL_AWAITED, true);
}

int iof_session_wait(struct iof_session *session, struct iof_call *call, bool restartable)
{
	int r = 0;

	if (!call->waited)
		return -EINVAL;
	while (state_of(call) != CALL_DONE) {
		if (r < 0)
			return r;
		switch (choose_role(session, call)) {
		case ROLE_NONE: await_done(call); break;
		case ROLE_READER: r = read_as_leader(session, call, restartable); break;
		case ROLE_NESTED: r = read_nested(session, call, restartable); break;
		case ROLE_FOLLOWER: r = follow(session, call, restartable); break;
		case ROLE_DEADLOCK: return -EDEADLK;
		}
	}
	return 0;
}

bool iof_session_leave(struct iof_session *session, struct iof_call *call)
{
	bool reader, over;

	iof_lock(&session->lock);
	if (state_of(call) == CALL_PROMOTED) {
		take_role_locked(session, call);
		set_state(call, CALL_PENDING);
	}
	reader = session->reading && session->reader == &self && session->reader_call == call;
	iof_unlock(&session->lock);
	if (reader) {
		/* The sleep may have ended with bytes taken from the socket, and nobody would be told of them. */
		session->asleep = false;
		session_read(session);
		session_release_role(session);
	}
	iof_lock(&session->lock);
	if (state_of(call) == CALL_SLEEPING)
		session_unfollow(call);
	mark_awaited(call);
	over = state_of(call) >= CALL_FINISHING;
	if (!over)
		set_state(call, CALL_UNATTENDED);
	iof_unlock(&session->lock);
	await_done(call);
	return over;
}

/* Sleeps until there is something to read, and reads it where no other thread has begun to. */
static void read_as_server(struct iof_session *session)
{
	const struct iof_link_ops *ops = session->link->ops;

	iof_poll(ops->descriptor(session->link), ops->wants_write(session->link) ? POLLIN | POLLOUT : POLLIN, -1);
	if (!session_take_role(session))
		return;
	if (ops->wants_write(session->link))
		ops->flush(session->link);
	session_read(session);
	session_release_role(session);
}

/* Sleeps while another thread reads. Returns whether there was one. */
static bool stand_back(struct iof_session *session)
{
	uint32_t seen;
	bool busy;

	iof_lock(&session->lock);
	busy = session->reading;
	seen = session->idle;
	if (busy)
		session->idle_wanted = true;
	iof_unlock(&session->lock);
	if (busy)
		iof_futex_wait(&session->idle, seen, true);
	return busy;
}

/*
 * The service thread sleeps in poll(), not as the reader: were it the reader, each reply would cross two threads. For
 * that it sometimes wakes up for a message that another thread reads.
 */
int iof_session_serve(struct iof_session *session, bool (*wanted)(void *), void *context)
{
	bool goes_on = true;
	int r;

	__atomic_add_fetch(&session->servers, 1, __ATOMIC_ACQ_REL);
	while (goes_on && !__atomic_load_n(&session->lost, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&session->closing, __ATOMIC_ACQUIRE)) {
		if (!stand_back(session))
			read_as_server(session);
		goes_on = !wanted || wanted(context);
	}
	r = goes_on && !__atomic_load_n(&session->closing, __ATOMIC_ACQUIRE) ? -ENODEV : 0;
	__atomic_sub_fetch(&session->servers, 1, __ATOMIC_ACQ_REL);
	iof_futex_wake(&session->servers, 1);
	return r;
}

int iof_session_descriptor(const struct iof_session *session)
{
	return session->link->ops->descriptor(session->link);
}

bool iof_session_wants_write(const struct iof_session *session)
{
	return session->link->ops->wants_write(session->link);
}

int iof_session_process(struct iof_session *session)
{
	if (__atomic_load_n(&session->lost, __ATOMIC_ACQUIRE))
		return -ENODEV;
	if (iof_session_wants_write(session))
		session->link->ops->flush(session->link);
	if (session_take_role(session)) {
		session_read(session);
		session_release_role(session);
	}
	return __atomic_load_n(&session->lost, __ATOMIC_ACQUIRE) ? -ENODEV : 0;
}
