/* SPDX-License-Identifier: MIT */
#include "cuse.h"

#include <cuse_lowlevel.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static struct device *device_of(struct node *node)
{
	return (struct device *)node;
}

/* The number that the kernel gave the node, from sysfs; "/" in a name is "!" there. */
static int node_number(const struct node *node, dev_t *number)
{
	char path[32 + OPTIONS_NAME_MAX], text[32] = "";
	unsigned major, minor;
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "/sys/class/cuse/%s/dev", node->name);
	for (char *at = strchr(path + strlen("/sys/class/cuse/"), '/'); at && strcmp(at, "/dev") != 0;
	     at = strchr(at, '/'))
		*at = '!';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0 || sscanf(text, "%u:%u", &major, &minor) != 2)
		return -EIO;
	*number = makedev(major, minor);
	return 0;
}

/* Owner and mode, of a node that is really ours: a folder below /dev might hold something else by now. */
static void set_permissions(const struct node *node)
{
	const char *path = node->path;
	struct stat stat;
	dev_t number = 0;
	int ret = node_number(node, &number);

	if (!ret && lstat(path, &stat) < 0)
		ret = -errno;
	if (!ret && (!S_ISCHR(stat.st_mode) || stat.st_rdev != number))
		ret = -EEXIST;
	/* In this order it takes CAP_CHOWN only: the node is root's until the second step. */
	if (!ret && chmod(path, (mode_t)node->mode) < 0)
		ret = -errno;
	if (!ret && (node->uid != (uid_t)-1 || node->gid != (gid_t)-1) && chown(path, node->uid, node->gid) < 0)
		ret = -errno;
	if (ret)
		iof_log(IOF_LOG_WARNING, "%s: cannot set owner and mode: %s", path, strerror(-ret));
}

/* The kernel has taken the reply to CUSE_INIT, and with it made the node. */
static void on_init_done(void *userdata)
{
	struct device *device = userdata;
	const struct node *node = &device->node;
	dev_t number = 0;

	if (node_number(node, &number))
		return; /* it refused: the session ends, see on_request() */
	device->exists = true;
	set_permissions(node);
	iof_log(IOF_LOG_NOTICE, "%s is the host's %s (%u:%u)", node->path, node->device, major(number), minor(number));
}

static void on_open(fuse_req_t req, struct fuse_file_info *info)
{
	struct device *device = fuse_req_userdata(req);

	file_open(&device->node, req, info);
}

static const struct cuse_lowlevel_ops operations = {
	.init_done = on_init_done,
	.open = on_open,
	.release = file_release,
	.read = front_read,
	.write = front_write,
	.ioctl = front_ioctl,
	.poll = front_poll,
};

void device_stop(struct node *node)
{
	struct device *device = device_of(node);

	if (!node->started)
		return;
	loop_forget(&node->front->loop, &device->source);
	calls_abandon(node);
	files_abandon(node);
	fuse_session_destroy(device->session); /* closes its /dev/cuse, and the kernel removes the node */
	node->started = device->exists = false;
}

/* The kernel has ended the session: it refused the node, or someone wrote to /sys/class/cuse/NAME/abort. */
static void ended(struct device *device)
{
	struct node *node = &device->node;
	bool existed = device->exists;

	device_stop(node);
	if (existed || !device->major) {
		iof_log(IOF_LOG_ERR, "%s: %s", node->path,
			existed ? "aborted; it comes back with the next connection" : "the kernel refuses this node");
		return;
	}
	iof_log(IOF_LOG_WARNING, "%s: device number %u:%u is taken; using a free one", node->path, device->major,
		device->minor);
	device->major = device->minor = 0;
	(void)device_start(node);
}

/* One request a turn: the next one is as likely another node's. */
static void on_request(void *context, uint32_t events)
{
	struct device *device = context;
	struct front *front = device->node.front;
	int got = fuse_session_receive_buf(device->session, &front->buffer);

	(void)events;
	if (got > 0)
		fuse_session_process_buf(device->session, &front->buffer);
	if (fuse_session_exited(device->session))
		ended(device);
}

int device_start(struct node *node)
{
	struct device *device = device_of(node);
	char devname[16 + OPTIONS_NAME_MAX], mountpoint[32];
	const char *info_argv[] = {devname};
	struct cuse_info info = {
		.dev_major = device->major,
		.dev_minor = device->minor,
		.dev_info_argc = 1,
		.dev_info_argv = info_argv,
		.flags = CUSE_UNRESTRICTED_IOCTL,
	};
	char program[] = "ioferry-cuse", *argv[] = {program, NULL};
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	int fd, ret;

	(void)snprintf(devname, sizeof(devname), "DEVNAME=%s", node->name);
	fd = open("/dev/cuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		ret = -errno;
		iof_log(IOF_LOG_ERR, "/dev/cuse: %s%s", strerror(-ret), ret == -ENOENT ? " (modprobe cuse)" : "");
		return ret;
	}
	device->session = cuse_lowlevel_new(&args, &info, &operations, device);
	fuse_opt_free_args(&args);
	if (!device->session) {
		close(fd);
		return -ENOMEM;
	}
	node->started = true;
	/*
	 * cuse_lowlevel_setup() would also take the process's signal handlers and working directory; naming a
	 * descriptor as mount point gives a session this /dev/cuse and does nothing else.
	 */
	(void)snprintf(mountpoint, sizeof(mountpoint), "/dev/fd/%d", fd);
	ret = fuse_session_mount(device->session, mountpoint) ? -EIO : 0;
	device->source = (struct loop_source){.fd = fd, .ready = on_request, .context = device};
	if (!ret)
		ret = loop_watch(&node->front->loop, &device->source, EPOLLIN);
	else
		close(fd);
	if (ret)
		device_stop(node);
	return ret;
}

bool device_name_is_free(const struct node *node)
{
	struct stat stat;

	/* The kernel itself would only warn in its log. */
	return lstat(node->path, &stat) < 0 && errno == ENOENT;
}

void device_init(struct node *node, const struct iof_device *offered, const struct options_device *wish)
{
	struct device *device = device_of(node);

	device->major = offered->major <= 4095 ? offered->major : 0;
	device->minor = offered->minor <= 0xfffff ? offered->minor : 0;
	if (wish && wish->major >= 0) {
		device->major = (uint32_t)wish->major;
		device->minor = (uint32_t)wish->minor;
	}
}

/* Not the number: a node would have to go for that. */
void device_changed(struct node *node)
{
	if (device_of(node)->exists)
		set_permissions(node);
}
