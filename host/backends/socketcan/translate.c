/* SPDX-License-Identifier: MIT */
/**
 * @file translate.c
 * Frames, error frames and filters of two APIs.
 */
#include "host/backends/socketcan/translate.h"

#include "host/backends/simcan/frame.h"

#include <linux/can/error.h>
#include <string.h>

void socketcan_frame_of(const c4l_message *message, struct can_frame *frame)
{
	unsigned code = message->length & 0xf;

	memset(frame, 0, sizeof(*frame));
	if (message->flags & CAN4LINUX_MSG_EXT)
		frame->can_id = ((canid_t)message->id & CAN_EFF_MASK) | CAN_EFF_FLAG;
	else
		frame->can_id = (canid_t)message->id & CAN_SFF_MASK;
	/* Length codes above 8 go out as 8 bytes; the code itself only where the interface allows it. */
	frame->len = code > CAN_MAX_DLEN ? CAN_MAX_DLEN : (uint8_t)code;
	if (message->flags & CAN4LINUX_MSG_RTR)
		frame->can_id |= CAN_RTR_FLAG;
	else
		memcpy(frame->data, message->data, frame->len);
}

/* Controller states by can4linux' flags. */
static int flags_of_controller(uint8_t detail)
{
	int flags = 0;

	if (detail & (CAN_ERR_CRTL_RX_OVERFLOW | CAN_ERR_CRTL_TX_OVERFLOW))
		flags |= CAN4LINUX_MSG_OVR;
	if (detail & (CAN_ERR_CRTL_RX_WARNING | CAN_ERR_CRTL_TX_WARNING))
		flags |= CAN4LINUX_MSG_WARNING;
	if (detail & (CAN_ERR_CRTL_RX_PASSIVE | CAN_ERR_CRTL_TX_PASSIVE))
		flags |= CAN4LINUX_MSG_PASSIVE;
	return flags;
}

static void error_of(const struct can_frame *frame, c4l_message *message)
{
	/* data[3] has the segment with the SJA1000's numbers, as can4linux passes them on. */
	uint8_t segment = frame->can_id & CAN_ERR_PROT ? frame->data[3] & 0x1f : 0;

	if (frame->can_id & CAN_ERR_ACK)
		segment = CAN_ERR_PROT_LOC_ACK;
	message->id = C4L_ERROR_ID;
	if (frame->can_id & CAN_ERR_CRTL)
		message->flags |= flags_of_controller(frame->data[1]);
	if (frame->can_id & CAN_ERR_BUSOFF)
		message->flags |= CAN4LINUX_MSG_BUSOFF;
	message->length = 2;
	message->data[0] = segment;
	message->data[1] = segment;
}

void socketcan_message_of(const struct can_frame *frame, c4l_message *message)
{
	memset(message, 0, sizeof(*message));
	if (frame->can_id & CAN_ERR_FLAG) {
		error_of(frame, message);
		return;
	}
	if (frame->can_id & CAN_EFF_FLAG) {
		message->flags |= CAN4LINUX_MSG_EXT;
		message->id = frame->can_id & CAN_EFF_MASK;
	} else {
		message->id = frame->can_id & CAN_SFF_MASK;
	}
	message->length = (int16_t)(frame->len > CAN_MAX_DLEN ? CAN_MAX_DLEN : frame->len);
	if (frame->can_id & CAN_RTR_FLAG)
		message->flags |= CAN4LINUX_MSG_RTR;
	else
		memcpy(message->data, frame->data, (size_t)message->length);
}

can_err_mask_t socketcan_error_mask(void)
{
	return CAN_ERR_CRTL | CAN_ERR_BUSOFF | CAN_ERR_RESTARTED;
}

static struct can_filter filter_of(uint32_t code, uint32_t mask, unsigned shift, uint32_t bits, uint32_t rtr,
				   uint32_t format)
{
	struct can_filter filter = {
		.can_id = (code >> shift & bits) | format,
		.can_mask = (~mask >> shift & bits) | CAN_EFF_FLAG,
	};

	if (code & rtr)
		filter.can_id |= CAN_RTR_FLAG;
	if (!(mask & rtr))
		filter.can_mask |= CAN_RTR_FLAG;
	return filter;
}

void socketcan_filters_of(uint32_t code, uint32_t mask, struct can_filter filter[2])
{
	filter[0] = filter_of(code, mask, 21, CAN_SFF_MASK, 1u << 20, 0);
	filter[1] = filter_of(code, mask, 3, CAN_EFF_MASK, 1u << 2, CAN_EFF_FLAG);
}

bool socketcan_accepts(const struct can_frame *frame, uint32_t code, uint32_t mask)
{
	struct simcan_frame compared = {
		.id = frame->can_id & CAN_EFF_MASK,
		.extended = frame->can_id & CAN_EFF_FLAG,
		.remote = frame->can_id & CAN_RTR_FLAG,
		.dlc = frame->len,
	};

	memcpy(compared.data, frame->data, sizeof(compared.data));
	return simcan_frame_accepted(&compared, code, mask);
}
