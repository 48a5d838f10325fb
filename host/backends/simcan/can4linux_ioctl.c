/* SPDX-License-Identifier: MIT */
/**
 * @file can4linux_ioctl.c
 * The driver's ioctls.
 */
#include "host/backends/simcan/can4linux_internal.h"

#include <errno.h>

static long do_command(struct c4l_device *device, struct c4l_file *file, const c4l_command *command)
{
	switch (command->cmd) {
	case CAN4LINUX_CMD_START:
		if (!file->su)
			return -EPERM;
		c4l_chip_start(device);
		return 0;
	case CAN4LINUX_CMD_STOP:
		if (!file->su)
			return -EPERM;
		simcan_reset_locked(device->common.controller);
		device->active = false;
		return 0;
	case CAN4LINUX_CMD_RESET:
		if (!file->su)
			return -EPERM;
		c4l_chip_reset(device);
		return 0;
	case CAN4LINUX_CMD_CLEARBUFFERS:
		if (file->su)
			c4l_fifo_clear(&device->tx);
		c4l_fifo_clear(&file->rx);
		simcan_device_changed_locked(&device->common);
		return 0;
	case CAN4LINUX_CMD_CTRL_LED:
	case CAN4LINUX_CMD_CTRL_TERM: return 0;
	default: return -EINVAL;
	}
}

static long set_filter(struct c4l_device *device, unsigned long code, unsigned long mask)
{
	device->code = (uint32_t)code;
	device->mask = (uint32_t)mask;
	simcan_set_filter_locked(device->common.controller, device->code, device->mask);
	return 0;
}

static long set_timing(struct c4l_device *device, const struct c4l_file *file, unsigned long baud)
{
	uint8_t btr0, btr1;
	int change = c4l_timing(device->baud, baud, file->su, device->opens, &btr0, &btr1);

	if (change <= 0)
		return change;
	/* The chip ignores them while it runs. */
	simcan_set_timing_locked(device->common.controller, btr0, btr1);
	device->baud = baud;
	return 0;
}

static long set_speed_factor(struct c4l_device *device, const struct c4l_file *file, unsigned long factor)
{
	if (device->speed_factor == factor)
		return 0;
	if (!file->su)
		return -EPERM;
	device->speed_factor = factor;
	return 0;
}

static long do_config(struct c4l_device *device, struct c4l_file *file, const c4l_command *config)
{
	switch (config->target) {
	case CAN4LINUX_CONF_ACC: return set_filter(device, config->val2, config->val1);
	case CAN4LINUX_CONF_ACCM: return set_filter(device, device->code, config->val1);
	case CAN4LINUX_CONF_ACCC: return set_filter(device, config->val1, device->mask);
	case CAN4LINUX_CONF_TIMING: return set_timing(device, file, config->val1);
	case CAN4LINUX_CONF_SPEEDFACTOR: return set_speed_factor(device, file, config->val1);
	case CAN4LINUX_CONF_LISTEN_ONLY_MODE:
		simcan_set_listen_only_locked(device->common.controller, config->val1 != 0);
		return 0;
	case CAN4LINUX_CONF_SELF_RECEPTION: file->self_reception = (int)config->val1 != 0; return 0;
	case CAN4LINUX_CONF_TIMESTAMP: device->time_format = (int)config->val1; return 0;
	case CAN4LINUX_CONF_BTR:
		simcan_set_timing_locked(device->common.controller, (uint8_t)config->val1, (uint8_t)config->val2);
		return 0;
	case CAN4LINUX_CONF_OMODE:
	case CAN4LINUX_CONF_WAKEUP: return 0;
	default: return -EINVAL;
	}
}

static long do_send(struct c4l_device *device, const c4l_message *message, struct host_call *call, long *retval)
{
	if (!message) {
		*retval = -EINVAL;
		return 0;
	}
	/* The driver spins here, whatever the open flags say, until the transmit buffer is free. */
	while (!(simcan_status_locked(device->common.controller) & SIMCAN_STATUS_TX_FREE)) {
		if (simcan_device_wait_locked(&device->common, call))
			return -EINTR;
	}
	c4l_load(device, message);
	device->active = true;
	*retval = (message->length & 0xf) > 8 ? 8 : message->length & 0xf;
	return 0;
}

static void get_status(struct c4l_device *device, const struct c4l_file *file, c4l_status *status)
{
	struct simcan_controller *controller = device->common.controller;

	*status = (c4l_status){
		.baud = (unsigned)device->baud,
		.status = simcan_status_locked(controller),
		.error_warning_limit = SIMCAN_WARNING_LIMIT,
		.rx_errors = simcan_rx_errors_locked(controller),
		.tx_errors = simcan_tx_errors_locked(controller),
		.error_code = simcan_error_code_locked(controller),
		.rx_buffer_size = C4L_FIFO,
		.rx_buffer_used = c4l_fifo_used(&file->rx),
		.tx_buffer_size = C4L_FIFO,
		.tx_buffer_used = c4l_fifo_used(&device->tx),
		.type = CAN4LINUX_CAN_TYPE_SJA1000,
	};
}

long c4l_ioctl(struct host_file *host, uint32_t number, void *argument, struct host_call *call)
{
	struct c4l_file *file = (struct c4l_file *)host;
	struct c4l_device *device = c4l_device_of(file);
	c4l_command *command = argument;
	c4l_send *send = argument;
	long result = 0, retval = 0;

	if (!argument)
		return -EFAULT;
	switch (number) {
	case CAN4LINUX_CAN_IOCTL_COMMAND:
		command->retval = (unsigned long)do_command(device, file, command);
		command->error = 0;
		return 0;
	case CAN4LINUX_CAN_IOCTL_CONFIG:
		result = do_config(device, file, command);
		command->retval = (unsigned long)result;
		command->error = 0;
		return result;
	case CAN4LINUX_CAN_IOCTL_SEND:
		result = do_send(device, (const c4l_message *)send->Tx, call, &retval);
		send->retval = (unsigned long)retval;
		send->error = 0;
		return result;
	case CAN4LINUX_CAN_IOCTL_STATUS: get_status(device, file, argument); return 0;
	default: return -EINVAL; /* CONFIGURERTR is not compiled in by default */
	}
}
