/* SPDX-License-Identifier: MIT */
/**
 * @file transfer.c
 * Messages through the socket.
 */
#include "host/backends/socketcan/internal.h"

#include <errno.h>
#include <linux/can/error.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { RETRY_NS = 1000000 }; /* for room in an interface's queue, of which nothing tells */

static bool is_cancelled(const struct host_call *call)
{
	return __atomic_load_n(&call->cancelled, __ATOMIC_ACQUIRE);
}

bool socketcan_is_stopped(struct device *device)
{
	bool stopped;

	pthread_mutex_lock(&device->lock);
	stopped = device->stopped;
	pthread_mutex_unlock(&device->lock);
	return stopped;
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

ssize_t socketcan_read(struct host_file *host, void *buffer, size_t count, struct host_call *call)
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

int socketcan_send(struct device *device, const struct file *file, const c4l_message *message, bool nonblock,
		   const struct host_call *call)
{
	struct can_frame frame;

	socketcan_frame_of(message, &frame);
	for (;;) {
		int err = -ENOBUFS; /* a stopped node keeps what it has to send, until its fifo is full */

		if (!socketcan_is_stopped(device)) {
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

ssize_t socketcan_write(struct host_file *host, void *buffer, size_t count, struct host_call *call)
{
	struct file *file = (struct file *)host;
	struct device *device = device_of(file);
	c4l_message *messages = buffer;
	ssize_t done = 0;

	for (size_t i = 0; i < count; i++) {
		int err = socketcan_send(device, file, &messages[i], call->nonblock, call);

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

void socketcan_drain(const struct file *file)
{
	struct received received;

	while (receive_frame(file, &received) == 0)
		;
}
