/* SPDX-License-Identifier: MIT */
#include "guest/preload/device.h"
#include "guest/common/outcome.h"
#include "guest/preload/call.h"
#include "guest/preload/link.h"
#include "guest/preload/pair.h"
#include "guest/preload/readiness.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include "guest/preload/watch.h"
#include <dirent.h>
#include <fcntl.h>
#include <ioferry/log.h>
#include <ioferry/sys.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A page of its own, which the kernel clears in a forked child, however it was forked. */
static struct process_page {
	pid_t owner; /* of this memory */
} * process_page;

long shim_result(long result)
{
	if (result >= 0 || result < OUTCOME_ERRNO_LAST)
		return result;
	errno = (int)-result;
	return -1;
}

void device_note_process(void)
{
	static struct process_page plain;
	void *page = process_page;

	if (!page) {
		page = mmap(NULL, sizeof plain, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED || madvise(page, sizeof plain, MADV_WIPEONFORK))
			page = &plain;
		process_page = page;
	}
	process_page->owner = (pid_t)iof_sys(SYS_getpid);
}

bool device_in_vfork(void)
{
	return process_page && (pid_t)iof_sys(SYS_getpid) != process_page->owner;
}

void device_check_process(void)
{
	if (__builtin_expect(!process_page || process_page->owner, 1))
		return;
	section_forked();
	device_forked(false);
}

/* A new file around a new pair, with no handle yet and one reference. */
static int create(int flags, struct shim_file **out, int *fd)
{
	struct shim_file *file = file_create();
	struct pair pair;
	int error;

	if (!file)
		return -EMFILE;
	error = pair_create(flags, &pair);
	if (error) {
		file_put(file);
		return error;
	}
	file->flags = flags;
	file->status = flags & O_NONBLOCK;
	file->self = pair.self;
	file->peer = pair.peer;
	file->inode = pair.inode;
	*fd = pair.application;
	*out = file;
	return 0;
}

static void label(const struct shim_file *file, int fd)
{
	struct pair_label label = {.token = file->token, .flags = (uint32_t)file->flags};

	memcpy(label.name, file->name, sizeof label.name);
	pair_label_set(fd, &label);
}

static int open_offered(struct section *section, struct link *link, const struct iof_device *device, int flags)
{
	struct shim_file *file;
	int fd, error;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	error = create(flags, &file, &fd);
	if (error)
		return error;
	error = call_open(section, link, device->name, flags, &file->handle, &file->token);
	if (error) {
		iof_close(fd);
		file_put(file);
		return error;
	}
	file->device = device;
	file->link = link_hold(link);
	(void)snprintf(file->name, sizeof file->name, "%s", device->name);
	label(file, fd);
	device_set(fd, &file->entry);
	file_put(file);
	return fd;
}

bool device_open(const char *name, int flags, int *result)
{
	const struct iof_device *device;
	struct section *section;
	enum name_state state;
	struct link *link;

	if (flags & O_PATH)
		return false;
	section = section_enter_cancellable();
	state = name_look_up(name, &link, &device);
	if (state == NAME_OFFERED) {
		*result = open_offered(section, link, device, flags);
		link_put(link);
	} else if (state == NAME_AWAY) {
		*result = -ENODEV;
	}
	section_leave(section, state == NAME_OFFERED && *result == -EINTR);
	return state != NAME_FOREIGN;
}

static const struct fd_entry *hold(const struct fd_entry *entry)
{
	if (entry && entry->kind == FD_EPOLL)
		return watch_set_hold(entry);
	return file_of(entry) ? &file_hold(file_of(entry))->entry : entry;
}

static void put(const struct fd_entry *entry)
{
	if (entry && entry->kind == FD_EPOLL)
		watch_set_put(entry);
	else if (file_of(entry))
		file_put(file_of(entry));
}

void device_set(int fd, const struct fd_entry *entry)
{
	const struct fd_entry *held = hold(entry), *former;

	if (!fd_entry_set(fd, held, &former))
		put(held);
	put(former);
}

void device_forget(int fd)
{
	struct section *section = section_enter();

	device_set(fd, NULL);
	section_leave(section, false);
}

void device_duplicated(int of, int fd)
{
	struct section *section = section_enter();
	struct shim_file *file = file_get(of);

	device_set(fd, file ? &file->entry : fd_entry(of));
	if (file)
		file_put(file);
	section_leave(section, false);
}

/* The file of this process that was made for another descriptor of the same open. */
static struct shim_file *find_inode(ino_t inode)
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_at(i);

		if (file && file->inode == inode)
			return file;
		if (file)
			file_put(file);
	}
	return NULL;
}

/* A handle of this process's own on an open that another one shares with it. */
static void attach(struct shim_file *file, bool shared)
{
	static const struct iof_device unknown = {.name = "?", .interface_name = "?"};
	struct link *link;

	file->shared = true;
	file->device = &unknown;
	if (link_get(&link)) {
		readiness_dead(file);
		return;
	}
	if (link_attach(link, file, shared))
		readiness_dead(file);
	link_put(link);
}

/* Puts a new pair in the place of the inherited descriptor, whose other end is another process's. */
static struct shim_file *replace(int fd, const struct pair_label *label, bool shared)
{
	long status = iof_sys(SYS_fcntl, fd, F_GETFL);
	int flags = (int)((label->flags & ~(uint32_t)O_NONBLOCK) | ((uint32_t)status & O_NONBLOCK));
	struct shim_file *file;
	ino_t inode = pair_inode(fd);
	int fresh;

	if (create(flags | O_CLOEXEC, &file, &fresh))
		return NULL;
	file->flags = (int)label->flags;
	file->inode = inode; /* the next descriptor of the same open finds this file by it */
	file->token = label->token;
	memcpy(file->name, label->name, sizeof file->name);
	attach(file, shared);
	pair_label_set(fresh, label);
	iof_close(fresh); /* file->self is the same */
	return file;
}

bool device_adopt(int fd, bool shared)
{
	struct pair_label label;
	struct shim_file *file;
	long cloexec;
	bool known;

	if (fd_entry(fd) || !pair_label_get(fd, &label))
		return false;
	file = find_inode(pair_inode(fd));
	known = file != NULL;
	if (!file)
		file = replace(fd, &label, shared);
	if (!file)
		return false;
	if (pair_inode(file->self) != pair_inode(fd)) {
		cloexec = iof_sys(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC;
		iof_sys(SYS_dup3, file->self, fd, cloexec ? O_CLOEXEC : 0);
	}
	device_set(fd, &file->entry);
	file_put(file);
	return known;
}

void device_adopt_inherited(void)
{
	struct section *section = section_enter();
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (*entry->d_name >= '0' && *entry->d_name <= '9')
			(void)device_adopt(atoi(entry->d_name), true);
	}
	if (directory)
		closedir(directory);
	section_leave(section, false);
}

/* Other threads' calls and half-made opens are the parent's: what counts here are the descriptors. */
static void count_references(void)
{
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_slot(i);

		file->references = 0;
		file->lock = (struct iof_lock){0};
	}
	for (int fd = fd_entry_next(0); fd >= 0; fd = fd_entry_next(fd + 1)) {
		if (file_of(fd_entry(fd)))
			file_of(fd_entry(fd))->references++;
	}
}

void device_forked(bool shared)
{
	device_note_process();
	link_forked();
	call_pool_forked();
	watch_forked();
	count_references();
	for (unsigned i = 0; i < file_count(); i++) {
		struct shim_file *file = file_slot(i);

		file->link = NULL;
		file->handle = 0;
		file->armed = 0;
		file->stale = true;
		if (!file->references) {
			private_close(file->peer);
			private_close(file->self);
			file->peer = file->self = -1;
		} else if (!file->dead) {
			attach(file, shared);
		}
	}
}

void device_before_fork(void)
{
	for (unsigned i = 0; i < file_count(); i++)
		file_slot(i)->shared = true;
}
