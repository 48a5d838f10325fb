/* SPDX-License-Identifier: MIT */
#include "mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Newer than some headers; a kernel that does not know it looks away. */
#ifndef FOPEN_PARALLEL_DIRECT_WRITES
#define FOPEN_PARALLEL_DIRECT_WRITES (1u << 6)
#endif

/*
 * A file that behaves as a device does: nothing of it is cached, it has no position (for which a read that waits would
 * keep other threads' calls out), and neither a write that waits nor close() keeps anybody out.
 */
#define OPEN_FLAGS (FOPEN_DIRECT_IO | FOPEN_STREAM | FOPEN_NOFLUSH | FOPEN_PARALLEL_DIRECT_WRITES)

/* The kernel may send this many releases before one is answered. Further ones would be overtaken by opens. */
#define CLOSING_MAX 1024

static void on_init(void *userdata, struct fuse_conn_info *connection)
{
	(void)userdata;
	connection->max_write = MEMORY_BYTES;
	connection->max_background = CLOSING_MAX;
	/* O_TRUNC is then a request of its own, which changes nothing. */
	connection->want &= ~(unsigned)FUSE_CAP_ATOMIC_O_TRUNC;
}

static void on_open(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info)
{
	struct node *node = tree_node(fuse_req_userdata(req), number);

	if (node)
		file_open(node, req, info);
	else
		fuse_reply_err(req, ENODEV); /* through a bind mount, which stays when the device is gone */
}

static void on_release(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info)
{
	(void)number;
	file_release(req, info);
}

static void on_read(fuse_req_t req, fuse_ino_t number, size_t size, off_t offset, struct fuse_file_info *info)
{
	(void)number;
	front_read(req, size, offset, info);
}

/* With O_APPEND the kernel sends the file's size as offset, which is no continuation of anything. */
static void on_write(fuse_req_t req, fuse_ino_t number, const char *bytes, size_t size, off_t offset,
		     struct fuse_file_info *info)
{
	(void)number;
	front_write(req, bytes, size, info->flags & O_APPEND ? 0 : offset, info);
}

static void on_ioctl(fuse_req_t req, fuse_ino_t number, int command, void *argument, struct fuse_file_info *info,
		     unsigned flags, const void *in, size_t in_size, size_t out_size)
{
	(void)number;
	if (flags & FUSE_IOCTL_DIR)
		fuse_reply_err(req, ENOTTY);
	else
		front_ioctl(req, command, argument, info, flags, in, in_size, out_size);
}

static void on_poll(fuse_req_t req, fuse_ino_t number, struct fuse_file_info *info, struct fuse_pollhandle *handle)
{
	(void)number;
	front_poll(req, info, handle);
}

static const struct fuse_lowlevel_ops operations = {
	.init = on_init,
	.lookup = tree_lookup,
	.forget = tree_forget,
	.getattr = tree_getattr,
	.setattr = tree_setattr,
	.opendir = folder_open,
	.readdir = folder_read,
	.releasedir = folder_release,
	.open = on_open,
	.release = on_release,
	.read = on_read,
	.write = on_write,
	.ioctl = on_ioctl,
	.poll = on_poll,
};

/* fuse_reply_open() of this libfuse knows fewer flags than the kernel; the reply is a structure and nothing else. */
int mount_reply_open(fuse_req_t req, const struct fuse_file_info *info)
{
	const struct fuse_open_out reply = {.fh = info->fh, .open_flags = OPEN_FLAGS};

	return fuse_reply_buf(req, (const char *)&reply, sizeof(reply));
}

static void on_request(void *context, uint32_t events)
{
	struct mount *mount = context;
	struct front *front = &mount->front;
	int got = fuse_session_receive_buf(mount->session, &front->buffer);

	(void)events;
	if (got > 0)
		fuse_session_process_buf(mount->session, &front->buffer);
	if (!fuse_session_exited(mount->session))
		return;
	iof_log(IOF_LOG_NOTICE, "%s was unmounted", front->options.folder);
	front->loop.stop = true;
}

static int watch(struct mount *mount)
{
	int fd = fuse_session_fd(mount->session);

	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	mount->source = (struct loop_source){.fd = fd, .ready = on_request, .context = mount};
	return loop_watch(&mount->front.loop, &mount->source, EPOLLIN);
}

int mount_start(struct front *front)
{
	struct mount *mount = (struct mount *)front;
	const struct options *options = &front->options;
	char program[] = "ioferry-fuse", shared[] = "-odefault_permissions,fsname=ioferry,subtype=ioferry,allow_other",
	     own[] = "-odefault_permissions,fsname=ioferry,subtype=ioferry";
	char *argv[] = {program, options->others ? shared : own, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(2, argv);
	int ret;

	mount->root = (struct place){.number = FUSE_ROOT_ID, .folder = true};
	mount->last_number = FUSE_ROOT_ID;
	mount->uid = geteuid();
	mount->gid = getegid();
	(void)clock_gettime(CLOCK_REALTIME, &mount->since);
	mount->session = fuse_session_new(&args, &operations, sizeof(operations), mount);
	fuse_opt_free_args(&args);
	if (!mount->session)
		return -ENOMEM;
	/* libfuse logs what the matter is. Root mounts by itself, others by fusermount3. */
	if (fuse_session_mount(mount->session, options->folder)) {
		fuse_session_destroy(mount->session);
		mount->session = NULL;
		return -ENODEV;
	}
	ret = watch(mount);
	if (ret)
		mount_stop(front);
	return ret;
}

void mount_stop(struct front *front)
{
	struct mount *mount = (struct mount *)front;

	if (!mount->session)
		return;
	loop_forget(&front->loop, &mount->source);
	fuse_session_unmount(mount->session);
	fuse_session_destroy(mount->session);
	mount->session = NULL;
	tree_destroy(mount);
}
