/* SPDX-License-Identifier: MIT */
/**
 * @file caller.h
 * What a FUSE request does not say about the system call behind it: the caller sleeps in that call until it
 * is answered, so /proc/TID shows its number, its arguments and its descriptor's flags.
 *
 * All of this needs the right to ptrace the caller (docs/cuse.md) and is best effort: each function fails
 * with an errno and its user goes on with what FUSE told.
 */
#ifndef GUEST_KERNEL_CALLER_H
#define GUEST_KERNEL_CALLER_H

#include <ioferry/abi.h>
#include <stdint.h>
#include <sys/types.h>

/** A system call as /proc/TID/syscall shows it. */
struct caller_syscall {
	uint64_t number;
	uint64_t argument[3];
};

/** The system calls that reach a device node with a buffer or an argument. */
enum caller_operation { CALLER_READ, CALLER_WRITE, CALLER_IOCTL };

/** A system call of a known kind. */
struct caller_io {
	enum iof_layout layout; /**< of the caller, told by the call's number */
	int fd;
	uint64_t address; /**< of the buffer; ioctl: the command */
	uint64_t count;   /**< of read and write; ioctl: the argument */
};

/**
 * Reads one line of /proc/TID/syscall.
 * @return 0; -EAGAIN: "running", the thread does not sleep yet; -EPROTO: not such a line, or not in a call.
 */
int caller_syscall_parse(const char *line, struct caller_syscall *call);

/** Which of the three @p call is; -EOPNOTSUPP where @p operation came by another one (readv, io_uring, ...). */
int caller_io_from_syscall(const struct caller_syscall *call, enum caller_operation operation, struct caller_io *io);

/**
 * The system call that thread @p tid sleeps in. Never waits.
 * @return 0; -EAGAIN: the thread still runs, although its processor was yielded; -EOPNOTSUPP: see
 *         caller_io_from_syscall(); -EPERM, -EACCES, -ENOENT, -ESRCH as of /proc.
 */
int caller_io(pid_t tid, enum caller_operation operation, struct caller_io *io);

/** Finds "flags:" in the text of a /proc/TID/fdinfo file. Open flags, or -EPROTO. */
int caller_flags_parse(const char *text);

/** Flags of descriptor @p fd of thread @p tid as they are now (F_GETFL), or a negative errno. */
int caller_flags(pid_t tid, int fd);

#endif
