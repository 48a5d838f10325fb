/* SPDX-License-Identifier: MIT */
#include "guest/preload/fdtable.h"
#include <stdatomic.h>
#include <sys/mman.h>

_Atomic(_Atomic(const struct fd_entry *) *) fd_chunks[FD_CHUNKS];
const struct fd_entry fd_epoll = {FD_EPOLL}, fd_private = {FD_PRIVATE};

/* mmap, not malloc: dup2() and epoll_ctl() come here from signal handlers too. Chunks are never freed. */
static _Atomic(const struct fd_entry *) *chunk_of(int fd)
{
	_Atomic(_Atomic(const struct fd_entry *) *) *slot = &fd_chunks[(unsigned)fd / FD_CHUNK];
	_Atomic(const struct fd_entry *) *chunk = *slot, *expected = NULL;

	if (chunk)
		return chunk;
	chunk = mmap(NULL, FD_CHUNK * sizeof *chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (chunk == MAP_FAILED)
		return NULL;
	if (atomic_compare_exchange_strong(slot, &expected, chunk))
		return chunk;
	munmap((void *)chunk, FD_CHUNK * sizeof *chunk);
	return expected;
}

bool fd_entry_set(int fd, const struct fd_entry *entry, const struct fd_entry **former)
{
	_Atomic(const struct fd_entry *) *chunk;

	*former = NULL;
	if ((unsigned)fd >= FD_CHUNKS * FD_CHUNK)
		return !entry;
	if (!entry && !fd_chunks[(unsigned)fd / FD_CHUNK])
		return true;
	chunk = chunk_of(fd);
	if (!chunk)
		return false;
	*former = atomic_exchange(&chunk[(unsigned)fd % FD_CHUNK], entry);
	return true;
}

bool fd_entry_clear(int fd, const struct fd_entry *entry)
{
	_Atomic(const struct fd_entry *) *chunk = fd_chunks[(unsigned)fd / FD_CHUNK];

	return chunk && atomic_compare_exchange_strong(&chunk[(unsigned)fd % FD_CHUNK], &entry, NULL);
}

int fd_entry_next(int from)
{
	unsigned fd = from < 0 ? 0 : (unsigned)from;

	while (fd < FD_CHUNKS * FD_CHUNK) {
		if (!fd_chunks[fd / FD_CHUNK])
			fd = (fd / FD_CHUNK + 1) * FD_CHUNK;
		else if (fd_entry((int)fd))
			return (int)fd;
		else
			fd++;
	}
	return -1;
}
