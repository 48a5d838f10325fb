/* SPDX-License-Identifier: MIT */
/**
 * @file sys.h
 * System calls that no one interposes, and a lock made of them. For ioferry's own libraries.
 *
 * These libraries also live inside the preload shim, which replaces read, poll, close and others for the
 * application. A call by such a name would come back to the shim, and most of them are cancellation points.
 * syscall() is neither.
 */
#ifndef IOFERRY_SYS_H
#define IOFERRY_SYS_H

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/** A system call's result, errors as negative errno; leaves errno as it was. */
#define iof_sys(...)                                                                                                   \
	({                                                                                                             \
		int iof_errno_ = errno;                                                                                \
		long iof_result_ = syscall(__VA_ARGS__);                                                               \
		if (iof_result_ < 0)                                                                                   \
			iof_result_ = -errno;                                                                          \
		errno = iof_errno_;                                                                                    \
		iof_result_;                                                                                           \
	})

/* 32-bit libcs may have a 64-bit time_t; the kernel then has a second system call for it. */
#if defined(SYS_ppoll_time64) && !defined(__LP64__)
struct iof_kernel_timespec {
	int64_t tv_sec, tv_nsec;
};
#define IOF_SYS_PPOLL SYS_ppoll_time64
#define IOF_SYS_FUTEX SYS_futex_time64
#else
struct iof_kernel_timespec {
	long tv_sec, tv_nsec;
};
#define IOF_SYS_PPOLL SYS_ppoll
#define IOF_SYS_FUTEX SYS_futex
#endif

static inline struct iof_kernel_timespec iof_timespec_ms(int ms)
{
	int nanoseconds = ms % 1000 * 1000000;

	return (struct iof_kernel_timespec){.tv_sec = ms / 1000, .tv_nsec = nanoseconds};
}

/** poll() of one descriptor; @p timeout_ms below 0: forever. Returned events, 0 or negative errno. */
static inline int iof_poll(int fd, short events, int timeout_ms)
{
	struct iof_kernel_timespec timeout = iof_timespec_ms(timeout_ms < 0 ? 0 : timeout_ms);
	struct pollfd entry = {.fd = fd, .events = events};
	long n = iof_sys(IOF_SYS_PPOLL, &entry, 1UL, timeout_ms < 0 ? NULL : &timeout, NULL, (size_t)0);

	return n > 0 ? entry.revents : (int)n;
}

static inline void iof_close(int fd)
{
	iof_sys(SYS_close, fd);
}

/** Milliseconds of CLOCK_MONOTONIC. */
static inline int64_t iof_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/**
 * Sleeps while *@p word is @p value. The kernel goes on sleeping after a signal handler with SA_RESTART, and
 * looks at the word again; with @p restartable false any handler ends the sleep.
 * @return 0, -EAGAIN (the word was different) or -EINTR
 */
static inline int iof_futex_wait(const uint32_t *word, uint32_t value, bool restartable)
{
	/* A futex wait with a timeout restarts through restart_syscall(), which a handler always turns to EINTR. */
	struct iof_kernel_timespec year = {.tv_sec = 31536000};
	long r = iof_sys(IOF_SYS_FUTEX, word, FUTEX_WAIT_PRIVATE, value, restartable ? NULL : &year, NULL, 0);

	return r == -EINTR || r == -EAGAIN ? (int)r : 0;
}

static inline void iof_futex_wake(const uint32_t *word, int threads)
{
	iof_sys(IOF_SYS_FUTEX, word, FUTEX_WAKE_PRIVATE, threads, NULL, NULL, 0);
}

/** A mutex for sections that never wait: 0 free, 1 held, 2 held and wanted. Zero is the initial state. */
struct iof_lock {
	uint32_t word;
};

static inline void iof_lock(struct iof_lock *lock)
{
	uint32_t seen = 0;

	if (__atomic_compare_exchange_n(&lock->word, &seen, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
		iof_futex_wait(&lock->word, 2, true);
}

static inline void iof_unlock(struct iof_lock *lock)
{
	if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
		iof_futex_wake(&lock->word, 1);
}

#endif
