/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>

#define SPANS 64 /* pieces of one process_vm_writev(); UIO_MAXIOV is 1024 */

static void *pointer(uint64_t address)
{
	return (void *)(uintptr_t)address; /* of another process: never dereferenced here */
}

int memory_process_vm_read(pid_t tid, uint64_t address, void *to, size_t length)
{
	struct iovec local = {to, length}, remote = {pointer(address), length};
	ssize_t got;

	if (tid <= 0)
		return -ESRCH; /* the caller is outside our pid namespace */
	if (!length)
		return 0;
	got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	if (got < 0)
		return -errno;
	return (size_t)got == length ? 0 : -EFAULT;
}

static int read_vm(void *context, uint64_t address, void *to, size_t length)
{
	struct memory_process_vm *vm = context;
	int ret = memory_process_vm_read(vm->tid, address, to, length);

	if (!ret)
		return 0;
	if (!vm->error)
		vm->error = ret;
	return -EFAULT;
}

static int write_vm(void *context, const struct iof_span *spans, size_t n_spans)
{
	struct memory_process_vm *vm = context;

	for (size_t done = 0; done < n_spans;) {
		struct iovec local[SPANS], remote[SPANS];
		size_t n = n_spans - done < SPANS ? n_spans - done : SPANS, total = 0;

		for (size_t i = 0; i < n; i++, done++) {
			local[i] = (struct iovec){(void *)(uintptr_t)spans[done].data, spans[done].length};
			remote[i] = (struct iovec){pointer(spans[done].address), spans[done].length};
			total += spans[done].length;
		}
		if (process_vm_writev(vm->tid, local, n, remote, n, 0) != (ssize_t)total)
			return -EFAULT;
	}
	return 0;
}

void memory_process_vm_init(struct memory_process_vm *vm, pid_t tid)
{
	vm->memory = (struct iof_memory){.read = read_vm, .write = write_vm, .context = vm};
	vm->tid = tid;
	vm->error = 0;
}

const char *memory_process_vm_reason(const struct memory_process_vm *vm)
{
	return vm->error == -ESRCH ? "not in this pid namespace" : "not permitted";
}
