/* SPDX-License-Identifier: MIT */
#include "guest/preload/memory.h"
#include <ioferry/sys.h>
#include <string.h>
#include <sys/uio.h>

#define SPANS_AT_ONCE 64

/* The kernel copies, because only it can tell a bad address without a fault in the application's thread, where a
 * handler for SIGSEGV may be installed. Where that is forbidden (seccomp), the copy is made here and faults. */
static int copy(int number, const struct iovec *ours, const struct iovec *theirs, unsigned long n, size_t total)
{
	pid_t process = (pid_t)iof_sys(SYS_getpid);
	long done = iof_sys(number, process, ours, n, theirs, n, 0ul);

	if (done >= 0)
		return (size_t)done == total ? 0 : -EFAULT;
	if (done != -EPERM && done != -ENOSYS)
		return -EFAULT;
	for (unsigned long i = 0; i < n; i++) {
		if (number == SYS_process_vm_readv)
			memcpy(ours[i].iov_base, theirs[i].iov_base, ours[i].iov_len);
		else
			memcpy(theirs[i].iov_base, ours[i].iov_base, ours[i].iov_len);
	}
	return 0;
}

static int memory_read(void *context, uint64_t address, void *to, size_t length)
{
	struct iovec ours = {to, length}, theirs = {(void *)(uintptr_t)address, length};

	(void)context;
	return copy(SYS_process_vm_readv, &ours, &theirs, 1, length);
}

static int memory_write(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct iovec ours[SPANS_AT_ONCE], theirs[SPANS_AT_ONCE];

	(void)context;
	for (size_t at = 0; at < n_spans;) {
		size_t total = 0, n = 0;
		int error;

		for (; n < SPANS_AT_ONCE && at < n_spans; n++, at++) {
			ours[n] = (struct iovec){(void *)(uintptr_t)spans[at].data, spans[at].length};
			theirs[n] = (struct iovec){(void *)(uintptr_t)spans[at].address, spans[at].length};
			total += spans[at].length;
		}
		error = copy(SYS_process_vm_writev, ours, theirs, n, total);
		if (error)
			return error;
	}
	return 0;
}

const struct iof_memory shim_memory = {memory_read, memory_write, NULL};

int memory_copy(void *to, const void *from, size_t length)
{
	return memory_read(NULL, (uintptr_t)from, to, length);
}
