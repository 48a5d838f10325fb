/* SPDX-License-Identifier: MIT */
/**
 * @file socketcan.c
 * The backend "socketcan": the can4linux API over a SocketCAN interface, a raw socket for each open. Calls that wait
 * do so in system calls, which the session's signal ends.
 */
#include "host/backends/socketcan/socketcan.h"
#include "host/backends/socketcan/netlink.h"
#include "host/backends/socketcan/translate.h"
#include "host/backends/socketcan/watcher.h"

#include "host/backends/simcan/bus.h"
#include "host/daemon/config.h"

#include <errno.h>
#include <ioferry/log.h>
#include <linux/can/error.h>
#include <linux/can/netlink.h>
#include <linux/can/raw.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	RECEIVE_BUFFER =
		8 << 20,      /* bytes; some 10000 frames, whatever net.core.rmem_max says where that is permitted */
	FRAME_TRUESIZE = 768, /* what the kernel charges a socket for a frame, about */
	RETRY_NS = 1000000,   /* for room in an interface's queue, of which nothing tells */
	STATUS_PASSIVE = 0x40,
	STATUS_BUS_OFF = 0x80,
	STATUS_IDLE = 0x0c, /* transmit buffer free, last transmission complete */
	WARNING_LIMIT = 96,
};

struct file {
	struct host_file host;
	struct socketcan_watch watch; /* .fd is the socket */
	int index;
	bool su;
	uint32_t drops; /* of the socket, as reported last */
};

struct device {
	struct host_device host;
	struct socketcan_watcher *watcher;
	const char *interface_name;
	bool configure; /* applications may change the interface */

	pthread_mutex_t lock; /* of what follows */
	struct file *files[C4L_OPENS];
	unsigned opens;
	unsigned long baud;
	uint32_t code, mask;
	int time_format;
	uint64_t previous_time;
	bool stopped;
	struct iof_log_limit refusals; /* a guest may ask for bit rates as often as it likes */
};

static struct device *device_of(const struct file *file)
{
	return (struct device *)file->host.device;
}

static bool is_cancelled(const struct host_call *call)
{
	return __atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE);
}

static bool is_stopped(struct device *device)
{
	bool stopped;

	pthread_mutex_lock(&device->lock);
	stopped = device->stopped;
	pthread_mutex_unlock(&device->lock);
	return stopped;
}

/* Sockets. */

static int set_filters(struct device *device, const struct file *file)
{
	struct can_filter filter[2];

	socketcan_filters_of(device->code, device->mask, filter);
	return setsockopt(file->watch.fd, SOL_CAN_RAW, CAN_RAW_FILTER, filter, sizeof(filter)) ? -errno : 0;
}

static int set_options(int fd)
{
	can_err_mask_t errors = socketcan_error_mask();
	int on = 1, size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof(errors)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)))
		return -errno;
	/* Beyond net.core.rmem_max needs CAP_NET_ADMIN; without it the kernel lowers the wish in silence. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/* @return a descriptor or a negative errno. */
static int open_socket(const struct device *device)
{
	struct sockaddr_can address = {.can_family = AF_CAN};
	int fd, err;

	address.can_ifindex = (int)if_nametoindex(device->interface_name);
	if (!address.can_ifindex)
		return -ENXIO; /* as the driver says of a node without hardware */
	fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
	if (fd < 0)
		return errno == EAFNOSUPPORT ? -ENXIO : -errno;
	err = set_options(fd);
	if (!err && bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int file_open(struct host_device *host, int flags, struct host_call *call, struct host_file **opened)
{
	struct device *device = (struct device *)host;
	struct file *file = calloc(1, sizeof(*file));
	int err = 0;

	(void)flags;
	(void)call;
	if (!file)
		return -ENOMEM;
	file->host.device = host;
	file->watch.fd = -1;
	pthread_mutex_lock(&device->lock);
	if (device->opens == C4L_OPENS) {
		err = -ENXIO;
		goto out;
	}
	file->watch.fd = open_socket(device);
	err = file->watch.fd < 0 ? file->watch.fd : set_filters(device, file);
	if (err)
		goto out;
	while (device->files[file->index])
		file->index++;
	file->su = device->opens == 0;
	if (file->su)
		device->stopped = false;
	device->files[file->index] = file;
	device->opens++;
	*opened = &file->host;
out:
	pthread_mutex_unlock(&device->lock);
	if (err) {
		if (file->watch.fd >= 0)
			close(file->watch.fd);
		free(file);
	}
	return err;
}

static void file_close(struct host_file *host)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);

	socketcan_unwatch(device->watcher, &file->watch);
	pthread_mutex_lock(&device->lock);
	device->files[file->index] = NULL;
	device->opens--;
	pthread_mutex_unlock(&device->lock);
	close(file->watch.fd);
	free(file);
}

/* Waits for the socket, for at most @p timeout (NULL: forever). 0 or -EINTR. */
static int wait_socket(const struct file *file, short events, const struct timespec *timeout,
		       const struct host_call *call)
{
	struct pollfd poller = {.fd = file->watch.fd, .events = events};

	/* The signal that follows a cancel is repeated, so it cannot be missed between look and wait. */
	if (is_cancelled(call))
		return -EINTR;
	if (ppoll(&poller, 1, timeout, NULL) < 0 && is_cancelled(call))
		return -EINTR;
	return 0;
}

/* Receiving. */

struct received {
	struct can_frame frame;
	struct timespec time;
	uint32_t drops;
	bool own; /* sent through this socket */
};

/* @return 0, or a negative errno: -EAGAIN, -ENETDOWN, ... */
static int receive_frame(const struct file *file, struct received *received)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
	} control;
	struct iovec data = {&received->frame, sizeof(received->frame)};
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t length;

	received->drops = 0; /* since the socket was made; not mentioned where there were none */
	length = recvmsg(file->watch.fd, &message, 0);
	if (length < 0)
		return -errno;
	if (length != sizeof(received->frame))
		return -EBADMSG;
	received->own = message.msg_flags & MSG_CONFIRM;
	for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
		if (each->cmsg_level != SOL_SOCKET)
			continue;
		if (each->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&received->time, CMSG_DATA(each), sizeof(received->time));
		else if (each->cmsg_type == SO_RXQ_OVFL)
			memcpy(&received->drops, CMSG_DATA(each), sizeof(received->drops));
	}
	return 0;
}

static void stamp(struct device *device, c4l_message *message, const struct timespec *time)
{
	uint64_t ns = (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
	uint64_t since = ns - device->previous_time;
	struct timespec monotonic, now;

	switch (device->time_format) {
	case C4L_TIME_NONE: ns = 0; break;
	case C4L_TIME_DIFFERENCE:
		device->previous_time = ns;
		ns = since;
		break;
	case C4L_TIME_MONOTONIC:
		clock_gettime(CLOCK_REALTIME, &now);
		clock_gettime(CLOCK_MONOTONIC, &monotonic);
		ns -= (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
		ns += (uint64_t)monotonic.tv_sec * 1000000000u + (uint64_t)monotonic.tv_nsec;
		break;
	default: break;
	}
	message->timestamp.tv_sec = (time_t)(ns / 1000000000u);
	message->timestamp.tv_usec = (suseconds_t)(ns / 1000 % 1000000);
}

/* An interface that went down has left the bus, which the API has a message for. */
static void make_down_message(struct received *received)
{
	memset(received, 0, sizeof(*received));
	received->frame.can_id = CAN_ERR_FLAG | CAN_ERR_BUSOFF;
	clock_gettime(CLOCK_REALTIME, &received->time);
}

/* Whether the frame is for this open; fills the message. */
static bool take_frame(struct device *device, struct file *file, const struct received *received, c4l_message *message)
{
	bool wanted;

	pthread_mutex_lock(&device->lock);
	wanted = !device->stopped && ((received->frame.can_id & CAN_ERR_FLAG) ||
				      socketcan_accepts(&received->frame, device->code, device->mask));
	if (wanted) {
		socketcan_message_of(&received->frame, message);
		stamp(device, message, &received->time);
		if (received->own)
			message->flags |= CAN4LINUX_MSG_SELF;
		if (received->drops != file->drops)
			message->flags |= CAN4LINUX_MSG_BOVR;
	}
	file->drops = received->drops;
	pthread_mutex_unlock(&device->lock);
	return wanted;
}

/* The next message. 0, -EAGAIN, or another errno. */
static int next_message(struct device *device, struct file *file, c4l_message *message)
{
	struct received received;

	for (;;) {
		int err = receive_frame(file, &received);

		if (err == -EINTR)
			continue;
		if (err == -ENETDOWN)
			make_down_message(&received);
		else if (err)
			return err == -ENODEV ? -ENXIO : err;
		if (take_frame(device, file, &received, message))
			return 0;
	}
}

static ssize_t file_read(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	c4l_message *messages = buffer;
	size_t done = 0;

	while (done < count) {
		int err = next_message(device, file, &messages[done]);

		if (!err) {
			done++;
			continue;
		}
		if (err != -EAGAIN)
			return done > 0 ? (ssize_t)done : err;
		if (call->nonblock)
			break;
		if (wait_socket(file, POLLIN, NULL, call))
			return -EINTR;
	}
	return (ssize_t)done;
}

/* Sending. */

/* Waits for room: in the socket, or in the interface's queue, of which only trying again can tell. */
static int wait_for_room(const struct file *file, int err, const struct host_call *call)
{
	static const struct timespec retry = {.tv_nsec = RETRY_NS};

	if (err == -EAGAIN)
		return wait_socket(file, POLLOUT, NULL, call);
	return wait_socket(file, 0, &retry, call);
}

/* 0; -EAGAIN: no room, and the call does not wait; -EINTR; other errnos. */
static int send_message(struct device *device, const struct file *file, const c4l_message *message, bool nonblock,
			const struct host_call *call)
{
	struct can_frame frame;

	socketcan_frame_of(message, &frame);
	for (;;) {
		int err = -ENOBUFS; /* a stopped node keeps what it has to send, until its fifo is full */

		if (!is_stopped(device)) {
			if (send(file->watch.fd, &frame, sizeof(frame), 0) == sizeof(frame))
				return 0;
			err = -errno;
		}
		if (err == -EINTR)
			continue;
		if (err != -EAGAIN && err != -ENOBUFS)
			return err == -ENODEV ? -ENXIO : err;
		if (nonblock)
			return -EAGAIN;
		err = wait_for_room(file, err, call);
		if (err)
			return err;
	}
}

static ssize_t file_write(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	c4l_message *messages = buffer;
	ssize_t done = 0;

	for (size_t i = 0; i < count; i++) {
		int err = send_message(device, file, &messages[i], call->nonblock, call);

		if (err == -EAGAIN)
			break;
		if (err == -EINTR)
			return err;
		if (err)
			return done > 0 ? done : err;
		messages[i].cob = file->index;
		done++;
	}
	return done;
}

static uint32_t ready_now(struct device *device, const struct file *file, uint32_t events)
{
	struct pollfd poller = {.fd = file->watch.fd, .events = (short)events};
	struct received dropped;

	if (is_stopped(device)) {
		while (receive_frame(file, &dropped) == 0)
			;
	}
	if (poll(&poller, 1, 0) <= 0)
		return 0;
	return socketcan_events((uint32_t)(unsigned short)poller.revents, events);
}

static uint32_t file_poll(struct host_file *host, uint32_t events, host_notify *notify, void *context)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	uint32_t ready = ready_now(device, file, events);

	if (ready || !notify)
		return ready;
	if (socketcan_watch(device->watcher, &file->watch, events, notify, context))
		return POLLERR;
	return 0;
}

/* ioctls. */

static void drain(const struct file *file)
{
	struct received received;

	while (receive_frame(file, &received) == 0)
		;
}

static long start_node(struct device *device)
{
	struct socketcan_link link;

	pthread_mutex_lock(&device->lock);
	for (unsigned i = 0; device->stopped && i < C4L_OPENS; i++) {
		if (device->files[i])
			drain(device->files[i]);
	}
	device->stopped = false;
	pthread_mutex_unlock(&device->lock);
	if (!device->configure || socketcan_link_get(device->interface_name, &link))
		return 0;
	if (!link.up)
		return socketcan_link_set_up(link.index, true);
	if (link.has_state && link.state == CAN_STATE_BUS_OFF)
		return socketcan_link_restart(link.index);
	return 0;
}

static long set_stopped(struct device *device)
{
	pthread_mutex_lock(&device->lock);
	device->stopped = true;
	pthread_mutex_unlock(&device->lock);
	return 0;
}

static long do_command(struct device *device, const struct file *file, const c4l_command *command)
{
	switch (command->cmd) {
	case CAN4LINUX_CMD_START: return file->su ? start_node(device) : -EPERM;
	case CAN4LINUX_CMD_STOP:
	case CAN4LINUX_CMD_RESET: return file->su ? set_stopped(device) : -EPERM;
	case CAN4LINUX_CMD_CLEARBUFFERS: drain(file); return 0;
	case CAN4LINUX_CMD_CTRL_LED:
	case CAN4LINUX_CMD_CTRL_TERM: return 0;
	default: return -EINVAL;
	}
}

static long set_acceptance(struct device *device, uint32_t code, uint32_t mask)
{
	long err = 0;

	device->code = code;
	device->mask = mask;
	for (unsigned i = 0; !err && i < C4L_OPENS; i++) {
		if (device->files[i])
			err = set_filters(device, device->files[i]);
	}
	return err;
}

struct change {
	uint32_t bit_rate; /* 0: the mode changes */
	bool listen_only;
};

/* Takes the interface down, applies, and takes it up again if it was up. */
static int reconfigure(const struct socketcan_link *link, const struct change *change)
{
	int err = link->up ? socketcan_link_set_up(link->index, false) : 0, up;

	if (err)
		return err;
	if (change->bit_rate)
		err = socketcan_link_set_bit_rate(link->index, change->bit_rate);
	else
		err = socketcan_link_set_listen_only(link->index, change->listen_only);
	up = link->up ? socketcan_link_set_up(link->index, true) : 0;
	return err ? err : up;
}

static bool has_bit_rate(const struct socketcan_link *link)
{
	return strcmp(link->kind, "vcan") != 0 && strcmp(link->kind, "vxcan") != 0;
}

static long apply_bit_rate(struct device *device, uint32_t bit_rate)
{
	struct socketcan_link link;
	uint32_t dropped;
	int err = socketcan_link_get(device->interface_name, &link);

	if (err)
		return err;
	if (!has_bit_rate(&link) || link.bit_rate == bit_rate)
		return 0;
	if (device->configure)
		return reconfigure(&link, &(struct change){.bit_rate = bit_rate});
	if (!iof_log_allowed(&device->refusals, 3, 60000, &dropped))
		return -EINVAL;
	iof_log(IOF_LOG_NOTICE,
		"socketcan: %s runs at %u bit/s and an application asks for %u; set `configure: true` to let it",
		device->interface_name, link.bit_rate, bit_rate);
	return -EINVAL;
}

static long set_timing(struct device *device, const struct file *file, unsigned long baud)
{
	uint8_t btr0 = (uint8_t)(baud >> 8), btr1 = (uint8_t)baud;
	long err;

	if (device->baud == baud)
		return 0;
	if (!file->su)
		return -EPERM;
	if (device->opens > 1)
		return -EINVAL;
	/* Anything but a CiA rate is taken for an SJA1000's registers, as the driver does. */
	simcan_timing_of_rate((unsigned)baud, &btr0, &btr1);
	err = apply_bit_rate(device, 1000000000u / simcan_bit_ns(btr0, btr1));
	if (err)
		return -EINVAL;
	device->baud = baud;
	return 0;
}

static long set_listen_only(const struct device *device, bool on)
{
	struct socketcan_link link;

	if (!device->configure)
		return on ? -EINVAL : 0;
	if (socketcan_link_get(device->interface_name, &link))
		return -EINVAL;
	if (!has_bit_rate(&link))
		return on ? -EINVAL : 0;
	return reconfigure(&link, &(struct change){.listen_only = on}) ? -EINVAL : 0;
}

static long set_self_reception(const struct file *file, bool wanted)
{
	int on = wanted;

	return setsockopt(file->watch.fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof(on)) ? -errno : 0;
}

static long do_config(struct device *device, const struct file *file, const c4l_command *config)
{
	switch (config->target) {
	case CAN4LINUX_CONF_ACC: return set_acceptance(device, (uint32_t)config->val2, (uint32_t)config->val1);
	case CAN4LINUX_CONF_ACCM: return set_acceptance(device, device->code, (uint32_t)config->val1);
	case CAN4LINUX_CONF_ACCC: return set_acceptance(device, (uint32_t)config->val1, device->mask);
	case CAN4LINUX_CONF_TIMING: return set_timing(device, file, config->val1);
	case CAN4LINUX_CONF_LISTEN_ONLY_MODE: return set_listen_only(device, config->val1 != 0);
	case CAN4LINUX_CONF_SELF_RECEPTION: return set_self_reception(file, config->val1 != 0);
	case CAN4LINUX_CONF_BTR:
		return apply_bit_rate(device,
				      1000000000u / simcan_bit_ns((uint8_t)config->val1, (uint8_t)config->val2));
	case CAN4LINUX_CONF_TIMESTAMP: device->time_format = (int)config->val1; return 0;
	case CAN4LINUX_CONF_OMODE:
	case CAN4LINUX_CONF_WAKEUP:
	case CAN4LINUX_CONF_SPEEDFACTOR: return 0;
	default: return -EINVAL;
	}
}

static unsigned status_bits(const struct socketcan_link *link, bool stopped)
{
	if (!link->up || (link->has_state && link->state == CAN_STATE_BUS_OFF))
		return STATUS_IDLE | STATUS_BUS_OFF | STATUS_PASSIVE;
	if (link->has_state && (link->state == CAN_STATE_ERROR_WARNING || link->state == CAN_STATE_ERROR_PASSIVE))
		return STATUS_IDLE | STATUS_PASSIVE;
	return stopped ? 0 : STATUS_IDLE;
}

/* Frames that wait in a socket, estimated from the memory they hold. */
static void get_queues(const struct file *file, c4l_status *status)
{
	uint32_t memory[SK_MEMINFO_VARS] = {0};
	socklen_t length = sizeof(memory);

	getsockopt(file->watch.fd, SOL_SOCKET, SO_MEMINFO, memory, &length);
	status->rx_buffer_size = memory[SK_MEMINFO_RCVBUF] / FRAME_TRUESIZE;
	status->rx_buffer_used = (memory[SK_MEMINFO_RMEM_ALLOC] + FRAME_TRUESIZE - 1) / FRAME_TRUESIZE;
	status->tx_buffer_size = memory[SK_MEMINFO_SNDBUF] / FRAME_TRUESIZE;
	status->tx_buffer_used = (memory[SK_MEMINFO_WMEM_ALLOC] + FRAME_TRUESIZE - 1) / FRAME_TRUESIZE;
}

static void get_status(struct device *device, const struct file *file, c4l_status *status)
{
	struct socketcan_link link;
	int err = socketcan_link_get(device->interface_name, &link);

	memset(status, 0, sizeof(*status));
	get_queues(file, status);
	status->error_warning_limit = WARNING_LIMIT;
	status->type = CAN4LINUX_CAN_TYPE_UNSPEC;
	if (err) {
		status->retval = (unsigned long)(long)err;
		return;
	}
	pthread_mutex_lock(&device->lock);
	status->baud = link.bit_rate ? link.bit_rate / 1000 : (unsigned)device->baud;
	status->status = status_bits(&link, device->stopped);
	pthread_mutex_unlock(&device->lock);
	status->tx_errors = link.tx_errors;
	status->rx_errors = link.rx_errors;
}

static long do_send(struct device *device, const struct file *file, c4l_send *send, const struct host_call *call)
{
	const c4l_message *message = (const c4l_message *)send->Tx;
	int err = message ? send_message(device, file, message, false, call) : -EINVAL;

	if (err == -EINTR)
		return err;
	send->error = 0;
	send->retval = (unsigned long)(long)err;
	if (!err)
		send->retval = (message->length & 0xf) > 8 ? 8 : message->length & 0xf;
	return 0;
}

static long file_ioctl(struct host_file *host, const struct iof_command *info, uint32_t number, uint64_t argument,
		       struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	c4l_command *command = (void *)(uintptr_t)argument;
	long result = 0;

	(void)info;
	if (!argument)
		return -EFAULT;
	switch (number) {
	case CAN4LINUX_CAN_IOCTL_COMMAND:
		command->retval = (unsigned long)do_command(device, file, command);
		command->error = 0;
		return 0;
	case CAN4LINUX_CAN_IOCTL_CONFIG:
		pthread_mutex_lock(&device->lock);
		result = do_config(device, file, command);
		pthread_mutex_unlock(&device->lock);
		command->retval = (unsigned long)result;
		command->error = 0;
		return result;
	case CAN4LINUX_CAN_IOCTL_SEND: return do_send(device, file, (void *)(uintptr_t)argument, call);
	case CAN4LINUX_CAN_IOCTL_STATUS: get_status(device, file, (void *)(uintptr_t)argument); return 0;
	default: return -EINVAL;
	}
}

/* Devices. */

static int device_create(const struct config_node *settings, const struct iof_interface *interface,
			 struct host_device **made)
{
	const char *name = config_string_required(settings, "interface_name", "vcan0");
	int64_t baud = config_int(settings, "bitrate", C4L_BAUD, 1, 1000);
	bool configure = config_bool(settings, "configure", false);
	struct device *device;

	if (strlen(name) >= IFNAMSIZ)
		config_error(config_get(settings, "interface_name"), "longer than the name of a network interface");
	if (strcmp(interface->name, "can4linux") != 0)
		config_error(settings, "socketcan speaks can4linux, not '%s'", interface->name);
	if (!config_ok(settings))
		return -EINVAL;
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
	device->watcher = socketcan_watcher_create();
	if (!device->watcher) {
		free(device);
		return -ENOMEM;
	}
	device->host = (struct host_device){&host_backend_socketcan, interface};
	device->interface_name = name;
	device->configure = configure;
	device->baud = (unsigned long)baud;
	device->mask = 0xffffffff;
	device->time_format = C4L_TIME_OF_DAY;
	pthread_mutex_init(&device->lock, NULL);
	*made = &device->host;
	return 0;
}

static void device_destroy(struct host_device *host)
{
	struct device *device = (struct device *)host;

	socketcan_watcher_destroy(device->watcher);
	pthread_mutex_destroy(&device->lock);
	free(device);
}

const struct host_backend host_backend_socketcan = {
	.name = "socketcan",
	.help = "interface_name: NAME (vcan0), bitrate: kbit/s to report where the interface has none, configure: "
		"true lets applications set bit rate and mode (needs CAP_NET_ADMIN)",
	.device_create = device_create,
	.device_destroy = device_destroy,
	.open = file_open,
	.close = file_close,
	.ioctl = file_ioctl,
	.read = file_read,
	.write = file_write,
	.poll = file_poll,
};
