/* SPDX-License-Identifier: MIT */
/* stat() and access() of nodes and companion files that do not exist in this machine, and of open devices. */
#include "guest/preload/beside.h"
#include "guest/preload/config.h"
#include "guest/preload/device.h"
#include "guest/preload/link.h"
#include "guest/preload/real.h"
#include "guest/preload/section.h"
#include <fcntl.h>
#include <ioferry/sys.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_MAJOR 240 /* the first of those that the kernel leaves for local use; for devices that ask for none */

struct node {
	mode_t mode;
	unsigned major, minor;
	ino_t inode;
	off_t size;
};

static ino_t inode_of(const char *name)
{
	ino_t inode = 0;

	while (*name)
		inode = inode * 31 + (unsigned char)*name++;
	return inode;
}

static void describe(const struct iof_device *device, struct node *node)
{
	*node = (struct node){.mode = S_IFCHR | (device->mode & 07777),
			      .major = device->major ? device->major : LOCAL_MAJOR,
			      .minor = device->minor,
			      .inode = inode_of(device->name)};
}

/* 0, -ENODEV, or 1: not a device of the host. */
static int node_of_name(const char *name, struct node *node)
{
	struct section *section = section_enter();
	const struct iof_device *device;
	struct link *link;
	enum name_state state = name_look_up(name, &link, &device);

	if (state == NAME_OFFERED) {
		describe(device, node);
		link_put(link);
	}
	section_leave(section, false);
	/* A node outlives its device: it is only open() that says ENODEV. But there is nothing to describe. */
	return state == NAME_OFFERED ? 0 : state == NAME_AWAY ? -ENOENT : 1;
}

static int node_of_fd(int fd, struct node *node)
{
	struct section *section;
	struct shim_file *file;

	if (!file_of(fd_entry(fd)))
		return 1;
	section = section_enter();
	file = file_get(fd);
	if (file) {
		describe(file->device, node);
		file_put(file);
	}
	section_leave(section, false);
	return file ? 0 : 1;
}

/* A companion file, or a folder with some; 1: neither. */
static int node_beside(const char *path, struct node *node)
{
	size_t length;
	char *text;
	int error = beside_text(path, &text, &length);

	if (error && error != -EISDIR)
		return 1;
	*node = (struct node){.mode = error ? S_IFDIR | 0555 : S_IFREG | 0444, .inode = inode_of(path)};
	if (!error) {
		node->size = (off_t)length;
		free(text);
	}
	return 0;
}

/* Before the kernel is asked. 1: ask it. */
static int node_first(const char *path, struct node *node)
{
	char name[NAME_SIZE];

	return name_of_path(path, name) ? node_of_name(name, node) : node_beside(path, node);
}

/* After the kernel has denied the path. 1: leave it at that. */
static int node_denied(int directory, const char *path, struct node *node)
{
	int saved = errno, found = 1;
	char name[NAME_SIZE];

	if (saved == ENOENT && !name_of_path(path, name) && name_resolve(directory, path, name))
		found = node_of_name(name, node);
	errno = saved;
	return found;
}

static struct timespec now_coarse(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now;
}

#define FILL(type)                                                                                                     \
	static int fill_##type(const struct node *node, struct type *status)                                           \
	{                                                                                                              \
		memset(status, 0, sizeof *status);                                                                     \
		status->st_dev = SHIM_DEV;                                                                             \
		status->st_ino = (__typeof__(status->st_ino))node->inode;                                              \
		status->st_mode = node->mode;                                                                          \
		status->st_nlink = 1;                                                                                  \
		status->st_uid = (uid_t)iof_sys(SYS_geteuid);                                                          \
		status->st_gid = (gid_t)iof_sys(SYS_getegid);                                                          \
		status->st_rdev = makedev(node->major, node->minor);                                                   \
		status->st_blksize = 4096;                                                                             \
		status->st_size = (__typeof__(status->st_size))node->size;                                             \
		status->st_atim = status->st_mtim = status->st_ctim = now_coarse();                                    \
		return 0;                                                                                              \
	}

FILL(stat)
FILL(stat64)

/* A function of a path: first looks for a device before the kernel is asked, and answer is what one gets. */
#define BY_PATH(name, parameters, arguments, first, directory, answer)                                                 \
	int name parameters;                                                                                           \
	INTERPOSE int name parameters                                                                                  \
	{                                                                                                              \
		struct node node;                                                                                      \
		int found = first;                                                                                     \
                                                                                                                       \
		if (found > 0) {                                                                                       \
			int result = real()->name arguments;                                                           \
                                                                                                                       \
			found = result < 0 ? node_denied(directory, path, &node) : 1;                                  \
			if (found)                                                                                     \
				return result;                                                                         \
		}                                                                                                      \
		return (int)shim_result(found < 0 ? found : answer);                                                   \
	}

#define STAT_PATH(name, type, parameters, arguments)                                                                   \
	BY_PATH(name, parameters, arguments, node_first(path, &node), AT_FDCWD, fill_##type(&node, status))

STAT_PATH(stat, stat, (const char *restrict path, struct stat *restrict status), (path, status))
STAT_PATH(stat64, stat64, (const char *restrict path, struct stat64 *restrict status), (path, status))
STAT_PATH(lstat, stat, (const char *restrict path, struct stat *restrict status), (path, status))
STAT_PATH(lstat64, stat64, (const char *restrict path, struct stat64 *restrict status), (path, status))
STAT_PATH(__xstat, stat, (int version, const char *path, struct stat *status), (version, path, status))
STAT_PATH(__xstat64, stat64, (int version, const char *path, struct stat64 *status), (version, path, status))
STAT_PATH(__lxstat, stat, (int version, const char *path, struct stat *status), (version, path, status))
STAT_PATH(__lxstat64, stat64, (int version, const char *path, struct stat64 *status), (version, path, status))

#define STAT_FD(name, type, parameters, arguments)                                                                     \
	int name parameters;                                                                                           \
	INTERPOSE int name parameters                                                                                  \
	{                                                                                                              \
		struct node node;                                                                                      \
                                                                                                                       \
		if (!device_visible(fd))                                                                               \
			return (int)shim_result(-EBADF);                                                               \
		return node_of_fd(fd, &node) ? real()->name arguments : fill_##type(&node, status);                    \
	}

STAT_FD(fstat, stat, (int fd, struct stat *status), (fd, status))
STAT_FD(fstat64, stat64, (int fd, struct stat64 *status), (fd, status))
STAT_FD(__fxstat, stat, (int version, int fd, struct stat *status), (version, fd, status))
STAT_FD(__fxstat64, stat64, (int version, int fd, struct stat64 *status), (version, fd, status))

/* As node_first(), of the *at() functions. */
static int node_at(int fd, const char *path, int flags, struct node *node)
{
	bool empty = (flags & AT_EMPTY_PATH) && path && !*path;

	return empty ? node_of_fd(fd, node) : node_first(path, node);
}

#define STAT_AT(name, type, parameters, arguments)                                                                     \
	BY_PATH(name, parameters, arguments, node_at(fd, path, flags, &node), fd, fill_##type(&node, status))

STAT_AT(fstatat, stat, (int fd, const char *restrict path, struct stat *restrict status, int flags),
	(fd, path, status, flags))
STAT_AT(fstatat64, stat64, (int fd, const char *restrict path, struct stat64 *restrict status, int flags),
	(fd, path, status, flags))
STAT_AT(__fxstatat, stat, (int version, int fd, const char *path, struct stat *status, int flags),
	(version, fd, path, status, flags))
STAT_AT(__fxstatat64, stat64, (int version, int fd, const char *path, struct stat64 *status, int flags),
	(version, fd, path, status, flags))

static int fill_statx(const struct node *node, struct statx *status)
{
	struct timespec now = now_coarse();

	memset(status, 0, sizeof *status);
	status->stx_mask = STATX_BASIC_STATS;
	status->stx_blksize = 4096;
	status->stx_nlink = 1;
	status->stx_uid = (uid_t)iof_sys(SYS_geteuid);
	status->stx_gid = (gid_t)iof_sys(SYS_getegid);
	status->stx_mode = (__u16)node->mode;
	status->stx_ino = node->inode;
	status->stx_rdev_major = node->major;
	status->stx_rdev_minor = node->minor;
	status->stx_size = (__u64)node->size;
	status->stx_dev_major = major(SHIM_DEV);
	status->stx_dev_minor = minor(SHIM_DEV);
	status->stx_atime.tv_sec = status->stx_mtime.tv_sec = status->stx_ctime.tv_sec = now.tv_sec;
	return 0;
}

STAT_AT(statx, statx, (int fd, const char *restrict path, int flags, unsigned mask, struct statx *restrict status),
	(fd, path, flags, mask, status))

/* The caller is the owner; root may read and write anything, and execute what anybody may. */
static int check(const struct node *node, int mode)
{
	unsigned bits = node->mode >> 6 & 7;

	if (mode & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	if (!iof_sys(SYS_geteuid))
		bits = 6 | (node->mode & 0111 ? 1 : 0);
	return (unsigned)mode & ~bits ? -EACCES : 0;
}

#define ACCESS(name, parameters, arguments, directory)                                                                 \
	BY_PATH(name, parameters, arguments, node_first(path, &node), directory, check(&node, mode))

ACCESS(access, (const char *path, int mode), (path, mode), AT_FDCWD)
ACCESS(eaccess, (const char *path, int mode), (path, mode), AT_FDCWD)
ACCESS(euidaccess, (const char *path, int mode), (path, mode), AT_FDCWD)
ACCESS(faccessat, (int directory, const char *path, int mode, int flags), (directory, path, mode, flags), directory)
