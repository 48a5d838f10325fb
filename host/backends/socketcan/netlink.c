/* SPDX-License-Identifier: MIT */
/**
 * @file netlink.c
 * RTM_GETLINK and RTM_NEWLINK of CAN interfaces.
 */
#include "host/backends/socketcan/netlink.h"

#include <errno.h>
#include <linux/can/netlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_MAX = 16384, REQUEST_ROOM = 256 };

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	uint8_t attributes[REQUEST_ROOM];
};

static void request_init(struct request *request, uint16_t type, int index)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_LENGTH(sizeof(request->info));
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST;
	if (type == RTM_NEWLINK)
		request->header.nlmsg_flags |= NLM_F_ACK;
	request->info.ifi_family = AF_UNSPEC;
	request->info.ifi_index = index;
}

/* The requests of this file fit the room by far; @p data NULL begins a nest. */
static struct rtattr *add(struct request *request, unsigned short type, const void *data, size_t length)
{
	struct rtattr *attribute = (void *)((uint8_t *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(length);
	if (data)
		memcpy(RTA_DATA(attribute), data, length);
	request->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
	return attribute;
}

static void end_nest(const struct request *request, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((const uint8_t *)request + request->header.nlmsg_len - (uint8_t *)nest);
}

/* Sends the request and receives the first datagram of the answer. @return its length or a negative errno. */
static ssize_t exchange(const struct request *request, void *reply)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t length;

	if (fd < 0)
		return -errno;
	do {
		length = send(fd, request, request->header.nlmsg_len, 0);
	} while (length < 0 && errno == EINTR);
	while (length >= 0) {
		length = recv(fd, reply, REPLY_MAX, 0);
		if (length >= 0 || errno != EINTR)
			break;
		length = 0;
	}
	if (length < 0)
		length = -errno;
	close(fd);
	return length;
}

/* The first message of a reply: its errno, or 0 and the message. */
static int check_reply(const void *reply, ssize_t length)
{
	const struct nlmsghdr *header = reply;
	const struct nlmsgerr *error = (const void *)((const uint8_t *)reply + NLMSG_HDRLEN);

	if (length < 0)
		return (int)length;
	if ((size_t)length < sizeof(*header) || header->nlmsg_len > (size_t)length)
		return -EPROTO;
	if (header->nlmsg_type != NLMSG_ERROR)
		return 0;
	return header->nlmsg_len < NLMSG_LENGTH(sizeof(error->error)) ? -EPROTO : error->error;
}

/* Calls @p visit for each attribute of an area; malformed ones end it. */
static void each_attribute(const void *area, size_t length,
			   void (*visit)(const struct rtattr *attribute, struct socketcan_link *link),
			   struct socketcan_link *link)
{
	const uint8_t *at = area;

	while (length >= sizeof(struct rtattr)) {
		const struct rtattr *attribute = (const void *)at;
		size_t step = RTA_ALIGN(attribute->rta_len);

		if (attribute->rta_len < sizeof(*attribute) || attribute->rta_len > length)
			return;
		visit(attribute, link);
		if (step >= length)
			return;
		at += step;
		length -= step;
	}
}

static bool take(const struct rtattr *attribute, void *to, size_t length)
{
	if (attribute->rta_len < RTA_LENGTH(length))
		return false;
	memcpy(to, (const uint8_t *)attribute + RTA_LENGTH(0), length);
	return true;
}

static void visit_data(const struct rtattr *attribute, struct socketcan_link *link)
{
	struct can_bittiming timing;
	struct can_berr_counter counter;

	switch (attribute->rta_type & NLA_TYPE_MASK) {
	case IFLA_CAN_BITTIMING:
		if (take(attribute, &timing, sizeof(timing)))
			link->bit_rate = timing.bitrate;
		break;
	case IFLA_CAN_STATE: link->has_state = take(attribute, &link->state, sizeof(link->state)); break;
	case IFLA_CAN_BERR_COUNTER:
		if (take(attribute, &counter, sizeof(counter))) {
			link->tx_errors = counter.txerr;
			link->rx_errors = counter.rxerr;
		}
		break;
	default: break;
	}
}

static void visit_info(const struct rtattr *attribute, struct socketcan_link *link)
{
	const void *payload = (const uint8_t *)attribute + RTA_LENGTH(0);
	size_t length = attribute->rta_len - RTA_LENGTH(0);

	switch (attribute->rta_type & NLA_TYPE_MASK) {
	case IFLA_INFO_KIND:
		if (length >= sizeof(link->kind))
			length = sizeof(link->kind) - 1;
		memcpy(link->kind, payload, length);
		link->kind[length] = '\0';
		break;
	case IFLA_INFO_DATA: each_attribute(payload, length, visit_data, link); break;
	default: break;
	}
}

static void visit_link(const struct rtattr *attribute, struct socketcan_link *link)
{
	if ((attribute->rta_type & NLA_TYPE_MASK) == IFLA_LINKINFO)
		each_attribute((const uint8_t *)attribute + RTA_LENGTH(0), attribute->rta_len - RTA_LENGTH(0),
			       visit_info, link);
}

int socketcan_link_parse(const void *message, size_t length, struct socketcan_link *link)
{
	const struct nlmsghdr *header = message;
	const struct ifinfomsg *info = (const void *)((const uint8_t *)message + NLMSG_HDRLEN);
	size_t head = NLMSG_SPACE(sizeof(*info));

	memset(link, 0, sizeof(*link));
	if (length < sizeof(*header) || header->nlmsg_len > length || header->nlmsg_len < head ||
	    header->nlmsg_type != RTM_NEWLINK)
		return -EPROTO;
	link->index = info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	each_attribute((const uint8_t *)message + head, header->nlmsg_len - head, visit_link, link);
	return 0;
}

int socketcan_link_get(const char *name, struct socketcan_link *link)
{
	_Alignas(struct nlmsghdr) uint8_t reply[REPLY_MAX] = {0};
	struct request request;
	ssize_t length;
	int err;

	if (strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	request_init(&request, RTM_GETLINK, 0);
	add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	length = exchange(&request, reply);
	err = check_reply(reply, length);
	return err ? err : socketcan_link_parse(reply, (size_t)length, link);
}

static int execute(const struct request *request)
{
	_Alignas(struct nlmsghdr) uint8_t reply[REPLY_MAX] = {0};

	return check_reply(reply, exchange(request, reply));
}

int socketcan_link_set_up(int index, bool up)
{
	struct request request;

	request_init(&request, RTM_NEWLINK, index);
	request.info.ifi_flags = up ? IFF_UP : 0;
	request.info.ifi_change = IFF_UP;
	return execute(&request);
}

static int set_attribute(int index, unsigned short type, const void *data, size_t length)
{
	struct request request;
	struct rtattr *info, *nest;

	request_init(&request, RTM_NEWLINK, index);
	info = add(&request, IFLA_LINKINFO, NULL, 0);
	add(&request, IFLA_INFO_KIND, "can", 4);
	nest = add(&request, IFLA_INFO_DATA, NULL, 0);
	add(&request, type, data, length);
	end_nest(&request, nest);
	end_nest(&request, info);
	return execute(&request);
}

int socketcan_link_set_bit_rate(int index, uint32_t bit_rate)
{
	struct can_bittiming timing = {.bitrate = bit_rate};

	return set_attribute(index, IFLA_CAN_BITTIMING, &timing, sizeof(timing));
}

int socketcan_link_set_listen_only(int index, bool listen_only)
{
	struct can_ctrlmode mode = {.mask = CAN_CTRLMODE_LISTENONLY,
				    .flags = listen_only ? CAN_CTRLMODE_LISTENONLY : 0};

	return set_attribute(index, IFLA_CAN_CTRLMODE, &mode, sizeof(mode));
}

int socketcan_link_restart(int index)
{
	uint32_t one = 1;

	return set_attribute(index, IFLA_CAN_RESTART, &one, sizeof(one));
}
