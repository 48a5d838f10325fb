/* SPDX-License-Identifier: MIT */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

void node_log(struct node *node, enum iof_log_level level, const char *format, ...)
{
	uint32_t dropped;
	char line[512];
	va_list list;

	if (!iof_log_allowed(&node->limit, 10, 10000, &dropped))
		return;
	va_start(list, format);
	(void)vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (dropped)
		iof_log(level, "/dev/%s: %s (%u lines left out)", node->name, line, dropped);
	else
		iof_log(level, "/dev/%s: %s", node->name, line);
}

static void node_path(const struct node *node, char *path, size_t size)
{
	(void)snprintf(path, size, "/dev/%s", node->name);
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
	char path[16 + OPTIONS_NAME_MAX];
	struct stat stat;
	dev_t number = 0;
	int ret = node_number(node, &number);

	node_path(node, path, sizeof(path));
	if (!ret && lstat(path, &stat) < 0)
		ret = -errno;
	if (!ret && (!S_ISCHR(stat.st_mode) || stat.st_rdev != number))
		ret = -EEXIST;
	/* In this order it takes CAP_CHOWN only: the node is root's until the second step. */
	if (!ret && chmod(path, (mode_t)node->mode & 0777) < 0)
		ret = -errno;
	if (!ret && (node->uid != (uid_t)-1 || node->gid != (gid_t)-1) && chown(path, node->uid, node->gid) < 0)
		ret = -errno;
	if (ret)
		iof_log(IOF_LOG_WARNING, "%s: cannot set owner and mode: %s", path, strerror(-ret));
}

/* The kernel has taken the reply to CUSE_INIT, and with it made the node. */
static void on_init_done(void *userdata)
{
	struct node *node = userdata;
	dev_t number = 0;

	if (node_number(node, &number))
		return; /* it refused: the session ends, see on_request() */
	node->exists = true;
	set_permissions(node);
	iof_log(IOF_LOG_NOTICE, "/dev/%s is the host's %s (%u:%u)", node->name, node->device, major(number),
		minor(number));
}

static const struct cuse_lowlevel_ops operations = {
	.init_done = on_init_done,
	.open = file_open,
	.release = file_release,
	.read = front_read,
	.write = front_write,
	.ioctl = front_ioctl,
	.poll = front_poll,
};

static int node_start(struct node *node);

static void node_stop(struct node *node)
{
	if (!node->session)
		return;
	loop_forget(&node->front->loop, &node->source);
	calls_abandon(node);
	files_abandon(node);
	fuse_session_destroy(node->session); /* closes its /dev/cuse, and the kernel removes the node */
	node->session = NULL;
	node->exists = false;
}

/* The kernel has ended the session: it refused the node, or someone wrote to /sys/class/cuse/NAME/abort. */
static void node_ended(struct node *node)
{
	bool existed = node->exists;

	node_stop(node);
	if (existed || !node->major) {
		iof_log(IOF_LOG_ERR, "/dev/%s: %s", node->name,
			existed ? "aborted; it comes back with the next connection" : "the kernel refuses this node");
		return;
	}
	iof_log(IOF_LOG_WARNING, "/dev/%s: device number %u:%u is taken; using a free one", node->name, node->major,
		node->minor);
	node->major = node->minor = 0;
	(void)node_start(node);
}

/* One request a turn: the next one is as likely another node's. */
static void on_request(void *context, uint32_t events)
{
	struct node *node = context;
	struct front *front = node->front;
	int got = fuse_session_receive_buf(node->session, &front->buffer);

	(void)events;
	if (got > 0)
		fuse_session_process_buf(node->session, &front->buffer);
	if (fuse_session_exited(node->session))
		node_ended(node);
}

static int node_start(struct node *node)
{
	char devname[16 + OPTIONS_NAME_MAX], mountpoint[32];
	const char *info_argv[] = {devname};
	struct cuse_info info = {
		.dev_major = node->major,
		.dev_minor = node->minor,
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
	node->session = cuse_lowlevel_new(&args, &info, &operations, node);
	fuse_opt_free_args(&args);
	if (!node->session) {
		close(fd);
		return -ENOMEM;
	}
	/*
	 * cuse_lowlevel_setup() would also take the process's signal handlers and working directory; naming a
	 * descriptor as mount point gives a session this /dev/cuse and does nothing else.
	 */
	(void)snprintf(mountpoint, sizeof(mountpoint), "/dev/fd/%d", fd);
	ret = fuse_session_mount(node->session, mountpoint) ? -EIO : 0;
	node->source = (struct loop_source){.fd = fd, .ready = on_request, .context = node};
	if (!ret)
		ret = loop_watch(&node->front->loop, &node->source, EPOLLIN);
	else
		close(fd);
	if (ret)
		node_stop(node);
	return ret;
}

static struct node *node_find(struct front *front, const char *device)
{
	for (struct node *node = front->nodes; node; node = node->next)
		if (strcmp(node->device, device) == 0)
			return node;
	return NULL;
}

/* Whether the name is free: the kernel itself would only warn in its log. */
static bool name_is_free(const struct front *front, const struct node *wanted)
{
	char path[16 + OPTIONS_NAME_MAX];
	struct stat stat;

	for (const struct node *node = front->nodes; node; node = node->next)
		if (strcmp(node->name, wanted->name) == 0)
			return false;
	node_path(wanted, path, sizeof(path));
	return lstat(path, &stat) < 0 && errno == ENOENT;
}

static void apply_wishes(struct node *node, const struct iof_device *device, const struct options_device *wish)
{
	node->mode = device->mode;
	node->major = device->major <= 4095 ? device->major : 0;
	node->minor = device->minor <= 0xfffff ? device->minor : 0;
	node->uid = (uid_t)-1;
	node->gid = (gid_t)-1;
	if (!wish)
		return;
	node->uid = wish->uid;
	node->gid = wish->gid;
	if (wish->mode >= 0)
		node->mode = (uint32_t)wish->mode;
	if (wish->major >= 0) {
		node->major = (uint32_t)wish->major;
		node->minor = (uint32_t)wish->minor;
	}
}

static struct node *node_create(struct front *front, const struct iof_device *device, const struct options_device *wish)
{
	const char *name = wish && wish->node[0] ? wish->node : device->name;
	struct node *node;

	if (!options_node_name_ok(name) || strlen(device->name) >= OPTIONS_NAME_MAX) {
		iof_log(IOF_LOG_ERR, "the host offers a device '%s': not a name for a node", name);
		return NULL;
	}
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->front = front;
	(void)snprintf(node->name, sizeof(node->name), "%s", name);
	(void)snprintf(node->device, sizeof(node->device), "%s", device->name);
	apply_wishes(node, device, wish);
	if (!name_is_free(front, node)) {
		iof_log(IOF_LOG_ERR, "/dev/%s exists already and is not ours: the host's %s gets no node", name,
			device->name);
		free(node);
		return NULL;
	}
	if (node_start(node)) {
		free(node);
		return NULL;
	}
	node->next = front->nodes;
	front->nodes = node;
	return node;
}

/* The host may have been configured anew. Not the number: a node would have to go for that. */
static void update_mode(struct node *node, const struct iof_device *device, const struct options_device *wish)
{
	uint32_t mode = wish && wish->mode >= 0 ? (uint32_t)wish->mode : device->mode;

	if (mode == node->mode)
		return;
	node->mode = mode;
	if (node->exists)
		set_permissions(node);
}

static void update_one(struct front *front, const struct iof_device *device)
{
	const struct options_device *wish = options_device(&front->options, device->name);
	struct node *node = node_find(front, device->name);

	if (front->options.listed_only && !wish)
		return;
	if (!device->interface) {
		iof_log(IOF_LOG_WARNING, "%s: the host's interface %s is not in this build", device->name,
			device->interface_name);
		return;
	}
	if (!node)
		node = node_create(front, device, wish);
	else
		update_mode(node, device, wish);
	if (!node)
		return;
	if (!node->session)
		(void)node_start(node);
	node->offered = device;
	node->withdrawn = false;
}

/* Whether somebody has it open, or is at it. */
static bool is_used(const struct node *node)
{
	for (const struct file *file = node->front->files; file; file = file->next)
		if (file->node == node)
			return true;
	for (const struct call *call = node->front->calls; call; call = call->next)
		if (call->node == node)
			return true;
	return false;
}

void nodes_update(struct front *front)
{
	const struct iof_device *devices;
	size_t n = iof_session_devices(front->link.session, &devices);

	nodes_detach(front);
	for (size_t i = 0; i < n; i++)
		update_one(front, &devices[i]);
	for (struct node *node = front->nodes; node; node = node->next) {
		if (node->offered || node->withdrawn)
			continue;
		node->withdrawn = true;
		iof_log(IOF_LOG_NOTICE, "/dev/%s: the host has no %s any more; %s", node->name, node->device,
			is_used(node) ? "it is removed when it is closed" : "removed");
	}
	if (!files_update(front))
		iof_session_forget_devices(front->link.session);
}

void nodes_settle(struct front *front)
{
	struct node **at = &front->nodes;

	while (*at) {
		struct node *node = *at;

		if (!node->withdrawn || is_used(node)) {
			at = &node->next;
			continue;
		}
		*at = node->next;
		node_stop(node);
		free(node);
	}
}

void nodes_detach(struct front *front)
{
	for (struct node *node = front->nodes; node; node = node->next)
		node->offered = NULL;
}

unsigned nodes_count(const struct front *front)
{
	unsigned count = 0;

	for (const struct node *node = front->nodes; node; node = node->next)
		count += node->session != NULL;
	return count;
}

void nodes_destroy(struct front *front)
{
	while (front->nodes) {
		struct node *node = front->nodes;

		front->nodes = node->next;
		node_stop(node);
		free(node);
	}
}
