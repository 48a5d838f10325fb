/* SPDX-License-Identifier: MIT */
#include "guest/preload/file.h"
#include "guest/preload/link.h"
#include "guest/preload/pair.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

#define CLOSING 0x80000000u /* in references: the last one is being given back */

static struct shim_file files[FILES_MAX];
static _Atomic(unsigned) used; /* files beyond were never open */

static bool try_hold(struct shim_file *file)
{
	uint32_t references = file->references;

	while (references && references != CLOSING) {
		if (atomic_compare_exchange_weak(&file->references, &references, references + 1))
			return true;
	}
	return false;
}

struct shim_file *file_get(int fd)
{
	for (;;) {
		struct shim_file *file = file_of(fd_entry(fd));

		if (!file)
			return NULL;
		if (!try_hold(file))
			continue; /* just being closed: its entry is gone, or another file's */
		if (file_of(fd_entry(fd)) == file)
			return file;
		file_put(file);
	}
}

struct shim_file *file_hold(struct shim_file *file)
{
	file->references++;
	return file;
}

void file_put(struct shim_file *file)
{
	uint32_t references = file->references;
	struct link *link = file->link;

	while (!atomic_compare_exchange_weak(&file->references, &references,
					     references == 1 ? CLOSING : references - 1))
		;
	if (references > 1)
		return;
	if (link && file->handle && !file->dead)
		iof_session_close(link->session, file->handle);
	iof_lock(&file->lock);
	private_close(file->peer);
	private_close(file->self);
	file->peer = file->self = -1;
	file->link = NULL;
	file->handle = 0;
	iof_unlock(&file->lock);
	file->references = 0; /* free from here on */
	if (link)
		link_put(link);
}

struct shim_file *file_create(void)
{
	for (unsigned i = 0; i < FILES_MAX; i++) {
		struct shim_file *file = &files[i];
		uint32_t none = 0;

		if (file->references || !atomic_compare_exchange_strong(&file->references, &none, 1))
			continue;
		if (used <= i)
			used = i + 1;
		file->entry.kind = FD_DEVICE;
		file->dead = file->shared = false;
		file->link = NULL;
		file->handle = 0;
		file->peer = file->self = -1;
		memset(file->watches, 0, sizeof file->watches);
		file->watched = file->stale = false;
		file->kept = file->wanted = file->told = file->armed = 0;
		file->sleepers = 0;
		return file;
	}
	return NULL;
}

struct shim_file *file_slot(unsigned index)
{
	return &files[index];
}

unsigned file_count(void)
{
	return used;
}

struct shim_file *file_at(unsigned index)
{
	return try_hold(&files[index]) ? &files[index] : NULL;
}

bool file_any(void)
{
	for (unsigned i = 0; i < used; i++) {
		if (files[i].references)
			return true;
	}
	return false;
}

bool file_nonblock(struct shim_file *file, int fd)
{
	long flags;

	if (!file->shared)
		return file->status & O_NONBLOCK;
	flags = iof_sys(SYS_fcntl, fd, F_GETFL);
	return flags >= 0 && flags & O_NONBLOCK;
}
