/* SPDX-License-Identifier: MIT */
/* The real node: one guest open is one open of it. */
#include "complaints.h"
#include "credentials.h"
#include "host/backend.h"
#include "reactor.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

struct chardev {
	struct host_device base;
	const char *path;
	struct credentials *credentials;
	struct complaints complaints;
	struct reactor reactor;
};

struct chardev_file {
	struct host_file base;
	int fd;
	_Atomic bool nonblock;
	struct reactor_entry entry;
};

/* What open(2) gets of the guest. No O_CREAT or O_TRUNC: a node is opened, never made. */
#define GUEST_FLAGS (O_ACCMODE | O_EXCL | O_NONBLOCK | O_APPEND | O_DSYNC | O_SYNC)

/*
 * Numbers that the kernel's do_vfs_ioctl() takes for itself before a driver sees them. Issued on a node they act
 * on the daemon's descriptor or on the file system that holds the node (FIFREEZE would freeze /dev), and some
 * give a false success (FIGETBSZ is can4linux' CAN_IOCTL_SEND).
 */
static bool is_taken_by_vfs(uint32_t number)
{
	switch (number) {
	case FIOCLEX:
	case FIONCLEX:
	case FIONBIO:
	case FIOASYNC:
	case FIOQSIZE:
	case FIFREEZE:
	case FITHAW:
	case FIGETBSZ:
	case FICLONE:
	case FICLONERANGE:
	case FIDEDUPERANGE:
	case FS_IOC_FIEMAP:
	case FS_IOC_GETFLAGS:
	case FS_IOC_SETFLAGS:
	case FS_IOC_FSGETXATTR:
	case FS_IOC_FSSETXATTR: return true;
	default: return false;
	}
}

static struct chardev *device_of(const struct host_file *file)
{
	return (struct chardev *)file->device;
}

static struct chardev_file *file_of(struct host_file *file)
{
	return (struct chardev_file *)file;
}

/* Asked before the open too: opening a FIFO would wait, opening other things may do worse. */
static int check_kind(struct chardev *chardev, const struct stat *node)
{
	if (S_ISCHR(node->st_mode))
		return 0;
	complain(&chardev->complaints, "%s is no character device; set 'path' to one", chardev->path);
	return -ENODEV;
}

static int open_node(struct chardev *chardev, int flags)
{
	struct stat node;
	int fd, error;

	if (stat(chardev->path, &node) < 0)
		return -errno;
	error = check_kind(chardev, &node);
	if (error)
		return error;
	fd = open(chardev->path, (flags & GUEST_FLAGS) | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	error = fstat(fd, &node) < 0 ? -errno : check_kind(chardev, &node);
	if (error) {
		(void)close(fd);
		return error;
	}
	return fd;
}

struct version_context {
	struct chardev *chardev;
	const struct iof_interface *interface;
};

/* On an open of the daemon's own, before a guest has one. */
static int64_t ask_version(void *context, uint32_t number, uint64_t argument)
{
	const struct version_context *of = context;
	const struct iof_command *command = iof_interface_command(of->interface, IOF_LAYOUT_LP64, number);
	int64_t result = command ? credentials_enter(of->chardev->credentials, &of->chardev->complaints) : -ENOTTY;
	int fd;

	if (result < 0)
		return result;
	fd = open_node(of->chardev, O_RDWR | O_NONBLOCK);
	result = fd;
	if (fd >= 0) {
		result = ioctl(fd, command->number[IOF_ABI_LAYOUT(IOF_ABI_NATIVE)], (unsigned long)argument);
		result = result < 0 ? -errno : result;
		(void)close(fd);
	}
	credentials_leave(of->chardev->credentials);
	return result;
}

static int chardev_device_create(const struct config_node *settings, const struct iof_interface *interface,
				 struct host_device **device)
{
	struct chardev *chardev = calloc(1, sizeof(*chardev));

	if (!chardev)
		return -ENOMEM;
	chardev->path = config_string_required(settings, "path", "/dev/can0");
	if (chardev->path[0] && chardev->path[0] != '/')
		config_error(config_get(settings, "path"), "'path: %s' must begin with '/'", chardev->path);
	chardev->credentials = credentials_create(settings);
	complaints_create(&chardev->complaints);
	reactor_create(&chardev->reactor);
	*device = &chardev->base;
	if (config_ok(settings)) {
		version_check(interface, chardev->path, ask_version,
			      &(struct version_context){.chardev = chardev, .interface = interface});
		return 0;
	}
	credentials_destroy(chardev->credentials);
	reactor_destroy(&chardev->reactor);
	complaints_destroy(&chardev->complaints);
	free(chardev);
	return -EINVAL;
}

static void chardev_device_destroy(struct host_device *device)
{
	struct chardev *chardev = (struct chardev *)device;

	credentials_destroy(chardev->credentials);
	reactor_destroy(&chardev->reactor);
	complaints_destroy(&chardev->complaints);
	free(chardev);
}

static bool is_cancelled(const struct host_call *call)
{
	return __atomic_load_n(&call->cancelled, __ATOMIC_SEQ_CST);
}

static int chardev_open(struct host_device *device, int flags, struct host_call *call, struct host_file **result)
{
	struct chardev *chardev = (struct chardev *)device;
	struct chardev_file *file = calloc(1, sizeof(*file));
	int error;

	if (!file)
		return -ENOMEM;
	error = is_cancelled(call) ? -EINTR : credentials_enter(chardev->credentials, &chardev->complaints);
	if (error)
		goto fail;
	file->fd = open_node(chardev, flags);
	credentials_leave(chardev->credentials);
	if (file->fd < 0) {
		error = file->fd;
		goto fail;
	}
	file->base.device = device;
	file->nonblock = flags & O_NONBLOCK;
	file->entry.fd = file->fd;
	*result = &file->base;
	return 0;
fail:
	free(file);
	return error;
}

static void chardev_close(struct host_file *base)
{
	struct chardev_file *file = file_of(base);

	reactor_remove(&device_of(base)->reactor, &file->entry);
	(void)close(file->fd);
	free(file);
}

/* The guest's O_NONBLOCK may have changed since the last call. */
static void apply_nonblock(struct chardev_file *file, bool nonblock)
{
	int flags;

	if (file->nonblock == nonblock)
		return;
	flags = fcntl(file->fd, F_GETFL);
	if (flags >= 0 && fcntl(file->fd, F_SETFL, nonblock ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) == 0)
		file->nonblock = nonblock;
}

/* 0 or a negative errno; then the driver is not entered. */
static int enter(struct host_file *file, const struct host_call *call)
{
	/* A signal that came before the system call is lost; the flag is not. */
	if (is_cancelled(call))
		return -EINTR;
	apply_nonblock(file_of(file), call->nonblock);
	return credentials_enter(device_of(file)->credentials, &device_of(file)->complaints);
}

static long leave(struct host_file *file, long result)
{
	int error = errno;

	credentials_leave(device_of(file)->credentials);
	return result == -1 ? -error : result;
}

static long chardev_ioctl(struct host_file *file, const struct iof_command *command, uint32_t number, uint64_t argument,
			  struct host_call *call)
{
	uint32_t native = (command->number[IOF_ABI_LAYOUT(IOF_ABI_NATIVE)] & command->mask) | (number & ~command->mask);
	int error;

	if ((command->flags & IOF_CMD_NO_CHARDEV) || is_taken_by_vfs(native))
		return -ENOTTY;
	error = enter(file, call);
	if (error)
		return error;
	return leave(file, ioctl(file_of(file)->fd, native, (unsigned long)argument));
}

/* The count is the driver's: of messages for can4linux, which says so in its IDL. */
static ssize_t chardev_read(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	int error = enter(file, call);

	return error ? error : leave(file, read(file_of(file)->fd, buffer, count));
}

static ssize_t chardev_write(struct host_file *file, void *buffer, size_t count, struct host_call *call)
{
	int error = enter(file, call);

	return error ? error : leave(file, write(file_of(file)->fd, buffer, count));
}

static uint32_t readiness(int fd, uint32_t events)
{
	struct timespec none = {0};
	struct pollfd poll = {.fd = fd, .events = (short)events};

	return ppoll(&poll, 1, &none, NULL) > 0 ? (uint16_t)poll.revents : 0;
}

static uint32_t chardev_poll(struct host_file *file, uint32_t events, host_notify *notify, void *context)
{
	uint32_t ready = readiness(file_of(file)->fd, events);

	if (ready || !notify)
		return ready;
	/* epoll looks once more when it is armed, so that nothing is missed between the two. */
	if (reactor_arm(&device_of(file)->reactor, &file_of(file)->entry, events, notify, context) < 0)
		return POLLERR;
	return 0;
}

extern const struct host_backend host_backend_chardev;
const struct host_backend host_backend_chardev = {
	.name = "chardev",
	.help = "path: /dev/NODE; user, groups: [...], capabilities: [...]: run its calls as",
	.device_create = chardev_device_create,
	.device_destroy = chardev_device_destroy,
	.open = chardev_open,
	.close = chardev_close,
	.ioctl = chardev_ioctl,
	.read = chardev_read,
	.write = chardev_write,
	.poll = chardev_poll,
};
