/* SPDX-License-Identifier: MIT */
/**
 * @file real.h
 * The C library's own functions, behind the interposed ones.
 *
 * Resolved in the library's constructor; another library's constructor may call an interposed function before that,
 * so that each use checks. Resolving is idempotent, so that two threads may do it at once.
 */
#ifndef PRELOAD_REAL_H
#define PRELOAD_REAL_H

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef void shim_handler(int);

/** name, result, parameters. A function that this C library lacks stays NULL and is never called: its caller, the
 *  interposed function of that name, exists only where some program was linked against it. */
#define REAL_FUNCTIONS(X)                                                                                              \
	X(open, int, (const char *, int, ...))                                                                         \
	X(open64, int, (const char *, int, ...))                                                                       \
	X(openat, int, (int, const char *, int, ...))                                                                  \
	X(openat64, int, (int, const char *, int, ...))                                                                \
	X(__open_2, int, (const char *, int))                                                                          \
	X(__open64_2, int, (const char *, int))                                                                        \
	X(__openat_2, int, (int, const char *, int))                                                                   \
	X(__openat64_2, int, (int, const char *, int))                                                                 \
	X(creat, int, (const char *, mode_t))                                                                          \
	X(creat64, int, (const char *, mode_t))                                                                        \
	X(fopen, FILE *, (const char *, const char *))                                                                 \
	X(fopen64, FILE *, (const char *, const char *))                                                               \
	X(freopen, FILE *, (const char *, const char *, FILE *))                                                       \
	X(freopen64, FILE *, (const char *, const char *, FILE *))                                                     \
	X(fdopen, FILE *, (int, const char *))                                                                         \
	X(fileno, int, (FILE *))                                                                                       \
	X(fileno_unlocked, int, (FILE *))                                                                              \
	X(close, int, (int))                                                                                           \
	X(close_range, int, (unsigned, unsigned, int))                                                                 \
	X(closefrom, void, (int))                                                                                      \
	X(dup, int, (int))                                                                                             \
	X(dup2, int, (int, int))                                                                                       \
	X(dup3, int, (int, int, int))                                                                                  \
	X(fcntl, int, (int, int, ...))                                                                                 \
	X(fcntl64, int, (int, int, ...))                                                                               \
	X(read, ssize_t, (int, void *, size_t))                                                                        \
	X(__read_chk, ssize_t, (int, void *, size_t, size_t))                                                          \
	X(readv, ssize_t, (int, const struct iovec *, int))                                                            \
	X(write, ssize_t, (int, const void *, size_t))                                                                 \
	X(writev, ssize_t, (int, const struct iovec *, int))                                                           \
	X(ioctl, int, (int, unsigned long, ...))                                                                       \
	X(poll, int, (struct pollfd *, nfds_t, int))                                                                   \
	X(__poll_chk, int, (struct pollfd *, nfds_t, int, size_t))                                                     \
	X(ppoll, int, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *))                            \
	X(__ppoll_chk, int, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t))              \
	X(select, int, (int, fd_set *, fd_set *, fd_set *, struct timeval *))                                          \
	X(pselect, int, (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *))                \
	X(epoll_ctl, int, (int, int, int, struct epoll_event *))                                                       \
	X(epoll_wait, int, (int, struct epoll_event *, int, int))                                                      \
	X(epoll_pwait, int, (int, struct epoll_event *, int, int, const sigset_t *))                                   \
	X(epoll_pwait2, int, (int, struct epoll_event *, int, const struct timespec *, const sigset_t *))              \
	X(stat, int, (const char *, struct stat *))                                                                    \
	X(stat64, int, (const char *, struct stat64 *))                                                                \
	X(lstat, int, (const char *, struct stat *))                                                                   \
	X(lstat64, int, (const char *, struct stat64 *))                                                               \
	X(fstat, int, (int, struct stat *))                                                                            \
	X(fstat64, int, (int, struct stat64 *))                                                                        \
	X(fstatat, int, (int, const char *, struct stat *, int))                                                       \
	X(fstatat64, int, (int, const char *, struct stat64 *, int))                                                   \
	X(__xstat, int, (int, const char *, struct stat *))                                                            \
	X(__xstat64, int, (int, const char *, struct stat64 *))                                                        \
	X(__lxstat, int, (int, const char *, struct stat *))                                                           \
	X(__lxstat64, int, (int, const char *, struct stat64 *))                                                       \
	X(__fxstat, int, (int, int, struct stat *))                                                                    \
	X(__fxstat64, int, (int, int, struct stat64 *))                                                                \
	X(__fxstatat, int, (int, int, const char *, struct stat *, int))                                               \
	X(__fxstatat64, int, (int, int, const char *, struct stat64 *, int))                                           \
	X(statx, int, (int, const char *, int, unsigned, struct statx *))                                              \
	X(access, int, (const char *, int))                                                                            \
	X(eaccess, int, (const char *, int))                                                                           \
	X(euidaccess, int, (const char *, int))                                                                        \
	X(faccessat, int, (int, const char *, int, int))                                                               \
	X(getxattr, ssize_t, (const char *, const char *, void *, size_t))                                             \
	X(lgetxattr, ssize_t, (const char *, const char *, void *, size_t))                                            \
	X(listxattr, ssize_t, (const char *, char *, size_t))                                                          \
	X(llistxattr, ssize_t, (const char *, char *, size_t))                                                         \
	X(scandir, int,                                                                                                \
	  (const char *, struct dirent ***, int (*)(const struct dirent *),                                            \
	   int (*)(const struct dirent **, const struct dirent **)))                                                   \
	X(scandir64, int,                                                                                              \
	  (const char *, struct dirent64 ***, int (*)(const struct dirent64 *),                                        \
	   int (*)(const struct dirent64 **, const struct dirent64 **)))                                               \
	X(fork, pid_t, (void))                                                                                         \
	X(_Fork, pid_t, (void))                                                                                        \
	X(vfork, pid_t, (void))                                                                                        \
	X(execve, int, (const char *, char *const[], char *const[]))                                                   \
	X(execv, int, (const char *, char *const[]))                                                                   \
	X(execvp, int, (const char *, char *const[]))                                                                  \
	X(execvpe, int, (const char *, char *const[], char *const[]))                                                  \
	X(execveat, int, (int, const char *, char *const[], char *const[], int))                                       \
	X(fexecve, int, (int, char *const[], char *const[]))                                                           \
	X(posix_spawn, int,                                                                                            \
	  (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],        \
	   char *const[]))                                                                                             \
	X(posix_spawnp, int,                                                                                           \
	  (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const[],        \
	   char *const[]))                                                                                             \
	X(system, int, (const char *))                                                                                 \
	X(popen, FILE *, (const char *, const char *))                                                                 \
	X(daemon, int, (int, int))                                                                                     \
	X(sendmsg, ssize_t, (int, const struct msghdr *, int))                                                         \
	X(sendmmsg, int, (int, struct mmsghdr *, unsigned, int))                                                       \
	X(recvmsg, ssize_t, (int, struct msghdr *, int))                                                               \
	X(recvmmsg, int, (int, struct mmsghdr *, unsigned, int, struct timespec *))                                    \
	X(sigaction, int, (int, const struct sigaction *, struct sigaction *))                                         \
	X(signal, shim_handler *, (int, shim_handler *))                                                               \
	X(bsd_signal, shim_handler *, (int, shim_handler *))                                                           \
	X(ssignal, shim_handler *, (int, shim_handler *))                                                              \
	X(sysv_signal, shim_handler *, (int, shim_handler *))                                                          \
	X(__sysv_signal, shim_handler *, (int, shim_handler *))                                                        \
	X(siginterrupt, int, (int, int))                                                                               \
	X(pthread_cancel, int, (pthread_t))                                                                            \
	X(longjmp, void, (struct __jmp_buf_tag *, int))                                                                \
	X(_longjmp, void, (struct __jmp_buf_tag *, int))                                                               \
	X(siglongjmp, void, (struct __jmp_buf_tag *, int))                                                             \
	X(__longjmp_chk, void, (struct __jmp_buf_tag *, int))

/* What programs with a 64-bit time_t call where the C library's own has 32 bits. */
#if !defined(__LP64__) && __TIMESIZE == 32
struct timespec64 {
	int64_t tv_sec;
	int32_t tv_nsec, pad; /* little-endian */
};
struct timeval64 {
	int64_t tv_sec, tv_usec;
};
struct stat_time64; /* struct stat as such a program has it */

#define REAL_FUNCTIONS_TIME64(X)                                                                                       \
	X(__ioctl_time64, int, (int, unsigned long, ...))                                                              \
	X(__fcntl_time64, int, (int, int, ...))                                                                        \
	X(__ppoll64, int, (struct pollfd *, nfds_t, const struct timespec64 *, const sigset_t *))                      \
	X(__ppoll64_chk, int, (struct pollfd *, nfds_t, const struct timespec64 *, const sigset_t *, size_t))          \
	X(__select64, int, (int, fd_set *, fd_set *, fd_set *, struct timeval64 *))                                    \
	X(__pselect64, int, (int, fd_set *, fd_set *, fd_set *, const struct timespec64 *, const sigset_t *))          \
	X(__epoll_pwait2_time64, int, (int, struct epoll_event *, int, const struct timespec64 *, const sigset_t *))   \
	X(__sendmsg64, ssize_t, (int, const struct msghdr *, int))                                                     \
	X(__sendmmsg64, int, (int, struct mmsghdr *, unsigned, int))                                                   \
	X(__recvmmsg64, int, (int, struct mmsghdr *, unsigned, int, struct timespec64 *))                              \
	X(__recvmsg64, ssize_t, (int, struct msghdr *, int))                                                           \
	X(__stat64_time64, int, (const char *, struct stat_time64 *))                                                  \
	X(__lstat64_time64, int, (const char *, struct stat_time64 *))                                                 \
	X(__fstat64_time64, int, (int, struct stat_time64 *))                                                          \
	X(__fstatat64_time64, int, (int, const char *, struct stat_time64 *, int))
#else
#define REAL_FUNCTIONS_TIME64(X)
#endif

struct real {
#define REAL_MEMBER(name, result, parameters) result(*name) parameters;
	REAL_FUNCTIONS(REAL_MEMBER)
	REAL_FUNCTIONS_TIME64(REAL_MEMBER)
#undef REAL_MEMBER
};

extern struct real real_functions;
extern _Atomic(bool) real_resolved;
void real_resolve(void);

/** The table, resolved. Async-signal-safe once the constructor has run. */
static inline const struct real *real(void)
{
	if (__builtin_expect(!real_resolved, 0))
		real_resolve();
	return &real_functions;
}

/** Exported from the library (everything else is hidden). */
#define INTERPOSE __attribute__((visibility("default")))

#endif
