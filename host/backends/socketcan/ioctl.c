/* SPDX-License-Identifier: MIT */
/**
 * @file ioctl.c
 * COMMAND, CONFIG, STATUS and SEND.
 */
#include "host/backends/simcan/bus.h"
#include "host/backends/socketcan/internal.h"
#include "host/backends/socketcan/netlink.h"

#include <errno.h>
#include <linux/can/netlink.h>
#include <linux/can/raw.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

enum {
	FRAME_TRUESIZE = 768, /* what the kernel charges a socket for a frame, about */
	STATUS_PASSIVE = 0x40,
	STATUS_BUS_OFF = 0x80,
	STATUS_IDLE = 0x0c, /* transmit buffer free, last transmission complete */
	WARNING_LIMIT = 96,
};

static long start_node(struct device *device)
{
	struct socketcan_link link;

	pthread_mutex_lock(&device->lock);
	for (unsigned i = 0; device->stopped && i < C4L_OPENS; i++) {
		if (device->files[i])
			socketcan_drain(device->files[i]);
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
	case CAN4LINUX_CMD_CLEARBUFFERS: socketcan_drain(file); return 0;
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
			err = socketcan_set_filters(device, device->files[i]);
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
	uint8_t btr0, btr1;
	int change = c4l_timing(device->baud, baud, file->su, device->opens, &btr0, &btr1);

	if (change <= 0)
		return change;
	if (apply_bit_rate(device, 1000000000u / simcan_bit_ns(btr0, btr1)))
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
	int err = message ? socketcan_send(device, file, message, false, call) : -EINVAL;

	if (err == -EINTR)
		return err;
	send->error = 0;
	send->retval = (unsigned long)(long)err;
	if (!err)
		send->retval = (message->length & 0xf) > 8 ? 8 : message->length & 0xf;
	return 0;
}

long socketcan_ioctl(struct host_file *host, const struct iof_command *info, uint32_t number, uint64_t argument,
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
